"""What decides who answers comes in by file: `import-contracts`, `import-events`, `import-rules`; and `monitor`."""

from collections.abc import Iterator, Sequence
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from geo.tables import Row, read_table
from roads.commands.reports import Report
from roads.commands.running import (
    IN_ENGLISH,
    DryRun,
    File,
    Language,
    ReportFile,
    column_help,
    finish,
    one_clear_line,
    surroundings,
)
from roads.commands.tables import count_rows, progress, take_in
from roads.db import Role, transaction
from roads.domain import contracts as contract_files
from roads.domain import events as event_files
from roads.domain import rules as rule_files
from roads.domain.actors import OPERATOR
from roads.domain.contracts import ContractKey
from roads.domain.remarks import Say, Totals
from roads.i18n import say
from roads.usecases import contracts, events, rules
from roads.usecases.first_rows import FirstRows
from roads.usecases.monitoring import MonitorContract, monitor_contract

app = typer.Typer()

Overrule = Annotated[bool, typer.Option("--update", help="let the file overrule what is on record")]


@app.command(epilog=column_help(contract_files.REQUIRED_COLUMNS, contract_files.OTHER_COLUMNS))
@one_clear_line
def import_contracts(
    file: File,
    update: Overrule = False,
    report: ReportFile = None,
    dry_run: DryRun = False,
    language: Language = IN_ENGLISH,
) -> None:
    """Contracts with their sections and acceptances, one row a section (CSV or XLSX)."""
    chunks = read_table(file, required=contract_files.REQUIRED_COLUMNS, known=contract_files.OTHER_COLUMNS)
    with surroundings() as here, Report(report, language) as said, FirstRows() as first_rows:

        def take(session: Session, rows: Sequence[Row], say: Say) -> Totals:
            command = contracts.ImportContracts(rows, first_rows, update)
            return contracts.import_contracts(session, OPERATOR, command, say, today=here.today)

        with progress(chunks, count_rows(file)) as counted:
            take_in(here.engine, counted, take, said, dry_run=dry_run)
    finish(said)


@app.command(epilog=column_help(event_files.REQUIRED_COLUMNS, event_files.OTHER_COLUMNS))
@one_clear_line
def import_events(
    file: File, report: ReportFile = None, dry_run: DryRun = False, language: Language = IN_ENGLISH
) -> None:
    """Acceptances by part, suspensions, amendments, terminations and carve-outs (CSV or XLSX)."""
    chunks = read_table(file, required=event_files.REQUIRED_COLUMNS, known=event_files.OTHER_COLUMNS)
    with surroundings() as here, Report(report, language) as said, FirstRows() as first_rows:

        def take(session: Session, rows: Sequence[Row], say: Say) -> Totals:
            command = events.ImportEvents(rows, first_rows)
            return events.import_events(session, OPERATOR, command, say, today=here.today)

        with progress(chunks, count_rows(file)) as counted:
            take_in(here.engine, counted, take, said, dry_run=dry_run)
    finish(said)


@app.command(epilog=column_help(rule_files.REQUIRED_COLUMNS, rule_files.OTHER_COLUMNS))
@one_clear_line
def import_rules(
    file: File,
    update: Overrule = False,
    report: ReportFile = None,
    dry_run: DryRun = False,
    language: Language = IN_ENGLISH,
) -> None:
    """Warranty terms, repair deadlines, holidays and worked weekends (CSV or XLSX); all of the file goes in at once."""
    chunks = read_table(file, required=rule_files.REQUIRED_COLUMNS, known=rule_files.OTHER_COLUMNS)
    with surroundings() as here, Report(report, language) as said, FirstRows() as first_rows:

        def take(session: Session, whole: Iterator[Sequence[Row]], say: Say) -> Totals:
            return rules.import_rules(session, OPERATOR, rules.ImportRules(whole, first_rows, update), say)

        with progress(chunks, count_rows(file)) as counted:
            take_in(here.engine, [counted], take, said, dry_run=dry_run)
    finish(said)


@app.command("monitor")
@one_clear_line
def monitor(
    customer: Annotated[str, typer.Argument(help="BIN of the customer")],
    number: Annotated[str, typer.Argument(help="the contract's number as it is written")],
    stop: Annotated[bool, typer.Option("--stop", help="monitor it no more")] = False,
    language: Language = IN_ENGLISH,
) -> None:
    """Have a contract monitored: it counts among the objects monitored. Again: nothing changes."""
    command = MonitorContract(ContractKey(customer, number), is_monitored=not stop)
    with surroundings() as here, transaction(here.engine, Role.OWNER) as session:
        monitor_contract(session, OPERATOR, command)
    key = "command.monitored_no_more" if stop else "command.monitored"
    print(say(key, language, {"number": number}))  # noqa: T201
