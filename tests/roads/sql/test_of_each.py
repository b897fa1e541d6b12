"""What is asked about several things at once is what would be told about each alone."""

from datetime import date
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, text

from roads.queries.pages import OF_A_CONTRACT, OF_A_SEGMENT
from roads.queries.passports import EVERYWHERE, OF_A_CONTRACTOR, OF_A_REGION, OF_A_ROAD, OF_ITS_NETWORK
from roads.sql import numbered_statement, statement_of_each
from tests.roads.sql.test_page_indexes import filled, large

__all__ = ["filled", "large"]

NOBODY = 999_999
NOWHERE = "99"
DAY = date(2026, 11, 1)
OTHERS: dict[str, Any] = {
    **EVERYWHERE,
    **dict.fromkeys(("today", "decided_on", "on"), DAY),
    "known_at": "infinity",
    "days": 3650,
    "skipped": 1,
    "at_most": 9,
}
ASKED: dict[tuple[str, ...], tuple[str, ...]] = {
    ("id",): (
        "public_segment", "public_segment_stretches", *OF_A_SEGMENT.values(),
        "public_contract_figures", *OF_A_CONTRACT.values(),
    ),
    ("id", "road_id"): ("public_road", "public_road_statuses", *OF_A_ROAD.values()),
    ("id", "contractor_id"): ("scorecards", "exposure_of_contractors", *OF_A_CONTRACTOR.values()),
    ("id", "region"): ("public_region", "public_region_statuses", *OF_A_REGION.values(), *OF_ITS_NETWORK.values()),
}  # fmt: skip


def rows(cursor: psycopg.Cursor[Any], asked: tuple[bytes, tuple[str, ...]], **values: object) -> list[Any]:
    words, names = asked
    return cursor.execute(words, [values[name] for name in names]).fetchall()


@pytest.mark.usefixtures("large")
def test_each_thing_gets_the_rows_that_it_gets_alone_and_in_their_order(filled: Engine, database_url: str) -> None:
    with filled.begin() as connection:
        connection.execute(
            text("UPDATE carriageway SET kato = CASE WHEN id % 2 = 0 THEN '75' ELSE '71' END || '1000000'")
        )
    told = 0
    with psycopg.connect(database_url, cursor_factory=psycopg.RawCursor) as asking, asking.cursor() as cursor:
        for called, statements in ASKED.items():
            things: list[Any] = ["75", NOWHERE, "71"] if "region" in called else [7, NOBODY, 3, 8]
            array = "text[]" if "region" in called else "integer[]"
            for name in statements:
                together = rows(cursor, statement_of_each(name, called, array), **OTHERS, things=things)
                for thing in things:
                    alone = rows(cursor, numbered_statement(name), **{**OTHERS, **dict.fromkeys(called, thing)})
                    assert [row[1:] for row in together if row[0] == thing] == alone, (name, thing)
                    told += len(alone)
    assert told > 100


def test_what_stands_for_the_thing_is_no_parameter_any_more() -> None:
    words, names = statement_of_each("public_overdue", ("road_id",), "integer[]")
    assert set(names) == {"things", "today", "contractor_id", "region", "skipped", "at_most"}
    assert b"CAST(thing_asked.key AS integer)" in words
    assert b"unnest(CAST($1 AS integer[]))" in words
