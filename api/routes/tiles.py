"""Vector tiles of the maps. An address holds one content for good, so that everybody on the way may keep it."""

import asyncio
import gzip
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from api.dependencies import has_copy
from api.editions import Editions
from api.headers import PRIVATE
from roads.queries import tiles
from roads.queries.tiles import LARGEST_ZOOM, LAYERS, OF_A_YEAR, YEAR, Spot

router = APIRouter(tags=["tiles"])

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
FOR_GOOD = "public, max-age=31536000, immutable"
COMPRESSED_FROM = 16_384
"""Bytes: a smaller tile takes longer to compress than to send."""


def _parameter(name: str, schema: dict[str, Any], words: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema, "description": words}


LAYER = f"^({'|'.join(LAYERS)}|({'|'.join(OF_A_YEAR)})-{YEAR.pattern})$"
PARAMETERS = [
    _parameter("edition", {"type": "string", "pattern": "^(current|[0-9]{1,9})$"}, "`current`, or the number it gave"),
    _parameter(
        "layer", {"type": "string", "pattern": LAYER}, "what is drawn; some layers of one year: `answered-2024`"
    ),
    _parameter("z", {"type": "integer", "minimum": 0, "maximum": LARGEST_ZOOM}, "zoom"),
    _parameter("x", {"type": "integer", "minimum": 0}, "column, from the west"),
    _parameter("y", {"type": "integer", "minimum": 0}, "row, from the north"),
]
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "The tile; no bytes where nothing lies in it", "content": {MEDIA_TYPE: {}}},
    304: {"description": "Not modified: the client's copy (If-None-Match) is good for ever"},
    307: {"description": "To the same tile of the last edition: `current` was asked for, or one that is replaced"},
    404: {"description": "No such layer, edition or tile", "content": {"application/problem+json": {}}},
    503: {"description": "The database cannot be reached", "content": {"application/problem+json": {}}},
}


@router.get(
    "/tiles/{edition}/{layer}/{z}/{x}/{y}.mvt",
    response_class=Response,
    responses=ANSWERS,
    openapi_extra={"parameters": PARAMETERS},
)
async def tile(request: Request) -> Response:
    """A Mapbox Vector Tile of a layer, zooms 0 to 16. Its attributes are ids and codes; an edition never changes."""
    named = request.path_params
    asked = tiles.spot(named["layer"], named["z"], named["x"], named["y"])
    if asked is None:
        raise HTTPException(404)
    editions: Editions = request.app.state.editions
    if named["edition"] == "current":
        return _sent_on(asked, await editions.last())
    edition = tiles.edition_number(named["edition"])
    if edition is None:
        raise HTTPException(404)
    # Weak, because a compressed tile has other bytes and says the same.
    headers = {"ETag": f'W/"{edition}"', "Cache-Control": FOR_GOOD, "Vary": "Accept-Encoding"}
    if has_copy(request, f'"{edition}"') and edition <= await editions.last():
        return Response(status_code=304, headers=headers)
    drawn = await editions.tile(edition, asked)
    if drawn is None:
        return await _of_another_edition(editions, edition, asked)
    if len(drawn) >= COMPRESSED_FROM and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        # Beside the loop: others are answered meanwhile.
        drawn = await asyncio.to_thread(gzip.compress, drawn, 5, mtime=0)
    return Response(drawn, media_type=MEDIA_TYPE, headers=headers)


async def _of_another_edition(editions: Editions, edition: int, asked: Spot) -> Response:
    last = await editions.last()
    if edition > last:
        raise HTTPException(404)
    return _sent_on(asked, last)


def _sent_on(asked: Spot, edition: int) -> Response:
    address = f"/tiles/{edition}/{asked.name}/{asked.z}/{asked.x}/{asked.y}.mvt"
    return RedirectResponse(address, 307, headers=PRIVATE)
