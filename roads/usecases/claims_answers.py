"""The contractor answers a claim line by line, and the customer's engineer answers the dispute."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from roads.domain.actors import Actor, Permission
from roads.domain.claims import Action, DisputeReason, Finding, LineState
from roads.domain.photos import PhotoSubject
from roads.queries.claims import KnownLine, find_line
from roads.queries.photos import Subject
from roads.sql import statement
from roads.usecases.acting import acts
from roads.usecases.claims_moves import Words, answer_again, move
from roads.usecases.photos import attach_proofs

NEAR_CM = 1000
"""Works within 10 m of a defect may have caused it: chainages of digs are no more exact than that."""


@dataclass(frozen=True, slots=True)
class AcceptLine:
    """The contractor will mend it."""

    line_id: int


@dataclass(frozen=True, slots=True)
class DisputeLine:
    """The contractor says that it does not answer, and why; `evidence` are names of documents, `photo_ids` kept
    photos that its own organisation sent."""

    line_id: int
    reason: DisputeReason
    note: str
    evidence: Sequence[str] = ()
    photo_ids: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Decide:
    """An engineer decides on a line, and says why."""

    line_id: int
    note: str


@dataclass(frozen=True, slots=True)
class Disputed:
    """The state of the line, and what the register of works says where the reason is somebody else's works."""

    state: LineState
    finding: Finding | None


def accept(session: Session, actor: Actor, command: AcceptLine, *, today: date) -> LineState:
    """The contractor accepts. Errors: NotFound, NotAllowed, NotYourClaim, NotPossibleNow, StaleState."""
    return move(session, actor, find_line(session, command.line_id), Action.ACCEPT, today=today)


def accept_by_silence(session: Session, actor: Actor, *, today: date) -> int:
    """Lines that nobody answered within ten working days count as accepted, where contract or customer says so."""
    actor.require(Permission.RUN_JOBS)
    acts(session, actor, Action.ACCEPT_BY_SILENCE.value, today=today)
    return int(session.execute(statement("accept_by_silence"), {"on": today, "person": actor.name}).one().lines)


def dispute(session: Session, actor: Actor, command: DisputeLine, *, today: date) -> Disputed:
    """The contractor disputes; works of others are looked up in the register at once, and the result is attached.

    Errors: NotFound, NotAllowed, NotYourClaim, NotPossibleNow, StaleState, ReasonMissing, PhotoNotKept, PhotoNotYours.
    """
    line = find_line(session, command.line_id)
    note = Words.demanded(command.note).note
    evidence: dict[str, Any] = {"given": list(command.evidence)}
    if command.photo_ids:
        evidence["photos"] = sorted(set(command.photo_ids))
    finding = None
    if command.reason is DisputeReason.THIRD_PARTY_WORKS:
        register = _register(session, line)
        finding = Finding.IN_REGISTER if register else Finding.NOT_IN_REGISTER
        evidence |= {"finding": finding, "register": register}
    words = Words(command.reason, note, evidence)
    state = move(session, actor, line, Action.DISPUTE, today=today, words=words)
    shown = Subject(PhotoSubject.DISPUTE, line.id)
    attach_proofs(session, actor, command.photo_ids, shown, None, today=today)
    return Disputed(state, finding)


def _register(session: Session, line: KnownLine) -> list[Mapping[str, Any]]:
    """Works of others where the line is, as the register has them."""
    rows = session.execute(statement("works_on_line"), {"line_id": line.id, "margin_cm": NEAR_CM})
    return [{name: _plain(value) for name, value in row._mapping.items()} for row in rows]


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def uphold(session: Session, actor: Actor, command: Decide, *, today: date) -> LineState:
    """The claim stands against the dispute; its deadlines never stopped. Errors: as `accept`, and ReasonMissing."""
    line = find_line(session, command.line_id)
    return move(session, actor, line, Action.UPHOLD, today=today, words=Words.demanded(command.note))


def grant(session: Session, actor: Actor, command: Decide, *, today: date) -> LineState:
    """The contractor is right: the line is withdrawn, and the defect attributed again at once.

    Errors: as `uphold`. The same answer again is not claimed again: somebody must record what changes it.
    """
    line = find_line(session, command.line_id)
    state = move(session, actor, line, Action.GRANT, today=today, words=Words.demanded(command.note))
    answer_again(session, [line.place.carriageway_id])
    return state
