"""What the calendar does to claims: rungs of the ladder, warranties lost in silence, defects that came back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from roads.domain.actors import Actor, Permission
from roads.domain.claims import LADDER, Rung
from roads.sql import statement
from roads.usecases.acting import acts

LOOKED_BACK_DAYS = 400
"""A line that has been no contractor's duty for so long is not looked at again: no outage lasts so long."""

RECURRENCE_CM = 1000
"""A defect that comes back within 10 m of its fix is the same trouble."""


@dataclass(frozen=True, slots=True)
class FlagLostWarranties:
    """Look for warranties that ended in silence; of some contracts only, if given."""

    contract_ids: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """How many warranties were found lost, and how many drafts of them were taken back."""

    lost: int
    withdrawn: int


def flag_overdue(session: Session, actor: Actor, *, today: date) -> Mapping[Rung, int]:
    """Record the rungs that silence has reached by today: each once, dated by the day it was reached."""
    actor.require(Permission.RUN_JOBS)
    acts(session, actor, "flag_overdue", today=today)
    rows = session.execute(
        statement("flag_overdue"),
        {
            "on": today,
            "looked_back_days": LOOKED_BACK_DAYS,
            "rungs": [step.rung.value for step in LADDER],
            "first_days": [step.first_day for step in LADDER],
            "last_days": [step.last_day for step in LADDER],
        },
    )
    return {Rung(row.rung): row.steps for row in rows}


def flag_lost_warranties(session: Session, actor: Actor, command: FlagLostWarranties, *, today: date) -> Lost:
    """Keep, once and with its cost, every warranty that ended with a confirmed open defect never notified."""
    actor.require(Permission.RUN_JOBS)
    acts(session, actor, "flag_lost_warranties", today=today)
    ids = None if command.contract_ids is None else list(command.contract_ids)
    counted = session.execute(
        statement("flag_lost_warranties"), {"on": today, "contract_ids": ids, "person": actor.name}
    ).one()
    return Lost(counted.lost, counted.withdrawn)


def link_recurrences(session: Session, actor: Actor, *, today: date) -> int:
    """Link defects that came back near a verified fix to the line it was; gives how many links were added."""
    actor.require(Permission.RUN_JOBS)
    acts(session, actor, "link_recurrences", today=today)
    return int(session.execute(statement("link_recurrences"), {"on": today, "reach_cm": RECURRENCE_CM}).one().links)
