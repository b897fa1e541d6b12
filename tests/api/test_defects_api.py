"""Defects by HTTP: what an inspector sends is kept, placed and answered for at once, or refused field by field."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from roads.db import transaction
from roads.domain.actors import OPERATOR
from roads.domain.actors import Role as Acting
from roads.usecases.attribution import AttributeDefects, PlaceDefects, attribute_defects, place_defects
from tests.factories import make_carriageway, make_defect, make_road, point_beside
from tests.field import ON, Field

SEEN = ("element", "distress", "severity", "severity_rule", "parts", "similar")


def test_a_defect_is_placed_and_answered_for_at_once(inspected: Field) -> None:
    key = uuid4()
    answer = inspected.post("/defects", inspected.body(1000, 2), key=key)
    told = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/api/v1/defects/{told['id']}"
    assert (told["external_id"], told["source"][:6]) == (str(key), "field:")
    assert (told["severity"], told["severity_rule"]) == ("medium", "astm_d6433_18")
    (part,) = told["parts"]
    assert (part["carriageway"], part["chainage_from"], part["confidence"]) == (inspected.source_id, "1+000", "certain")
    assert (part["distance_m"], part["offset_m"]) == (2.0, 2.0)
    assert (part["outcome"], part["contract"]["id"]) == ("under_warranty", inspected.contract_id)
    assert (part["warranty"]["to"], part["warranty"]["days_left"]) == ("2025-06-01", (date(2025, 6, 1) - ON).days)
    assert told["similar"] == []
    assert inspected.client.get(answer.headers["location"]).json()["external_id"] == str(key)


def test_who_recorded_it_stands_on_record(inspected: Field) -> None:
    told = inspected.record()
    (event,) = inspected.rows("SELECT action, person, organisation_id, role, reason FROM defect_event")
    assert (event.action, event.role, event.reason) == ("record", "inspector", None)
    assert event.organisation_id == inspected.customer_id
    assert event.person.startswith("user-")
    (defect,) = inspected.rows("SELECT organisation_id FROM defect WHERE id = :id", id=told["id"])
    assert defect.organisation_id == inspected.customer_id


def stored(inspected: Field) -> list[Any]:
    words = "SELECT defect_id, carriageway_id, from_cm, to_cm, contract_id, outcome, reason FROM attribution"
    return sorted(map(tuple, inspected.rows(f"{words} WHERE replaced_at = 'infinity'")), key=str)


def test_the_job_finds_nothing_to_correct_afterwards(inspected: Field) -> None:
    """The answers for one defect are those that the nightly statement gives for all."""
    inspected.record(1000)
    inspected.record(2000, offset_m=600)
    inspected.record(3000)
    with_stretch = inspected.body(9000)
    with_stretch["lon_to"], with_stretch["lat_to"] = point_beside(9500, 2, lat=inspected.lat)
    assert inspected.post("/defects", with_stretch).status_code == 201
    before = stored(inspected)
    with transaction(inspected.engine) as session:
        done = attribute_defects(session, OPERATOR, AttributeDefects([inspected.line_id], off_network=True, anew=True))
    assert (done.closed, done.added) == (0, 0)
    assert stored(inspected) == before
    assert len(before) == 4


def test_a_defect_on_a_carriageway_that_awaits_its_answers_is_answered_with_the_others(inspected: Field) -> None:
    with transaction(inspected.engine) as session:
        lon, lat = point_beside(5000, lat=inspected.lat)
        waiting = make_defect(session, lon=lon, lat=lat, detected_on=ON)
        place_defects(session, OPERATOR, PlaceDefects([waiting.id], 30))
    told = inspected.record(6000)
    assert {row[0] for row in stored(inspected)} == {waiting.id, told["id"]}
    assert inspected.rows("SELECT id FROM carriageway WHERE revision <> attributed_revision") == []


def test_the_preview_says_what_saving_would_and_keeps_nothing(inspected: Field) -> None:
    bodies = [
        inspected.body(1000),
        inspected.body(1000, 600),
        inspected.body(2000, gps_accuracy_m=20.0, source_id=inspected.source_id),
        {
            **inspected.body(4000),
            **dict(zip(("lon_to", "lat_to"), point_beside(4700, 1, lat=inspected.lat), strict=True)),
        },
    ]
    for body in bodies:
        foreseen = inspected.post("/defects/preview", body, key="")
        assert foreseen.status_code == 200, foreseen.text
        assert inspected.rows("SELECT FROM defect WHERE withdrawn_on IS NULL") == []
        recorded = inspected.post("/defects", body).json()
        assert foreseen.json() == {name: recorded[name] for name in SEEN}
        inspected.post(f"/defects/{recorded['id']}/withdraw", {"reason": "for the next one"}, key="")


def test_a_place_alone_can_be_previewed(inspected: Field) -> None:
    lon, lat = point_beside(1500, 2, lat=inspected.lat)
    told = inspected.post("/defects/preview", {"lon": lon, "lat": lat}, key="").json()
    assert told["parts"][0]["chainage_from"] == "1+500"
    assert (told["distress"], told["severity"]) == (None, None)


def test_off_the_network_it_is_kept_and_says_so(inspected: Field) -> None:
    told = inspected.record(1000, offset_m=900)
    (part,) = told["parts"]
    assert (part["confidence"], part["outcome"], part["reason"]) == ("off_network", "needs_review", "off_network")
    assert (part["carriageway"], part["contract"]) == (None, None)


def test_severity_is_indeterminate_where_nobody_measured_and_the_stated_one_is_kept(inspected: Field) -> None:
    bare = {"length_m": None, "width_m": None, "depth_mm": None}
    told = inspected.record(1000, **bare)
    assert (told["severity"], told["severity_rule"]) == (None, "indeterminate")
    stated = inspected.record(3000, **bare, severity="high")
    assert (stated["severity"], stated["severity_rule"]) == ("high", "stated")


def test_open_defects_of_the_same_type_nearby_are_named(inspected: Field) -> None:
    first = inspected.record(1000)
    inspected.record(1004, distress="missing_sign")
    inspected.record(1030)
    told = inspected.record(1008)
    assert [one["id"] for one in told["similar"]] == [first["id"]]
    assert told["similar"][0]["distance_m"] == pytest.approx(8, abs=0.1)
    asked = inspected.get(f"/defects/{told['id']}/similar").json()
    assert asked == {"items": told["similar"], "next": None}


WRONG = [
    ({"lon": 43.2, "lat": 76.9}, "lon"),
    ({"detected_on": "2099-01-01"}, "detected_on"),
    ({"detected_on": "yesterday"}, "detected_on"),
    ({"occurred_on": "2024-06-04"}, "occurred_on"),
    ({"reported_at": "noon"}, "reported_at"),
    ({"distress": "sinkhole"}, "distress"),
    ({"source_id": "way/none"}, "source_id"),
    ({"inspection_id": 4711}, "inspection_id"),
    ({"lon_to": 70.2}, "lat_to"),
    ({"detected_on": None}, "detected_on"),
]


@pytest.mark.parametrize(("facts", "field"), WRONG)
def test_what_is_wrong_is_said_by_field(inspected: Field, facts: dict[str, Any], field: str) -> None:
    answer = inspected.post("/defects", inspected.body(**facts))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert field in [one["field"] for one in answer.json()["errors"]]
    assert inspected.rows("SELECT FROM kept_answer") == []


@pytest.mark.parametrize(("language", "words"), [("kk", "ақау түрі"), ("ru", "вида дефекта"), ("en", "catalogue")])
def test_what_is_wrong_is_said_in_the_readers_language(inspected: Field, language: str, words: str) -> None:
    answer = inspected.post("/defects", inspected.body(distress="sinkhole"), language=language)
    assert words in answer.json()["errors"][0]["problem"]


MAD = [
    '{"lon": NaN, "lat": 50, "detected_on": "2024-06-03"}',
    '{"lon": 1e999, "lat": 50, "detected_on": "2024-06-03"}',
    '{"lon": 70, "lat": 50, "detected_on": "2024-06-03", "note": "a\\u0000b"}',
    '{"lon": 70, "lat": 50, "detected_on": "2024-06-03", "note": "\\ud800"}',
    '{"lon": 70, "lat": 50, "detected_on": "2024-06-03", "source_id": "\\udc00"}',
    '{"lon": 70, "lat": 50, "detected_on": "2024-06-03", "\\ud800": 1}',
    '{"lon": true, "lat": 50, "detected_on": "2024-06-03"}',
    '{"lon": 70, "lat": 50, "detected_on": "2024-06-03", "count": 1' + "0" * 400 + "}",
    '{"lon": 70, "lat": 50, "detected_on": "2024-06-03", "count": 1' + "0" * 5000 + "}",
    '{"lon": 70, "lat": 50, "detected_on": "2024-06-03", "depth_mm": 1e300}',
    '{"lon": 70, "lat": 50, "detected_on": "2024-06-03", "colour": "red"}',
    '{"lon": 70, "lat": 50, "detected_on": 0}',
    '{"lon": 70, "lat": 50, "detected_on": "0001-01-01"}',
    '{"lon": 70, "lat": 50, "detected_on": "2024-06-03", "reported_at": "0001-01-01T00:00:00+14:00"}',
    '{"lon": 70, "lat": 50, "detected_on": "2024-06-03", "reported_at": "9999-12-31T23:59:59-23:59"}',
    "[" * 60_000,
    "null",
    "",
]


@pytest.mark.parametrize("words", MAD)
@pytest.mark.parametrize("path", ["/api/v1/defects", "/api/v1/defects/preview"])
def test_no_body_breaks_it(inspected: Field, path: str, words: str) -> None:
    headers = {**inspected.person().by_program, "Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
    answer = inspected.client.post(path, content=words.encode("utf-8", "surrogatepass"), headers=headers)
    assert answer.status_code in (400, 422), answer.text


def test_a_body_that_is_too_long_is_not_read(inspected: Field) -> None:
    answer = inspected.post("/defects", inspected.body(note="x" * 70_000))
    assert answer.status_code == 413


def test_a_key_is_demanded_and_unknown_questions_are_refused(inspected: Field) -> None:
    assert inspected.post("/defects", inspected.body(), key="").status_code == 400
    assert inspected.post("/defects", inspected.body(), key="not a uuid").status_code == 400
    assert inspected.post("/defects?colour=red", inspected.body()).status_code == 400


def test_a_defect_may_name_the_inspection_of_its_own_organisation(inspected: Field) -> None:
    walk = {"inspected_on": ON.isoformat(), "source_id": inspected.source_id, "outcome": "defects_found"}
    own = inspected.post("/inspections", walk).json()["id"]
    others = inspected.post("/inspections", walk, who=inspected.person(organisation_id=inspected.other_id)).json()["id"]
    told = inspected.record(inspection_id=own)
    assert inspected.rows("SELECT inspection_id FROM defect WHERE id = :id", id=told["id"])[0].inspection_id == own
    refused = inspected.post("/defects", inspected.body(3000, inspection_id=others))
    assert [one["field"] for one in refused.json()["errors"]] == ["inspection_id"]


# --- corrections


def test_an_inspector_withdraws_what_their_organisation_recorded(inspected: Field) -> None:
    told = inspected.record()
    answer = inspected.post(f"/defects/{told['id']}/withdraw", {"reason": "a shadow"}, key="")
    assert (answer.status_code, answer.json()["state"]) == (200, "withdrawn")
    assert inspected.client.get(f"/api/v1/defects/{told['id']}").status_code == 404
    again = inspected.post(f"/defects/{told['id']}/withdraw", {"reason": "a shadow"}, key="")
    assert again.status_code == 409


def test_a_repeated_defect_is_merged_into_one_that_another_organisation_recorded(inspected: Field) -> None:
    stranger = inspected.person(organisation_id=inspected.other_id)
    first, second = inspected.record(1000, who=stranger), inspected.record(1003)
    answer = inspected.post(f"/defects/{second['id']}/merge", {"into_id": first["id"], "reason": "the same"}, key="")
    assert answer.json() == {"id": second["id"], "state": "merged", "merged_into": first["id"]}


@pytest.mark.parametrize("deed", ["withdraw", "merge", "place"])
@pytest.mark.parametrize(
    ("role", "is_own", "of_contract", "status"),
    [
        (Acting.INSPECTOR, True, True, 200),
        (Acting.INSPECTOR, False, True, 403),
        (Acting.ENGINEER, True, False, 200),
        (Acting.ENGINEER, False, True, 200),
        (Acting.ENGINEER, False, False, 403),
        (Acting.CONTRACTOR, False, True, 403),
        (Acting.SUPERVISOR, False, True, 403),
        (Acting.AUDITOR, False, True, 403),
    ],
)
def test_who_may_correct_what(
    inspected: Field, deed: str, role: Acting, *, is_own: bool, of_contract: bool, status: int
) -> None:
    """An inspector what their organisation recorded; an engineer also what falls to a contract they act for."""
    mine = inspected.customer_id if of_contract else inspected.other_id
    recorder = mine if is_own else inspected.customer_id + inspected.other_id - mine
    if role is Acting.CONTRACTOR:
        mine = inspected.contractor_id
    told = inspected.record(1000, who=inspected.person(organisation_id=recorder))
    into = inspected.record(1005, who=inspected.person(organisation_id=recorder))
    bodies: dict[str, dict[str, Any]] = {
        "withdraw": {"reason": "a shadow"},
        "merge": {"reason": "the same", "into_id": into["id"]},
        "place": {"reason": "I stood there", "source_id": inspected.source_id},
    }
    answer = inspected.post(f"/defects/{told['id']}/{deed}", bodies[deed], who=inspected.person(role, mine), key="")
    expected = 403 if deed == "place" and role is Acting.INSPECTOR else status
    assert answer.status_code == expected, answer.text
    changed = inspected.rows("SELECT count(*) FROM defect_event WHERE action <> 'record'")[0][0]
    assert changed == (1 if expected == 200 else 0)


def test_an_engineer_takes_a_draft_back_with_the_defect_it_claims(inspected: Field) -> None:
    from roads.usecases.claims_drafting import DraftClaims, draft_claims

    told = inspected.record()
    with transaction(inspected.engine) as session:
        draft_claims(session, OPERATOR, DraftClaims(), today=ON)
    engineer = inspected.person(Acting.ENGINEER)
    assert inspected.post(f"/defects/{told['id']}/withdraw", {"reason": "no"}, who=engineer, key="").status_code == 200
    assert [row.state for row in inspected.rows("SELECT state FROM claim_line")] == ["withdrawn"]
    (event,) = inspected.rows("SELECT role, organisation_id FROM claim_event WHERE action = 'withdraw'")
    assert (event.role, event.organisation_id) == ("engineer", inspected.customer_id)


def test_a_doubtful_place_is_settled_and_answered_for(inspected: Field) -> None:
    with transaction(inspected.engine) as session:
        beside = make_carriageway(session, make_road(session), lat=inspected.lat + 0.00003)
        other = beside.source_id
    told = inspected.record(1000, offset_m=0)
    assert told["parts"][0]["confidence"] == "ambiguous"
    body = {"source_id": other, "reason": "I stood there"}
    answer = inspected.post(f"/defects/{told['id']}/place", body, who=inspected.person(Acting.ENGINEER), key="")
    (part,) = answer.json()["parts"]
    assert (part["carriageway"], part["confidence"], part["outcome"]) == (other, "certain", "no_warranty")
    unknown = inspected.post(
        f"/defects/{told['id']}/place", {**body, "source_id": "way/0"}, who=inspected.person(Acting.ENGINEER), key=""
    )
    assert [one["field"] for one in unknown.json()["errors"]] == ["source_id"]


@pytest.mark.parametrize(
    ("deed", "body"),
    [
        ("withdraw", {"reason": ""}),
        ("withdraw", {"reason": "   "}),
        ("withdraw", {"reason": "a\x00b"}),
        ("merge", {"reason": "x", "into_id": 2**40}),
        ("merge", {"reason": "x", "into_id": "1"}),
        ("place", {"reason": "x", "source_id": ""}),
    ],
)
def test_a_correction_without_sense_is_refused(inspected: Field, deed: str, body: dict[str, Any]) -> None:
    told = inspected.record()
    who = inspected.person(Acting.ENGINEER)
    assert inspected.post(f"/defects/{told['id']}/{deed}", body, who=who, key="").status_code == 422


def test_a_defect_is_not_merged_into_itself_nor_into_nothing(inspected: Field) -> None:
    number = inspected.record()["id"]
    itself = inspected.post(f"/defects/{number}/merge", {"into_id": number, "reason": "x"}, key="")
    nothing = inspected.post(f"/defects/{number}/merge", {"into_id": number + 99, "reason": "x"}, key="")
    assert (itself.status_code, nothing.status_code) == (422, 404)


# --- asked from a page


def test_a_script_of_our_own_page_asks_by_the_cookie(inspected: Field) -> None:
    who = inspected.person()
    inspected.client.cookies.clear()
    headers = {**who.by_page, "Idempotency-Key": str(uuid4())}
    assert inspected.client.post("/api/v1/defects", json=inspected.body(), headers=headers).status_code == 201
    reading = {name: value for name, value in who.by_page.items() if name != "Sec-Fetch-Site"}
    came_from = inspected.client.get("/api/v1/me", headers={**reading, "Referer": "http://testserver/ru/field"})
    assert came_from.status_code == 200


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"X-Form-Token": None}, 401),
        ({"X-Form-Token": ""}, 403),
        ({"X-Form-Token": "guessed"}, 403),
        ({"X-Form-Token": "of another"}, 403),
        ({"Cookie": None}, 401),
        ({"Cookie": "session=guessed"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Sec-Fetch-Site": None, "Origin": "https://elsewhere.example"}, 403),
        ({"Sec-Fetch-Site": None}, 403),
    ],
)
def test_no_other_site_and_no_other_session_asks_by_the_cookie(
    inspected: Field, changes: dict[str, str | None], status: int
) -> None:
    other = inspected.person(organisation_id=inspected.other_id)
    shown: dict[str, str | None] = {**inspected.person().by_page, **changes}
    if shown["X-Form-Token"] == "of another":
        shown["X-Form-Token"] = other.by_page["X-Form-Token"]
    headers = {name: value for name, value in shown.items() if value is not None}
    inspected.client.cookies.clear()
    answer = inspected.client.post(
        "/api/v1/defects", json=inspected.body(), headers={**headers, "Idempotency-Key": str(uuid4())}
    )
    assert answer.status_code == status
    assert inspected.rows("SELECT FROM defect") == []


def test_a_session_that_is_over_asks_nothing(inspected: Field) -> None:
    who = inspected.person()
    with transaction(inspected.engine, None) as session:
        session.execute(text("UPDATE user_session SET revoked_at = now()"))
    assert inspected.client.get("/api/v1/me", headers=who.by_page).status_code == 401


def test_days_to_come_are_those_of_the_roads_own_zone(inspected: Field) -> None:
    tomorrow = (date.today() + timedelta(days=2)).isoformat()  # noqa: DTZ011 (two days ahead lie ahead everywhere)
    assert inspected.post("/defects", inspected.body(detected_on=tomorrow)).status_code == 422


def test_the_tables_of_others_stay_theirs(inspected: Field, client: TestClient, database: Engine) -> None:
    """What an organisation records bears its own BIN, so that two never meet in one source."""
    key = uuid4()
    own = inspected.post("/defects", inspected.body(), key=key).json()
    stranger = inspected.person(organisation_id=inspected.other_id)
    theirs = inspected.post("/defects", inspected.body(), key=key, who=stranger).json()
    assert own["id"] != theirs["id"]
    assert own["source"] != theirs["source"]
    colleague = inspected.post("/defects", inspected.body(), key=key, who=inspected.person(Acting.ENGINEER))
    assert colleague.status_code == 409
