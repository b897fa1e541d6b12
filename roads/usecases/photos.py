"""Photos as evidence: kept once by their content, and attached to what they show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as insert_unless_there
from sqlalchemy.orm import Session

from roads.db import wait_for_turn
from roads.domain.actors import Actor, Permission
from roads.domain.claims import Action, NotPossibleNow, PhotoUsedBefore, demand_may
from roads.domain.photos import (
    CrossCheck,
    Mismatch,
    PhotoNotKept,
    PhotoNotYours,
    PhotoShowsTheDefect,
    PhotoSubject,
    Position,
    hours_apart,
    look_keys,
)
from roads.media import Media
from roads.models import Photo, PhotoUpload, PhotoUse
from roads.pictures import Copies, Picture, kind_of, public_copies, read_picture
from roads.queries.claims import find_line, open_repair
from roads.queries.photos import (
    KeptPhoto,
    ProofOfRepair,
    Subject,
    Upload,
    evidence_of_defect_since,
    first_use_of_look,
    first_use_of_photo,
    measure_photo,
    own_upload,
    photo_of,
    photo_with_content,
)
from roads.usecases.acting import acts

ALMATY = ZoneInfo("Asia/Almaty")


@dataclass(frozen=True, slots=True)
class Taken:
    """What the device said when the photo was taken: phones leave the position out of the file."""

    position: Position | None = None
    at: datetime | None = None
    accuracy_m: float | None = None


NOTHING_SAID = Taken()


@dataclass(frozen=True, slots=True)
class KeepPhoto:
    """A photo as it was sent: its bytes, the media type it was sent as, where a camera's clock stands, what the device
    said, and what its sender calls it."""

    content: bytes
    stated_type: str | None = None
    zone: ZoneInfo = ALMATY
    taken: Taken = NOTHING_SAID
    name: str | None = None


@dataclass(frozen=True, slots=True)
class AttachPhoto:
    """This photo, which one's own organisation sent, is evidence of that; `zone` is where the subject's day is."""

    photo_id: int
    subject: Subject
    zone: ZoneInfo = ALMATY


@dataclass(frozen=True, slots=True)
class Attached:
    """A use of a photo: how well the two fit together is to be shown, not a reason to refuse."""

    photo_id: int
    check: CrossCheck

    @property
    def mismatches(self) -> list[Mismatch]:
        """What does not fit together."""
        return self.check.mismatches()


# --- keeping


@dataclass(frozen=True, slots=True)
class ReadyPhoto:
    """A photo that was read to its end, with the copies for the public: what takes time, and needs no database."""

    picture: Picture
    copies: Copies


@dataclass(frozen=True, slots=True)
class SentPhoto:
    """A kept photo, and what its sender's device said of it."""

    photo: KeptPhoto
    upload: Upload


def make_ready(command: KeepPhoto) -> ReadyPhoto:
    """Read a photo and make its public copies. Errors: PhotoRefused."""
    picture = read_picture(command.content, command.stated_type, command.zone)
    return ReadyPhoto(picture, public_copies(picture.shown))


def sent_before(session: Session, actor: Actor, content_hash: str) -> SentPhoto | None:
    """A photo that the actor's organisation has sent before and that is kept. Errors: NotAllowed."""
    actor.require(Permission.KEEP_PHOTOS)
    return _sent_before(session, actor, photo_with_content(session, content_hash))


def _sent_before(session: Session, actor: Actor, photo_id: int | None) -> SentPhoto | None:
    upload = None if photo_id is None else own_upload(session, actor, photo_id)
    if photo_id is None or upload is None or upload.sent_by != actor.name:
        return None
    photo = photo_of(session, photo_id)
    return SentPhoto(photo, upload) if photo.full_hash is not None else None


