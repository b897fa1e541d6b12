"""What the pages of things ask touches the rows it is about, however many there are of others."""

import re
from datetime import date

import pytest
from sqlalchemy import Engine, text

from roads.sql import filled_statement, source
from tests.roads.sql.test_indexes import ANSWERED, PLACED, filled, plan

__all__ = ["filled"]

STATEMENTS = (
    "segment",
    "segment_stretches",
    "segment_contracts",
    "segment_open_defects",
    "segment_claim_lines",
    "segment_timeline",
    "contract",
    "contract_figures",
    "contract_parts",
    "contract_segments",
    "contract_changes",
    "contract_open_defects",
    "contract_claims",
    "contract_timeline",
    "road",
    "road_statuses",
    "road_segments",
    "road_contracts",
)
LARGE = frozenset(
    {
        "segment", "carriageway", "segment_status", "liability", "warranty", "works", "contract", "contract_section",
        "acceptance", "contract_event", "attribution", "defect", "defect_status", "claim", "claim_line", "claim_event",
        "ladder_step", "lost_warranty", "inspected_stretch", "inspection",
    }
)  # fmt: skip
"""Tables that grow with the network, its works and its defects."""

CLAIMED = r"""
    -- Rows without what they refer to: only how many there are matters.
    SET LOCAL session_replication_role = replica;
    INSERT INTO claim
        (contract_id, detected_on, drafted_on, number, issued_on, issued_at, contractor_id, silence_by)
    SELECT 1 + n % 1000, DATE '2024-01-01', DATE '2024-01-01', n, DATE '2024-01-02', now(), 1, DATE '2024-02-01'
    FROM generate_series(1, 5000) AS n;
    INSERT INTO claim_line
        (claim_id, contract_id, number, defect_id, carriageway_id, extent, element, warranty_id, state, changed_on,
         clock_from, facts)
    SELECT
        n, 1 + n % 1000, 1, n, 1 + n % 100, int4range(n, n + 1), 'pavement', 1, 'issued', DATE '2024-01-02',
        DATE '2024-01-02', '{}'
    FROM generate_series(1, 5000) AS n;
    INSERT INTO claim_event (claim_id, line_id, action, person, happened_on)
    SELECT n, n, 'issue', 'x', DATE '2024-01-02' FROM generate_series(1, 5000) AS n;
    INSERT INTO ladder_step (line_id, round, rung, due_on)
    SELECT n, 1, 'overdue', DATE '2024-03-01' FROM generate_series(1, 5000) AS n;
    INSERT INTO lost_warranty (defect_id, contract_id, carriageway_id, extent, warranty_id, ended_on)
    SELECT n, 1 + n % 1000, 1 + n % 100, int4range(n, n + 1), 1, DATE '2024-03-01' FROM generate_series(1, 5000) AS n;
    INSERT INTO inspection (source, external_id, kind, inspected_on, outcome, stated_source_id)
    SELECT 'x', n, 'spring', DATE '2024-04-01', 'no_defect_found', 'x' FROM generate_series(1, 5000) AS n;
    INSERT INTO inspected_stretch SELECT n, 1 + n % 100, int4range(n, n + 1) FROM generate_series(1, 5000) AS n;
    INSERT INTO contract_event (contract_id, kind, from_on)
    SELECT 1 + n % 1000, 'termination', DATE '2024-03-01' FROM generate_series(1, 5000) AS n;
    INSERT INTO defect_status (defect_id, state, detected_on, geom)
    SELECT id, 'open', detected_on, ST_SetSRID(ST_MakePoint(0, 0), 3857) FROM defect;
    INSERT INTO segment_status
        (segment_id, carriageway_id, status, open_defects, overdue_lines, status_on, length_m, geom)
    SELECT id, carriageway_id, 'sound', 0, 0, DATE '2024-03-01', 1000, ST_Transform(ST_Force2D(geom), 3857)
    FROM segment;
"""


def sequential(found: str) -> set[str]:
    """Large tables that a plan reads from end to end."""
    return set(re.findall(r"Seq Scan on (\w+)", found)) & LARGE


@pytest.fixture
def large(filled: Engine) -> None:
    """Answers, claims and what came of them, too, with statistics."""
    with filled.begin() as connection:
        for words in (PLACED, ANSWERED, text(CLAIMED)):
            connection.execute(words)
    with filled.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


@pytest.mark.usefixtures("large")
def test_pages_find_their_rows_by_indexes(filled: Engine) -> None:
    values = {"id": 7, "known_at": "infinity", "skipped": 0, "at_most": 51}
    days = {"today": date(2026, 11, 1), "decided_on": date(2026, 11, 1)}
    read = {name: sequential(plan(filled, source(f"public_{name}"), **values, **days)) for name in STATEMENTS}
    assert {name: tables for name, tables in read.items() if tables} == {}


@pytest.mark.usefixtures("large")
def test_they_do_so_when_asked_about_several_things(filled: Engine) -> None:
    day = "DATE '2026-11-01'"
    told = {"id": "thing_asked.key", "things": "CAST('{7,8,9}' AS integer[])", "known_at": "'infinity'"}
    told |= {"today": day, "decided_on": day, "skipped": "0", "at_most": "51"}
    asked = {name: filled_statement("of_each", told, told=f"public_{name}") for name in STATEMENTS}
    read = {name: sequential(plan(filled, words)) for name, words in asked.items()}
    assert {name: tables for name, tables in read.items() if tables} == {}


@pytest.mark.parametrize("statement", ["contract_figures", "segment_timeline"])
def test_a_plan_that_reads_everything_would_be_noticed(filled: Engine, statement: str) -> None:
    words = "SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_indexonlyscan = off"
    with filled.begin() as connection:
        connection.execute(text(words))
        asked = {"id": 7, "today": date(2026, 11, 1), "skipped": 0, "at_most": 51}
        found = "\n".join(connection.scalars(text(f"EXPLAIN {source(f'public_{statement}')}"), asked))
    assert sequential(found)
