"""The edition of the maps that is the last one, known without asking the database each time, and its costly tiles."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Hashable
from typing import Any

from api.keeping import UnderWay
from roads.queries import public, tiles
from roads.queries.tiles import Spot

KNOWN_FOR_S = 1.0
"""So long a known edition is taken for the last one: what is not asked anew is at most so much older."""

KEPT_BYTES = 32_000_000
"""Built tiles of small scale that a process keeps; a nation has a few hundred of them."""

Key = tuple[int, Hashable]
Drawing = Callable[[], Coroutine[Any, Any, bytes | None]]


class Editions:
    """What one process knows of the last edition."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._number = 0
        self._version = ""
        self._read_at = float("-inf")
        self._reading: UnderWay[None] = UnderWay()
        self._tiles: dict[Key, asyncio.Future[bytes | None]] = {}
        self.bytes_kept = 0

    async def last(self) -> int:
        """The last edition, as it was at most a moment ago. Errors: PoolTimeout, OperationalError."""
        if time.monotonic() - self._read_at >= KNOWN_FOR_S:
            await self._reading.made("version", self._read)
        return self._number

    async def version(self) -> str:
        """Moves with whatever maps and public pages show, be it in an edition yet or not. Errors: as `last`."""
        await self.last()
        return self._version

    def learn(self, number: int) -> None:
        """The last edition has this number now: an answer said so."""
        if number != self._number:
            self._forget()
        self._number = number

    async def _read(self) -> None:
        async with self._pool.connection() as connection:
            (row,) = await public.rows(connection, "public_version", {})
        self.learn(row.number)
        self._read_at = time.monotonic()
        self._version = f"{row.number}.{row.marks}.{row.last_mark}.{row.entries_waiting}.{row.last_entry}"

    async def tile(self, edition: int, asked: Spot) -> bytes | None:
        """A tile of an edition; None where another one is the last. Errors: as `last`."""

        async def draw() -> bytes | None:
            async with self._pool.connection() as connection:
                last, drawn = await tiles.draw(connection, edition, asked)
            self.learn(last)
            return drawn

        return await (self.kept(edition, asked, draw) if asked.is_small_scale else draw())

    async def kept(self, edition: int, asked: Hashable, draw: Drawing) -> bytes | None:
        """A tile, drawn once for an edition however many ask; None where another edition is the last."""
        if edition != await self.last():
            return None
        key = (edition, asked)
        if (drawing := self._tiles.get(key)) is None:
            drawing = self._tiles[key] = asyncio.ensure_future(draw())
            drawing.add_done_callback(lambda done: self._count(key, done))
        # Who gives up waiting must not take the tile from the others.
        return await asyncio.shield(drawing)

    def _count(self, key: Key, done: asyncio.Future[bytes | None]) -> None:
        tile = None if done.cancelled() or done.exception() else done.result()
        if tile is None:
            self._tiles.pop(key, None)
            return
        self.bytes_kept += len(tile)
        if self.bytes_kept > KEPT_BYTES:
            self._forget()

    def _forget(self) -> None:
        self._tiles.clear()
        self.bytes_kept = 0
