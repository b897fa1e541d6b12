"""A phone that lost the answer asks again: it is done once, and answered in the same words."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import Response
from sqlalchemy import Connection, text

from roads.db import transaction
from roads.domain.actors import OPERATOR
from roads.domain.actors import Role as Acting
from roads.queries.defects import see_defect
from roads.usecases.idempotency import forget_answers
from tests.field import ON, Field


def defects(inspected: Field) -> int:
    return len(inspected.rows("SELECT FROM defect"))


def test_the_same_key_and_body_give_the_same_answer(inspected: Field) -> None:
    key, body = uuid4(), inspected.body(note="жарық, ұзын")
    first = inspected.post("/defects", body, key=key)
    again = inspected.post("/defects", dict(reversed(body.items())), key=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"]
    assert (first.headers.get("idempotency-replayed"), again.headers["idempotency-replayed"]) == (None, "true")
    assert defects(inspected) == 1


def test_another_body_or_another_route_under_a_used_key_is_a_conflict(inspected: Field) -> None:
    key = uuid4()
    number = inspected.post("/defects", inspected.body(), key=key).json()["id"]
    other = inspected.post("/defects", inspected.body(depth_mm=60), key=key)
    assert other.status_code == 409
    assert str(key) in other.json()["detail"]
    assert inspected.post(f"/defects/{number}/withdraw", {"reason": "x"}, key=key).status_code == 409
    assert defects(inspected) == 1


def test_a_key_is_a_persons_own(inspected: Field) -> None:
    key = uuid4()
    stranger = inspected.person(organisation_id=inspected.other_id)
    assert inspected.post("/defects", inspected.body(), key=key).status_code == 201
    theirs = inspected.post("/defects", inspected.body(depth_mm=60), key=key, who=stranger)
    assert (theirs.status_code, theirs.headers.get("idempotency-replayed")) == (201, None)


def test_what_was_refused_leaves_the_key_free(inspected: Field) -> None:
    key = uuid4()
    assert inspected.post("/defects", inspected.body(distress="sinkhole"), key=key).status_code == 422
    assert inspected.post("/defects", inspected.body(), key=key).status_code == 201


@pytest.mark.parametrize("deed", ["withdraw", "merge", "place"])
def test_a_correction_sent_again_is_answered_as_the_first_time(inspected: Field, deed: str) -> None:
    told, into = inspected.record(1000), inspected.record(1005)
    bodies: dict[str, dict[str, Any]] = {
        "withdraw": {"reason": "a shadow"},
        "merge": {"reason": "the same", "into_id": into["id"]},
        "place": {"reason": "I stood there", "source_id": inspected.source_id},
    }
    key, who = uuid4(), inspected.person(Acting.ENGINEER)
    first, again = (inspected.post(f"/defects/{told['id']}/{deed}", bodies[deed], who=who, key=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content
    assert len(inspected.rows("SELECT FROM defect_event WHERE action <> 'record'")) == 1


def test_an_inspection_sent_again_is_the_one_on_record(inspected: Field) -> None:
    key = uuid4()
    body = {"inspected_on": ON.isoformat(), "source_id": inspected.source_id, "outcome": "no_defect_found"}
    first, again = (inspected.post("/inspections", body, key=key) for _ in range(2))
    assert again.content == first.content
    assert len(inspected.rows("SELECT FROM inspection")) == 1


def test_of_eight_at_once_one_is_done_and_all_are_answered(inspected: Field) -> None:
    who, key, body = inspected.person(), uuid4(), inspected.body()

    def send(_: int) -> Response:
        return inspected.client.post(
            "/api/v1/defects", json=body, headers={**who.by_program, "Idempotency-Key": str(key)}
        )

    with ThreadPoolExecutor(8) as at_once:
        answers = list(at_once.map(send, range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert [answer.headers.get("idempotency-replayed") for answer in answers].count("true") == 7
    assert defects(inspected) == 1


def test_the_second_waits_for_the_first_and_takes_over_if_that_one_is_killed(
    inspected: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key, the defect and the answer are one transaction: a server that dies leaves none of them."""
    who, key, body = inspected.person(), uuid4(), inspected.body()
    recorded, go_on = Event(), Event()
    see = see_defect

    def see_late(*given: Any) -> Any:
        seen = see(*given)
        if not recorded.is_set():
            recorded.set()
            go_on.wait(20)
        return seen

    monkeypatch.setattr("api.routes.field.see_defect", see_late)
    headers = {**who.by_program, "Idempotency-Key": str(key)}
    with ThreadPoolExecutor(2) as at_once:
        first = at_once.submit(inspected.client.post, "/api/v1/defects", json=body, headers=headers)
        assert recorded.wait(20)
        second = at_once.submit(inspected.client.post, "/api/v1/defects", json=body, headers=headers)
        with inspected.engine.connect() as watching:
            waiting = wait_for_lock(watching)
            killed = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ANY (:pids)")
            watching.execute(killed, {"pids": waiting})
        go_on.set()
        assert first.result(20).status_code == 503
        assert second.result(20).status_code == 201
    assert second.result().headers.get("idempotency-replayed") is None
    assert defects(inspected) == 1
    assert len(inspected.rows("SELECT FROM kept_answer WHERE status IS NOT NULL")) == 1


def wait_for_lock(watching: Connection) -> list[int]:
    """The backends that somebody waits for, once somebody does."""
    asked = text(
        "SELECT DISTINCT blocker FROM pg_stat_activity a, unnest(pg_blocking_pids(a.pid)) AS blocker"
        " WHERE a.datname = current_database()"
    )
    for _ in range(400):
        if found := list(watching.scalars(asked)):
            return found
        watching.rollback()
        Event().wait(0.05)
    raise AssertionError("nobody waits")


def test_answers_are_forgotten_after_thirty_days(inspected: Field) -> None:
    old, kept = uuid4(), uuid4()
    for key, at_m in ((old, 1000), (kept, 3000)):
        inspected.post("/defects", inspected.body(at_m), key=key)
    today = datetime.now(UTC).date()
    with transaction(inspected.engine, None) as session:
        session.execute(
            text("UPDATE kept_answer SET created_at = created_at - interval '32 days' WHERE key = :key"), {"key": old}
        )
    with transaction(inspected.engine) as session:
        assert forget_answers(session, OPERATOR, today=today) == 1
        assert forget_answers(session, OPERATOR, today=today) == 0
        assert forget_answers(session, OPERATOR, today=date(2200, 1, 1) - timedelta(days=1)) == 1
    assert inspected.post("/defects", inspected.body(1000), key=old).status_code == 409
    assert defects(inspected) == 2
