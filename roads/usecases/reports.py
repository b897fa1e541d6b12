"""The letterbox: somebody without an account reports a defect, saw the same one, or says that a repair is none.

What comes is counted before anything is done with it, so that of many at once none slips through. Nothing here counts
as a defect; what a person makes of it stands in `reports_deciding`.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from sqlalchemy import delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_unless_there
from sqlalchemy.orm import Session

from roads.db import wait_for_turn
from roads.domain.actors import Actor, Permission
from roads.domain.cells import Cells, Ledger
from roads.domain.defects import DefectRow, Surroundings, read_defect_row
from roads.domain.errors import NotFound
from roads.domain.photos import ALIKE_BITS, sought_keys
from roads.domain.remarks import BadFields, Remark
from roads.domain.reports import (
    ALPHABET,
    CODE_LENGTH,
    DAY,
    HOUR,
    LONGEST_WORDS,
    MOST_PHOTOS,
    NOT_FIXED_WITHIN_DAYS,
    QUOTAS,
    Channel,
    LetterKind,
    NotFixedTooLate,
    PhotoReportedBefore,
    ReportState,
    TooManyPhotosOfReport,
    TooManyReports,
    WordsTooLong,
    demand_seen_lately,
)
from roads.media import Media
from roads.models import LetterboxEntry, Photo, Report, ReportPhoto, ReportWitness
from roads.queries.defects import distress_catalogue
from roads.queries.reports import is_public_defect
from roads.usecases.acting import acts
from roads.usecases.defects_recording import Ground
from roads.usecases.photos import KeepPhoto, ReadyPhoto, keep_photo

CITIZEN = Actor("citizen", frozenset({Permission.KEEP_PHOTOS}))
"""Whoever has no account: everybody under one name, of whom nothing more is known."""


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """Where on the network a report lies, and whose contract answers there, as far as that is known."""

    carriageway_id: int | None = None
    at_cm: int | None = None
    contract_id: int | None = None


@dataclass(frozen=True, slots=True)
class MakeReport:
    """What somebody saw, by the columns of a defects file in words (`lon`, `lat`, `gps_accuracy_m`, `detected_on`,
    `distress`, `note`), and from where it came: `origin` is a keyed hash of an address, `form` the hash of a form."""

    values: Mapping[str, str]
    ground: Ground
    origin: str
    language: str
    place: FoundPlace = FoundPlace()
    channel: Channel = Channel.PAGE
    form: str | None = None
    photos: Sequence[tuple[KeepPhoto, ReadyPhoto]] = ()


def let_in(session: Session, kind: LetterKind, origin: str, *, now: datetime, many: int = 1) -> None:
    """Count what comes from an address, whatever becomes of it. Errors: TooManyReports, which counts no further one."""
    wait_for_turn(session, f"letterbox {origin}")
    lately = select(LetterboxEntry.at).where(LetterboxEntry.kind == kind)
    own = session.scalars(lately.where(LetterboxEntry.origin_hash == origin, LetterboxEntry.at > now - DAY)).all()
    quota = QUOTAS[kind]
    newest = lately.where(LetterboxEntry.at > now - HOUR).order_by(LetterboxEntry.at.desc())
    of_all = session.scalars(newest.limit(quota.of_all_in_hour)).all()
    wait = quota.wait(own, of_all, now)
    if wait > timedelta(0):
        raise TooManyReports(seconds=ceil(wait.total_seconds()))
    _forget(session, now)
    session.execute(insert(LetterboxEntry), [{"kind": kind, "origin_hash": origin, "at": now}] * many)


def _forget(session: Session, now: datetime) -> None:
    """Remove what is older than a day, some at a time, and never what somebody else is removing."""
    old = select(LetterboxEntry.id).where(LetterboxEntry.at < now - DAY).limit(100).with_for_update(skip_locked=True)
    gone = delete(LetterboxEntry).where(LetterboxEntry.id.in_(old))
    session.execute(gone.execution_options(synchronize_session=False))


def make_report(session: Session, command: MakeReport, *, media: Media, now: datetime, today: date) -> str:
    """Keep a report for somebody to look at; gives the code by which it is followed. The same form brings one report.

    Errors: BadFields, WordsTooLong, SeenTooLongAgo, TooManyPhotosOfReport, PhotoReportedBefore.
    """
    wait_for_turn(session, f"form {command.form or command.origin}")
    known = session.scalar(select(Report.code).where(Report.form_key == command.form)) if command.form else None
    if known is not None:
        return known
    told = _understood(session, command, today)
    acts(session, CITIZEN, "report_defect", today=today)
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    report_id = _store(session, command, told, code, now)
    _witness(session, command.origin, now, report_id=report_id)
    for photo, ready in command.photos:
        _keep(session, report_id, photo, ready, media)
    return code


def _understood(session: Session, command: MakeReport, today: date) -> DefectRow:
    """What is reported is understood as what inspectors record. Errors: as `make_report`."""
    ground, remarks = command.ground, list[Remark]()
    around = Surroundings.of(ground.area, distress_catalogue(session), today, ground.zone)
    values = {"detected_on": today.isoformat(), **command.values, "external_id": "report"}
    told = read_defect_row(Cells(1, values, Ledger(remarks.append)), around)
    if told is None:
        raise BadFields(remarks)
    demand_seen_lately(told.detected_on, today)
    if len(told.note or "") > LONGEST_WORDS:
        raise WordsTooLong(most=LONGEST_WORDS)
    if len(command.photos) > MOST_PHOTOS:
        raise TooManyPhotosOfReport(most=MOST_PHOTOS)
    return told


def _store(session: Session, command: MakeReport, told: DefectRow, code: str, now: datetime) -> int:
    place = command.place
    added = insert(Report).values(
        code=code,
        form_key=command.form,
        lon=told.lon,
        lat=told.lat,
        gps_accuracy_m=told.gps_accuracy_m,
        carriageway_id=place.carriageway_id,
        at_cm=place.at_cm,
        contract_id=place.contract_id,
        distress=told.distress,
        words=told.note,
        seen_on=told.detected_on,
        reported_at=now,
        language=command.language,
        channel=command.channel,
    )
    return session.scalars(added.returning(Report.id)).one()


def _keep(session: Session, report_id: int, photo: KeepPhoto, ready: ReadyPhoto, media: Media) -> None:
    """A photo that came with another report, or looks like one that did, tells nothing new."""
    kept = keep_photo(session, CITIZEN, photo, media=media, ready=ready).photo
    looks = session.scalars(select(Photo.looks).where(Photo.id == kept.id)).one() or []
    sought = sought_keys([int(look, 2) for look in looks]) if looks else []
    wait_for_turn(session, "looks of reports")
    other = session.scalar(select(func.report_with_photo(kept.id, sought, ALIKE_BITS)))
    if other is not None:
        raise PhotoReportedBefore(report=other)
    session.execute(insert(ReportPhoto).values(report_id=report_id, photo_id=kept.id))


# --- who saw the same


def saw_it_too(
    session: Session, origin: str, *, report: str | None = None, defect_id: int | None = None, now: datetime
) -> None:
    """Somebody saw what was reported or recorded before; each address counts once. Errors: NotFound."""
    if defect_id is not None:
        if not is_public_defect(session, defect_id):
            raise NotFound(thing="defect", key=defect_id)
        _witness(session, origin, now, defect_id=defect_id)
        return
    found = session.execute(
        select(Report.id, Report.defect_id).where(Report.code == report, Report.state != ReportState.REJECTED)
    ).one_or_none()
    if found is None:
        raise NotFound(thing="report", key=report)
    _witness(session, origin, now, report_id=found.id)


def _witness(session: Session, origin: str, now: datetime, **what: int) -> None:
    seen = insert_unless_there(ReportWitness).values(origin_hash=origin, seen_at=now, **what)
    session.execute(seen.on_conflict_do_nothing())


# --- a repair that is none


def say_not_fixed(session: Session, line_id: int, words: str, *, today: date) -> None:
    """Ask that somebody other than the verifier looks at a verified repair again; asked again, it weighs more.

    Errors: WordsTooLong, NotFixedTooLate (also where no verified repair stands, or somebody has decided before).
    """
    if len(words) > LONGEST_WORDS:
        raise WordsTooLong(most=LONGEST_WORDS)
    acts(session, CITIZEN, "say_not_fixed", today=today)
    asked = func.ask_to_reopen(line_id, words.strip() or None, today, NOT_FIXED_WITHIN_DAYS)
    if session.scalar(select(asked)) is None:
        raise NotFixedTooLate(days=NOT_FIXED_WITHIN_DAYS)
