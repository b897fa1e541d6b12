"""The still picture of the map: drawn once for an edition, while that of the edition before is shown.

Of a nation it takes seconds. Whoever opens the first page meanwhile is better served by roads as they were a minute ago
than by none.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

log = structlog.get_logger(__name__)
Drawing = Callable[[], Coroutine[Any, Any, bytes | None]]
KEPT = 2
"""The last picture, and the one before: readers may hold its address."""


class Stills:
    """The pictures that one process has drawn, by their edition."""

    def __init__(self) -> None:
        self._drawn: dict[int, bytes] = {}
        self._drawing: dict[int, asyncio.Task[bytes | None]] = {}

    def find(self, edition: int) -> bytes | None:
        """The picture of an edition, if it is here."""
        return self._drawn.get(edition)

    def latest(self) -> int | None:
        """The last edition of which there is a picture here."""
        return max(self._drawn, default=None)

    def begin(self, edition: int, draw: Drawing) -> asyncio.Task[bytes | None]:
        """The drawing of an edition, begun for whoever asks first. It gives None where another edition is the last."""
        if (drawing := self._drawing.get(edition)) is None:
            drawing = self._drawing[edition] = asyncio.create_task(draw())
            drawing.add_done_callback(lambda done: self._keep(edition, done))
        return drawing

    def _keep(self, edition: int, done: asyncio.Task[bytes | None]) -> None:
        del self._drawing[edition]
        if done.cancelled():
            return
        if (wrong := done.exception()) is not None:
            # Readers may have been sent to the picture before: nobody else hears of it.
            log.warning("picture_not_drawn", edition=edition, wrong=repr(wrong))
        elif (drawn := done.result()) is not None:
            self._drawn[edition] = drawn
            self._drawn = {one: self._drawn[one] for one in sorted(self._drawn)[-KEPT:]}
