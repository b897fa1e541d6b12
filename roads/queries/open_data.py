"""What programs take regularly: which rows of a layer are new since a day, and the addresses of all public pages."""

from collections.abc import Callable
from datetime import date

from psycopg import AsyncServerCursor

from roads.queries.public import Public, rows
from roads.sql import driver_statement

BATCH = 1000
KINDS = ("regions", "contractors", "roads", "contracts", "segments")
"""Things that have a page for each of them."""


async def write_changes(connection: Public, layer: str, since: date, write: Callable[[bytes], object]) -> int:
    """Writes the rows of a layer that came on record or became others since a day, each a GeoJSON feature in a line.

    Rows that left the layer since then are told by their keys, without geometry.
    Gives how many. Only a batch of them is held in memory.
    """
    written = 0
    async with connection.transaction(), AsyncServerCursor(connection, "changes") as cursor:
        await cursor.execute(_changes(layer), {"since": since})
        while batch := await cursor.fetchmany(BATCH):
            lines = (f'{{"type":"Feature","properties":{told},"geometry":{shape}}}\n' for told, shape in batch)
            write("".join(lines).encode())
            written += len(batch)
    return written


def _changes(layer: str) -> bytes:
    # No line of a claim ever leaves its layer, and it changes on the day of its state.
    if layer == "claims":
        return driver_statement("changes_claims")
    return driver_statement("changes", export_segments=f"export_{layer}", removed_segments=f"removed_{layer}")


async def parts_of_addresses(connection: Public, size: int) -> list[tuple[str, int]]:
    """Kinds of things and the parts they come in, `size` ids to a part."""
    return [(row.kind, row.part) for row in await rows(connection, "public_parts_of_addresses", {"size": size})]


async def addresses(connection: Public, kind: str, part: int, size: int) -> list[str]:
    """What names the things of a part in the addresses of their pages."""
    asked = {"kind": kind, "part": part, "size": size}
    return [row.id for row in await rows(connection, "public_addresses", asked)]


async def segments_with_contracts(connection: Public) -> list[str]:
    """What names the segments on which any contract works or has worked, in the addresses of their pages."""
    return [str(row.id) for row in await rows(connection, "public_segments_with_contracts", {})]
