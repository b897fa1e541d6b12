"""Inspections by HTTP: what was looked at and what came of it, and the list of the day."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from roads.db import transaction
from roads.domain.actors import OPERATOR
from roads.domain.actors import Role as Acting
from roads.usecases.inspections import PlanInspections, plan_inspections
from tests.field import ON, Field

SPRING = date(2024, 4, 15)
"""A day of the spring campaign: the whole road of the scene is to be inspected until 31 May."""


def walk(inspected: Field, **facts: Any) -> dict[str, Any]:
    known = {"inspected_on": ON.isoformat(), "source_id": inspected.source_id, "outcome": "no_defect_found"}
    return {**known, **facts}


def test_that_nothing_was_found_is_kept(inspected: Field) -> None:
    key = uuid4()
    body = walk(inspected, kind="spring", chainage_from="1+500", chainage_to=3000, note="dry")
    answer = inspected.post("/inspections", body, key=key)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["external_id"], told["outcome"], told["kind"]) == (str(key), "no_defect_found", "spring")
    assert (told["chainage_from"], told["chainage_to"]) == ("1+500", "3+000")
    (row,) = inspected.rows("SELECT source, organisation_id, inspector FROM inspection")
    assert (row.source[:6], row.organisation_id, row.inspector) == ("field:", inspected.customer_id, told["inspector"])
    (stretch,) = inspected.rows("SELECT lower(extent), upper(extent) FROM inspected_stretch")
    assert tuple(stretch) == (150_000, 300_000)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"inspected_on": "2099-01-01"}, "inspected_on"),
        ({"inspected_on": "x"}, "inspected_on"),
        ({"source_id": "way/none"}, "source_id"),
        ({"outcome": "fine"}, "outcome"),
        ({"chainage_from": "1+000"}, "chainage_to"),
        ({"chainage_from": "3+000", "chainage_to": "1+000"}, "chainage_to"),
        ({"chainage_from": 50_000, "chainage_to": 60_000}, "chainage_to"),
        ({"chainage_from": "here", "chainage_to": "there"}, "chainage_from"),
        ({"note": "a\x00b"}, "note"),
    ],
)
def test_what_is_wrong_is_said_by_field(inspected: Field, facts: dict[str, Any], field: str) -> None:
    answer = inspected.post("/inspections", walk(inspected, **facts))
    assert answer.status_code == 422
    assert any(one["field"].startswith(field) for one in answer.json()["errors"]), answer.text
    assert inspected.rows("SELECT FROM inspection") == []


def test_the_list_is_ones_own_organisations_page_by_page(inspected: Field) -> None:
    stranger = inspected.person(organisation_id=inspected.other_id)
    ids = [inspected.post("/inspections", walk(inspected)).json()["id"] for _ in range(3)]
    inspected.post("/inspections", walk(inspected), who=stranger)
    first = inspected.get("/inspections?limit=2").json()
    assert [one["id"] for one in first["items"]] == ids[:2]
    second = inspected.get(f"/inspections?limit=2&after={first['next']}").json()
    assert ([one["id"] for one in second["items"]], second["next"]) == (ids[2:], None)
    assert inspected.get("/inspections?colour=red").status_code == 400


def planned(inspected: Field, *on: date) -> None:
    with transaction(inspected.engine) as session:
        for day in on:
            plan_inspections(session, OPERATOR, PlanInspections(), today=day)


def test_the_list_of_the_day_holds_what_is_due_until_it_is_done(inspected: Field) -> None:
    planned(inspected, SPRING)
    told = inspected.get(f"/inspections/plan?on={SPRING}").json()
    (due,) = told["items"]
    assert (told["on"], due["kind"], due["carriageway"]) == (str(SPRING), "spring", inspected.source_id)
    assert (due["first_on"], due["last_on"], due["days_left"]) == ("2024-04-01", "2024-05-31", 46)
    assert inspected.get("/inspections/plan?on=2024-03-31").json()["items"] == []
    on = {"inspected_on": str(SPRING), "kind": "spring"}
    inspected.post("/inspections", walk(inspected, **on, outcome="not_completed"))
    inspected.post("/inspections", walk(inspected, **on, chainage_from=0, chainage_to=4000))
    assert len(inspected.get(f"/inspections/plan?on={SPRING}").json()["items"]) == 1
    inspected.post("/inspections", walk(inspected, **on, chainage_from=4000, chainage_to=10_000))
    assert inspected.get(f"/inspections/plan?on={SPRING}").json()["items"] == []


def test_the_list_of_the_day_is_that_of_ones_own_contracts(inspected: Field) -> None:
    planned(inspected, SPRING)
    asked = f"/inspections/plan?on={SPRING}"
    stranger = inspected.person(organisation_id=inspected.other_id)
    assert inspected.get(asked, stranger).json()["items"] == []
    assert len(inspected.get(asked, inspected.person(Acting.AUDITOR, inspected.other_id)).json()["items"]) == 1


def test_what_ends_first_comes_first_unless_one_asks_from_where(inspected: Field) -> None:
    planned(inspected, SPRING)
    with transaction(inspected.engine, None) as session:
        session.execute(
            text(
                "INSERT INTO planned_inspection (kind, contract_id, carriageway_id, extent, due, planned_on)"
                " SELECT 'last_30', contract_id, carriageway_id, '[900000,1000000)', daterange(:first, :last), :first"
                " FROM planned_inspection"
            ),
            {"first": SPRING - timedelta(days=1), "last": SPRING + timedelta(days=3)},
        )
    asked = f"/inspections/plan?on={SPRING}"
    by_end = inspected.get(asked).json()["items"]
    assert [(one["kind"], one["distance_m"]) for one in by_end] == [("last_30", None), ("spring", None)]
    near_start = inspected.get(f"{asked}&lon=70&lat={inspected.lat}").json()["items"]
    assert [one["kind"] for one in near_start] == ["spring", "last_30"]
    assert [one["distance_m"] for one in near_start] == [pytest.approx(0, abs=1), pytest.approx(9000, rel=0.01)]


@pytest.mark.parametrize("asked", ["on=never", "lon=200&lat=0", "lon=nan&lat=1", "limit=0", "colour=red", "lat=1"])
def test_a_question_without_sense_is_refused(inspected: Field, asked: str) -> None:
    assert inspected.get(f"/inspections/plan?{asked}").status_code == 400


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_no_day_breaks_the_list(inspected: Field, day: str) -> None:
    assert inspected.get(f"/inspections/plan?on={day}").json()["items"] == []
