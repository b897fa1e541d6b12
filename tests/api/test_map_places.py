"""The maps of warranties, money, works, defects and years: tiles, legends, lists, and the day that changes them."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api import editions
from jobs.tasks import RefreshDirtyStatus
from roads.db import transaction
from roads.sql import source
from roads.usecases.claims_repairs import PlanRepair, plan_repair
from tests.api.conftest import LAT, Told
from tests.api.test_tiles import around, features
from tests.claims import TODAY, make_scene
from tests.status import refresh

FOUND_ON = date(2024, 5, 1)
DAY = timedelta(days=1)
LAST_DAY = date(2026, 9, 14)
"""Of the warranty: accepted on 14 September 2023 for 36 months."""


@pytest.fixture(autouse=True)
def asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editions, "KNOWN_FOR_S", 0.0)


def refreshed(database: Engine, on: date) -> int | None:
    with transaction(database) as session:
        return refresh(session, on).edition


def counted(client: TestClient, name: str, group: str, **asked: int) -> Mapping[str, Any]:
    found = client.get(f"/api/v1/maps/{name}", params=asked).json()["groups"][group]
    return {one["code"]: one["km"] if one["km"] is not None else one["number"] for one in found}


def drawn(client: TestClient, edition: int | None, layer: str, z: int, inside: str) -> list[Mapping[str, Any]]:
    tile = client.get(f"/tiles/{edition}/{layer}/{around(70.01, LAT, z)}.mvt")
    assert tile.status_code == 200
    return [dict(one.attributes) for one in features(tile.content, inside)]


@pytest.mark.parametrize(
    ("days_before_the_end", "code"),
    [(1096, "ends_later"), (1095, "ends_in_three_years"), (365, "ends_in_a_year"), (90, "ends_in_90_days"),
     (0, "ends_in_90_days"), (-1, "expired")],
)  # fmt: skip
def test_a_class_of_days_left_changes_with_the_day_and_makes_an_edition(
    client: TestClient, told: Told, database: Engine, days_before_the_end: int, code: str
) -> None:
    on = LAST_DAY - timedelta(days=days_before_the_end)
    before = refreshed(database, on - timedelta(days=1))
    with transaction(database) as session:
        is_waiting = bool(RefreshDirtyStatus().waiting(session, on))
    edition = refreshed(database, on) or before
    assert is_waiting == (edition != before)
    assert counted(client, "warranty", "warranty")[code] == 2
    (stretch,) = drawn(client, edition, "warranty", 12, "stretches")
    assert stretch == {"contract": told.contract, "code": code}
    assert drawn(client, edition, "warranty", 8, "stretches") == [{"code": code}]


def test_a_day_on_which_no_class_changes_makes_no_edition(told: Told, database: Engine) -> None:
    refreshed(database, date(2024, 5, 20))
    assert refreshed(database, date(2024, 5, 21)) is None


def test_classes_change_on_the_days_the_maps_count_by() -> None:
    """The limits stand in the statement that draws and in the one that notices: both must say the same."""
    noticed = source("class_changed")
    assert "ARRAY[90, 365, 1095]" in noticed
    assert all(f"<= {days} THEN" in source("stretches_of_warranty") for days in (90, 365, 1095))
    assert "ARRAY[30, 90, 365]" in noticed
    assert all(f"<= {days} THEN" in source("points_of_defects") for days in (30, 90, 365))


def test_money_is_spread_over_the_kilometres_of_the_contract(client: TestClient, told: Told, database: Engine) -> None:
    with transaction(database) as session:
        session.execute(text("UPDATE contract SET value_tenge = 400000000"))
    refreshed(database, FOUND_ON)
    (place,) = client.get("/api/v1/maps/money/places?money=to_300").json()["items"]
    assert (float(place["tenge_per_km"]), place["contract"]["number"]) == (200_000_000, "2023-118")
    assert counted(client, "money", "money")["to_300"] == 2
    with transaction(database) as session:
        session.execute(text("UPDATE contract SET value_tenge = NULL"))
        session.execute(text("INSERT INTO status_mark (carriageway_id, extent) SELECT id, extent FROM carriageway"))
    assert drawn(client, refreshed(database, FOUND_ON), "money", 12, "stretches")[0]["code"] == "no_value"


def test_works_are_listed_until_they_are_accepted(client: TestClient, told: Told, database: Engine) -> None:
    refreshed(database, date(2023, 5, 1))
    (place,) = client.get("/api/v1/maps/works/places").json()["items"]
    assert place["codes"] == {"works": "medium_repair"}
    refreshed(database, FOUND_ON)
    assert client.get("/api/v1/maps/works/places").json()["items"] == []


def test_a_planned_repair_is_shown_until_it_is_made_and_says_when_its_day_has_passed(
    client: TestClient, database: Engine
) -> None:
    planned_on = TODAY + timedelta(days=3)
    with transaction(database) as session:
        scene = make_scene(session)
        line = scene.issued(1500)
        plan_repair(session, scene.builder, PlanRepair(line.id, planned_on), today=TODAY)
    for on, code in ((TODAY, "repair_planned"), (planned_on, "repair_planned"), (planned_on + DAY, "repair_late")):
        refreshed(database, on)
        (place,) = client.get("/api/v1/maps/works/places?works=repair_planned,repair_late").json()["items"]
        assert (place["codes"], place["planned_on"]) == ({"works": code}, planned_on.isoformat())
        (count,) = client.get("/api/v1/maps/works").json()["groups"]["works"][-1:]
        assert (count["code"], count["number"]) == (code, 1)


def test_defects_are_counted_far_out_and_shown_one_by_one_near(
    client: TestClient, told: Told, database: Engine
) -> None:
    edition = refreshed(database, FOUND_ON + timedelta(days=31))
    (square,) = drawn(client, edition, "open_defects", 6, "points")
    assert square == {"n": 1, "severity": "not_known", "age": "quarter", "distress": "holes"}
    (point,) = drawn(client, edition, "open_defects", 12, "points")
    assert (point["id"], point["age"]) == (told.defect, "quarter")
    assert point["segment"] == client.get("/api/v1/maps/defects/places").json()["items"][0]["segment"]


@pytest.mark.parametrize(
    ("asked", "number"), [("age=month", 1), ("age=quarter,older", 0), ("distress=holes&age=month", 1),
                          ("severity=high", 0), ("road=кaz99", 1), ("road=A-1", 0), ("region=19", 0)],
)  # fmt: skip
def test_the_list_of_defects_follows_the_legend(
    client: TestClient, told: Told, database: Engine, asked: str, number: int
) -> None:
    refreshed(database, FOUND_ON)
    assert len(client.get(f"/api/v1/maps/defects/places?{asked}").json()["items"]) == number


def test_a_year_tells_who_answered_as_it_ended_and_what_was_found(
    client: TestClient, told: Told, database: Engine
) -> None:
    edition = refreshed(database, date(2027, 1, 5))
    assert client.get("/api/v1/maps/history").json()["years"] == [2023, 2027]
    for year, kind, found in ((2023, "warranty", {}), (2024, "warranty", {"under_warranty": 1}), (2026, "expired", {})):
        assert counted(client, "history", "answered", year=year)[kind] == 2
        groups = client.get(f"/api/v1/maps/history?year={year}").json()["groups"]
        assert {one["code"]: one["number"] for one in groups.get("outcome", [])} == found
        assert drawn(client, edition, f"answered-{year}", 12, "stretches")[0]["code"] == kind
        assert len(drawn(client, edition, f"found-{year}", 12, "points")) == len(found)


@pytest.mark.parametrize(
    "layer", ["answered", "answered-", "answered-24", "answered-2024-1", "warranty-2024", "found-3024"]
)
def test_a_layer_with_no_such_year_is_none(client: TestClient, layer: str) -> None:
    assert client.get(f"/tiles/1/{layer}/2/0/0.mvt").status_code == 404


def test_a_filter_of_another_map_is_refused(client: TestClient) -> None:
    assert client.get("/api/v1/maps/warranty/places?severity=high").status_code == 400
    assert client.get("/api/v1/maps/warranty?year=2024").status_code == 400


def test_segments_of_one_road_can_be_listed(client: TestClient, told: Told) -> None:
    assert client.get("/api/v1/segments?road=kaz99").json()["items"]
    assert client.get("/api/v1/segments?road=A-1").json()["items"] == []
