"""What the public sees of a photo: nothing before a person has looked at it, and no faces or plates after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from roads.domain.actors import Actor, Permission
from roads.domain.photos import MOST_MASKS, MaskTooMany, PhotoChanged, PhotoNotKept
from roads.media import Media
from roads.models import Photo, PhotoMask, PhotoUse
from roads.pictures import public_copies, read_picture
from roads.queries.photos import KeptPhoto, Mask, masks_of, photo_of
from roads.usecases.acting import acts
from roads.usecases.photos import ALMATY, keep_sweeper_away, put_copies


@dataclass(frozen=True, slots=True)
class MaskPhoto:
    """What the public must not see of a photo: all regions of it as it is seen, each with the reason. `revision` is
    the one that was looked at."""

    photo_id: int
    masks: Sequence[Mask]
    revision: int | None = None


@dataclass(frozen=True, slots=True)
class ReleasePhoto:
    """Somebody has looked at a photo as the public will see it. `revision` is the one that was looked at."""

    photo_id: int
    revision: int | None = None


def mask_photo(session: Session, actor: Actor, command: MaskPhoto, *, media: Media, today: date) -> KeptPhoto:
    """Black out these regions for the public and no others; the original stays, and so does who masked and lifted what.

    The copies lie at new addresses, and the old ones answer no more. The same regions again change nothing.
    Errors: NotAllowed, NotFound, PhotoNotKept, PhotoChanged, MaskTooMany.
    """
    actor.require(Permission.MASK_PHOTOS)
    acts(session, actor, "mask_photo", today=today)
    if len(command.masks) > MOST_MASKS:
        raise MaskTooMany(most=MOST_MASKS)
    photo = _looked_at(session, command.photo_id, command.revision)
    standing, wanted = set(masks_of(session, photo.id)), dict.fromkeys(command.masks)
    if standing == wanted.keys():
        return photo
    _lift(session, actor, photo.id, standing - wanted.keys(), today)
    _add(session, actor, photo.id, [mask for mask in wanted if mask not in standing], today)
    picture = read_picture(media.get(photo.content_hash), None, ALMATY)
    copies = public_copies(picture.shown, [mask.region for mask in wanted])
    keep_sweeper_away(session)
    return _change(session, photo, put_copies(media, copies))


def _lift(session: Session, actor: Actor, photo_id: int, masks: set[Mask], today: date) -> None:
    for mask in masks:
        standing = update(PhotoMask).where(
            PhotoMask.photo_id == photo_id,
            PhotoMask.lifted_on.is_(None),
            PhotoMask.kind == mask.kind,
            *(getattr(PhotoMask, side) == value for side, value in _sides(mask).items()),
        )
        lifted = standing.values(lifted_by=actor.name, lifted_on=today)
        session.execute(lifted.execution_options(synchronize_session=False))


def _add(session: Session, actor: Actor, photo_id: int, masks: Sequence[Mask], today: date) -> None:
    told = {"photo_id": photo_id, "masked_by": actor.name, "masked_on": today}
    rows = [{**told, **_sides(mask), "kind": mask.kind} for mask in masks]
    if rows:
        session.execute(insert(PhotoMask), rows)


def _sides(mask: Mask) -> dict[str, float]:
    region = mask.region
    return {"left": region.left, "top": region.top, "right": region.right, "bottom": region.bottom}


def release_photo(session: Session, actor: Actor, command: ReleasePhoto, *, today: date) -> KeptPhoto:
    """Let the public see a photo, as it is masked now, once what it shows is public. Released again, nothing changes.

    Errors: NotAllowed, NotFound, PhotoNotKept, PhotoChanged.
    """
    actor.require(Permission.RELEASE_PHOTOS)
    acts(session, actor, "release_photo", today=today)
    photo = _looked_at(session, command.photo_id, command.revision)
    if photo.released_on is not None:
        return photo
    return _change(session, photo, {"released_on": today, "released_by": actor.name})


def hide_photo(session: Session, actor: Actor, command: ReleasePhoto, *, today: date) -> KeptPhoto:
    """Take a released photo back from the public. Errors: as `release_photo`."""
    actor.require(Permission.RELEASE_PHOTOS)
    acts(session, actor, "hide_photo", today=today)
    photo = _looked_at(session, command.photo_id, command.revision)
    if photo.released_on is None:
        return photo
    return _change(session, photo, {"released_on": None, "released_by": None})


def release_photos_of_repair(session: Session, actor: Actor, repair_id: int, *, today: date) -> list[int]:
    """Whoever judges a repair has looked at its photos and lets the public see them. Errors: NotAllowed."""
    used = select(PhotoUse.photo_id).where(PhotoUse.repair_id == repair_id).order_by(PhotoUse.photo_id)
    photo_ids = list(session.scalars(used))
    for photo_id in photo_ids:
        release_photo(session, actor, ReleasePhoto(photo_id), today=today)
    return photo_ids


def _looked_at(session: Session, photo_id: int, revision: int | None) -> KeptPhoto:
    photo = photo_of(session, photo_id, lock=True)
    if photo.full_hash is None:
        raise PhotoNotKept(photo=photo_id)
    if revision is not None and revision != photo.revision:
        raise PhotoChanged()
    return photo


def _change(session: Session, photo: KeptPhoto, changes: dict[str, Any]) -> KeptPhoto:
    changed = update(Photo).where(Photo.id == photo.id).values(**changes, revision=photo.revision + 1)
    session.execute(changed.execution_options(synchronize_session=False))
    return photo_of(session, photo.id)
