"""Contractor and customer look at a place together: on which day, and what their act says. The state stays as it is."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from roads.domain.actors import Actor
from roads.domain.claims import Action, LineState, demand_ahead, demand_over
from roads.queries.claims import find_line
from roads.usecases.claims_moves import Words, move


@dataclass(frozen=True, slots=True)
class AskJointVisit:
    """The contractor asks to look at the place together, on a day if it names one."""

    line_id: int
    note: str | None = None
    visit_on: date | None = None


@dataclass(frozen=True, slots=True)
class SetJointVisit:
    """The day on which both sides meet at the place; the note says where and when."""

    line_id: int
    visit_on: date
    note: str | None = None


@dataclass(frozen=True, slots=True)
class HoldJointVisit:
    """The visit has taken place; `act` is the number of the act both sides signed, the note says what they found."""

    line_id: int
    held_on: date
    act: str
    note: str


def ask_joint_visit(session: Session, actor: Actor, command: AskJointVisit, *, today: date) -> LineState:
    """The contractor asks for a joint visit, which is an answer and no silence.

    Errors: NotFound, NotAllowed, NotYourClaim, NotPossibleNow, StaleState, DayOutOfRange.
    """
    asked = None
    if command.visit_on:
        demand_ahead(command.visit_on, today)
        asked = {"visit_on": command.visit_on.isoformat()}
    words = Words(note=command.note or None, evidence=asked)
    return move(session, actor, find_line(session, command.line_id), Action.ASK_JOINT_VISIT, today=today, words=words)


def set_joint_visit(session: Session, actor: Actor, command: SetJointVisit, *, today: date) -> LineState:
    """The engineer names the day of a joint visit, asked for or not; another day takes its place. Errors: as above."""
    demand_ahead(command.visit_on, today)
    words = Words(note=command.note or None, evidence={"visit_on": command.visit_on.isoformat()})
    changes = {"visit_on": command.visit_on}
    line = find_line(session, command.line_id)
    return move(session, actor, line, Action.SET_JOINT_VISIT, today=today, words=words, changes=changes)


def hold_joint_visit(session: Session, actor: Actor, command: HoldJointVisit, *, today: date) -> LineState:
    """The act of a joint visit is on record, and what was found. Errors: as above, and ReasonMissing."""
    demand_over(command.held_on, today)
    note, act = Words.demanded(command.note).note, Words.demanded(command.act).note
    words = Words(note=note, evidence={"held_on": command.held_on.isoformat(), "act": act})
    changes = {"visit_on": None, "visited_on": command.held_on, "visit_act": act}
    line = find_line(session, command.line_id)
    return move(session, actor, line, Action.HOLD_JOINT_VISIT, today=today, words=words, changes=changes)
