"""`verify-ledger` says whether the ledger is what it was, and whether the tables are what the ledger says."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from geo.errors import UnusableFile
from roads.commands.running import EXIT_UNUSABLE, IN_ENGLISH, Language, one_clear_line, surroundings
from roads.db import Role, transaction
from roads.domain.ledger import NothingToVerify
from roads.i18n import say
from roads.queries.ledger import Compared, compare_with_tables
from roads.verify_ledger import Trouble, Unreadable, Verified, verify

EXIT_NOT_IN_ORDER = 1

app = typer.Typer()


@app.command("verify-ledger")
@one_clear_line
def verify_ledger(
    export: Annotated[Path | None, typer.Argument(help="the exported ledger, .jsonl")] = None,
    checkpoint: Annotated[Path | None, typer.Argument(help="a checkpoint that was kept")] = None,
    key: Annotated[str | None, typer.Option("--key", help="the public key; else the export's own is believed")] = None,
    live: Annotated[bool, typer.Option("--live", help="compare the tables with the ledger")] = False,
    language: Language = IN_ENGLISH,
) -> None:
    """Check an export against a checkpoint; with --live also, or only, the tables against the ledger.

    Exit code 0: in order; 1: not, with the first record that is not; 2: a file cannot be read; 4: the database.
    """
    if not live and (export is None or checkpoint is None):
        raise NothingToVerify()
    is_in_order = True
    if export is not None and checkpoint is not None:
        is_in_order = _tell_of_export(export, checkpoint, key, language)
    if live:
        is_in_order = _tell_of_tables(language) and is_in_order
    if not is_in_order:
        raise typer.Exit(EXIT_NOT_IN_ORDER)


def _tell_of_export(export: Path, checkpoint: Path, key: str | None, language: str) -> bool:
    try:
        found = verify(export, checkpoint.read_text(encoding="utf-8"), key)
    except Unreadable as unreadable:
        print(say(f"ledger.{unreadable.code}", language, unreadable.params), file=sys.stderr)  # noqa: T201
        raise typer.Exit(EXIT_UNUSABLE) from None
    except (OSError, UnicodeDecodeError) as unreadable:
        raise UnusableFile(problem="unreadable_ledger", file=export, reason=unreadable) from None
    print(sentence_of(found, language))  # noqa: T201
    return isinstance(found, Verified)


def sentence_of(found: Verified | Trouble, language: str) -> str:
    """What was found in an export, in words."""
    if isinstance(found, Trouble):
        return say(f"ledger.{found.code}", language, found.params)
    return say("ledger.verified", language, {**vars(found), "root": found.root.hex()})


def _tell_of_tables(language: str) -> bool:
    with surroundings() as here, transaction(here.engine, Role.OWNER) as session:
        compared = compare_with_tables(session)
    print(sentence_of_tables(compared, language))  # noqa: T201
    return compared.strayed is None


def sentence_of_tables(compared: Compared, language: str) -> str:
    """What was found in the tables, in words."""
    first = compared.strayed
    if first is None:
        return say("ledger.live.in_order", language, {"records": compared.records, "forgotten": compared.forgotten})
    number = "-" if first.number is None else first.number
    columns = first.columns or "-"
    facts = {"subject": first.subject, "record": first.record, "number": number, "columns": columns}
    return say(f"ledger.live.{first.code}", language, facts)