def keep_photo(
    session: Session, actor: Actor, command: KeepPhoto, *, media: Media, ready: ReadyPhoto | None = None
) -> SentPhoto:
    """Keep a photo and make its public copies; the same content is kept once, and sent again it changes nothing.

    First the files, then the row: whoever is killed in between leaves files that nobody names, never a name without
    its file. `ready` is the same photo read before the transaction began.
    Errors: NotAllowed, PhotoRefused (then nothing is kept).
    """
    actor.require(Permission.KEEP_PHOTOS)
    acts(session, actor, "keep_photo")
    kind_of(command.content, command.stated_type)
    content_hash = sha256(command.content).hexdigest()
    photo_id = photo_with_content(session, content_hash)
    known = _sent_before(session, actor, photo_id)
    if known is not None:
        return known
    if photo_id is None:
        facts = _put(session, actor, command, media, ready)
        _add(session, Photo, {"content_hash": content_hash, **facts})
        photo_id = photo_with_content(session, content_hash) or 0
    _add(session, PhotoUpload, _upload(actor, command, photo_id))
    photo = photo_of(session, photo_id)
    if photo.full_hash is None:
        photo = _fill(session, photo_id, _put(session, actor, command, media, ready))
    return SentPhoto(photo, own_upload(session, actor, photo_id) or _NOTHING_SENT)


_NOTHING_SENT = Upload(None, "", None, None, None, None)


def _add(session: Session, table: type[Photo | PhotoUpload], values: dict[str, object]) -> None:
    # No conflict is named and nothing returned: whoever adds may not see the row that is there already.
    session.execute(insert_unless_there(table).values(values).on_conflict_do_nothing().inline())


def _fill(session: Session, photo_id: int, facts: dict[str, object]) -> KeptPhoto:
    """A photo of which only the content was known has arrived."""
    bare = update(Photo).where(Photo.id == photo_id, Photo.full_hash.is_(None))
    filled = bare.values(**facts, kept_at=func.clock_timestamp()).execution_options(synchronize_session=False)
    session.execute(filled)
    return photo_of(session, photo_id)


def _upload(actor: Actor, command: KeepPhoto, photo_id: int) -> dict[str, object]:
    position = command.taken.position
    return {
        "photo_id": photo_id,
        "name": command.name or None,
        "sent_by": actor.name,
        "organisation_id": actor.organisation_id,
        "device_lon": position and position.lon,
        "device_lat": position and position.lat,
        "device_accuracy_m": command.taken.accuracy_m if position else None,
        "device_at": command.taken.at,
    }


def keep_sweeper_away(session: Session) -> None:
    """Until this transaction ends nothing is swept: files are put before anybody else can see that they are needed."""
    session.execute(select(func.pg_advisory_xact_lock_shared(func.hashtextextended("media", 0))))


def _put(
    session: Session, actor: Actor, command: KeepPhoto, media: Media, ready: ReadyPhoto | None
) -> dict[str, object]:
    """Put the files; gives the columns of the row."""
    known = ready or make_ready(command)
    keep_sweeper_away(session)
    media.put(command.content)
    return {**_facts(known.picture, len(command.content)), **put_copies(media, known.copies), "kept_by": actor.name}


def _facts(picture: Picture, size: int) -> dict[str, object]:
    position = picture.position
    bits = [f"{look:064b}" for look in picture.looks]
    return {
        "kind": picture.kind,
        "bytes": size,
        "width": picture.width,
        "height": picture.height,
        "taken_at": picture.taken_at,
        "lon": position and position.lon,
        "lat": position and position.lat,
        "look_hash": bits[0],
        "looks": bits,
        "look_keys": look_keys(picture.looks),
    }


def put_copies(media: Media, copies: Copies) -> dict[str, str]:
    """Put both copies for the public; gives the columns that name them."""
    return {"full_hash": media.put(copies.full), "small_hash": media.put(copies.small)}


# --- attaching


def attach_photo(session: Session, actor: Actor, command: AttachPhoto, *, today: date) -> Attached:
    """A kept photo becomes evidence of a defect, an inspection, a dispute, or a reported repair that waits for its
    verdict.

    Attaching it again changes nothing. Errors: NotAllowed, NotYourClaim, NotFound, PhotoNotKept, PhotoNotYours,
    NotPossibleNow (no repair waits), PhotoUsedBefore, PhotoShowsTheDefect.
    """
    repair_id = _demand_may_attach(session, actor, command.subject)
    acts(session, actor, "attach_photo", today=today)
    return _attach(session, actor, command, repair_id, today)


