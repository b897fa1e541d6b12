"""Photos: what is on record of one, where one was used before, what is evidence of something, and what nobody needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from geo.chainage import format_cm
from geo.crs import geodesic
from roads.domain.actors import Actor
from roads.domain.errors import NotFound
from roads.domain.photos import (
    ALIKE_BITS,
    CrossCheck,
    MaskKind,
    Mismatch,
    PhotoSubject,
    Region,
    SelfCheck,
    sought_keys,
)
from roads.models import Photo, PhotoMask, PhotoUpload, PhotoUse
from roads.sql import statement


@dataclass(frozen=True, slots=True)
class KeptPhoto:
    """A photo on record. Without `full_hash` only its content is known: there is no file. `lon` and `lat` (degrees)
    and `taken_at` are what the file itself says; `revision` counts what was masked and released."""

    id: int
    content_hash: str
    kind: str | None
    bytes: int | None
    width: int | None
    height: int | None
    taken_at: datetime | None
    lon: float | None
    lat: float | None
    full_hash: str | None
    small_hash: str | None
    kept_at: datetime
    revision: int
    released_on: date | None
    released_by: str | None


@dataclass(frozen=True, slots=True)
class Upload:
    """Who sent a photo, what they call it, and what the device said of where and when it was taken."""

    name: str | None
    sent_by: str
    device_lon: float | None
    device_lat: float | None
    device_accuracy_m: float | None
    device_at: datetime | None

    def check(self, photo: KeptPhoto) -> SelfCheck:
        """The device's word against that of the photo's own file."""
        ends = [photo.lon, photo.lat, self.device_lon, self.device_lat]
        metres = None if None in ends else float(geodesic(*np.array(ends, dtype=np.float64))[1])
        hours = None
        if photo.taken_at is not None and self.device_at is not None:
            hours = abs((photo.taken_at - self.device_at).total_seconds()) / 3600
        return SelfCheck(metres, hours)


@dataclass(frozen=True, slots=True)
class Mask:
    """A region that the public sees black, and why."""

    region: Region
    kind: MaskKind


@dataclass(frozen=True, slots=True)
class ProofOfRepair:
    """Where a photo was used first as proof of a repair; `place` as road (or carriageway) and chainage."""

    claim: str | None
    line: int
    place: str
    day: date


@dataclass(frozen=True, slots=True)
class Evidence:
    """A photo beside what it is evidence of; `mismatches` are to be shown to whoever decides."""

    photo: KeptPhoto
    subject: PhotoSubject
    subject_id: int
    name: str
    used_on: date
    attached_by: str
    device_lon: float | None
    device_lat: float | None
    device_at: datetime | None
    check: CrossCheck

    @property
    def mismatches(self) -> list[Mismatch]:
        """What does not fit together."""
        return self.check.mismatches()


@dataclass(frozen=True, slots=True)
class Subject:
    """What a photo is evidence of: a defect, an inspection, or the line of a claim that was repaired or disputed."""

    kind: PhotoSubject
    id: int

    def key(self) -> dict[str, int | None]:
        """The three numbers of statements, two of them empty."""
        columns = {PhotoSubject.DEFECT: "defect_id", PhotoSubject.INSPECTION: "inspection_id"}
        own = columns.get(self.kind, "line_id")
        return {name: self.id if name == own else None for name in ("defect_id", "inspection_id", "line_id")}


PHOTO = (
    Photo.id,
    Photo.content_hash,
    Photo.kind,
    Photo.bytes,
    Photo.width,
    Photo.height,
    Photo.taken_at,
    Photo.lon,
    Photo.lat,
    Photo.full_hash,
    Photo.small_hash,
    Photo.kept_at,
    Photo.revision,
    Photo.released_on,
    Photo.released_by,
)


def photo_of(session: Session, photo_id: int, *, lock: bool = False) -> KeptPhoto:
    """A photo that the actor may see; locked until the transaction ends if asked. Errors: NotFound."""
    asked = select(*PHOTO).where(Photo.id == photo_id)
    row = session.execute(asked.with_for_update() if lock else asked).one_or_none()
    if row is None:
        raise NotFound(thing="photo", key=photo_id)
    return KeptPhoto(**row._mapping)


def photo_with_content(session: Session, content_hash: str) -> int | None:
    """The number of the photo with this content, whoever sent it: told to whoever has the content."""
    return session.scalar(select(func.photo_with_content(content_hash)))


def own_upload(session: Session, actor: Actor, photo_id: int) -> Upload | None:
    """What the actor's organisation said of a photo; the actor's own word before a colleague's."""
    asked = select(
        PhotoUpload.name,
        PhotoUpload.sent_by,
        PhotoUpload.device_lon,
        PhotoUpload.device_lat,
        PhotoUpload.device_accuracy_m,
        PhotoUpload.device_at,
    ).where(PhotoUpload.photo_id == photo_id, PhotoUpload.organisation_id.is_not_distinct_from(actor.organisation_id))
    own_first = asked.order_by(PhotoUpload.sent_by != actor.name, PhotoUpload.id).limit(1)
    row = session.execute(own_first).one_or_none()
    return None if row is None else Upload(**row._mapping)


