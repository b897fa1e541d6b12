"""Photos for the demonstration, drawn from a number: a hole or a crack in old asphalt, and the patch that mended it.

A repair is known by its photos' content and by their look, so every one of them must look like no other; the same
number gives the same picture on every machine.
"""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter
from sqlalchemy.orm import Session

from roads.domain.actors import Actor
from roads.media import Media
from roads.usecases.photos import KeepPhoto, ReadyPhoto, Taken, keep_photo, make_ready

WIDTH, HEIGHT = 640, 480
OLD, HOLE, FRESH = 112, 58, 66
"""Grey of old asphalt, of a hole in it and of a fresh patch, 0 to 255."""
STAINS = ((3, 9.0), (7, 6.0), (19, 4.0), (60, 4.0))
"""Lighter and darker places: so many across the picture, and how much they differ from their neighbours."""
COARSE = (WIDTH // 4, HEIGHT // 4)
"""Stains are drawn this large: they have no finer edges."""

Grey = NDArray[np.float32]


def picture(number: int, *, is_mended: bool) -> bytes:
    """A JPEG of a place on the road: with its damage, or with a patch where it was."""
    drawn = np.random.default_rng((number, is_mended))
    grey = _asphalt(drawn)
    shape = _patch(drawn) if is_mended else _hole(drawn) if number % 2 else _crack(drawn)
    share = np.asarray(shape.filter(ImageFilter.BoxBlur(2)), np.float32) / 255
    depth = FRESH if is_mended else HOLE
    grey += share * (depth - OLD)
    return _written(grey, drawn)


def _asphalt(drawn: np.random.Generator) -> Grey:
    """Old asphalt with its stains, darker towards the edges as a phone's lens shows it."""
    wide, high = COARSE
    grey = np.full((high, wide), OLD, np.float32)
    for across, strength in STAINS:
        cells = drawn.normal(size=(across * HEIGHT // WIDTH + 2, across + 1)).astype(np.float32)
        grey += strength * np.asarray(Image.fromarray(cells).resize(COARSE, Image.Resampling.BICUBIC))
    down, along = np.ogrid[-0.5 : 0.5 : high * 1j, -0.5 : 0.5 : wide * 1j]
    grey *= 1 - 0.5 * (down**2 + along**2).astype(np.float32)
    return np.array(Image.fromarray(grey).resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR))


def _sheet() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    sheet = Image.new("L", (WIDTH, HEIGHT))
    return sheet, ImageDraw.Draw(sheet)


def _hole(drawn: np.random.Generator) -> Image.Image:
    """A round hole with a ragged edge."""
    sheet, pen = _sheet()
    middle, size = drawn.uniform((180, 140), (460, 340)), drawn.uniform(70, 150)
    turns = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    reach = size * drawn.uniform(0.7, 1.1, 24)
    edge = np.column_stack((np.cos(turns) * reach, np.sin(turns) * reach * 0.7)) + middle
    pen.polygon([tuple(point) for point in edge.tolist()], fill=255)
    return sheet


def _crack(drawn: np.random.Generator) -> Image.Image:
    """Cracks that wander across the lane and fork."""
    sheet, pen = _sheet()
    for width in (9, 6, 4):
        steps = np.cumsum(drawn.normal((22, 4), (6, 16), (30, 2)), axis=0)
        way = steps + np.array((-10, drawn.uniform(80, HEIGHT - 80)))
        pen.line([tuple(point) for point in way.tolist()], fill=255, width=width, joint="curve")
    return sheet


def _patch(drawn: np.random.Generator) -> Image.Image:
    """A rectangle of fresh asphalt, cut a little askew."""
    sheet, pen = _sheet()
    left, top, right, bottom = drawn.uniform((60, 60, 380, 280), (240, 190, 580, 420))
    corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
    pen.polygon([tuple(point) for point in (corners + drawn.uniform(-18, 18, (4, 2))).tolist()], fill=230)
    return sheet


def _written(grey: Grey, drawn: np.random.Generator) -> bytes:
    grains = drawn.integers(-6, 7, (HEIGHT, WIDTH), dtype=np.int8)
    plain = Image.fromarray(np.clip(grey + grains, 0, 255).astype(np.uint8))
    file = BytesIO()
    plain.save(file, "JPEG", quality=70)
    return file.getvalue()


AHEAD = 4
"""So many photos of each kind are drawn while the story goes on: it waits for the database, they for a processor."""


@dataclass(frozen=True, slots=True)
class Developed:
    """A photo as a phone would send it, read already."""

    content: bytes
    ready: ReadyPhoto


def develop(number: int, *, is_mended: bool) -> Developed:
    """Draw a photo and make its copies."""
    content = picture(number, is_mended=is_mended)
    return Developed(content, make_ready(KeepPhoto(content)))


class Album:
    """Photos that nobody has used, one after the other, kept where photos are kept."""

    def __init__(self, media: Media) -> None:
        self._media = media
        self._pool = ThreadPoolExecutor(2)
        self._damaged, self._mended = self._drawn(is_mended=False), self._drawn(is_mended=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._pool.shutdown(cancel_futures=True)

    def _drawn(self, *, is_mended: bool) -> Iterator[Developed]:
        waiting: deque[Future[Developed]] = deque()
        number = 0
        while True:
            while len(waiting) < AHEAD:
                number += 1
                waiting.append(self._pool.submit(develop, number, is_mended=is_mended))
            yield waiting.popleft().result()

    def next_damaged(self) -> tuple[KeepPhoto, ReadyPhoto]:
        """The next photo of a damaged place, for somebody who sends it with something else."""
        one = next(self._damaged)
        return KeepPhoto(one.content, "image/jpeg"), one.ready

    def send(self, session: Session, sender: Actor, taken: Taken, *, is_mended: bool) -> int:
        """Somebody sends the next photo of a damaged or of a mended place; gives its id."""
        one = next(self._mended if is_mended else self._damaged)
        command = KeepPhoto(one.content, "image/jpeg", taken=taken)
        return keep_photo(session, sender, command, media=self._media, ready=one.ready).photo.id
