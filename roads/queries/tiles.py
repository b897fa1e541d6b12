"""Vector tiles of what maps show, and the edition they belong to. Attributes are ids and codes only."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from psycopg import AsyncConnection, AsyncRawCursor

from geo.bbox import Box
from roads.queries.public import rows
from roads.sql import filled_statement

LAYERS = ("segments", "defects", "works", "warranty", "money", "open_defects", "planned")
OF_A_YEAR = ("answered", "found")
"""Layers that stand in an address with a year: `answered-2024`."""
SMALLEST_ZOOM, LARGEST_ZOOM = 3, 16
"""Of what maps ask for: nearer they enlarge what they have."""
DISSOLVED_TO = 9
"""Up to this zoom a segment of a kilometre is at most a few pixels long."""
CROWDED = 10_000
"""So many segments in a tile take about a twentieth of a second to draw."""
THINNED_TO = 11
"""Up to this zoom a defect's neighbours lie under it."""
YEAR = re.compile("(19|20)[0-9]{2}")

STRETCHES = {"warranty": "stretches_of_warranty", "money": "stretches_of_money", "answered": "stretches_of_year"}
POINTS = {"open_defects": "defects", "planned": "works", "found": "year"}
"""Of what the points are: `points_of_...` and the `codes_of_...` by which they are drawn."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A tile's place: a layer, a zoom, and the column and row of that zoom."""

    layer: str
    z: int
    x: int
    y: int
    year: int | None = None

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
        if self.layer in STRETCHES:
            return "tile_stretches_dissolved" if self.z <= DISSOLVED_TO else "tile_stretches"
        if self.layer in POINTS:
            return "tile_points_clustered" if self.z <= THINNED_TO else "tile_points"
        return f"tile_{self.layer}"

    @property
    def name(self) -> str:
        """The layer as an address writes it."""
        return self.layer if self.year is None else f"{self.layer}-{self.year}"


def spot(layer: str, z: str, x: str, y: str) -> Spot | None:
    """The tile of that name; None where there is no such layer, zoom, column or row."""
    known, _, year = layer.partition("-")
    is_known = known in OF_A_YEAR and YEAR.fullmatch(year) if known != layer else layer in LAYERS
    if not is_known or not all(_is_number(word) for word in (z, x, y)):
        return None
    zoom, column, row = int(z), int(x), int(y)
    if zoom > LARGEST_ZOOM or max(column, row) >= 1 << zoom:
        return None
    return Spot(known, zoom, column, row, int(year) if year else None)


def edition_number(word: str) -> int | None:
    """The number of an edition; None for what cannot be one."""
    return int(word) if _is_number(word) else None


def _is_number(word: str) -> bool:
    # One address for one tile: no sign, no leading zero, no digits of other scripts.
    return word.isascii() and word.isdigit() and len(word) <= 9 and (word == "0" or word[0] != "0")


# What days are counted to is the day of the edition, so that a tile of it never changes.
MADE_ON = "(SELECT made_on FROM map_edition WHERE number = CAST({edition} AS integer))"


def _statement(name: str, layer: str, edition: object, z: object, x: object, y: object, year: object) -> bytes:
    """What draws a tile, with its numbers or what stands for them."""
    made_on = MADE_ON.format(edition=edition)
    # A year is told as it ended; the one that has not ended, as it stood on the edition's day.
    on = f"least(make_date(CAST({year} AS integer), 12, 31), {made_on})" if year else made_on
    takes = {"edition": edition, "z": z, "x": x, "y": y, "on": on, **({"year": year} if year else {})}
    of = POINTS.get(layer, "")
    instead = {"stretches": STRETCHES.get(layer, ""), "points": f"points_of_{of}", "codes": f"codes_of_{of}"}
    written = {one: str(value) for one, value in takes.items()}
    return filled_statement("tile", written, layer=name, **instead).encode()


@cache
def _for_any_numbers(name: str, layer: str, is_of_a_year: bool) -> bytes:
    return _statement(name, layer, "$1", "$2", "$3", "$4", "$5" if is_of_a_year else None)


async def crowded_spots(connection: AsyncConnection[Any]) -> list[Spot]:
    """The tiles of segments that take long to draw, those of small zooms first."""
    taken = {"from_zoom": SMALLEST_ZOOM, "to_zoom": DISSOLVED_TO, "fewest": CROWDED}
    return [Spot("segments", row.z, row.x, row.y) for row in await rows(connection, "crowded_tiles", taken)]


async def lines_of_picture(
    connection: AsyncConnection[Any], edition: int, box: Box, width: int
) -> tuple[int, bytes | None]:
    """The roads of a box by status as paths of a picture so wide, in JSON, with the number of the last edition; none
    if that is not the edition asked for."""
    takes = {"edition": "$1", "west": "$2", "south": "$3", "east": "$4", "north": "$5", "width": "$6"}
    drawn = filled_statement("tile", takes, layer="picture_of_status").encode()
    async with AsyncRawCursor(connection) as cursor:
        await cursor.execute(drawn, (edition, box.west, box.south, box.east, box.north, width), binary=True)
        row: tuple[int, bytes | None] | None = await cursor.fetchone()
    return row or (0, None)


async def draw(connection: AsyncConnection[Any], edition: int, asked: Spot) -> tuple[int, bytes | None]:
    """The number of the last edition, and its tile if that is the edition asked for; both of one moment."""
    numbers = (edition, asked.z, asked.x, asked.y)
    async with AsyncRawCursor(connection) as cursor:
        if asked.is_small_scale:
            # Planned for these very numbers: of half a nation in one tile a plan for any would fetch row by row.
            drawn = _statement(asked.statement, asked.layer, *numbers, asked.year)
            await cursor.execute(drawn, prepare=False, binary=True)
        else:
            # Planned once for a connection: to plan such a tile takes longer than to draw it.
            drawn = _for_any_numbers(asked.statement, asked.layer, asked.year is not None)
            given = (*numbers, asked.year) if asked.year else numbers
            await cursor.execute(drawn, given, prepare=True, binary=True)
        row: tuple[int, bytes | None] | None = await cursor.fetchone()
    return row or (0, None)