def masks_of(session: Session, photo_id: int) -> list[Mask]:
    """What the public does not see of a photo."""
    asked = select(PhotoMask.left, PhotoMask.top, PhotoMask.right, PhotoMask.bottom, PhotoMask.kind)
    standing = asked.where(PhotoMask.photo_id == photo_id, PhotoMask.lifted_on.is_(None)).order_by(PhotoMask.id)
    return [Mask(Region(*sides), MaskKind(kind)) for *sides, kind in session.execute(standing)]


def first_use_of_photo(session: Session, photo_id: int, line_id: int) -> ProofOfRepair | None:
    """The first time this very photo proved a repair of another line."""
    keys = {"photo_id": photo_id, "line_id": line_id}
    return _proof(session.execute(statement("first_use_of_photo"), keys).one_or_none())


def first_use_of_look(session: Session, photo_id: int, line_id: int) -> ProofOfRepair | None:
    """The first time a photo that looks like this one proved a repair of another line."""
    looks = session.scalars(select(Photo.looks).where(Photo.id == photo_id)).one()
    if looks is None:
        return None
    sought = sought_keys([int(look, 2) for look in looks])
    keys = {"photo_id": photo_id, "line_id": line_id, "sought_keys": sought, "most_bits": ALIKE_BITS}
    return _proof(session.execute(statement("first_use_of_look"), keys).one_or_none())


def _proof(row: Row[tuple[object, ...]] | None) -> ProofOfRepair | None:
    if row is None:
        return None
    place = f"{row.road} {format_cm(row.from_cm)}"
    return ProofOfRepair(row.claim_number, row.line_number, place, row.used_on)


def evidence_of_defect_since(session: Session, photo_id: int) -> date | None:
    """The day on which this very photo became evidence of a defect, whoever showed it."""
    return session.scalar(select(func.evidence_of_defect_since(photo_id)))


@dataclass(frozen=True, slots=True)
class Measured:
    """How far from its subject a photo was taken, in metres, and the day the subject stands for, if it has one."""

    happened_on: date | None
    exif_m: float | None
    device_m: float | None


def measure_photo(
    session: Session, photo_id: int | None, subject: Subject, device: tuple[float | None, float | None]
) -> Measured:
    """A photo's positions (of its file, and of the device: lon, lat) against the place. Errors: NotFound, where
    there is no such subject."""
    keys = {"photo_id": photo_id, **subject.key(), "device_lon": device[0], "device_lat": device[1]}
    row = session.execute(statement("measure_photo"), keys).one_or_none()
    if row is None:
        raise NotFound(thing="claim_line" if subject.key()["line_id"] else subject.kind, key=subject.id)
    return Measured(row.happened_on, row.exif_m, row.device_m)


def evidence_of(session: Session, subject: Subject) -> list[Evidence]:
    """The photos of a defect, an inspection, or a line (its repair or its dispute), in the order they came."""
    asked = _EVIDENCE.where(PhotoUse.subject == subject.kind)
    for name, key in subject.key().items():
        if key is not None:
            asked = asked.where(getattr(PhotoUse, name) == key)
    return _evidence(session, asked)


def evidence_of_lines(session: Session, line_ids: Sequence[int], defect_ids: Sequence[int]) -> list[Evidence]:
    """The photos of lines (repairs and disputes) and of their defects, in the order they came."""
    return _evidence(session, _EVIDENCE.where(PhotoUse.line_id.in_(line_ids) | PhotoUse.defect_id.in_(defect_ids)))


def uses_of(session: Session, photo_id: int) -> list[Evidence]:
    """All that a photo is evidence of, as far as the actor may see it."""
    return _evidence(session, _EVIDENCE.where(PhotoUse.photo_id == photo_id))


_EVIDENCE = select(
    *PHOTO,
    PhotoUse.subject,
    func.coalesce(PhotoUse.defect_id, PhotoUse.inspection_id, PhotoUse.line_id).label("subject_id"),
    PhotoUse.name,
    PhotoUse.used_on,
    PhotoUse.attached_by,
    PhotoUse.device_lon,
    PhotoUse.device_lat,
    PhotoUse.device_at,
    PhotoUse.exif_m,
    PhotoUse.device_m,
    PhotoUse.hours_apart,
).join(PhotoUse, PhotoUse.photo_id == Photo.id)


def _evidence(session: Session, asked: Any) -> list[Evidence]:
    return [
        Evidence(
            KeptPhoto(*row[: len(PHOTO)]),
            PhotoSubject(row.subject),
            row.subject_id,
            row.name,
            row.used_on,
            row.attached_by,
            row.device_lon,
            row.device_lat,
            row.device_at,
            CrossCheck(row.exif_m, row.device_m, row.hours_apart),
        )
        for row in session.execute(asked.order_by(PhotoUse.id))
    ]


def unnamed_media(session: Session, hashes: Sequence[str]) -> list[str]:
    """Those of some contents that no photo names."""
    return list(session.scalars(statement("unnamed_media"), {"hashes": list(hashes)}))
