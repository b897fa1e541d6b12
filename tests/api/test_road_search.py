"""Searching for a road: by any of its names, its reference, or the one it had before."""

from collections.abc import Sequence

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from roads.db import transaction
from tests.factories import make_carriageway, make_road


@pytest.fixture(autouse=True)
def _roads(database: Engine) -> None:
    with transaction(database) as session:
        street = make_road(session, reference=None, name="Төле би көшесі")
        highway = make_road(session, reference="KAZ18-13", aliases=["A-13"])
        make_carriageway(session, street, lat=43.25)
        make_carriageway(session, highway, lat=50.0)
        session.execute(
            text("UPDATE road SET name_ru = 'улица Толе би', name_en = 'Tole Bi Street' WHERE id = :id"),
            {"id": street.id},
        )


def found(client: TestClient, words: str) -> Sequence[str | None]:
    answer = client.get("/api/v1/roads", params={"search": words})
    assert answer.status_code == 200
    return [road["reference"] or road["names"]["ru"] for road in answer.json()["items"]]


@pytest.mark.parametrize("words", ["толе би", "Төле", "tole bi", "BI TOLE", "би"])
def test_a_street_is_found_by_each_of_its_names(client: TestClient, words: str) -> None:
    assert found(client, words) == ["улица Толе би"]


@pytest.mark.parametrize("words", ["kaz18", "KAZ 18-13", "18-13", "а-13", "A13"])
def test_a_highway_is_found_by_its_reference_and_by_its_former_one(client: TestClient, words: str) -> None:
    assert found(client, words) == ["KAZ18-13"]


def test_what_no_road_is_called_finds_none(client: TestClient) -> None:
    assert found(client, "толе аль-фараби") == []


def test_a_found_road_says_where_it_lies(client: TestClient) -> None:
    (road,) = client.get("/api/v1/roads", params={"search": "kaz18"}).json()["items"]
    west, south, east, north = road["bbox"]
    assert west < east
    assert south == pytest.approx(50.0, abs=0.01)
    assert north == pytest.approx(50.0, abs=0.01)


@pytest.mark.parametrize("words", ["--", "%", "x" * 101, "a\x00b"])
def test_a_question_without_letters_or_without_end_is_refused(client: TestClient, words: str) -> None:
    assert client.get("/api/v1/roads", params={"search": words}).status_code == 400
