"""Inspections: planned in time and once, recorded with what came of them, by hand and by file."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from roads.domain.actors import OPERATOR, Actor, Role, person
from roads.domain.errors import NotAllowed, NotFound
from roads.domain.inspections import (
    InspectionAhead,
    InspectionDiffers,
    InspectionKind,
    InspectionOutcome,
    campaigns,
)
from roads.i18n import LANGUAGES, catalogue
from roads.models import InspectedStretch, Inspection, StatusMark
from roads.usecases.inspections import (
    ImportInspections,
    PlanInspections,
    RecordInspection,
    import_inspections,
    plan_inspections,
    record_inspection,
)
from roads.usecases.liability import refresh
from tests.claims import Scene, make_scene
from tests.factories import make_acceptance, make_carriageway, make_contract, make_event, make_section
from tests.imports import TODAY, Outcome, as_rows, versions

DAY = timedelta(days=1)


@pytest.fixture
def scene(session: Session) -> Scene:
    """Accepted on 1 June 2022; the last day is 1 June 2025."""
    return make_scene(session)


# --- planning


def plan(session: Session, today: date) -> Mapping[InspectionKind, int]:
    return plan_inspections(session, OPERATOR, PlanInspections(), today=today)


def planned(session: Session) -> list[tuple[str, str, str]]:
    """Kind, first and last day, in order."""
    rows = session.execute(
        text("SELECT kind, lower(due) AS first_on, upper(due) - 1 AS last_on FROM planned_inspection ORDER BY due")
    )
    return [(row.kind, row.first_on.isoformat(), row.last_on.isoformat()) for row in rows]


WHOLE_LIFE = [
    ("after_acceptance", "2022-06-02", "2022-07-01"),
    ("autumn", "2022-09-01", "2022-10-31"),
    ("spring", "2023-04-01", "2023-05-31"),
    ("autumn", "2023-09-01", "2023-10-31"),
    ("spring", "2024-04-01", "2024-05-31"),
    ("autumn", "2024-09-01", "2024-10-31"),
    ("last_90", "2025-03-04", "2025-05-02"),
    ("spring", "2025-04-01", "2025-05-31"),
    ("last_30", "2025-05-03", "2025-06-01"),
]


def test_day_by_day_a_warranty_is_inspected_as_planned_each_once(session: Session, scene: Scene) -> None:
    for n in range(0, 1200, 1):
        plan(session, scene_day(n))
    assert planned(session) == WHOLE_LIFE


@pytest.mark.parametrize("step", [7, 25])
def test_days_on_which_nobody_planned_lose_nothing(session: Session, scene: Scene, step: int) -> None:
    for n in range(0, 1200, step):
        plan(session, scene_day(n))
    assert planned(session) == WHOLE_LIFE


def scene_day(n: int) -> date:
    return date(2022, 6, 1) + n * DAY


def test_planning_again_writes_nothing(session: Session, scene: Scene) -> None:
    assert plan(session, date(2025, 4, 10)) == {
        InspectionKind.LAST_90: 1,
        InspectionKind.LAST_30: 1,
        InspectionKind.SPRING: 1,
    }
    before = versions(session)
    assert plan(session, date(2025, 4, 11)) == {}
    assert versions(session) == before


def test_a_stretch_is_planned_once_whatever_its_elements_and_parts_apart(session: Session) -> None:
    line = make_carriageway(session, source_id="line/1")
    contract = make_contract(session)
    section = make_section(session, contract, line, elements=["pavement", "base"])
    make_acceptance(session, section, from_m=0, to_m=4000)
    make_acceptance(session, section, from_m=4000, to_m=10_000)
    refresh(session, contract_ids=[contract.id])
    assert plan(session, date(2023, 4, 1)) == {InspectionKind.SPRING: 2}


def test_an_unknown_term_has_campaigns_and_no_last_days_and_no_warranty_has_none(session: Session) -> None:
    unknown, none = make_contract(session, stated_term_months=None), make_contract(session)
    for contract in (unknown, none):
        section = make_section(session, contract, make_carriageway(session))
        if contract is unknown:
            make_acceptance(session, section)
        refresh(session, contract_ids=[contract.id])
    assert plan(session, date(2023, 4, 1)) == {InspectionKind.SPRING: 1}
    assert plan(session, date(2030, 4, 5)) == {InspectionKind.SPRING: 1}


def test_a_suspension_plans_the_last_days_anew(session: Session, scene: Scene) -> None:
    plan(session, date(2025, 5, 10))
    make_event(session, scene.contract, kind="suspension", from_on=date(2023, 6, 1), to_on=date(2023, 6, 10))
    refresh(session, contract_ids=[scene.contract.id])
    plan(session, date(2025, 5, 11))
    assert [row for row in planned(session) if row[0] == "last_30"] == [
        ("last_30", "2025-05-03", "2025-06-01"),
        ("last_30", "2025-05-13", "2025-06-11"),
    ]


def test_some_contracts_only_and_as_a_job(session: Session, scene: Scene) -> None:
    command = PlanInspections([0])
    assert plan_inspections(session, OPERATOR, command, today=date(2023, 4, 1)) == {}
    with pytest.raises(NotAllowed):
        plan_inspections(session, Actor("nobody"), command, today=date(2023, 4, 1))


@pytest.mark.parametrize(
    ("on", "kinds"),
    [
        ("2023-03-01", []),
        ("2023-03-02", ["spring"]),
        ("2023-05-31", ["spring"]),
        ("2023-06-01", []),
        ("2023-08-02", ["autumn"]),
        ("2023-10-31", ["autumn"]),
        ("2023-12-31", []),
    ],
)
def test_a_campaign_is_planned_from_a_month_before_until_its_last_day(on: str, kinds: list[str]) -> None:
    assert [one.kind for one in campaigns(date.fromisoformat(on))] == kinds


# --- recording


@pytest.fixture
def inspector(scene: Scene) -> Actor:
    return person("inspector-1", Role.INSPECTOR, scene.customer.id)


def seen(scene: Scene, **facts: object) -> RecordInspection:
    return RecordInspection(
        **{  # type: ignore[arg-type]
            "source": "phone",
            "external_id": "i-1",
            "source_id": scene.line.source_id,
            "from_cm": 100_000,
            "to_cm": 200_000,
            "kind": InspectionKind.SPRING,
            "inspected_on": date(2024, 4, 12),
            "outcome": InspectionOutcome.NO_DEFECT_FOUND,
            **facts,
        }
    )


def test_negative_evidence_is_recorded_with_its_stretch(session: Session, scene: Scene, inspector: Actor) -> None:
    id_ = record_inspection(session, inspector, seen(scene), today=TODAY)
    kept = session.scalars(select(Inspection)).one()
    assert (kept.id, kept.outcome, kept.inspector) == (id_, "no_defect_found", "inspector-1")
    stretch = session.execute(select(InspectedStretch.carriageway_id, InspectedStretch.extent)).one()
    assert (stretch.carriageway_id, stretch.extent.lower, stretch.extent.upper) == (scene.line.id, 100_000, 200_000)
    marked = session.execute(select(StatusMark.carriageway_id, StatusMark.extent)).all()
    assert tuple(stretch) in [tuple(mark) for mark in marked]


def test_the_same_inspection_again_is_the_one_on_record(session: Session, scene: Scene, inspector: Actor) -> None:
    first = record_inspection(session, inspector, seen(scene), today=TODAY)
    assert record_inspection(session, inspector, seen(scene), today=TODAY) == first
    with pytest.raises(InspectionDiffers) as refused:
        record_inspection(
            session, inspector, seen(scene, outcome=InspectionOutcome.NOT_COMPLETED, note="snow"), today=TODAY
        )
    assert refused.value.params == {"external_id": "i-1", "columns": "outcome, note"}


def test_without_chainages_the_whole_carriageway_was_inspected(
    session: Session, scene: Scene, inspector: Actor
) -> None:
    record_inspection(session, inspector, seen(scene, from_cm=None, to_cm=None), today=TODAY)
    assert session.scalars(select(InspectedStretch.extent)).one() == scene.line.extent


def test_what_cannot_be_is_refused(session: Session, scene: Scene, inspector: Actor) -> None:
    with pytest.raises(InspectionAhead):
        record_inspection(session, inspector, seen(scene, inspected_on=TODAY + DAY), today=TODAY)
    for nowhere in ({"source_id": "nowhere"}, {"from_cm": 2_000_000, "to_cm": 2_100_000}):
        with pytest.raises(NotFound):
            record_inspection(session, inspector, seen(scene, **nowhere), today=TODAY)
    with pytest.raises(NotAllowed):
        record_inspection(session, scene.builder, seen(scene), today=TODAY)


# --- by file


def inspection_row(**cells: str) -> dict[str, str]:
    """The spring campaign on the first kilometre of `line/1`, with nothing found."""
    return {
        "external_id": "i-1",
        "inspected_on": "2024-04-12",
        "inspector": "inspector-7",
        "kind": "spring",
        "source_id": "line/1",
        "chainage_from": "0",
        "chainage_to": "1+000",
        "outcome": "no_defect_found",
        **cells,
    }


def take(session: Session, *cells: Mapping[str, str], source: str = "survey", chunk: int = 1000) -> Outcome:
    outcome, rows = Outcome(), as_rows(cells)
    for at in range(0, len(rows), chunk):
        command = ImportInspections(rows[at : at + chunk], source)
        outcome.totals += import_inspections(session, OPERATOR, command, outcome.hear, today=TODAY)
    return outcome


@pytest.fixture
def line(session: Session) -> int:
    return make_carriageway(session, source_id="line/1").id


def test_a_file_goes_in_and_again_changes_nothing(session: Session, line: int) -> None:
    rows = [
        inspection_row(),
        inspection_row(external_id="i-2", kind="", chainage_from="", chainage_to="", inspector=""),
        inspection_row(external_id="i-3", outcome="not_completed", note="snow"),
    ]
    assert take(session, *rows).counts == (3, 0, 0)
    kept = session.execute(select(Inspection.kind, Inspection.outcome, Inspection.note).order_by(Inspection.id)).all()
    assert [tuple(row) for row in kept] == [
        ("spring", "no_defect_found", None),
        ("other", "no_defect_found", None),
        ("spring", "not_completed", "snow"),
    ]
    before = versions(session)
    assert take(session, *rows).counts == (0, 3, 0)
    assert versions(session) == before
    assert take(session, *rows, source="another").counts == (3, 0, 0)


@pytest.mark.parametrize("chunk", [1, 10])
def test_the_first_row_of_a_file_wins(session: Session, line: int, chunk: int) -> None:
    outcome = take(session, inspection_row(), inspection_row(note="other"), inspection_row(), chunk=chunk)
    assert outcome.counts == (1, 1, 1)
    assert outcome.refusals[0][0] == 3


def test_a_multiline_was_inspected_in_all_its_parts(session: Session) -> None:
    parts = [make_carriageway(session, source_id=f"area#{n}").id for n in (1, 2)]
    assert take(session, inspection_row(source_id="area", chainage_from="", chainage_to="")).counts == (1, 0, 0)
    stretches = session.scalars(select(InspectedStretch.carriageway_id).order_by(InspectedStretch.carriageway_id))
    assert stretches.all() == parts


def test_an_inspection_stays_known_when_its_carriageway_is_no_more(session: Session, line: int) -> None:
    take(session, inspection_row())
    session.execute(text("UPDATE carriageway SET retired_at = now()"))
    assert take(session, inspection_row()).counts == (0, 1, 0)


BAD = [
    ({"external_id": ""}, "external_id", "cell_missing"),
    ({"external_id": "x" * 201}, "external_id", "too_long"),
    ({"inspected_on": ""}, "inspected_on", "cell_missing"),
    ({"inspected_on": "2205-01-01"}, "inspected_on", "date_in_future"),
    ({"inspected_on": "2026-06-02"}, "inspected_on", "date_in_future"),
    ({"inspected_on": "1949-01-01"}, "inspected_on", "date_too_early"),
    ({"inspected_on": "spring"}, "inspected_on", "not_a_date"),
    ({"kind": "summer"}, "kind", "unknown_code"),
    ({"source_id": ""}, "source_id", "place_missing"),
    ({"source_id": "nowhere"}, "source_id", "unknown_source_id"),
    ({"chainage_from": ""}, "chainage_from", "chainage_incomplete"),
    ({"chainage_from": "2+000"}, "chainage_to", "end_not_after_start"),
    ({"chainage_to": "20+000"}, "chainage_to", "chainage_beyond_road"),
    ({"chainage_to": "NaN"}, "chainage_to", "not_a_chainage"),
    ({"outcome": ""}, "outcome", "cell_missing"),
    ({"outcome": "fine"}, "outcome", "unknown_code"),
]


@pytest.mark.parametrize(("cells", "field", "code"), BAD)
def test_bad_input_is_set_aside_with_its_remedy_and_the_rest_goes_in(
    session: Session, line: int, cells: dict[str, str], field: str, code: str
) -> None:
    outcome = take(session, inspection_row(**cells), inspection_row(external_id="good"))
    assert (2, field, code) in outcome.refusals
    assert outcome.counts == (1, 0, 1)
    assert session.scalars(select(Inspection.external_id)).all() == ["good"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_and_outcome_has_its_words(language: str) -> None:
    wanted = {f"inspection_kind.{one}" for one in InspectionKind}
    wanted |= {f"inspection_outcome.{one}" for one in InspectionOutcome}
    wanted |= {f"error.{error.code}" for error in (InspectionAhead, InspectionDiffers)}
    assert wanted - set(catalogue(language)) == set()
