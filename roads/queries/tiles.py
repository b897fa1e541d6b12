"""Vector tiles of what maps show, and the edition they belong to. Attributes are ids and codes only."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from psycopg import AsyncConnection, AsyncRawCursor

from roads.sql import filled_statement

LAYERS = ("segments", "defects", "works")
LARGEST_ZOOM = 16
DISSOLVED_TO = 9
"""Up to this zoom a segment of a kilometre is at most a few pixels long."""
THINNED_TO = 11
"""Up to this zoom a defect's neighbours lie under it."""

TAKES = {"edition": "$1", "z": "$2", "x": "$3", "y": "$4"}


@dataclass(frozen=True, slots=True)
class Spot:
    """A tile's place: a layer, a zoom, and the column and row of that zoom."""

    layer: str
    z: int
    x: int
    y: int

    @property
    def is_small_scale(self) -> bool:
        """Whether the tile shows so much that it is dissolved or thinned: few of them, each with much work in it."""
        return self.z <= DISSOLVED_TO

    @property
    def statement(self) -> str:
        """Which statement draws it."""
        if self.layer == "segments" and self.z <= DISSOLVED_TO:
            return "tile_segments_dissolved"
        if self.layer == "defects" and self.z <= THINNED_TO:
            return "tile_defects_thinned"
        return f"tile_{self.layer}"


def spot(layer: str, z: str, x: str, y: str) -> Spot | None:
    """The tile of that name; None where there is no such layer, zoom, column or row."""
    if layer not in LAYERS or not all(_is_number(word) for word in (z, x, y)):
        return None
    zoom, column, row = int(z), int(x), int(y)
    if zoom > LARGEST_ZOOM or max(column, row) >= 1 << zoom:
        return None
    return Spot(layer, zoom, column, row)


def edition_number(word: str) -> int | None:
    """The number of an edition; None for what cannot be one."""
    return int(word) if _is_number(word) else None


def _is_number(word: str) -> bool:
    # One address for one tile: no sign, no leading zero, no digits of other scripts.
    return word.isascii() and word.isdigit() and len(word) <= 9 and (word == "0" or word[0] != "0")


@cache
def _drawn(name: str) -> bytes:
    return filled_statement("tile", TAKES, layer=name).encode()


async def draw(connection: AsyncConnection[Any], edition: int, asked: Spot) -> tuple[int, bytes | None]:
    """The number of the last edition, and its tile if that is the edition asked for; both of one moment."""
    # Planned once for a connection: to plan such a tile takes longer than to draw it.
    async with AsyncRawCursor(connection) as cursor:
        await cursor.execute(_drawn(asked.statement), (edition, asked.z, asked.x, asked.y), prepare=True, binary=True)
        row: tuple[int, bytes | None] | None = await cursor.fetchone()
    return row or (0, None)
