"""What waits for whoever acts: each list in the order in which it is worth looking at, of their own rows alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from roads.domain.errors import NotFound
from roads.domain.scorecard import WINDOW_DAYS, Scorecard
from roads.queries.scorecards import NO_CARD, card_of
from roads.sql import statement

ENDING_WITHIN_DAYS = 90
ROWS_OF_A_LIST = 25


class WaitsFor(StrEnum):
    """What an issued line waits for."""

    ANSWER = "answer"
    VERIFICATION = "verification"
    OVERDUE = "overdue"
    OWED = "owed"


@dataclass(frozen=True, slots=True)
class Waiting:
    """The first rows of a list and how many there are in all."""

    rows: Sequence[Row[Any]] = ()

    @property
    def total(self) -> int:
        """How many there are, shown or not."""
        return self.rows[0].total if self.rows else 0

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.total - len(self.rows)


def ending_warranties(session: Session, on: date) -> Waiting:
    """Contracts whose warranty ends soon over defects that nobody has claimed."""
    mine = list(session.scalars(text("SELECT id FROM acting_contract")))
    asked = {"on": on, "contract_ids": mine, "ahead_days": ENDING_WITHIN_DAYS, "at_most": ROWS_OF_A_LIST}
    return Waiting(session.execute(statement("desk_ending"), asked).all() if mine else ())


def waiting_drafts(session: Session, on: date) -> Waiting:
    """Drafts that somebody must issue or withdraw."""
    return Waiting(session.execute(statement("desk_drafts"), {"on": on, "at_most": ROWS_OF_A_LIST}).all())


def waiting_lines(session: Session, on: date, kinds: Sequence[WaitsFor]) -> dict[WaitsFor, Waiting]:
    """Issued lines by what they wait for, of these kinds."""
    asked = {"on": on, "at_most": ROWS_OF_A_LIST, "waits_for": [kind.value for kind in kinds]}
    rows = session.execute(statement("desk_lines"), asked).all()
    found = {WaitsFor(kind): Waiting(list(group)) for kind, group in groupby(rows, key=lambda row: row.waits_for)}
    return {kind: found.get(kind, Waiting()) for kind in kinds}


def waiting_reviews(session: Session) -> Waiting:
    """Defects whose place or answer a person must settle."""
    return Waiting(session.execute(statement("desk_reviews"), {"at_most": ROWS_OF_A_LIST}).all())


def scorecard(session: Session, contractor_id: int, on: date) -> Scorecard:
    """How a contractor answers, as far as whoever acts may see its claims."""
    asked = {"contractor_id": contractor_id, "on": on, "days": WINDOW_DAYS}
    row = session.execute(statement("scorecards"), asked).one_or_none()
    return card_of(row, session.execute(statement("exposure_of_contractors"), asked).one()) if row else NO_CARD


# --- settling a place

REACH_M = 100
"""A defect is settled onto a carriageway no farther away than the snapping distance may be at most."""
CARRIAGEWAYS_AT_MOST = 12


@dataclass(frozen=True, slots=True)
class Doubt:
    """A defect whose place or answer must be settled, and the carriageways near it, the nearest first."""

    defect: Row[Any]
    parts: Sequence[Row[Any]]
    near: Sequence[Row[Any]]


def doubt_about(session: Session, defect_id: int) -> Doubt:
    """What one needs to know to settle the place of a defect. Errors: NotFound."""
    defect = session.execute(statement("defect_seen"), {"id": defect_id}).one_or_none()
    if defect is None:
        raise NotFound(thing="defect", key=defect_id)
    asked = {"id": defect_id, "reach_m": REACH_M, "at_most": CARRIAGEWAYS_AT_MOST}
    near = session.execute(statement("carriageways_near_defect"), asked).all()
    parts = session.execute(statement("answers_of_defect"), {"id": defect_id}).all()
    return Doubt(defect, parts, near)
