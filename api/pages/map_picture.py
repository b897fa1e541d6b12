"""The map as a still picture: a picture of an edition never changes, so that everybody on the way may keep it."""

import asyncio
import json

import psycopg
import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from api.compression import squeezed_once, takes_gzip
from api.dependencies import offered, settings_of
from api.editions import Editions
from api.headers import PRIVATE
from api.stills import Stills
from maps.picture import WIDTH, Frame, picture
from roads.queries.tiles import edition_number, lines_of_picture

log = structlog.get_logger(__name__)
router = APIRouter(include_in_schema=False)
FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}


@router.get("/maps/picture/{edition}/status.{language}.svg")
async def status_picture(request: Request, edition: str, language: str) -> Response:
    """The map of statuses as SVG, in the colours of the living one. Of another edition: to that of the last, and of the
    last, until it is drawn: to the one before."""
    offered(request, language)
    number = edition_number(edition)
    editions: Editions = request.app.state.editions
    stills: Stills = request.app.state.stills
    last = await editions.last()
    if number is None or number > last:
        raise HTTPException(404)
    lines = stills.find(number)
    if lines is None and number == last:
        drawing = stills.begin(number, lambda: _lines(request.app, number))
        if (before := stills.latest()) is not None:
            return _instead(before, language)
        # Who gives up waiting must not take the picture from the others.
        lines = await asyncio.shield(drawing)
    if lines is None:
        return _instead(await editions.last(), language)
    drawn = picture(Frame.of(settings_of(request).box), json.loads(lines), language)
    headers = FOR_GOOD
    if takes_gzip(request):
        drawn, headers = squeezed_once(drawn), {**FOR_GOOD, "Content-Encoding": "gzip"}
    return Response(drawn, media_type="image/svg+xml", headers=headers)


def _instead(edition: int, language: str) -> Response:
    return RedirectResponse(f"/maps/picture/{edition}/status.{language}.svg", 307, headers=PRIVATE)


async def draw_first(app: FastAPI) -> None:
    """Begin to draw the picture of the last edition before anybody asks for it."""
    try:
        last = await app.state.editions.last()
    except psycopg.Error as wrong:
        # Whoever asks first begins it, once the database is there.
        log.warning("picture_not_begun", wrong=repr(wrong))
        return
    if last:
        app.state.stills.begin(last, lambda: _lines(app, last))


async def _lines(app: FastAPI, edition: int) -> bytes | None:
    """The same for all languages."""
    async with app.state.pool.connection() as connection:
        last, lines = await lines_of_picture(connection, edition, Frame.of(app.state.settings.box).box, WIDTH)
    app.state.editions.learn(last)
    return lines
