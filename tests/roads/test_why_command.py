"""`why` as a person meets it: words in three languages, JSON, as known on another day, names that fit two defects."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from typer.testing import CliRunner, Result

from api.app import create_app
from roads.__main__ import app
from roads.db import transaction
from roads.domain.actors import OPERATOR
from roads.models import Carriageway, Contract, ContractSection, Defect
from roads.settings import Settings
from roads.usecases import liability
from roads.usecases.attribution import AttributeDefects, PlaceDefects, attribute_defects, place_defects
from tests.factories import (
    make_acceptance,
    make_carriageway,
    make_carve_out,
    make_contract,
    make_defect,
    make_distress,
    make_event,
    make_organisation,
    make_road,
    make_rule,
    make_section,
    point_beside,
)

LAT = 50.0
BEFORE = "2024-07-01"


@pytest.fixture
def ready(database: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A database to which commands are pointed."""
    monkeypatch.setenv("ROADS_DATABASE_URL", database_url)
    with transaction(database) as session:
        make_distress(session)
    return database


def street(session: Session) -> Carriageway:
    """Ten kilometres of a street that has names and no reference."""
    road = make_road(session, reference=None)
    road.name_kk, road.name_ru, road.name_en = "Абай даңғылы", "проспект Абая", "Abay Avenue"
    return make_carriageway(session, road, lat=LAT)


def repaired(session: Session, line: Carriageway, number: str = "2021-1", **contract: Any) -> ContractSection:
    """The first two kilometres under a contract of Paver."""
    paver = make_organisation(session, name=f"Paver of {number}")
    made = make_contract(session, number=number, contractor=paver, **contract)
    return make_section(session, made, line, from_m=0, to_m=2000)


def pothole(session: Session, at_m: float = 1000, external_id: str = "d1", **given: Any) -> Defect:
    lon, lat = point_beside(at_m, 2, lat=LAT)
    return make_defect(session, lon=lon, lat=lat, external_id=external_id, **given)


def settle(session: Session, line: Carriageway, contracts: Sequence[int], defects: Sequence[Defect] = ()) -> None:
    """What jobs and imports do: derive, place, attribute."""
    liability.refresh(session, contract_ids=contracts)
    place_defects(session, OPERATOR, PlaceDefects([defect.id for defect in defects], 30))
    attribute_defects(session, OPERATOR, AttributeDefects([line.id]))


def why(*words: str) -> Result:
    return CliRunner().invoke(app, ["why", *words])


def only_part(*words: str) -> dict[str, Any]:
    """The only part of a defect in the JSON answer."""
    (part,) = json.loads(why(*words, "--json").stdout)["parts"]
    return dict(part)


def accepted_world(database: Engine, **contract: Any) -> None:
    """A warranty of 36 months from 1 June 2022 and a pothole of May 2023 in it."""
    with transaction(database) as session:
        line = street(session)
        section = repaired(session, line, **contract)
        make_acceptance(session, section)
        settle(session, line, [section.contract_id], [pothole(session)])


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("kk", ["Абай даңғылы", "кепілдікте", "қалған күн: 762", "Paver of 2021-1"]),
        ("ru", ["проспект Абая", "на гарантии", "осталось дней: 762", "Paver of 2021-1"]),
        ("en", ["Abay Avenue", "under warranty", "days left: 762", "Paver of 2021-1"]),
    ],
)
def test_words_come_in_the_readers_language_and_so_does_the_road(
    ready: Engine, language: str, words: list[str]
) -> None:
    accepted_world(ready)
    found = why("d1", "--language", language)
    assert found.exit_code == 0
    assert [word for word in words if word not in found.stdout] == []
    assert "1+000" in found.stdout


