"""Photos for the public: masked copies of what is evidence of something public, each for good under one address."""

import asyncio
import re
from typing import Any

import structlog
from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from api.dependencies import has_copy, media_of, public_connection
from roads.domain.errors import NotFound
from roads.queries import public

router = APIRouter(tags=["photos"])
log = structlog.get_logger(__name__)

MEDIA_TYPE = "image/webp"
FOR_GOOD = "public, max-age=31536000, immutable"
SIZES = {"full": "full_hash", "small": "small_hash"}
HASH = re.compile("[0-9a-f]{64}")


def _parameter(name: str, schema: dict[str, Any], words: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema, "description": words}


PARAMETERS = [
    _parameter(
        "hash", {"type": "string", "pattern": "^[0-9a-f]{64}$"}, "of the public copy, as lists of photos give it"
    ),
    _parameter("size", {"type": "string", "enum": list(SIZES)}, "at most 1600 or 320 pixels wide and high"),
]
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "The photo", "content": {MEDIA_TYPE: {}}},
    304: {"description": "Not modified: the client's copy (If-None-Match) is good for ever"},
    404: {"description": "No such photo, or none of the public's", "content": {"application/problem+json": {}}},
    503: {
        "description": "The database or the store of photos cannot be reached",
        "content": {"application/problem+json": {}},
    },
}


@router.get(
    "/photos/{hash}.{size}.webp",
    response_class=Response,
    responses=ANSWERS,
    openapi_extra={"parameters": PARAMETERS},
)
async def photo(request: Request) -> Response:
    """A photo of a confirmed defect or of a repair that was judged, upright, without metadata, faces and plates."""
    asked, size = request.path_params["hash"], request.path_params["size"]
    if size not in SIZES or not HASH.fullmatch(asked):
        raise HTTPException(404)
    async with public_connection(request) as connection:
        found = await public.rows(connection, "public_photo", {"full_hash": asked})
    if not found:
        raise HTTPException(404)
    headers = {"ETag": f'"{asked}.{size}"', "Cache-Control": FOR_GOOD}
    if has_copy(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    content = await _content(request, getattr(found[0], SIZES[size]))
    return Response(content, media_type=MEDIA_TYPE, headers=headers)


async def _content(request: Request, content_hash: str) -> bytes:
    try:
        return await asyncio.to_thread(media_of(request).get, content_hash)
    except NotFound:
        # The row is there: somebody has lost the file, or the setting names another place.
        log.error("photo_file_missing", content_hash=content_hash)
        raise HTTPException(404) from None
