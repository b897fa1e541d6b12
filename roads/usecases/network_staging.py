"""The tables in which an import is worked out before the network changes."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.columns import pa
from geo.ewkb import to_ewkb_hex
from geo.linear_referencing import Integers, Lines
from roads.usecases.copying import copy_table

STAGED = ("staged_feature", "staged_written", "staged_aside", "staged_vertex", "staged_cut", "staged_change")

# Tables of one transaction only: what a phase works out in Python and hands to the statements after it.
_TEMPORARY = {
    "writing": "n integer PRIMARY KEY, id integer NOT NULL",
    "measured": "n integer PRIMARY KEY, geom geometry NOT NULL, from_cm integer NOT NULL, to_cm integer NOT NULL",
    "piece": "n integer NOT NULL, geom geometry NOT NULL, from_cm integer NOT NULL, to_cm integer NOT NULL, "
    "is_folded boolean NOT NULL",
    "chained": "n integer PRIMARY KEY, chain text NOT NULL, direction text NOT NULL, at_m float8 NOT NULL, "
    "is_falling boolean NOT NULL, measured_by text NOT NULL, knots_at_m float8[], knots_m float8[]",
    "mapping": "old_id integer NOT NULL, new_id integer NOT NULL, old_extent int4range NOT NULL, "
    "new_extent int4range NOT NULL, is_reversed boolean NOT NULL",
}


def empty_staging(session: Session) -> None:
    """Forget what an earlier import staged. Imports run one at a time (see `claim_import`)."""
    session.execute(text(f"TRUNCATE {', '.join(STAGED)}"))


def plan_for_bulk(session: Session, *, on: bool = True) -> None:
    """Let this transaction join by hashing.

    Tables filled a moment ago have no statistics: the planner takes them for small, and a nested loop over two of them
    takes minutes instead of a second.
    """
    session.execute(text(f"SET LOCAL enable_nestloop = {'off' if on else 'on'}"))


def empty_temporary(session: Session, *names: str) -> None:
    """Temporary tables of these names, empty."""
    for name in names:
        session.execute(text(f"CREATE TEMPORARY TABLE IF NOT EXISTS {name} ({_TEMPORARY[name]}) ON COMMIT DELETE ROWS"))
        session.execute(text(f"TRUNCATE {name}"))


def copy_lines(session: Session, into: str, numbers: Integers, lines: Lines, columns: dict[str, Any]) -> None:
    """Append measured lines with their numbers and further columns to a temporary table."""
    copy_table(session, into, pa.table({"n": numbers, "geom": to_ewkb_hex(lines), **columns}))