def test_json_carries_the_answer_with_codes_params_and_sentences(ready: Engine) -> None:
    accepted_world(ready)
    part = only_part("d1")
    explained = part["explained"]
    assert (part["outcome"], part["road"], part["neighbour"]) == ("under_warranty", "Abay Avenue", None)
    assert (explained["days_left"], explained["chosen"]["extended_days"]) == (762, 0)
    (verdict,) = explained["why"]
    assert (verdict["verdict"], verdict["code"]) == ("chosen", "chosen_warranty")
    assert verdict["params"]["ends_on"] == "2025-06-01"
    assert "2025-06-01" in verdict["because"]


def test_an_extended_warranty_says_by_how_many_days(ready: Engine) -> None:
    with transaction(ready) as session:
        line = street(session)
        section = repaired(session, line)
        make_acceptance(session, section)
        make_event(session, session.get_one(Contract, section.contract_id), kind="suspension")
        settle(session, line, [section.contract_id], [pothole(session)])
    explained = only_part("d1")["explained"]
    assert (explained["chosen"]["ends_on"], explained["chosen"]["extended_days"]) == ("2025-07-01", 30)
    assert "days added: 30" in why("d1").stdout
    assert "moved the last day by 30 d" in explained["why"][0]["because"]


def test_an_end_long_past_is_said_in_days_before(ready: Engine) -> None:
    with transaction(ready) as session:
        line = street(session)
        section = repaired(session, line)
        make_acceptance(session, section)
        settle(session, line, [section.contract_id], [pothole(session, detected_on=date(2026, 6, 1))])
    said = why("d1").stdout
    assert "warranty expired" in said
    assert "ended 365 days before" in said
    assert "-365" not in said


def test_accepted_works_without_a_term_say_so(ready: Engine) -> None:
    with transaction(ready) as session:
        make_rule(session, kind_of_works="maintenance", months=None)
        line = street(session)
        section = repaired(session, line, kind_of_works="maintenance", stated_term_months=None)
        make_acceptance(session, section)
        settle(session, line, [section.contract_id], [pothole(session)])
    part = only_part("d1")
    assert part["outcome"] == "no_warranty"
    assert [entry["code"] for entry in part["explained"]["why"]] == ["no_term"]


def test_terminated_works_say_when(ready: Engine) -> None:
    with transaction(ready) as session:
        line = street(session)
        section = repaired(session, line)
        contract = session.get_one(Contract, section.contract_id)
        make_event(session, contract, kind="termination", from_on=date(2022, 3, 1))
        settle(session, line, [contract.id], [pothole(session)])
    (entry,) = only_part("d1")["explained"]["why"]
    assert (entry["code"], entry["params"]) == ("terminated", {"terminated_on": "2022-03-01"})
    assert "terminated here on 2022-03-01" in why("d1").stdout


def near_the_end_of_a_contract(database: Engine, beyond: str) -> int:
    """A pothole 3 m before the end of a contract's stretch, seen to 10 m; beyond it nobody, a contract or a dig."""
    with transaction(database) as session:
        line = street(session)
        section = repaired(session, line)
        make_acceptance(session, section)
        contracts = [section.contract_id]
        if beyond == "contract":
            next_one = make_contract(session, number="2021-2", contractor=make_organisation(session, name="Next"))
            make_acceptance(session, make_section(session, next_one, line, from_m=2000, to_m=3000))
            contracts.append(next_one.id)
        if beyond == "dig":
            digger = make_organisation(session, name="Digger")
            make_carve_out(session, line, from_m=2000, to_m=2100, from_on=date(2023, 1, 1), liable=digger)
        defect = pothole(session, 1997, gps_accuracy_m=10)
        liability.refresh(session, contract_ids=contracts, carriageway_ids=[line.id])
        settle(session, line, contracts, [defect])
        return defect.id


BEYOND = [
    ("nobody", "no_warranty", None, None, "nobody answers there"),
    ("contract", "under_warranty", "2021-2", "Next", "contract 2021-2, Next"),
    ("dig", "excluded", None, "Digger", "excluded: somebody else answers, Digger"),
]


