"""A page of a list costs what the page holds, however long the list is and whatever it is filtered by."""

import asyncio
from datetime import date

import pytest
from sqlalchemy import Engine, text

from api.public_pool import public_pool
from roads.db import transaction
from roads.queries import public
from tests.factories import make_carriageway
from tests.status import refresh

SEGMENTS = 5000
AT_MOST = 50
DAY = date(2026, 6, 1)
FILTERS = {
    "box": None,
    "region": None,
    "road": None,
    "contractor": None,
    "since": None,
    "status": "unknown",
    "today": DAY,
}
MORE_CARRIAGEWAYS = """
    INSERT INTO carriageway
        (source, source_id, chain_id, direction, extent, measured_by, geom, geometry_key, content_key)
    SELECT source, 'more/' || n, chain_id, direction, extent, measured_by, geom, 'more/' || n, 'more/' || n
    FROM carriageway CROSS JOIN generate_series(2, :segments) AS n
"""
THEIR_SEGMENTS = """
    INSERT INTO segment (carriageway_id, extent, geom)
    SELECT w.id, w.extent, w.geom FROM carriageway w
    WHERE NOT EXISTS (SELECT FROM segment s WHERE s.carriageway_id = w.id)
"""
READ = "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) AS rows FROM pg_stat_xact_user_tables"


@pytest.fixture
def long_list(database: Engine) -> None:
    with transaction(database) as session:
        make_carriageway(session, lat=50.0)
        session.execute(text(MORE_CARRIAGEWAYS), {"segments": SEGMENTS})
        session.execute(text(THEIR_SEGMENTS))
        refresh(session, DAY)
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


@pytest.mark.parametrize("box", [None, [60.0, 40.0, 80.0, 60.0]])
@pytest.mark.parametrize("instead", [{}, {"segments_of_any_status": "segments_of_a_status"}])
def test_a_page_reads_few_rows_of_a_long_list(
    database_url: str, long_list: None, box: list[float] | None, instead: dict[str, str]
) -> None:
    async def rows_read() -> int:
        async with public_pool(database_url) as pool, pool.connection() as connection, connection.transaction():
            page = await public.page(
                connection, "public_segments", {**FILTERS, "box": box}, after=0, limit=AT_MOST, **instead
            )
            assert len(page.items) == AT_MOST
            cursor = await connection.execute(READ)
            (rows,) = await cursor.fetchone() or (0,)
            return int(rows)

    assert asyncio.run(rows_read()) < SEGMENTS
