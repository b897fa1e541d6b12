"""What feeds and calendars tell the public."""

from collections.abc import Mapping
from typing import Any

from psycopg import AsyncClientCursor
from psycopg.rows import namedtuple_row

from roads.queries.public import Public, type_of_rows
from roads.sql import driver_statement

ENTRIES_OF_A_FEED = 50
DAYS_OF_A_FEED = 365
EVENTS_OF_A_CALENDAR = 1000


async def news(connection: Public, asked: Mapping[str, Any]) -> type_of_rows:
    """Verified repairs and found defects, the newest first."""
    return await _rows(connection, "public_news", {**asked, "at_most": ENTRIES_OF_A_FEED})


async def warranty_ends(connection: Public, asked: Mapping[str, Any]) -> type_of_rows:
    """Days on which warranties end, the next first."""
    return await _rows(connection, "public_warranty_ends", {**asked, "at_most": EVENTS_OF_A_CALENDAR})


async def _rows(connection: Public, name: str, asked: Mapping[str, Any]) -> type_of_rows:
    # The values stand in the statement: it is planned for the filter that is given, and not for all of them.
    async with AsyncClientCursor(connection, row_factory=namedtuple_row) as cursor:
        await cursor.execute(driver_statement(name), dict(asked))
        found: type_of_rows = await cursor.fetchall()
    return found
