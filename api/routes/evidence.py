"""Photos as evidence, for programs of people who have signed in: send, look, mask, release."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.auth import Caller, Signed, acting
from api.dependencies import language, today
from api.evidence import mask, original_of, take_in, take_in_of, view_of
from api.headers import PRIVATE
from api.routing import SmallBodyRoute
from api.schemas.photos import (
    AttachedShape,
    EvidenceList,
    Masks,
    PhotoFacts,
    SentQuestion,
    SentShape,
    ViewQuestion,
    attached_shape,
    evidence_shape,
    facts_shape,
    sent_shape,
)
from api.schemas.questions import LARGEST_ID, NoQuestions
from roads.domain.photos import PhotoChanged, PhotoSubject, Region, RevisionMissing
from roads.pictures import MEDIA_TYPES
from roads.queries.photos import Mask, Subject, evidence_of, masks_of, photo_of, uses_of
from roads.usecases.photos import demand_subject
from roads.usecases.photos_public import MaskPhoto, ReleasePhoto, hide_photo, release_photo

router = APIRouter(prefix="/api/v1", tags=["photos"])
changing = APIRouter(prefix="/api/v1", tags=["photos"], route_class=SmallBodyRoute)
Number = Annotated[int, Path(ge=1, le=LARGEST_ID)]
Tongue = Annotated[str, Depends(language)]
Nothing = Annotated[NoQuestions, Query()]

BINARY = {"schema": {"type": "string", "format": "binary"}}
BODY = {"requestBody": {"required": True, "content": dict.fromkeys(MEDIA_TYPES, BINARY)}}


def _problems(**more: str) -> dict[int | str, dict[str, Any]]:
    problem: dict[str, Any] = {"application/problem+json": {}}
    said = {"401": "Not signed in", "403": "Not for this role", "404": "No such thing, or not for these eyes", **more}
    return {int(status.strip("_")): {"description": words, "content": problem} for status, words in said.items()}


SENDING = _problems(
    _413="More than 20 MB",
    _415="Sent as something that is no photo",
    _422="No photo, another kind than stated, damaged, cut off, or too many pixels: nothing is kept",
    _503="Too many photos at once; see Retry-After",
)
CHANGING = _problems(_412="Somebody changed the photo meanwhile", _422="No such regions", _428="If-Match is missing")


@router.post("/photos", status_code=201, openapi_extra=BODY, responses=SENDING)
async def send(
    request: Request, response: Response, who: Signed, asked: Annotated[SentQuestion, Query()], tongue: Tongue
) -> SentShape:
    """Send a photo as the body. It is kept once by its content: sent again, it gives the same answer."""
    sent = await take_in(request, who.actor, asked)
    response.headers.update(PRIVATE)
    return sent_shape(sent.photo, sent.upload, tongue)


@router.post("/defects/{number}/photos", status_code=201, openapi_extra=BODY, responses=SENDING)
async def send_of_defect(
    request: Request,
    response: Response,
    number: Number,
    who: Signed,
    asked: Annotated[SentQuestion, Query()],
    tongue: Tongue,
) -> AttachedShape:
    """Send a photo as evidence of a defect. What does not fit the place or the day is told, and is no reason to refuse.

    The content is the key: the same photo again for the same defect gives the same answer, with or without an
    `Idempotency-Key`.
    """
    subject = Subject(PhotoSubject.DEFECT, number)
    sent, attached = await take_in_of(request, who.actor, asked, subject)
    response.headers.update(PRIVATE)
    return attached_shape(sent.photo, sent.upload, number, attached.check, tongue)


@router.get("/defects/{number}/photos", responses=_problems())
def photos_of_defect(
    request: Request, response: Response, number: Number, who: Signed, _: Nothing, tongue: Tongue
) -> EvidenceList:
    """The photos of a defect with what does not fit, for those who are concerned; for others there are none."""
    subject = Subject(PhotoSubject.DEFECT, number)
    with acting(request, who.actor) as session:
        demand_subject(session, subject)
        found = evidence_of(session, subject)
    response.headers.update(PRIVATE)
    return EvidenceList(items=[evidence_shape(one, tongue) for one in found])


@router.get("/photos/{number}", responses=_problems())
def photo(request: Request, response: Response, number: Number, who: Signed, _: Nothing, tongue: Tongue) -> PhotoFacts:
    """A photo with its masks and all it is evidence of. Its ETag is what `If-Match` wants."""
    return _facts(request, response, number, who, tongue)


@router.get("/photos/{number}/original", response_class=Response, responses=_problems())
def original(request: Request, number: Number, who: Signed, _: Nothing) -> Response:
    """The file as it was sent, with its metadata: of one's own organisation, or for who may see faces and plates."""
    return original_of(request, who.actor, number)


@router.get("/photos/{number}/view", response_class=Response, responses=_problems())
async def view(request: Request, number: Number, who: Signed, asked: Annotated[ViewQuestion, Query()]) -> Response:
    """The photo to look at: upright, at most 1600 (or 320) pixels wide and high, without metadata, and masked."""
    return await view_of(request, who.actor, number, asked)


@changing.put("/photos/{number}/masks", responses=CHANGING)
async def mask_regions(
    request: Request, response: Response, number: Number, who: Signed, asked: Masks, _: Nothing, tongue: Tongue
) -> PhotoFacts:
    """All regions that the public sees black: those not named are lifted. `If-Match` is the ETag of the photo."""
    regions = [Mask(Region(one.left, one.top, one.right, one.bottom), one.kind) for one in asked.masks]
    await mask(request, who.actor, MaskPhoto(number, regions, _looked_at(request)))
    return await run_in_threadpool(_facts, request, response, number, who, tongue)


@changing.put("/photos/{number}/release", responses=CHANGING)
def release(
    request: Request, response: Response, number: Number, who: Signed, _: Nothing, tongue: Tongue
) -> PhotoFacts:
    """Let the public see the photo as it is masked now. `If-Match` is the ETag of the photo."""
    with acting(request, who.actor) as session:
        release_photo(session, who.actor, ReleasePhoto(number, _looked_at(request)), today=today(request))
    return _facts(request, response, number, who, tongue)


@changing.delete("/photos/{number}/release", responses=CHANGING)
def hide(request: Request, response: Response, number: Number, who: Signed, _: Nothing, tongue: Tongue) -> PhotoFacts:
    """Take a photo back from the public. `If-Match` is the ETag of the photo."""
    with acting(request, who.actor) as session:
        hide_photo(session, who.actor, ReleasePhoto(number, _looked_at(request)), today=today(request))
    return _facts(request, response, number, who, tongue)


def _facts(request: Request, response: Response, number: int, who: Caller, tongue: str) -> PhotoFacts:
    with acting(request, who.actor) as session:
        found, masks, uses = photo_of(session, number), masks_of(session, number), uses_of(session, number)
    response.headers.update({**PRIVATE, "ETag": f'"{found.revision}"'})
    return facts_shape(found, masks, uses, tongue)


def _looked_at(request: Request) -> int:
    """The revision that the caller has looked at. Errors: RevisionMissing, PhotoChanged (for what is no revision)."""
    given = request.headers.get("if-match")
    if given is None:
        raise RevisionMissing()
    revision = re.fullmatch('"([0-9]{1,9})"', given.strip())
    if revision is None:
        raise PhotoChanged()
    return int(revision[1])