def attach_proofs(
    session: Session, actor: Actor, photo_ids: Sequence[int], subject: Subject, repair_id: int | None, *, today: date
) -> list[Attached]:
    """Photos prove a repair that is being reported, or a dispute. Who may do that was asked already.

    Errors: as `attach_photo`.
    """
    # In one order, so that two reports with the same photos do not wait for each other in a circle.
    return [
        _attach(session, actor, AttachPhoto(photo_id, subject), repair_id, today) for photo_id in sorted(set(photo_ids))
    ]


def _demand_may_attach(session: Session, actor: Actor, subject: Subject) -> int | None:
    """Gives the repair that the photo is to prove, where it is one."""
    if subject.kind in (PhotoSubject.DEFECT, PhotoSubject.INSPECTION):
        actor.require(Permission.RECORD_INSPECTIONS)
        return None
    line = find_line(session, subject.id)
    if subject.kind is PhotoSubject.DISPUTE:
        demand_may(actor, Action.DISPUTE, line.sides)
        return None
    demand_may(actor, Action.REPORT_REPAIR, line.sides)
    repair = open_repair(session, line.id)
    if repair is None:
        raise NotPossibleNow(action=Action.REPORT_REPAIR, state=line.state)
    return repair.id


def demand_subject(session: Session, subject: Subject) -> None:
    """Raise NotFound unless there is what a photo is to be evidence of: asked before the photo is read."""
    measure_photo(session, None, subject, (None, None))


def _attach(session: Session, actor: Actor, command: AttachPhoto, repair_id: int | None, today: date) -> Attached:
    photo, subject = photo_of(session, command.photo_id), command.subject
    upload = own_upload(session, actor, photo.id)
    if upload is None:
        raise PhotoNotYours(photo=photo.id)
    if photo.full_hash is None:
        raise PhotoNotKept(photo=upload.name or photo.id)
    name = upload.name or str(photo.id)
    if subject.kind is PhotoSubject.REPAIR:
        _demand_unused(session, photo, subject.id, name)
    check = _cross_check(session, command, photo, upload, today)
    use = insert_unless_there(PhotoUse).values(
        photo_id=photo.id,
        subject=subject.kind,
        **subject.key(),
        repair_id=repair_id,
        name=name,
        used_on=today,
        attached_by=actor.name,
        organisation_id=actor.organisation_id,
        device_lon=upload.device_lon,
        device_lat=upload.device_lat,
        device_at=upload.device_at,
        exif_m=check.exif_m,
        device_m=check.device_m,
        hours_apart=check.hours,
    )
    added = session.scalars(use.on_conflict_do_nothing().returning(PhotoUse.id)).one_or_none()
    if added is None and subject.kind is PhotoSubject.REPAIR:
        # Somebody used it for another line at the same moment, or it was attached to this repair before.
        _refuse_used(first_use_of_photo(session, photo.id, subject.id), name)
    return Attached(photo.id, check)


def _demand_unused(session: Session, photo: KeptPhoto, line_id: int, name: str) -> None:
    """Neither the photo nor one that looks like it may prove two repairs, nor the defect's own photo its repair."""
    since = evidence_of_defect_since(session, photo.id)
    if since is not None:
        raise PhotoShowsTheDefect(media=name, day=since)
    _refuse_used(first_use_of_photo(session, photo.id, line_id), name)
    # Two photos that look alike are no conflict to the database: who attaches waits until the other is seen.
    wait_for_turn(session, "looks of repairs")
    _refuse_used(first_use_of_look(session, photo.id, line_id), name)


def _refuse_used(first: ProofOfRepair | None, name: str) -> None:
    if first is not None:
        raise PhotoUsedBefore(media=name, claim=first.claim, line=first.line, place=first.place, day=first.day)


def _cross_check(session: Session, command: AttachPhoto, photo: KeptPhoto, upload: Upload, today: date) -> CrossCheck:
    taken_at = photo.taken_at or upload.device_at
    measured = measure_photo(session, photo.id, command.subject, (upload.device_lon, upload.device_lat))
    hours = hours_apart(taken_at, measured.happened_on or today, command.zone) if taken_at else None
    return CrossCheck(measured.exif_m, measured.device_m, hours)
