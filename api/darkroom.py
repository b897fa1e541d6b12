"""Photos arrive piece by piece into a file without a name, and are read two at a time.

Each takes some tens of megabytes while it is read. However many phones send at once, no more than two photos are in
memory; the others lie on the disk and wait, without a thread and without a connection to the database.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import BinaryIO, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from api.dependencies import media_of
from roads.domain.photos import LARGEST_BYTES, PhotoTooLarge, TooManyPhotos
from roads.pictures import MEDIA_TYPES

T = TypeVar("T")

AT_ONCE = 2
MOST_WAITING = 100
"""Some half a minute of work; whoever comes then is asked to come again."""


class Darkroom:
    """The queue before the two who read photos."""

    def __init__(self) -> None:
        self._turns = CapacityLimiter(AT_ONCE)

    async def work(self, work: Callable[[], T]) -> T:
        """Do what reads a photo, when it is its turn. Errors: TooManyPhotos."""
        if self._turns.statistics().tasks_waiting >= MOST_WAITING:
            raise TooManyPhotos(seconds=10)
        return await to_thread.run_sync(work, limiter=self._turns)


def darkroom_of(request: Request) -> Darkroom:
    """Where photos are read."""
    darkroom: Darkroom = request.app.state.darkroom
    return darkroom


def stated_type(request: Request) -> str:
    """The media type a photo is sent as. Errors: HTTPException 415 for one that is no photo's."""
    stated = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if stated not in MEDIA_TYPES:
        raise HTTPException(415, headers={"Accept": ", ".join(sorted(MEDIA_TYPES))})
    return stated


@asynccontextmanager
async def arriving(request: Request) -> AsyncIterator[BinaryIO]:
    """The body of a request as a file, at its beginning. Errors: PhotoTooLarge, as soon as it is."""
    _demand_small(int(request.headers.get("content-length") or 0))
    with media_of(request).draft() as file:
        size = 0
        try:
            async for piece in request.stream():
                size += len(piece)
                _demand_small(size)
                file.write(piece)
        except ClientDisconnect:
            raise HTTPException(400) from None  # heard by nobody: it is no error of ours
        file.seek(0)
        yield file


def _demand_small(size: int) -> None:
    if size > LARGEST_BYTES:
        raise PhotoTooLarge(megabytes=-(-size // 1_000_000), most=LARGEST_BYTES // 1_000_000)
