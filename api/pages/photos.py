"""The page of a photo: what is known of it, what does not fit, and where an engineer blacks out and releases it."""

import json
import math
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from api.auth import acting
from api.cookies import demand_own_form
from api.dependencies import today
from api.evidence import mask, original_of, view_of
from api.headers import PRIVATE
from api.pages.private import Form, Signed, Tongue, Visitor, private_page
from api.schemas.photos import ViewQuestion, mismatches
from api.schemas.questions import LARGEST_ID
from roads.domain.actors import Permission
from roads.domain.errors import RoadsError
from roads.domain.photos import BadMask, MaskKind, PhotoChanged, Region
from roads.queries.photos import Mask, masks_of, own_upload, photo_of, uses_of
from roads.usecases.photos_public import MaskPhoto, ReleasePhoto, hide_photo, release_photo

router = APIRouter(include_in_schema=False)
Number = Annotated[int, Path(ge=1, le=LARGEST_ID)]


@router.get("/{language}/photos/{number}")
def photo_page(request: Request, language: Tongue, number: Number, who: Signed) -> Response:
    """A photo for who may see it. Errors: NotFound."""
    return _page(request, language, number, who)


@router.get("/{language}/photos/{number}/view")
async def view(request: Request, number: Number, who: Signed, asked: Annotated[ViewQuestion, Query()]) -> Response:
    """The picture of the page."""
    return await view_of(request, who.signed_in.actor, number, asked)


@router.get("/{language}/photos/{number}/original")
def original(request: Request, number: Number, who: Signed) -> Response:
    """The file as it was sent, to be saved."""
    return original_of(request, who.signed_in.actor, number)


@router.post("/{language}/photos/{number}/masks")
async def save_masks(request: Request, language: Tongue, number: Number, form: Form, who: Signed) -> Response:
    """Black out the boxes of the form, and nothing else. What is wrong is said on the page."""
    demand_own_form(request, form, who.secret)
    try:
        command = MaskPhoto(number, _masks(form.get("masks", "")), _revision(form))
        await mask(request, who.signed_in.actor, command)
    except RoadsError as wrong:
        return await run_in_threadpool(_page, request, language, number, who, wrong)
    return _back(language, number)


@router.post("/{language}/photos/{number}/release")
def release(request: Request, language: Tongue, number: Number, form: Form, who: Signed) -> Response:
    """Let the public see the photo, or take it back."""
    demand_own_form(request, form, who.secret)
    actor = who.signed_in.actor
    try:
        command = ReleasePhoto(number, _revision(form))
        with acting(request, actor) as session:
            if form.get("action") == "hide":
                hide_photo(session, actor, command, today=today(request))
            else:
                release_photo(session, actor, command, today=today(request))
    except RoadsError as wrong:
        return _page(request, language, number, who, wrong)
    return _back(language, number)


def _back(language: str, number: int) -> Response:
    return RedirectResponse(f"/{language}/photos/{number}?done=saved", 303, headers=PRIVATE)


def _revision(form: Mapping[str, str]) -> int:
    """Errors: PhotoChanged for what is no revision of any photo."""
    written = form.get("revision", "")
    if not (written.isascii() and written.isdecimal() and len(written) < 10):
        raise PhotoChanged()
    return int(written)


def _masks(written: str) -> list[Mask]:
    """The boxes of a form: a JSON list of {left, top, right, bottom, kind} in fractions. Errors: BadMask."""
    try:
        return [
            Mask(Region(*(_fraction(one[side]) for side in ("left", "top", "right", "bottom"))), MaskKind(one["kind"]))
            for one in json.loads(written)
        ]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise BadMask(region=written[:40]) from None


def _fraction(given: object) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given):
        raise ValueError(given)
    return float(given)


def _page(request: Request, language: str, number: int, who: Visitor, wrong: RoadsError | None = None) -> Response:
    actor = who.signed_in.actor
    with acting(request, actor) as session:
        photo, masks, uses = photo_of(session, number), masks_of(session, number), uses_of(session, number)
        upload = own_upload(session, actor, number)
    facts = {
        "photo": photo,
        "upload": upload,
        "uses": [(use, [one.because for one in mismatches(None, use.check, language)]) for use in uses],
        "differences": [one.because for one in mismatches(upload.check(photo), None, language)] if upload else [],
        "masks": [_told(one) for one in masks],
        "kinds": list(MaskKind),
        "may_mask": Permission.MASK_PHOTOS in actor.permissions and photo.full_hash is not None,
        "may_release": Permission.RELEASE_PHOTOS in actor.permissions and photo.full_hash is not None,
        "may_save": photo.full_hash is not None and (Permission.SEE_ORIGINALS in actor.permissions or bool(upload)),
    }
    shown = {
        "page": f"photos/{number}",
        "is_saved": wrong is None and request.query_params.get("done") == "saved",
    }
    return private_page(request, "photo.html", language, who, {**facts, **shown}, wrong)


def _told(mask: Mask) -> dict[str, object]:
    region = mask.region
    sides = {"left": region.left, "top": region.top, "right": region.right, "bottom": region.bottom}
    return {**sides, "kind": mask.kind.value}