@pytest.mark.parametrize(("beyond", "outcome", "number", "party", "words"), BEYOND, ids=[row[0] for row in BEYOND])
def test_near_a_boundary_the_neighbouring_answer_is_named(
    ready: Engine, database_url: str, beyond: str, outcome: str, number: str | None, party: str | None, words: str
) -> None:
    defect = near_the_end_of_a_contract(ready, beyond)
    part = only_part("d1")
    assert (part["outcome"], part["reason"]) == ("needs_review", "near_boundary")
    near = part["neighbour"]
    assert (near["outcome"], near["number"], near["party"] and near["party"]["name"]) == (outcome, number, party)
    assert near["distance_m"] == pytest.approx(3, abs=0.05)
    assert words in why("d1").stdout
    with TestClient(create_app(Settings(database_url=database_url))) as client:
        (shown,) = client.get(f"/api/v1/defects/{defect}/attribution").json()["parts"]
    over_http = shown["neighbour"]
    assert (over_http["outcome"], over_http["contract"], over_http["party"] and over_http["party"]["name"]) == (
        outcome, number, party,
    )  # fmt: skip
    assert over_http["distance_m"] == near["distance_m"]


def test_as_known_before_the_acceptance_was_recorded_works_were_under_way(ready: Engine) -> None:
    with transaction(ready) as session:
        line = street(session)
        section = repaired(session, line)
        settle(session, line, [section.contract_id], [pothole(session)])
    with transaction(ready) as session:
        long_ago = {"day": "2024-06-01T00:00:00+00:00"}
        session.execute(text("UPDATE contract_section SET recorded = tstzrange(:day, NULL)"), long_ago)
        session.execute(text("UPDATE works SET recorded = tstzrange(:day, NULL)"), long_ago)
        session.execute(text("UPDATE placement SET recorded_at = :day"), long_ago)
    with transaction(ready) as session:
        make_acceptance(session, session.get_one(ContractSection, section.id))
        settle(session, line, [section.contract_id])
    assert only_part("d1", "--as-known", BEFORE)["outcome"] == "not_yet_accepted"
    assert only_part("d1")["outcome"] == "under_warranty"
    assert f"As known on {BEFORE}." in why("d1", "--as-known", BEFORE).stdout


def test_before_a_defect_was_placed_nobody_knew_its_place(ready: Engine) -> None:
    accepted_world(ready)
    assert json.loads(why("d1", "--as-known", "2020-01-01", "--json").stdout)["parts"] == []
    assert "Not placed yet" in why("d1", "--as-known", "2020-01-01").stdout


def test_an_unknown_defect_is_one_line_and_exit_2(ready: Engine) -> None:
    found = why("nothing")
    assert (found.exit_code, found.stdout) == (2, "")
    assert len(found.stderr.splitlines()) == 1
    assert "nothing" in found.stderr


def test_one_external_id_in_several_sources_must_be_said_in_full(ready: Engine) -> None:
    with transaction(ready) as session:
        line = street(session)
        section = repaired(session, line)
        found = [pothole(session, source="spring"), pothole(session, source="autumn")]
        settle(session, line, [section.contract_id], found)
    both = why("d1")
    assert (both.exit_code, both.stdout) == (2, "")
    assert "autumn/d1, spring/d1" in both.stderr
    assert "Defect autumn/d1:" in why("autumn/d1").stdout


@pytest.mark.parametrize(("language", "name"), [("kk", "Абай даңғылы"), ("ru", "проспект Абая"), ("en", "Abay Avenue")])
def test_the_api_names_a_road_without_reference_in_the_readers_language(
    ready: Engine, database_url: str, language: str, name: str
) -> None:
    accepted_world(ready)
    lon, lat = point_beside(1000, 2, lat=LAT)
    asked = {"Accept-Language": language}
    with TestClient(create_app(Settings(database_url=database_url)), headers=asked) as client:
        assert client.get("/api/v1/liability", params={"lon": lon, "lat": lat}).json()["place"]["road"] == name
        assert {item["road"] for item in client.get("/api/v1/segments").json()["items"]} == {name}
