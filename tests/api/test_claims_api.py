"""Claims by HTTP: who sees which, who may do what, and what an answer says when it is too late."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api.deeds import BY_PATH
from roads.db import transaction
from roads.domain.claims import EVENTS, TRANSITIONS, Action
from roads.usecases.liability import refresh
from tests.api.office import Office, make_office, today
from tests.claims import Scene
from tests.factories import make_carve_out


@pytest.fixture
def office(database: Engine) -> Office:
    return make_office(database)


def test_every_action_of_the_table_has_a_path() -> None:
    covered = {action for deed in BY_PATH.values() for action in deed.actions}
    known = {action for _, action in TRANSITIONS} | set(EVENTS)
    assert known - covered == {Action.ISSUE, Action.ACCEPT_BY_SILENCE}


def post(client: TestClient, office: Office, who: str, path: str, body: object = None, **headers: str):  # type: ignore[no-untyped-def]
    shown = office.program(client, who)
    return client.post(f"/api/v1/claims/{path}", json=body or {}, headers={**shown, **headers})


def seen_by(client: TestClient, office: Office, who: str) -> list[int]:
    answer = client.get("/api/v1/claims", headers=office.program(client, who))
    assert answer.status_code == 200
    return [one["id"] for one in answer.json()["items"]]


def test_each_sees_their_own_claims_and_the_contractor_no_draft(client: TestClient, office: Office) -> None:
    issued, draft = office.issued(1000), office.drafted(3000, on=today() - timedelta(days=1))
    both = sorted([issued.claim_id, draft.claim_id], reverse=True)
    assert seen_by(client, office, "engineer") == seen_by(client, office, "auditor") == both
    assert seen_by(client, office, "builder") == [issued.claim_id]
    assert seen_by(client, office, "stranger") == seen_by(client, office, "centre") == []
    for who, claim_id in (("builder", draft.claim_id), ("stranger", issued.claim_id)):
        answer = client.get(f"/api/v1/claims/{claim_id}", headers=office.program(client, who))
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_nobody_lists_claims_without_signing_in(client: TestClient, office: Office) -> None:
    assert client.get("/api/v1/claims").status_code == 401


def test_a_claim_tells_what_whoever_asks_may_do_now(client: TestClient, office: Office) -> None:
    line = office.issued()
    told = {
        who: client.get(f"/api/v1/claims/{line.claim_id}", headers=office.program(client, who)).json()
        for who in ("builder", "engineer", "auditor")
    }
    assert {"accept", "dispute", "report_repair"} <= set(told["builder"]["lines"][0]["actions"])
    assert {"withdraw", "do_by_others"} <= set(told["engineer"]["lines"][0]["actions"])
    assert told["auditor"]["lines"][0]["actions"] == []
    assert told["builder"]["lines"][0]["facts"]["contract"]["number"] == told["builder"]["contract"]
    assert [event["action"] for event in told["builder"]["events"]] == ["draft", "issue"]


def test_a_draft_is_issued_once(client: TestClient, office: Office) -> None:
    draft = office.drafted()
    first = post(client, office, "engineer", f"{draft.claim_id}/issue")
    assert (first.status_code, first.json()["lines"]) == (200, 1)
    assert post(client, office, "engineer", f"{draft.claim_id}/issue").status_code == 409
    assert post(client, office, "builder", f"{draft.claim_id}/issue").status_code == 403


def test_drafts_are_issued_in_bulk_each_for_itself(client: TestClient, office: Office) -> None:
    one, other = office.drafted(1000), office.drafted(3000, on=today() - timedelta(days=1))
    post(client, office, "engineer", f"{one.claim_id}/issue")
    answer = post(client, office, "engineer", "issue", {"claim_ids": [one.claim_id, other.claim_id, 999_999]})
    assert answer.status_code == 200
    assert [done["claim_id"] for done in answer.json()["issued"]] == [other.claim_id]
    assert [(no["claim_id"], no["status"]) for no in answer.json()["refused"]] == [(one.claim_id, 409), (999_999, 404)]


def test_the_contractor_answers_line_by_line(client: TestClient, office: Office) -> None:
    line = office.issued()
    path = f"{line.claim_id}/items/{line.number}"
    accepted = post(client, office, "builder", f"{path}/accept")
    assert (accepted.status_code, accepted.json()["line"]["state"]) == (200, "accepted")
    day = (today() + timedelta(days=5)).isoformat()
    planned = post(client, office, "builder", f"{path}/plan", {"planned_on": day, "note": "by night"})
    assert planned.json()["line"]["repair_planned_on"] == day
    assert post(client, office, "builder", f"{path}/accept").status_code == 409
    assert post(client, office, "engineer", f"{path}/accept").status_code == 403
    assert post(client, office, "stranger", f"{path}/accept").status_code == 404


def test_works_of_others_are_looked_up_at_once_and_the_result_is_attached(client: TestClient, office: Office) -> None:
    lines = [office.issued(1000), office.issued(5000)]
    with transaction(office.engine) as session:
        scene = Scene.of_contract(session, office.contract_id)
        make_carve_out(session, scene.line, from_m=990, to_m=1010)
        refresh(session, carriageway_ids=[scene.line.id])
    found = []
    for line in lines:
        body = {"reason": "third_party_works", "note": "a dig", "documents": ["act 7"]}
        answer = post(client, office, "builder", f"{line.claim_id}/items/{line.number}/dispute", body)
        assert answer.status_code == 200
        found.append(answer.json()["finding"])
    assert found == ["in_register", "not_in_register"]
    told = client.get(f"/api/v1/claims/{lines[0].claim_id}", headers=office.program(client, "engineer")).json()
    evidence = told["events"][-1]["evidence"]
    assert (evidence["given"], evidence["finding"], len(evidence["register"])) == (["act 7"], "in_register", 1)


def test_a_joint_visit_has_a_day_and_an_act(client: TestClient, office: Office) -> None:
    line = office.issued()
    path, day = f"{line.claim_id}/items/{line.number}", today().isoformat()
    assert post(client, office, "builder", f"{path}/ask-joint-visit", {"note": "please"}).status_code == 200
    assert post(client, office, "builder", f"{path}/set-joint-visit", {"visit_on": day}).status_code == 403
    meeting = post(client, office, "engineer", f"{path}/set-joint-visit", {"visit_on": day, "note": "at ten"})
    assert meeting.json()["line"]["visit_on"] == day
    held = {"held_on": day, "act": "17", "note": "The hole is there."}
    met = post(client, office, "engineer", f"{path}/hold-joint-visit", held).json()["line"]
    assert (met["visit_on"], met["visited_on"], met["visit_act"], met["state"]) == (None, day, "17", "issued")
    too_late = {"visit_on": (today() - timedelta(days=1)).isoformat()}
    assert post(client, office, "engineer", f"{path}/set-joint-visit", too_late).status_code == 422


def test_whoever_read_an_older_state_is_told_to_look_again(client: TestClient, office: Office) -> None:
    line = office.issued()
    path = f"{line.claim_id}/items/{line.number}"
    read = client.get(f"/api/v1/claims/{line.claim_id}", headers=office.program(client, "builder")).json()["lines"][0]
    tag = f'"{read["revision"]}"'
    answer = post(client, office, "builder", f"{path}/patch", {"note": "cones"}, **{"If-Match": tag})
    assert (answer.status_code, answer.headers["etag"]) == (200, f'"{read["revision"] + 1}"')
    again = post(client, office, "builder", f"{path}/accept", **{"If-Match": tag})
    assert (again.status_code, again.headers["content-type"]) == (412, "application/problem+json")
    assert post(client, office, "builder", f"{path}/accept", **{"If-Match": '"of none"'}).status_code == 412


def test_the_first_reading_is_kept(client: TestClient, office: Office) -> None:
    line = office.issued()
    first = post(client, office, "builder", f"{line.claim_id}/acknowledge").json()["acknowledged_at"]
    assert post(client, office, "builder", f"{line.claim_id}/acknowledge").json()["acknowledged_at"] == first
    assert post(client, office, "engineer", f"{line.claim_id}/acknowledge").status_code == 403


@pytest.mark.parametrize("note", ["", "   ", "\x00", "a" * 4001])
def test_a_decision_without_sensible_words_is_refused_and_nothing_changes(
    client: TestClient, office: Office, note: str
) -> None:
    line = office.issued()
    answer = post(client, office, "engineer", f"{line.claim_id}/items/{line.number}/withdraw", {"note": note})
    assert answer.status_code == 422
    with transaction(office.engine) as session:
        asked = text("SELECT state FROM claim_line WHERE id = :id")
        assert session.scalars(asked, {"id": line.id}).one() == "issued"


def test_what_changed_since_the_issue_is_said_beside_the_frozen_facts(client: TestClient, office: Office) -> None:
    line = office.issued()
    with transaction(office.engine) as session:
        scene = Scene.of_contract(session, office.contract_id)
        make_carve_out(session, scene.line, from_m=900, to_m=1100)
        refresh(session, carriageway_ids=[scene.line.id])
        scene.attribute()
    told = client.get(f"/api/v1/claims/{line.claim_id}", headers=office.program(client, "builder")).json()["lines"][0]
    assert told["facts"]["warranty"]["ends_on"] == told["warranty_until"]
    assert told["changed_since"]["stands"].startswith("excluded")
    assert told["changed_since"]["parts"][0]["outcome"] == "excluded"
