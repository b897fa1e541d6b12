"""The look-ups that must stay fast use their indexes: shown by EXPLAIN on a network of some size."""

from datetime import date

import pytest
from sqlalchemy import Engine, text

from roads.db import transaction
from roads.domain.actors import OPERATOR
from roads.queries.public import ANSWER_AT_POINTS
from roads.sql import filled_statement, source
from seed.bulk import Bulk, load_bulk


@pytest.fixture
def filled(database: Engine) -> Engine:
    """100 roads of 50 km, 1,000 contracts and 2,000 defects, with statistics."""
    with transaction(database) as session:
        load_bulk(session, OPERATOR, Bulk(100, 1000, 2000, 1), today=date(2026, 11, 1))
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return database


def plan(engine: Engine, words: str, **values: object) -> str:
    """The plan of a statement for given values."""
    with engine.connect() as connection:
        return "\n".join(connection.scalars(text(f"EXPLAIN {words}"), values))


def test_a_spot_looks_for_segments_in_the_spatial_index(filled: Engine) -> None:
    words = source("place_spots", spots_of_defects="spots_of_points")
    found = plan(filled, words, lons=[70.0, 71.0], lats=[50.0, 51.0], snap_m=30.0, known_at="infinity")
    assert "segment_geom_idx" in found
    assert "Seq Scan on segment" not in found


def test_the_prepared_statement_for_any_number_of_points_goes_by_indexes(filled: Engine) -> None:
    words = filled_statement("answer_at_points", ANSWER_AT_POINTS, spots_of_defects="spots_of_points")
    types = "float8[], float8[], float8, timestamptz, text[], date[]"
    with filled.connect() as connection:
        connection.exec_driver_sql("SET plan_cache_mode = force_generic_plan")
        connection.exec_driver_sql(f"PREPARE asked ({types}) AS {words}")
        points = "'{70,71}', '{50,51}', 30, 'infinity', '{pavement,pavement}', '{2024-01-01,2024-01-01}'"
        found = "\n".join(connection.exec_driver_sql(f"EXPLAIN EXECUTE asked ({points})").scalars())
    for index in ("segment_geom_idx", "warranty_carriageway_id_idx", "works_carriageway_id_idx"):
        assert index in found
    for table in ("segment", "warranty", "works", "contract_section"):
        assert f"Seq Scan on {table}" not in found


def test_liability_of_one_carriageway_is_found_by_its_index(filled: Engine) -> None:
    found = plan(filled, source("liability_stored"), carriageway_ids=[5])
    assert "Index Cond: (carriageway_id" in found
    assert "Seq Scan on liability" not in found


def test_the_causes_at_one_place_are_found_by_carriageway(filled: Engine) -> None:
    values = {"carriageway_ids": [5], "at_cm": 100, "element": "pavement", "decided_on": date(2024, 1, 1)}
    found = plan(filled, source("explain_place"), known_at="infinity", **values)
    assert "warranty_carriageway_id_idx" in found
    assert "works_carriageway_id_idx" in found
    assert "Seq Scan on warranty" not in found


PLACED = text(
    "INSERT INTO placement (defect_id, part, carriageway_id, from_cm, to_cm, accuracy_cm, covered_on, element, "
    "confidence) SELECT n, 1, nullif(n % 100, 0), n, n + 1, 0, DATE '2024-01-01', 'pavement', 'certain' "
    "FROM generate_series(1, 5000) AS n"
)
ANSWERED = text(
    "INSERT INTO attribution (defect_id, carriageway_id, from_cm, to_cm, decided_on, rule_version, outcome, "
    "recorded_at) SELECT defect_id, carriageway_id, from_cm, to_cm, covered_on, 1, 'expired', now() FROM placement"
)


def test_a_defects_answers_are_found_by_its_place(filled: Engine) -> None:
    with filled.begin() as connection:
        for words in (PLACED, ANSWERED, text("ANALYZE placement, attribution")):
            connection.execute(words)
    found = plan(filled, source("public_attribution"), id=7)
    assert found.count("attribution_current_key") == 2
    assert "placement_defect_id_key" in found
