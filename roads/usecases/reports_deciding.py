"""Somebody looks at what citizens told: a report becomes a defect, joins one, or is turned down for a reason.

What it becomes is recorded, placed and answered for as an inspector's own find, in one transaction with the decision.
Whether a repair is looked at again decides another person than who verified it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert as insert_unless_there
from sqlalchemy.orm import Session

from roads.db import wait_for_turn
from roads.domain.actors import Actor, Permission
from roads.domain.claims import Action, Party, ReopenReason, demand_may, demand_reason
from roads.domain.errors import NotFound
from roads.domain.photos import PhotoSubject
from roads.domain.reports import (
    SOURCE,
    OwnVerdict,
    RejectReason,
    ReopeningDecided,
    ReopeningState,
    ReportDecided,
    ReportState,
)
from roads.models import PhotoUpload, ReopenRequest, Report, ReportPhoto
from roads.queries.claims import find_line
from roads.queries.photos import Subject
from roads.queries.reports import is_public_defect
from roads.usecases.acting import acts
from roads.usecases.claims_repairs import Reopen, reopen
from roads.usecases.defects_recording import Ground, RecordDefect, record_defect
from roads.usecases.photos import AttachPhoto, attach_photo
from roads.usecases.photos_public import ReleasePhoto, release_photo
from roads.usecases.reports import CITIZEN


@dataclass(frozen=True, slots=True)
class AcceptReport:
    """There is such a defect. `values` put right what the citizen said, by the columns of a defects file; the public
    sees the photos of it if the actor says that they have looked at them."""

    report_id: int
    ground: Ground
    values: Mapping[str, str] = field(default_factory=dict)
    is_released: bool = False


@dataclass(frozen=True, slots=True)
class JoinReport:
    """The report is of a defect that is on record."""

    report_id: int
    defect_id: int
    is_released: bool = False


@dataclass(frozen=True, slots=True)
class RejectReport:
    """The report becomes no defect."""

    report_id: int
    reason: RejectReason


@dataclass(frozen=True, slots=True)
class DecideReopening:
    """Whether a verified repair is owed again, because somebody says that it is none; with the decider's words."""

    request_id: int
    is_upheld: bool
    note: str


def accept_report(session: Session, actor: Actor, command: AcceptReport, *, today: date) -> int:
    """Make a report a confirmed defect, found on the day on which the citizen saw it; gives the defect.

    Errors: NotAllowed, NotFound, ReportDecided, BadFields, and those of `attach_photo`.
    """
    actor.require(Permission.IMPORT_DEFECTS)
    report = _open_report(session, command.report_id)
    values = {**_as_told(report), **{name: said for name, said in command.values.items() if said}}
    recorded = RecordDefect(values, command.ground, source=SOURCE)
    defect_id = record_defect(session, actor, recorded, today=today)
    acts(session, actor, "accept_report", today=today)
    _decide(session, actor, report, today, state=ReportState.ACCEPTED, defect_id=defect_id)
    _attach_photos(session, actor, report, defect_id, today, is_released=command.is_released)
    return defect_id


def join_report(session: Session, actor: Actor, command: JoinReport, *, today: date) -> None:
    """Let a report witness a defect on record; its photos become evidence of that one.

    Errors: as `accept_report`.
    """
    actor.require(Permission.IMPORT_DEFECTS)
    report = _open_report(session, command.report_id)
    if not is_public_defect(session, command.defect_id):
        raise NotFound(thing="defect", key=command.defect_id)
    acts(session, actor, "join_report", today=today)
    _decide(session, actor, report, today, state=ReportState.MERGED, defect_id=command.defect_id)
    _attach_photos(session, actor, report, command.defect_id, today, is_released=command.is_released)


def reject_report(session: Session, actor: Actor, command: RejectReport, *, today: date) -> None:
    """Turn a report down; the citizen reads the reason. Errors: NotAllowed, NotFound, ReportDecided."""
    actor.require(Permission.IMPORT_DEFECTS)
    report = _open_report(session, command.report_id)
    acts(session, actor, "reject_report", today=today)
    _decide(session, actor, report, today, state=ReportState.REJECTED, reason=command.reason)


