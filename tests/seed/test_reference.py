"""Reference rows: loaded once, loaded again without a write, and never against what people entered."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.tables import Row
from roads.domain.actors import OPERATOR
from roads.domain.remarks import Remark, Totals
from roads.usecases.first_rows import FirstRows
from roads.usecases.reference import load_reference
from roads.usecases.rules import ImportRules, import_rules
from seed.reference import reference_rows
from tests.imports import versions


def load(session: Session) -> Totals:
    remarks: list[Remark] = []
    totals = load_reference(session, OPERATOR, reference_rows(), remarks.append)
    assert remarks == []
    return totals


def state_rule(session: Session, *, update: bool = False, **cells: str) -> None:
    row = {"table": "term", "legal_basis": "Decision of the customer", "confirmed": "yes", **cells}
    remarks: list[Remark] = []
    with FirstRows() as first_rows:
        command = ImportRules([[Row(2, row)]], first_rows, update)
        assert import_rules(session, OPERATOR, command, remarks.append).imported == 1, remarks


def months_in_force(session: Session, kind_of_works: str) -> list[tuple[str, int | None]]:
    found = session.execute(
        text(
            "SELECT CAST(signed AS text), months FROM term_rule "
            "WHERE kato = '' AND kind_of_works = :kind AND upper_inf(recorded) ORDER BY 1"
        ),
        {"kind": kind_of_works},
    )
    return [(signed, months) for signed, months in found]


def test_all_tables_are_filled(session: Session) -> None:
    assert load(session).imported == 256

    for table, rows in {"region": 20, "distress": 26, "term_rule": 9, "deadline_rule": 8, "calendar_day": 193}.items():
        assert session.scalar(text(f"SELECT count(*) FROM {table}")) == rows, table


def test_loading_again_writes_nothing(session: Session) -> None:
    load(session)
    before = versions(session)

    assert load(session) == Totals(unchanged=256)

    assert versions(session) == before


def test_a_term_that_people_corrected_stays(session: Session) -> None:
    load(session)
    state_rule(session, kind_of_works="medium_repair", signed_to="2025-12-17", months="48")

    assert load(session).imported == 0

    assert months_in_force(session, "medium_repair") == [("(,2025-12-18)", 48)]


def test_a_term_that_people_ended_earlier_stays_ended(session: Session) -> None:
    load(session)
    state_rule(session, update=True, kind_of_works="construction", signed_to="2024-12-31", months="36")

    assert load(session).imported == 0

    assert months_in_force(session, "construction") == [("(,2025-01-01)", 36)]


def test_a_day_that_people_corrected_stays(session: Session) -> None:
    load(session)
    session.execute(text("UPDATE calendar_day SET kind = 'working_day' WHERE day = '2026-08-31' OR day = '2027-01-01'"))

    assert load(session).imported == 0

    assert session.scalar(text("SELECT kind FROM calendar_day WHERE day = '2027-01-01'")) == "working_day"


def test_a_renamed_region_is_written_again_alone(session: Session) -> None:
    load(session)
    session.execute(text("UPDATE region SET name_en = 'Almaty oblast' WHERE kato = '19'"))

    assert load(session) == Totals(imported=1, unchanged=255)

    assert session.scalar(text("SELECT name_en FROM region WHERE kato = '19'")) == "Almaty Region"
