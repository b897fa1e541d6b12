"""How every command runs: settings and engine in, one clear line and the right exit code out, never a traceback."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import Annotated, NoReturn, ParamSpec, TypeVar

import typer
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from geo.errors import GeoError
from roads.commands.reports import Report
from roads.db import open_engine
from roads.domain.accounts import WeakPassword
from roads.domain.errors import DatabaseUnusable, RoadsError
from roads.i18n import FALLBACK, say
from roads.settings import Settings, read_settings

P = ParamSpec("P")
R = TypeVar("R")

EXIT_UNUSABLE = 2
EXIT_DATABASE = 4

File = Annotated[Path, typer.Argument(help="the file to read")]
ReportFile = Annotated[Path | None, typer.Option("--report", help="write remarks to this CSV file")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="read and check everything, keep nothing")]
Language = Annotated[str, typer.Option("--language", help="kk, ru or en")]
IN_ENGLISH: Language = FALLBACK


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a command finds around it."""

    settings: Settings
    engine: Engine
    now: datetime

    @property
    def today(self) -> date:
        """What day it is here."""
        return self.now.date()


@contextmanager
def surroundings() -> Iterator[Surroundings]:
    """Settings from the environment, an engine, and what time it is here. The only clock a command reads."""
    settings = read_settings()
    engine = open_engine(settings.database_url)
    try:
        yield Surroundings(settings, engine, datetime.now(settings.zone))
    finally:
        engine.dispose()


def column_help(required: Sequence[str], others: Sequence[str]) -> str:
    """What a command's help says of the columns of its table."""
    return f"Columns that must be there: {', '.join(required)}. Others it knows: {', '.join(others)}."


def finish(report: Report) -> NoReturn:
    """The last line of an import, and its exit code."""
    print(report.last_line)  # noqa: T201
    raise typer.Exit(report.exit_code)


def one_clear_line(command: Callable[P, R]) -> Callable[P, R]:
    """Turn errors a person can mend into one line on standard error and the exit code of their kind."""

    @wraps(command)
    def careful(*args: P.args, **kwargs: P.kwargs) -> R:
        language = str(kwargs.get("language") or FALLBACK)
        try:
            return command(*args, **kwargs)
        except DatabaseUnusable as unusable:
            _stop(say(f"error.database.{unusable.params['problem']}", language, unusable.params), EXIT_DATABASE)
        except DBAPIError as refused:
            _stop(say("error.database.refused", language, {"problem": _first_line(refused)}), EXIT_DATABASE)
        except WeakPassword as weak:
            _stop(say(f"error.weak_password.{weak.params['problem']}", language), EXIT_UNUSABLE)
        except (RoadsError, GeoError) as mendable:
            _stop(say(f"error.{mendable.code}", language, mendable.params), EXIT_UNUSABLE)

    return careful


def _stop(line: str, code: int) -> NoReturn:
    print(line, file=sys.stderr)  # noqa: T201
    raise typer.Exit(code)


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0] if error.orig else type(error).__name__
