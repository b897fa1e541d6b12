"""People put the record right: a mistaken defect is withdrawn, a repeated one merged, a doubtful place settled.

Nothing is deleted, and each correction says who made it and why. What was issued keeps its facts; drafts that hold no
longer are taken back at once, and the places concerned are shown anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session

from roads.domain.actors import Actor, Permission
from roads.domain.claims import demand_reason
from roads.domain.corrections import Correction, DefectClosed, MergedIntoItself, NotYourDefect, OutOfReach
from roads.domain.errors import NotFound
from roads.domain.remarks import refused
from roads.models import Carriageway, ClaimLine, Defect, DefectEvent, Placement
from roads.queries.places import find_carriageways
from roads.sql import statement
from roads.usecases.acting import acts
from roads.usecases.attribution import PlaceDefects, place_defects
from roads.usecases.claims_drafting import take_back_drafts
from roads.usecases.claims_moves import REGISTER, answer_again


@dataclass(frozen=True, slots=True)
class WithdrawDefect:
    """There was no such defect."""

    defect_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class MergeDefect:
    """The defect was recorded before, as another one."""

    defect_id: int
    into_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class SettlePlace:
    """The defect lies on this carriageway, and not on another one near it; sought within `snap_m` metres."""

    defect_id: int
    carriageway_id: int
    reason: str
    snap_m: float


def withdraw_defect(session: Session, actor: Actor, command: WithdrawDefect, *, today: date) -> None:
    """Take a defect out of everything that is counted and claimed. Errors: NotFound, NotAllowed, ReasonMissing,
    NotYourDefect, DefectClosed."""
    actor.require(Permission.IMPORT_DEFECTS)
    reason = demand_reason(command.reason)
    acts(session, actor, "withdraw_defect", today=today)
    _open_defects(session, [command.defect_id])
    _demand_own(session, [command.defect_id])
    _change(session, [command.defect_id], withdrawn_on=today, withdrawn_reason=reason)
    _tell(session, actor, command.defect_id, Correction.WITHDRAW, reason, today)
    _show_anew(session, actor, [command.defect_id], today)


def merge_defect(session: Session, actor: Actor, command: MergeDefect, *, today: date) -> None:
    """Keep one record of what was recorded twice; what was merged into the repeated one follows it.

    Errors: NotFound, NotAllowed, ReasonMissing, MergedIntoItself, NotYourDefect, DefectClosed (of either).
    """
    actor.require(Permission.IMPORT_DEFECTS)
    reason = demand_reason(command.reason)
    if command.defect_id == command.into_id:
        raise MergedIntoItself(defect=command.defect_id)
    acts(session, actor, "merge_defect", today=today)
    _open_defects(session, [command.defect_id, command.into_id])
    followers = session.scalars(select(Defect.id).where(Defect.merged_into_id == command.defect_id)).all()
    _demand_own(session, [command.defect_id, *followers])
    _change(session, [command.defect_id, *followers], merged_into_id=command.into_id)
    _tell(session, actor, command.defect_id, Correction.MERGE, reason, today)
    _show_anew(session, actor, [command.defect_id, command.into_id], today)


def settle_place(session: Session, actor: Actor, command: SettlePlace, *, today: date) -> None:
    """Say on which carriageway a defect lies where the machine could not tell; it is answered for at once.

    Errors: NotFound, NotAllowed, ReasonMissing, NotYourDefect, DefectClosed, OutOfReach.
    """
    actor.require(Permission.PURSUE_CLAIMS)
    reason = demand_reason(command.reason)
    acts(session, actor, "settle_place", today=today)
    _open_defects(session, [command.defect_id])
    _demand_own(session, [command.defect_id])
    asked = select(Carriageway.source_id).where(Carriageway.id == command.carriageway_id)
    source_id = session.scalars(asked.where(Carriageway.retired_at.is_(None))).one_or_none()
    if source_id is None:
        raise NotFound(thing="carriageway", key=command.carriageway_id)
    before = _carriageways_of(session, command.defect_id)
    chosen = [command.carriageway_id]
    _change(session, [command.defect_id], chosen_source_id=source_id, chosen_carriageway_ids=chosen, settled_on=today)
    place_defects(session, REGISTER, PlaceDefects([command.defect_id], command.snap_m))
    if _carriageways_of(session, command.defect_id) != chosen:
        raise OutOfReach(defect=command.defect_id, carriageway=source_id)
    answer_again(session, sorted({*before, *chosen}))
    _tell(session, actor, command.defect_id, Correction.SETTLE_PLACE, reason, today)
    _show_anew(session, actor, [command.defect_id], today)


def settlement(session: Session, defect_id: int, source_id: str, reason: str, snap_m: float) -> SettlePlace:
    """The same with the carriageway called by its id in the network. Errors: BadFields."""
    called = find_carriageways(session, {source_id}).get(source_id, ())
    if not called:
        raise refused("source_id", "unknown_source_id", source_id)
    if len(called) > 1:
        raise refused("source_id", "parts_share_no_chainage", source_id, parts=len(called))
    return SettlePlace(defect_id, called[0], reason, snap_m)


def _open_defects(session: Session, ids: Sequence[int]) -> None:
    """Hold the defects, in the order of their ids, so that two who correct them come one after the other."""
    asked = select(Defect.id, Defect.withdrawn_on, Defect.merged_into_id).where(Defect.id.in_(ids))
    found = {row.id: row for row in session.execute(asked.order_by(Defect.id).with_for_update(key_share=True))}
    for number in ids:
        if number not in found:
            raise NotFound(thing="defect", key=number)
        if found[number].withdrawn_on or found[number].merged_into_id:
            raise DefectClosed(defect=number, state="withdrawn" if found[number].withdrawn_on else "merged")


def _demand_own(session: Session, ids: Sequence[int]) -> None:
    """Errors: NotYourDefect. The database would refuse the change as well; this says why."""
    is_own = func.may_correct_defect(Defect.id, Defect.organisation_id)
    for number in session.scalars(select(Defect.id).where(Defect.id.in_(ids), ~is_own).order_by(Defect.id)):
        raise NotYourDefect(defect=number)


def _change(session: Session, ids: Sequence[int], **columns: Any) -> None:
    changed = update(Defect).where(Defect.id.in_(ids)).values(**columns)
    session.execute(changed.execution_options(synchronize_session=False))


def _tell(session: Session, actor: Actor, defect_id: int, action: Correction, reason: str, today: date) -> None:
    session.execute(
        insert(DefectEvent).values(
            defect_id=defect_id,
            action=action,
            reason=reason,
            person=actor.name,
            organisation_id=actor.organisation_id,
            role=actor.role,
            happened_on=today,
        )
    )


def _carriageways_of(session: Session, defect_id: int) -> list[int]:
    asked = select(Placement.carriageway_id).where(
        Placement.defect_id == defect_id, Placement.replaced_at == text("'infinity'")
    )
    return sorted(number for number in session.scalars(asked) if number is not None)


def _show_anew(session: Session, actor: Actor, defect_ids: Sequence[int], today: date) -> None:
    session.execute(statement("mark_defects"), {"defect_ids": list(defect_ids)})
    drafted = select(ClaimLine.contract_id).where(ClaimLine.defect_id.in_(defect_ids)).distinct()
    if contracts := list(session.scalars(drafted)):
        take_back_drafts(session, actor, contracts, today=today)
