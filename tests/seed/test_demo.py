"""The demonstration: enough of everything, every kind of answer, and the same rows wherever it is loaded."""

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import Connection, Engine, text
from typer.testing import CliRunner

from roads.db import open_engine, transaction
from roads.domain.attribution import Outcome, Reason
from roads.domain.fields import check_bin
from seed.__main__ import app
from seed.organisations import FIRST_DIGITS
from seed.people import parties_of_demo
from tests.conftest import cloned
from tests.factories import make_road
from tests.imports import versions
from tests.seed.conftest import TODAY, answer_all


def count(engine: Engine, query: str) -> int:
    with transaction(engine) as session:
        return int(session.scalar(text(query)) or 0)


@pytest.mark.parametrize(
    ("what", "at_least", "query"),
    [
        ("highways", 25, "SELECT count(*) FROM road WHERE reference IS NOT NULL AND significance <> 'street'"),
        ("streets", 60, "SELECT count(*) FROM road WHERE significance = 'street'"),
        ("former references", 12, "SELECT count(*) FROM road_alias"),
        ("contracts before 2020", 5, "SELECT count(*) FROM contract WHERE signed_on < '2020-01-01'"),
        ("contracts since the norm", 5, "SELECT count(*) FROM contract WHERE signed_on >= '2025-12-18'"),
        ("works under way", 5, ("SELECT count(*) FROM contract_section s WHERE NOT EXISTS "
                               "(SELECT FROM acceptance a WHERE a.section_id = s.id)")),
        ("sections accepted in parts", 2, ("SELECT count(*) FROM (SELECT section_id FROM acceptance GROUP BY 1 "
                                          "HAVING count(*) > 1) AS a")),
        ("sections accepted only in part", 1, ("SELECT count(*) FROM contract_section s JOIN acceptance a "
                                              "ON a.section_id = s.id AND a.extent <> s.extent AND NOT EXISTS (SELECT "
                                              "FROM acceptance b WHERE b.section_id = s.id AND b.id <> a.id)")),
        ("overlays", 10, ("SELECT count(*) FROM contract_section a JOIN contract_section b "
                         "ON a.carriageway_id = b.carriageway_id AND a.extent && b.extent AND a.id < b.id")),
        ("suspensions", 1, "SELECT count(*) FROM contract_event WHERE kind = 'suspension'"),
        ("amendments", 1, "SELECT count(*) FROM contract_event WHERE kind = 'amendment'"),
        ("terminations", 1, "SELECT count(*) FROM contract_event WHERE kind = 'termination'"),
        ("digs and accidents", 4, "SELECT count(*) FROM carve_out"),
        ("unknown terms", 1, "SELECT count(*) FROM warranty WHERE term_state = 'unknown'"),
        ("terms of Almaty", 5, "SELECT count(*) FROM warranty WHERE term_origin = 'rule' AND months IN (60, 84)"),
        ("stretches", 60, "SELECT count(*) FROM defect WHERE geometrytype(geom) = 'LINESTRING'"),
        ("reports that wait", 4, "SELECT count(*) FROM report WHERE state = 'open'"),
        ("reports turned down", 1, "SELECT count(*) FROM report WHERE state = 'rejected'"),
        ("photos of reports", 3, "SELECT count(*) FROM report_photo"),
        ("reports of what is known", 1, ("SELECT count(*) FROM report r JOIN defect d ON d.distress = r.distress AND "
                                        "ST_DWithin(ST_SetSRID(ST_MakePoint(r.lon, r.lat), 4326)::geography, "
                                        "d.geom::geography, 5) WHERE r.state = 'open'")),
        ("repairs said to be none", 1, "SELECT count(*) FROM reopen_request WHERE state = 'open'"),
        ("citizens' reports", 150, "SELECT count(*) FROM defect WHERE occurred_on < detected_on"),
    ],
)  # fmt: skip
def test_there_is_enough_of_everything(demo: Engine, what: str, at_least: int, query: str) -> None:
    assert count(demo, query) >= at_least, what


def test_the_engineer_of_the_demonstration_sees_what_citizens_wrote(demo: Engine) -> None:
    with transaction(demo) as session:
        customer = parties_of_demo(session).customer
    of_customer = (
        f"JOIN contract c ON c.id = x.contract_id JOIN organisation o ON o.id = c.customer_id AND o.bin = '{customer}'"
    )
    assert count(demo, f"SELECT count(*) FROM report x {of_customer} WHERE x.state = 'open'") == 4
    asked = "SELECT count(*) FROM reopen_request r JOIN claim_line x ON x.id = r.line_id"
    assert count(demo, f"{asked} {of_customer}") == 1


