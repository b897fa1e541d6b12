"""Rows to start with: `python -m seed --help`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from secrets import token_urlsafe
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import Connection, Engine

from roads.commands.reports import Report
from roads.commands.running import IN_ENGLISH, Language, one_clear_line, surroundings
from roads.db import Role, transaction
from roads.domain.actors import OPERATOR
from roads.i18n import say
from roads.media import open_media
from roads.usecases import network
from roads.usecases.reference import load_reference
from seed.bulk import Bulk, bulk_steps
from seed.demo import is_empty, is_loaded, load_demo
from seed.people import KeepPeople, Parties, keep_people, parties_of_demo
from seed.reference import reference_rows

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Load reference rows (production too), the demonstration, or bulk rows for load tests.",
)

IfEmpty = Annotated[
    bool, typer.Option("--if-empty", help="only where there are no roads, contracts or defects of anybody's")
]
Roads = Annotated[int, typer.Option(min=1, max=100_000, help="roads of 50 km")]
Contracts = Annotated[int, typer.Option(min=0, max=1_000_000, help="contracts, one stretch each")]
Defects = Annotated[int, typer.Option(min=0, max=100_000_000, help="defects, one in twenty a stretch")]
Seed = Annotated[int, typer.Option(min=0, help="the same seed and day give the same rows")]


@app.command()
@one_clear_line
def reference(language: Language = IN_ENGLISH) -> None:
    """Regions, distress catalogue, terms, deadlines and calendar, each with its source; what people edited stays."""
    with surroundings() as here, Report(None, language) as report, transaction(here.engine) as session:
        report.count(load_reference(session, OPERATOR, reference_rows(), report.say))
    print(report.last_line)
    raise typer.Exit(report.exit_code)


@app.command()
@one_clear_line
def demo(if_empty: IfEmpty = False, language: Language = IN_ENGLISH) -> None:
    """Real highways and streets of Almaty drawn schematically, made-up works and defects; never loaded twice."""
    with surroundings() as here, _alone(here.engine) as connection, transaction(connection) as session:
        is_fresh = False
        if is_loaded(session):
            print(say("seed.demo_there", language))
        elif if_empty and not is_empty(session):
            print(say("seed.not_empty", language))
        else:
            media = open_media(here.settings.media_url)
            media.demand_usable()
            load_demo(session, OPERATOR, media=media, today=here.today)
            is_fresh = True
            print(say("seed.demo_loaded", language, {"day": here.today}))
        is_asked = is_fresh or (bool(here.settings.demo_password) and is_loaded(session))
        parties = parties_of_demo(session) if is_asked else None
    if parties is not None:
        _let_in(parties, language)


def _let_in(parties: Parties, language: str) -> None:
    """Make the demonstration's people where they are missing, and say how to sign in as each of them."""
    with surroundings() as here, transaction(here.engine, Role.ACCOUNTS) as session:
        password = here.settings.demo_password or token_urlsafe(12)
        logins = keep_people(session, OPERATOR, KeepPeople(parties, password), now=here.now.astimezone(UTC))
    print(say("seed.demo_people", language, {"password": password}))
    for role, login in logins.items():
        print(f"  {login}  {say(f'role.{role.value}', language)}")


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A connection while which no other network import runs; two demonstrations at once queue here too."""
    with engine.connect() as connection:
        with transaction(connection, None) as session:
            network.claim(session)
        try:
            yield connection
        finally:
            # A pooled connection would take the claim along.
            connection.invalidate()


@app.command()
@one_clear_line
def bulk(
    roads: Roads = 200,
    contracts: Contracts = 2000,
    defects: Defects = 100_000,
    seed: Seed = 1,
    language: Language = IN_ENGLISH,
) -> None:
    """Made-up rows of any number for load tests, by COPY; refused where bulk rows are already."""
    command = Bulk(roads, contracts, defects, seed)
    with surroundings() as here, _progress() as bar:
        # Contracts are written, and then settled.
        task = bar.add_task(say("seed.bulk", language), total=roads + 2 * contracts + defects)
        for step in bulk_steps(OPERATOR, command, today=here.today):
            with transaction(here.engine) as session:
                step.work(session)
            bar.advance(task, step.rows)
    print(f"roads={roads} contracts={contracts} defects={defects} seed={seed}")


def _progress() -> Progress:
    console = Console(file=sys.stderr)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


if __name__ == "__main__":
    app(prog_name="python -m seed")