def _open_report(session: Session, report_id: int) -> Row[Any]:
    """Two who decide on one report come one after the other. Errors: NotFound, ReportDecided."""
    wait_for_turn(session, f"report {report_id}")
    report = session.execute(select(*Report.__table__.columns).where(Report.id == report_id)).one_or_none()
    if report is None:
        raise NotFound(thing="report", key=report_id)
    if report.state != ReportState.OPEN:
        raise ReportDecided(report=report.code, state=report.state)
    return report


def _as_told(report: Row[Any]) -> dict[str, str]:
    """The report as a row of a defects file. What the citizen wrote stays with the report: it may name somebody."""
    told = {
        "external_id": report.code,
        "lon": repr(report.lon),
        "lat": repr(report.lat),
        "gps_accuracy_m": "" if report.gps_accuracy_m is None else f"{report.gps_accuracy_m:.1f}",
        "detected_on": report.seen_on.isoformat(),
        "reported_at": report.reported_at.isoformat(),
        "distress": report.distress or "",
    }
    return {name: said for name, said in told.items() if said}


def _decide(session: Session, actor: Actor, report: Row[Any], today: date, **columns: Any) -> None:
    party = Party.of(actor)
    decided = update(Report).where(Report.id == report.id, Report.state == ReportState.OPEN)
    decided = decided.values(
        decided_on=today,
        decided_at=func.clock_timestamp(),
        decided_by=party.name,
        decided_organisation_id=party.organisation_id,
        **columns,
    )
    session.execute(decided.execution_options(synchronize_session=False))


def _attach_photos(
    session: Session, actor: Actor, report: Row[Any], defect_id: int, today: date, *, is_released: bool
) -> None:
    """The photos become evidence in the name of who has looked at them, with what the citizen's device said."""
    photos = select(ReportPhoto.photo_id).where(ReportPhoto.report_id == report.id).order_by(ReportPhoto.photo_id)
    for photo_id in session.scalars(photos).all():
        _vouch_for(session, actor, photo_id, report.code)
        attach_photo(session, actor, AttachPhoto(photo_id, Subject(PhotoSubject.DEFECT, defect_id)), today=today)
        if is_released:
            release_photo(session, actor, ReleasePhoto(photo_id), today=today)


def _vouch_for(session: Session, actor: Actor, photo_id: int, code: str) -> None:
    said = session.execute(
        select(
            PhotoUpload.device_lon, PhotoUpload.device_lat, PhotoUpload.device_accuracy_m, PhotoUpload.device_at
        ).where(
            PhotoUpload.photo_id == photo_id,
            PhotoUpload.sent_by == CITIZEN.name,
            PhotoUpload.organisation_id.is_(None),
        )
    ).one()
    upload = insert_unless_there(PhotoUpload).values(
        photo_id=photo_id,
        name=code,
        sent_by=actor.name,
        organisation_id=actor.organisation_id,
        **said._mapping,
    )
    session.execute(upload.on_conflict_do_nothing().inline())


# --- a repair that is said to be none


def decide_reopening(session: Session, actor: Actor, command: DecideReopening, *, today: date) -> None:
    """Open a verified repair again because a citizen is right, or leave it; never by who verified it.

    Errors: NotFound, NotAllowed, NotYourClaim, ReasonMissing, ReopeningDecided, OwnVerdict, NotPossibleNow.
    """
    note = demand_reason(command.note)
    wait_for_turn(session, f"reopening {command.request_id}")
    asked = session.execute(
        select(*ReopenRequest.__table__.columns).where(ReopenRequest.id == command.request_id)
    ).one_or_none()
    if asked is None:
        raise NotFound(thing="reopen_request", key=command.request_id)
    line = find_line(session, asked.line_id)
    demand_may(actor, Action.REOPEN, line.sides)
    if asked.state != ReopeningState.OPEN:
        raise ReopeningDecided()
    party = Party.of(actor)
    if party.name == asked.verifier:
        raise OwnVerdict(actor=party.name)
    acts(session, actor, "decide_reopening", today=today)
    decided = update(ReopenRequest).where(ReopenRequest.id == asked.id)
    decided = decided.values(
        state=ReopeningState.UPHELD if command.is_upheld else ReopeningState.REFUSED,
        note=note,
        decided_on=today,
        decided_by=party.name,
        decided_organisation_id=party.organisation_id,
    )
    session.execute(decided.execution_options(synchronize_session=False))
    if command.is_upheld:
        reopen(session, actor, Reopen(line.id, ReopenReason.NOT_FIXED, note), today=today)