def test_there_are_as_many_contracts_and_defects_as_promised(demo: Engine) -> None:
    assert count(demo, "SELECT count(*) FROM contract") == 150
    assert count(demo, "SELECT count(*) FROM defect WHERE external_id ~ '^demo-[0-9]+$'") == 2000


def test_every_outcome_and_every_reason_occurs(demo: Engine) -> None:
    with transaction(demo) as session:
        found = session.execute(
            text("SELECT DISTINCT outcome, reason FROM attribution WHERE replaced_at = 'infinity'")
        ).all()

    assert {outcome for outcome, _ in found} == set(Outcome)
    assert {reason for _, reason in found if reason} == set(Reason)


def test_nothing_happens_after_the_day_of_loading(demo: Engine) -> None:
    latest = "SELECT max(day) FROM (SELECT signed_on AS day FROM contract UNION SELECT accepted_on FROM acceptance "
    latest += "UNION SELECT detected_on FROM defect) AS days"

    with transaction(demo) as session:
        assert session.scalar(text(latest)) <= TODAY
        assert session.scalar(text("SELECT min(detected_on) FROM defect")) >= date(2024, 11, 22)


def test_organisations_are_named_made_up_and_have_bins_that_nobody_was_given(demo: Engine) -> None:
    with transaction(demo) as session:
        organisations = session.execute(text("SELECT bin, name FROM organisation")).all()

    for number, name in organisations:
        assert check_bin(number) == (number, False)
        assert number.startswith(FIRST_DIGITS)
        assert "Демо" in name


# Moments of recording differ from load to load; the staging tables are empty.
RECORDING = (
    "recorded", "recorded_at", "registered_at", "replaced_at",
    "changed_at", "issued_at", "acknowledged_at", "marked_at", "kept_at", "sent_at",
)  # fmt: skip

PEOPLE = ("user_account", "user_role")


def dump(engine: Engine) -> dict[str, list[str]]:
    with transaction(engine, None) as session:
        tables = session.scalars(
            text(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
                # The ledger tells at what moment each row came, and salts are random.
                " AND NOT starts_with(relname, 'ledger_')"
            )
        )
        without = {"keys": list(RECORDING), "by_chance": ["code", "decided_at"]}
        # The code of a report is drawn, so that nobody may guess it; it was decided upon when it was loaded.
        query = """
            SELECT CAST(
                to_jsonb(t) - CAST(:keys AS text[])
                - CASE WHEN '{0}' = 'report' THEN CAST(:by_chance AS text[]) ELSE '{{}}' END AS text
            ) FROM "{0}" AS t ORDER BY 1
        """
        return {name: list(session.scalars(text(query.format(name)), without)) for name in tables}


@pytest.fixture(autouse=True)
def _album(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the command keeps photos."""
    monkeypatch.setenv("ROADS_MEDIA_URL", str(tmp_path / "album"))


def run(engine: Engine, *arguments: str) -> str:
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    done = CliRunner().invoke(app, list(arguments), env={"ROADS_DATABASE_URL": url}, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_it_is_never_loaded_twice(demo: Engine) -> None:
    with transaction(demo, None) as session:
        before = versions(session)

    assert "already" in run(demo, "demo")
    assert "already" in run(demo, "demo", "--if-empty")

    with transaction(demo, None) as session:
        assert versions(session) == before


def test_unasked_it_is_not_loaded_among_roads_of_others(database: Engine) -> None:
    with transaction(database) as session:
        make_road(session)

    assert "not loaded" in run(database, "demo", "--if-empty")

    assert count(database, "SELECT count(*) FROM road") == 1


@pytest.mark.slow
def test_an_empty_database_gets_the_same_rows_on_the_same_day_and_people(
    demo: Engine, admin: Connection, template: str
) -> None:
    with cloned(admin, template) as url:
        other = open_engine(url)
        with time_machine.travel(datetime.combine(TODAY, time(6), UTC)):
            assert "loaded" in run(other, "demo", "--if-empty")
        with transaction(other) as session:
            answer_all(session)
        got, expected = dump(other), dump(demo)
        other.dispose()

    # Whoever runs the command is told how to sign in.
    assert {name for name, rows in got.items() if rows and not expected[name]} == set(PEOPLE)
    assert {name: got[name] for name in expected if name not in PEOPLE} == {
        name: rows for name, rows in expected.items() if name not in PEOPLE
    }
    assert (len(expected["contract"]), len(expected["term_rule"]) > 0) == (150, True)
