"""The statements, one to a file, by name. `statement("place_defects")` is `place_defects.sql`, ready to bind.

A line `-- include: name` stands for the text of `name.sql`, so that a select is written once and both asked and stored.
`-- include: name (parameter = expression)` gives one of its parameters a value of the statement around it.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from sqlalchemy import TextClause, text

_PARAMETER = re.compile(r"(?<![:\w]):(\w+)")
_INCLUDE = re.compile(r"^[ ]*-- include: (\w+)(?: \((\w+) = (.+)\))?$", re.MULTILINE)


@cache
def source(name: str, **instead: str) -> str:
    """The SQL of a statement, includes filled in; `instead` names another file for an include.

    Errors: FileNotFoundError for a name that has no file.
    """
    written = files(__name__).joinpath(f"{name}.sql").read_text(encoding="utf-8").rstrip().removesuffix(";")

    def included(found: re.Match[str]) -> str:
        name, parameter, expression = found.groups()
        said = source(instead.get(name, name), **instead)
        return _PARAMETER.sub(lambda one: expression if one[1] == parameter else one[0], said)

    return _INCLUDE.sub(included, written)


@cache
def statement(name: str, **instead: str) -> TextClause:
    """The statement as SQLAlchemy executes it; parameters are written `:name`."""
    return text(source(name, **instead))


@cache
def driver_statement(name: str, **instead: str) -> bytes:
    """The statement as psycopg executes it without SQLAlchemy: parameters are written `%(name)s`."""
    return _PARAMETER.sub(r"%(\1)s", source(name, **instead).replace("%", "%%")).encode()


@cache
def numbered_statement(name: str, **instead: str) -> tuple[bytes, tuple[str, ...]]:
    """The statement as PostgreSQL takes it, parameters written `$1`, and their names in that order.

    psycopg looks through a statement for its parameters each time when it is longer than a few thousand characters.
    """
    return _numbered(source(name, **instead))


@cache
def statement_of_each(name: str, called: tuple[str, ...], array: str) -> tuple[bytes, tuple[str, ...]]:
    """A statement about one thing, asked of several in one: as `numbered_statement`, with `things` of type `array` in
    place of the parameters in `called`, and first of its columns `asked_of`, the thing.

    To set up a plan often costs more than to carry it out once.
    """
    instead = {**dict.fromkeys(called, "thing_asked.key"), "things": f"CAST(:things AS {array})"}
    return _numbered(_PARAMETER.sub(lambda one: instead.get(one[1], one[0]), source("of_each", told=name)))


def _numbered(words: str) -> tuple[bytes, tuple[str, ...]]:
    numbers: dict[str, int] = {}
    written = _PARAMETER.sub(lambda match: f"${numbers.setdefault(match[1], len(numbers) + 1)}", words)
    return written.encode(), tuple(numbers)


def filled_statement(name: str, parameters: Mapping[str, str], **instead: str) -> str:
    """The statement with every parameter replaced by an expression of ours (`$1`, a column): what PREPARE takes."""
    return _PARAMETER.sub(lambda match: parameters[match.group(1)], source(name, **instead))
