"""What routes and pages of photos share: sending, looking, masking and releasing, each for who may."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import IO, Literal

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from api.auth import acting
from api.darkroom import arriving, darkroom_of, stated_type
from api.dependencies import media_of, settings_of, today
from api.headers import PRIVATE
from api.schemas.photos import SentQuestion, ViewQuestion
from roads.domain.actors import Actor, Permission
from roads.domain.errors import NotAllowed
from roads.domain.photos import PhotoKind, PhotoNotKept
from roads.media import Stored
from roads.pictures import public_copies, read_picture
from roads.queries.photos import KeptPhoto, Mask, Subject, masks_of, own_upload, photo_of
from roads.usecases.photos import (
    Attached,
    AttachPhoto,
    KeepPhoto,
    ReadyPhoto,
    SentPhoto,
    attach_photo,
    demand_subject,
    keep_photo,
    make_ready,
    sent_before,
)
from roads.usecases.photos_public import MaskPhoto, mask_photo

COPY = "image/webp"
ENDINGS = {PhotoKind.JPEG: "jpg", PhotoKind.PNG: "png", PhotoKind.WEBP: "webp", PhotoKind.HEIC: "heic"}


async def take_in(request: Request, actor: Actor, asked: SentQuestion) -> SentPhoto:
    """Keep the photo in the body of a request.

    Errors: HTTPException 415, TooManyPhotos, and those of `keep_photo`; then nothing is kept.
    """
    actor.require(Permission.KEEP_PHOTOS)
    stated = stated_type(request)
    async with arriving(request) as file:

        def keep() -> SentPhoto:
            command, ready = _read(request, actor, Arrived(file, stated, asked))
            with acting(request, actor) as session:
                return keep_photo(session, actor, command, media=media_of(request), ready=ready)

        return await darkroom_of(request).work(keep)


async def take_in_of(
    request: Request, actor: Actor, asked: SentQuestion, subject: Subject
) -> tuple[SentPhoto, Attached]:
    """Keep the photo in the body of a request as evidence of something.

    Errors: as `take_in`, and those of `attach_photo`; then nothing is kept.
    """
    for needed in (Permission.KEEP_PHOTOS, Permission.RECORD_INSPECTIONS):
        actor.require(needed)
    stated = stated_type(request)
    async with arriving(request) as file:

        def keep() -> tuple[SentPhoto, Attached]:
            command, ready = _read(request, actor, Arrived(file, stated, asked), subject)
            with acting(request, actor) as session:
                sent = keep_photo(session, actor, command, media=media_of(request), ready=ready)
                attaching = AttachPhoto(sent.photo.id, subject, command.zone)
                return sent, attach_photo(session, actor, attaching, today=today(request))

        return await darkroom_of(request).work(keep)


@dataclass(frozen=True, slots=True)
class Arrived:
    """The body of a request as a file, the type it was sent as, and what was said of it."""

    file: IO[bytes]
    stated_type: str
    asked: SentQuestion


def _read(
    request: Request, actor: Actor, arrived: Arrived, subject: Subject | None = None
) -> tuple[KeepPhoto, ReadyPhoto | None]:
    """The photo is read between two transactions: while it is, nobody waits for a connection. One that was sent
    before is not read again."""
    asked, content = arrived.asked, arrived.file.read()
    with acting(request, actor) as session:
        if subject is not None:
            demand_subject(session, subject)
        known = sent_before(session, actor, sha256(content).hexdigest())
    command = KeepPhoto(content, arrived.stated_type, settings_of(request).zone, asked.taken(), asked.name)
    return command, make_ready(command) if known is None else None


def original_of(request: Request, actor: Actor, photo_id: int) -> Response:
    """The file as it was sent, to be saved: of one's own organisation, or for who may see faces and plates.

    Errors: NotFound, NotAllowed, PhotoNotKept.
    """
    with acting(request, actor) as session:
        photo = photo_of(session, photo_id)
        if Permission.SEE_ORIGINALS not in actor.permissions and own_upload(session, actor, photo_id) is None:
            raise NotAllowed(actor=actor.name, permission=Permission.SEE_ORIGINALS)
    if photo.kind is None:
        raise PhotoNotKept(photo=photo_id)
    kind = PhotoKind(photo.kind)
    headers = {**PRIVATE, "Content-Security-Policy": "default-src 'none'; sandbox"}
    headers["Content-Disposition"] = f'attachment; filename="photo-{photo_id}.{ENDINGS[kind]}"'
    return _sent(media_of(request).open(photo.content_hash), f"image/{kind}", headers)


async def view_of(request: Request, actor: Actor, photo_id: int, asked: ViewQuestion) -> Response:
    """The photo upright, without metadata, masked; unmasked for who masks.

    Errors: NotFound, NotAllowed, PhotoNotKept.
    """
    if asked.masks == "off":
        actor.require(Permission.MASK_PHOTOS)
    photo, masks = await run_in_threadpool(_look_up, request, actor, photo_id)
    if photo.full_hash is None or photo.small_hash is None:
        raise PhotoNotKept(photo=photo_id)
    if asked.masks == "off" and masks:
        content = await darkroom_of(request).work(lambda: _unmasked(request, photo, asked.size))
        return Response(content, media_type=COPY, headers=PRIVATE)
    copy = photo.full_hash if asked.size == "full" else photo.small_hash
    return _sent(await run_in_threadpool(media_of(request).open, copy), COPY, PRIVATE)


def _sent(stored: Stored, media_type: str, headers: Mapping[str, str]) -> Response:
    """A file, piece by piece."""
    told = {**headers, "Content-Length": str(stored.size)}
    return StreamingResponse(stored.pieces, media_type=media_type, headers=told)


def _look_up(request: Request, actor: Actor, photo_id: int) -> tuple[KeptPhoto, list[Mask]]:
    with acting(request, actor) as session:
        return photo_of(session, photo_id), masks_of(session, photo_id)


def _unmasked(request: Request, photo: KeptPhoto, size: Literal["full", "small"]) -> bytes:
    picture = read_picture(media_of(request).get(photo.content_hash), None, settings_of(request).zone)
    copies = public_copies(picture.shown)
    return copies.full if size == "full" else copies.small


async def mask(request: Request, actor: Actor, command: MaskPhoto) -> None:
    """Mask a photo when it is its turn to be read. Errors: TooManyPhotos, and those of `mask_photo`."""

    def work() -> None:
        with acting(request, actor) as session:
            mask_photo(session, actor, command, media=media_of(request), today=today(request))

    await darkroom_of(request).work(work)
