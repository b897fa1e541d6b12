"""`import-inspections`: what inspectors looked at, and what came of it, comes in by file."""

from collections.abc import Sequence
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
from roads.domain.actors import OPERATOR
from roads.domain.inspections import OTHER_COLUMNS, REQUIRED_COLUMNS
from roads.domain.remarks import Say, Totals
from roads.usecases import inspections

app = typer.Typer()

Source = Annotated[str | None, typer.Option(help="the source the inspections belong to; by default the file's name")]


@app.command(epilog=column_help(REQUIRED_COLUMNS, OTHER_COLUMNS))
@one_clear_line
def import_inspections(
    file: File,
    source: Source = None,
    report: ReportFile = None,
    dry_run: DryRun = False,
    language: Language = IN_ENGLISH,
) -> None:
    """Inspections with their outcome, one row each (CSV or XLSX); what was found comes in by `import-defects`."""
    chunks = read_table(file, required=REQUIRED_COLUMNS, known=OTHER_COLUMNS)
    with surroundings() as here, Report(report, language) as said:

        def take(session: Session, rows: Sequence[Row], say: Say) -> Totals:
            command = inspections.ImportInspections(rows, source or file.stem)
            return inspections.import_inspections(session, OPERATOR, command, say, today=here.today)

        with progress(chunks, count_rows(file)) as counted:
            take_in(here.engine, counted, take, said, dry_run=dry_run)
    finish(said)
