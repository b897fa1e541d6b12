"""The five indicators: their parts add up, and what changes them is what they are about."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api import editions
from roads.db import transaction
from roads.domain.claims import Action
from roads.sql import statement
from tests.api.office import Office, make_office, today
from tests.claims import Scene
from tests.status import refresh


@pytest.fixture(autouse=True)
def asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editions, "KNOWN_FOR_S", 0.0)


@pytest.fixture
def office(database: Engine) -> Office:
    return make_office(database)


def does(office: Office, line_id: int, *actions: Action) -> None:
    with transaction(office.engine) as session:
        scene = Scene.of_contract(session, office.contract_id)
        scene.does(scene.line_of_id(line_id), *actions, today=today())


def asked(client: TestClient, office: Office) -> dict[str, Any]:
    with transaction(office.engine) as session:
        refresh(session, today())
    answer = client.get("/api/v1/indicators")
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


def test_with_nothing_on_record_nothing_is_said(client: TestClient) -> None:
    told = client.get("/api/v1/indicators").json()
    assert told["elimination_rate"]["percent"] is None
    assert told["defects_per_warranty_km_year"]["value"] is None


def test_a_verified_repair_changes_the_elimination_rate_and_what_the_contractor_says_does_not(
    client: TestClient, office: Office
) -> None:
    one, other = office.issued(1000), office.issued(3000)
    does(office, one.id, Action.REPORT_REPAIR)
    before = asked(client, office)
    assert (before["elimination_rate"]["numerator"], before["elimination_rate"]["denominator"]) == (0, 2)
    assert before["ends"] == {"contractor_says_fixed": 1, "verified": 0, "closed_without_fix": 0, "lost": 0}
    does(office, one.id, Action.VERIFY)
    does(office, other.id, Action.CLOSE_WITHOUT_FIX)
    after = asked(client, office)
    assert after["elimination_rate"]["percent"] == 50.0
    assert after["ends"] == {"contractor_says_fixed": 0, "verified": 1, "closed_without_fix": 1, "lost": 0}


def test_overlapping_sections_are_commissioned_once(client: TestClient, office: Office) -> None:
    with transaction(office.engine) as session:
        session.execute(text("UPDATE contract SET is_monitored = true"))
    told = asked(client, office)
    assert told["objects_monitored"]["count"] == 1
    assert told["commissioned"]["sections"] == 1
    assert told["commissioned"]["km"] == pytest.approx(10, abs=0.2)
    assert told["defects_per_warranty_km_year"]["exposure"] == pytest.approx(10, abs=0.2)
    assert told["as_of"] == today().isoformat()


@pytest.mark.parametrize(("language", "word"), [("kk", "Мониторингі"), ("ru", "Договоры"), ("en", "Contracts")])
def test_every_formula_is_said_in_the_readers_language(client: TestClient, language: str, word: str) -> None:
    told = client.get("/api/v1/indicators", headers={"Accept-Language": language}).json()
    assert told["objects_monitored"]["formula"].startswith(word)


def test_each_defect_counts_from_its_day_on_and_as_verified_from_the_day_it_was(
    client: TestClient, office: Office
) -> None:
    one = office.issued(1000)
    office.issued(3000)
    does(office, one.id, Action.REPORT_REPAIR, Action.VERIFY)
    asked(client, office)
    with transaction(office.engine) as session:
        months = session.execute(statement("public_elimination_by_month"), {"today": today(), "months": 240}).all()
        found = session.scalars(text("SELECT detected_on FROM defect_status")).all()
        verified = session.scalars(text("SELECT changed_on FROM claim_line WHERE state = 'verified'")).all()
    assert len(months) == 240
    assert [(row.confirmed, row.verified) for row in months] == [
        (sum(day <= row.last_day for day in found), sum(day <= row.last_day for day in verified)) for row in months
    ]
    assert (months[0].confirmed, months[-1].confirmed, months[-1].verified) == (0, 2, 1)
