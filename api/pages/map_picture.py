"""The map as a still picture: a picture of an edition never changes, so that everybody on the way may keep it."""

import asyncio
import json
from asyncio import Task

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
        drawing = begin(request.app, number)
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


def begin(app: FastAPI, edition: int) -> Task[bytes | None]:
    """The drawing of an edition's lines, the same for all languages: begun, if nobody has."""
    stills: Stills = app.state.stills
    return stills.begin(edition, lambda: _lines(app, edition))


async def _lines(app: FastAPI, edition: int) -> bytes | None:
    async with app.state.pool.connection() as connection:
        last, lines = await lines_of_picture(connection, edition, Frame.of(app.state.settings.box).box, WIDTH)
    app.state.editions.learn(last)
    return lines
