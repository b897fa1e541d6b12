"""What takes long to draw is drawn as soon as there is a new edition of the maps, before anybody asks for it.

A nation has some forty tiles that take from a twentieth of a second to half of one, and a picture that takes two: the
first reader of an edition would wait for a screen full of them.
"""

import asyncio
import time

import psycopg
import structlog
from fastapi import FastAPI
from psycopg_pool import PoolTimeout

from api.editions import Editions
from api.pages import map_picture
from api.public_pool import PublicPool
from roads.queries.tiles import crowded_spots

log = structlog.get_logger(__name__)
LOOKS_EVERY_S = 2.0
LOOKS_FOR_READERS_EVERY_S = 0.02
LONGEST_STEP_ASIDE_S = 1.0
"""For each tile: where there is always a reader, tiles are drawn all the same."""


async def draw_ahead(app: FastAPI) -> None:
    """Look for a new edition every now and then, and draw. Never ends by itself."""
    editions: Editions = app.state.editions
    drawn = 0
    is_reachable = True
    while True:
        try:
            last = await editions.last()
            is_reachable = True
            if last != drawn:
                # Not tried twice: what cannot be drawn is left to who asks for it, and to the next edition.
                drawn = last
                await _draw(app, last)
        except (psycopg.Error, PoolTimeout) as wrong:
            if is_reachable:
                log.warning("not_drawn_ahead", wrong=repr(wrong))
            is_reachable = False
        await asyncio.sleep(LOOKS_EVERY_S)


async def _draw(app: FastAPI, edition: int) -> None:
    """One after the other, each when nobody waits for the database."""
    editions: Editions = app.state.editions
    began = time.monotonic()
    async with app.state.pool.connection() as connection:
        spots = await crowded_spots(connection)
    for spot in spots:
        await _let_readers_go_first(app.state.pool)
        if await editions.tile(edition, spot) is None:
            return
    # Last, because there is the picture before to show. What goes wrong with it is told where it is drawn.
    if app.state.stills.find(edition) is None:
        await asyncio.wait([map_picture.begin(app, edition)])
    if spots:
        log.info("drawn_ahead", edition=edition, tiles=len(spots), seconds=round(time.monotonic() - began, 2))


async def _let_readers_go_first(pool: PublicPool) -> None:
    """Return when no connection is in use, or readers have had their time."""
    until = time.monotonic() + LONGEST_STEP_ASIDE_S
    while time.monotonic() < until:
        stats = pool.get_stats()
        if stats["pool_available"] == stats["pool_size"]:
            return
        await asyncio.sleep(LOOKS_FOR_READERS_EVERY_S)
