"""The contractor reports that it is mended, and somebody else of another organisation sees whether that is true."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import func, insert, update
from sqlalchemy.orm import Session

from roads.domain.actors import Actor
from roads.domain.claims import (
    Action,
    LineState,
    Party,
    PhotoMissing,
    ReopenReason,
    demand_ahead,
    demand_may,
    next_state,
)
from roads.domain.photos import PhotoSubject
from roads.models import ClaimLine, Repair
from roads.queries.claims import KnownLine, find_line, open_repair
from roads.queries.photos import Subject
from roads.usecases.acting import acts
from roads.usecases.claims_clocks import clocks_of, start_clocks
from roads.usecases.claims_moves import Words, move, stale
from roads.usecases.photos import attach_proofs
from roads.usecases.photos_public import release_photos_of_repair


@dataclass(frozen=True, slots=True)
class ReportRepair:
    """The contractor says that it is mended, and shows it: photos that its own organisation sent and that are kept."""

    line_id: int
    photo_ids: Sequence[int]
    note: str | None = None


@dataclass(frozen=True, slots=True)
class RecordPatch:
    """The place was fenced off or patched, until it is mended for good."""

    line_id: int
    note: str | None = None


@dataclass(frozen=True, slots=True)
class PlanRepair:
    """The day on which the contractor will mend it."""

    line_id: int
    planned_on: date
    note: str | None = None


@dataclass(frozen=True, slots=True)
class VerifyRepair:
    """Somebody who did not mend it saw that it is mended; the public may see its photos if they say so."""

    line_id: int
    note: str | None = None
    is_released: bool = False


@dataclass(frozen=True, slots=True)
class RejectRepair:
    """Somebody who did not mend it saw that it is not mended, and says what is wrong."""

    line_id: int
    note: str


@dataclass(frozen=True, slots=True)
class Reopen:
    """A verified repair did not last, or was none. `defect_id` is the defect that came back, where there is one."""

    line_id: int
    reason: ReopenReason
    note: str
    defect_id: int | None = None


class Verdict(StrEnum):
    """What became of a reported repair."""

    VERIFIED = "verified"
    REJECTED = "rejected"


def record_patch(session: Session, actor: Actor, command: RecordPatch, *, today: date) -> LineState:
    """A temporary repair stops the safety clock, the first one for good, and nothing else.

    Errors: NotFound, NotAllowed, NotYourClaim, NotPossibleNow, StaleState.
    """
    line = find_line(session, command.line_id)
    patched = {"patched_on": func.coalesce(ClaimLine.patched_on, today)}
    return move(session, actor, line, Action.PATCH, today=today, words=Words.given(command.note), changes=patched)


def plan_repair(session: Session, actor: Actor, command: PlanRepair, *, today: date) -> LineState:
    """The contractor says when it will mend; the deadline stays where it is, and another day takes the place of this.

    Errors: as `record_patch`, and DayOutOfRange.
    """
    demand_ahead(command.planned_on, today)
    words = Words(note=command.note or None, evidence={"planned_on": command.planned_on.isoformat()})
    changes = {"repair_planned_on": command.planned_on}
    line = find_line(session, command.line_id)
    return move(session, actor, line, Action.PLAN_REPAIR, today=today, words=words, changes=changes)


def report_repair(session: Session, actor: Actor, command: ReportRepair, *, today: date) -> LineState:
    """The contractor reports a repair with photos taken after it; none of them, and none that looks like one of them,
    may have proved a repair of another line.

    Errors: as `record_patch`, and NoOrganisation, PhotoMissing, PhotoNotKept, PhotoNotYours, PhotoUsedBefore,
    PhotoShowsTheDefect.
    """
    line = find_line(session, command.line_id)
    if not command.photo_ids:
        raise PhotoMissing()
    state = move(
        session,
        actor,
        line,
        Action.REPORT_REPAIR,
        today=today,
        words=Words.given(command.note),
        changes={"repaired_on": today},
    )
    reporter = Party.of(actor)
    added = insert(Repair).values(
        line_id=line.id,
        reported_on=today,
        reporter=reporter.name,
        reporter_organisation_id=reporter.organisation_id,
    )
    repair_id = session.scalars(added.returning(Repair.id)).one()
    shown = Subject(PhotoSubject.REPAIR, line.id)
    attach_proofs(session, actor, command.photo_ids, shown, repair_id, today=today)
    return state


def verify(session: Session, actor: Actor, command: VerifyRepair, *, today: date) -> LineState:
    """Another person of another organisation has seen it. Errors: as `record_patch`, NoOrganisation, OwnRepair."""
    line = find_line(session, command.line_id)
    repair_id = _judge(session, actor, line, Action.VERIFY, Verdict.VERIFIED, today)
    if command.is_released:
        release_photos_of_repair(session, actor, repair_id, today=today)
    changes = {"verified_repair_id": repair_id}
    return move(session, actor, line, Action.VERIFY, today=today, words=Words.given(command.note), changes=changes)


def reject_repair(session: Session, actor: Actor, command: RejectRepair, *, today: date) -> LineState:
    """It is not mended: the line is owed again, and its deadlines never stopped. Errors: as `verify`, ReasonMissing."""
    line = find_line(session, command.line_id)
    words = Words.demanded(command.note)
    _judge(session, actor, line, Action.REJECT_REPAIR, Verdict.REJECTED, today)
    changes = {"repaired_on": None}
    return move(session, actor, line, Action.REJECT_REPAIR, today=today, words=words, changes=changes)


def _judge(session: Session, actor: Actor, line: KnownLine, action: Action, verdict: Verdict, today: date) -> int:
    """Write the verdict on the open repair of a line; gives the repair."""
    demand_may(actor, action, line.sides)
    next_state(line.state, action)
    repair = open_repair(session, line.id)
    if repair is None:
        raise stale(session, line, action)
    acts(session, actor, action.value, today=today)
    verifier = Party.of(actor)
    verifier.demand_other_than(repair.reporter)
    judged = update(Repair).where(Repair.id == repair.id, Repair.verdict.is_(None))
    judged = judged.values(
        verdict=verdict, judged_on=today, verifier=verifier.name, verifier_organisation_id=verifier.organisation_id
    ).execution_options(synchronize_session=False)
    if session.scalars(judged.returning(Repair.id)).one_or_none() is None:
        raise stale(session, line, action)
    return repair.id


def reopen(session: Session, actor: Actor, command: Reopen, *, today: date) -> LineState:
    """A verified repair is owed again: a new round with new deadlines from today, and the ladder from its foot.

    Errors: as `record_patch`, ReasonMissing.
    """
    line = find_line(session, command.line_id)
    note = Words.demanded(command.note).note
    words = Words(command.reason, note, {"defect_id": command.defect_id} if command.defect_id else None)
    clocks = clocks_of(session, line.contract_id, line.customer_id)
    changes = {
        **start_clocks(session, clocks, [line.id], today)[line.id],
        "round": line.round + 1,
        "repair_planned_on": None,
        "patched_on": None,
        "repaired_on": None,
        "verified_repair_id": None,
    }
    return move(session, actor, line, Action.REOPEN, today=today, words=words, changes=changes)
