"""Bulk rows: as many as asked for, settled, the same for a seed, and never among earlier ones."""

from datetime import date

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from roads.domain.actors import OPERATOR, Actor
from roads.domain.errors import NotAllowed
from seed.__main__ import app
from seed.bulk import Bulk, bulk_steps, load_bulk
from seed.errors import BulkAlreadyThere
from tests.seed.conftest import answer_all

TODAY = date(2026, 11, 22)
FEW = Bulk(roads=12, contracts=60, defects=300, seed=7)


def digest(session: Session) -> list[str]:
    """What was made up, without ids and moments."""
    return list(
        session.scalars(
            text(
                "SELECT source_id || md5(CAST(geom AS text)) FROM carriageway UNION ALL "
                "SELECT c.number || c.signed_on || c.kind_of_works || s.extent || w.source_id FROM contract c "
                "JOIN contract_section s ON s.contract_id = c.id JOIN carriageway w ON w.id = s.carriageway_id "
                "UNION ALL SELECT external_id || md5(CAST(geom AS text)) || detected_on FROM defect ORDER BY 1"
            )
        )
    )


def made_with(session: Session, command: Bulk) -> list[str]:
    with session.begin_nested() as undone:
        load_bulk(session, OPERATOR, command, today=TODAY)
        made = digest(session)
        undone.rollback()
    return made


def test_there_are_as_many_as_asked_for_and_each_has_its_answer(session: Session) -> None:
    load_bulk(session, OPERATOR, FEW, today=TODAY)
    answer_all(session)

    for table, rows in {
        "carriageway": 12,
        "segment": 600,
        "contract": 60,
        "contract_section": 60,
        "defect": 300,
    }.items():
        assert session.scalar(text(f"SELECT count(*) FROM {table}")) == rows, table
    assert session.scalar(text("SELECT count(DISTINCT defect_id) FROM attribution")) == 300
    outcomes = set(session.scalars(text("SELECT DISTINCT outcome FROM attribution")))
    assert {"under_warranty", "expired", "no_warranty"} <= outcomes


def test_every_carriageway_with_works_is_partitioned(session: Session) -> None:
    load_bulk(session, OPERATOR, FEW, today=TODAY)

    missing = session.scalar(
        text(
            "SELECT count(*) FROM works w WHERE upper_inf(w.recorded) "
            "AND NOT EXISTS (SELECT FROM liability l WHERE l.carriageway_id = w.carriageway_id)"
        )
    )
    assert missing == 0


def test_chainage_is_true_to_the_ground(session: Session) -> None:
    load_bulk(session, OPERATOR, FEW, today=TODAY)

    assert session.scalar(text("SELECT max(abs(ST_Length(CAST(geom AS geography)) - 50000)) FROM carriageway")) < 0.01


def test_one_seed_gives_one_set_of_rows(session: Session) -> None:
    first = made_with(session, FEW)

    assert made_with(session, FEW) == first
    assert made_with(session, Bulk(12, 60, 300, seed=8)) != first


def test_a_greater_number_of_defects_only_adds_steps() -> None:
    steps = list(bulk_steps(OPERATOR, Bulk(2, 4500, 120_000, 1), today=TODAY))

    assert [step.rows for step in steps] == [0, 2, 4500, 2000, 2000, 500, 50_000, 50_000, 20_000]


def test_bulk_rows_are_not_loaded_among_earlier_ones(session: Session) -> None:
    load_bulk(session, OPERATOR, FEW, today=TODAY)

    with pytest.raises(BulkAlreadyThere):
        load_bulk(session, OPERATOR, FEW, today=TODAY)


def test_only_who_may_import_a_network_may_load_bulk_rows(session: Session) -> None:
    with pytest.raises(NotAllowed):
        load_bulk(session, Actor("passer-by"), FEW, today=TODAY)


def test_the_command_loads_once_and_then_refuses_in_one_line(database: Engine) -> None:
    url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    command = ["bulk", "--roads", "3", "--contracts", "5", "--defects", "20", "--seed", "1"]
    env = {"ROADS_DATABASE_URL": url}

    first = CliRunner().invoke(app, command, env=env, catch_exceptions=False)
    again = CliRunner().invoke(app, command, env=env, catch_exceptions=False)

    assert (first.exit_code, first.stdout) == (0, "roads=3 contracts=5 defects=20 seed=1\n")
    assert again.exit_code == 2
    assert again.stderr.count("\n") == 1
    assert "new database" in again.stderr
