"""What the public API promises: right answers, problem documents, ETags, pages by key."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api import editions
from roads.db import transaction
from roads.i18n import LANGUAGES
from tests.api.conftest import Told
from tests.claims import make_scene
from tests.status import refresh

LIABILITY = "/api/v1/liability"


def test_who_answers_at_a_coordinate_on_a_day(client: TestClient, told: Told) -> None:
    lon, lat = told.covered
    answer = client.get(LIABILITY, params={"lon": lon, "lat": lat, "on": "2024-05-01"}).json()
    assert answer["outcome"] == "under_warranty"
    assert answer["contract"]["number"] == "2023-118"
    assert answer["warranty"] == {
        "from": "2023-09-14",
        "to": "2026-09-14",
        "months": 36,
        "term_from": "contract",
        "term_confirmed": None,
        "extended_days": 0,
        "days_left": 866,
    }
    assert answer["place"]["road"] == "KAZ99"
    assert answer["place"]["chainage"] == "1+000"
    assert answer["place"]["distance_m"] == pytest.approx(2, abs=0.02)
    assert [why["verdict"] for why in answer["why"]] == ["chosen"]


def test_many_who_ask_at_once_are_answered_as_if_each_were_alone(client: TestClient, told: Told) -> None:
    lon, lat = told.covered
    off_lon, off_lat = told.off_network
    asked: list[dict[str, Any]] = [
        {"lon": lon, "lat": lat, "on": "2024-05-01"},
        {"lon": lon, "lat": lat, "on": "2026-09-15"},
        {"lon": off_lon, "lat": off_lat, "on": "2024-05-01"},
        {"lon": lon, "lat": lat, "on": "2024-05-01", "element": "marking"},
        {"lon": lon, "lat": lat, "on": "2024-05-01", "as_known_at": "2020-01-01"},
        {"lon": lon + 0.02, "lat": lat, "on": "2024-05-01"},
    ]

    def answer(one: dict[str, Any]) -> Any:
        return client.get(LIABILITY, params=one).json()

    alone = [answer(one) for one in asked]
    with ThreadPoolExecutor(12) as clients:
        assert list(clients.map(answer, asked * 20)) == alone * 20
    assert len({answer["outcome"] for answer in alone}) >= 3


def test_by_road_and_chainage_the_answer_is_the_same(client: TestClient, told: Told) -> None:
    by_road = client.get(LIABILITY, params={"road": "kaz99", "chainage": "км 1+000", "on": "2024-05-01"}).json()
    assert (by_road["outcome"], by_road["contract"]["id"]) == ("under_warranty", told.contract)


@pytest.mark.parametrize(("on", "outcome"), [("2026-09-14", "under_warranty"), ("2026-09-15", "expired")])
def test_the_last_day_is_still_covered(client: TestClient, told: Told, on: str, outcome: str) -> None:
    answer = client.get(LIABILITY, params={"road": told.road, "chainage": "1+000", "on": on}).json()
    assert answer["outcome"] == outcome


def test_a_parameter_left_empty_was_not_given(client: TestClient, told: Told) -> None:
    lon, lat = told.covered
    answer = client.get(f"{LIABILITY}?lon={lon}&lat={lat}&on=&element=&road=")
    assert answer.json() == client.get(LIABILITY, params={"lon": lon, "lat": lat}).json()
    assert answer.status_code == 200


def test_before_anything_was_recorded_nobody_was_known_to_answer(client: TestClient, told: Told) -> None:
    asked = {"road": told.road, "chainage": "1+000", "as_known_at": "2020-01-01"}
    assert client.get(LIABILITY, params=asked).status_code == 404
    asked["as_known_at"] = (date.today() + timedelta(days=1)).isoformat()  # noqa: DTZ011 - rows are recorded by the real clock
    assert client.get(LIABILITY, params=asked).status_code == 200


def test_off_the_network_a_person_must_look_and_nothing_is_likely(client: TestClient, told: Told) -> None:
    lon, lat = told.off_network
    answer = client.get(LIABILITY, params={"lon": lon, "lat": lat}).json()
    assert (answer["outcome"], answer["reason"], answer["likely_outcome"]) == ("needs_review", "off_network", None)


@pytest.mark.parametrize(("language", "word"), [("kk", "кепілдік"), ("ru", "гарантия"), ("en", "warranty")])
def test_sentences_come_in_the_language_asked_for(client: TestClient, told: Told, language: str, word: str) -> None:
    asked = {"road": told.road, "chainage": "1+000", "on": "2024-05-01"}
    answer = client.get(LIABILITY, params=asked, headers={"Accept-Language": language}).json()
    assert word in answer["why"][0]["because"]


def test_of_endless_wishes_for_a_language_the_first_ones_count(client: TestClient) -> None:
    def title(wishes: str) -> str:
        return str(client.get("/api/v1/nothing", headers={"Accept-Language": wishes}).json()["title"])

    assert title("de;q=0.5," * 10 + "ru") == title("ru")
    assert title("de;q=0.5," * 1000 + "ru") == title("en")


BAD = [
    (f"{LIABILITY}?lon=70", "lon without lat"),
    (f"{LIABILITY}?lon=NaN&lat=50", "NaN"),
    (f"{LIABILITY}?lon=700&lat=50", "beyond the earth"),
    (f"{LIABILITY}?lon=70&lat=50&road=A-1&chainage=1", "two places"),
    (f"{LIABILITY}?road=A-1&chainage=1,5", "a decimal comma"),
    (f"{LIABILITY}?lon=70&lat=50&on=2024-02-30", "no such day"),
    (f"{LIABILITY}?lon=70&lat=50&element=roof", "no such element"),
    (f"{LIABILITY}?lon=70&lat=50&surprise=1", "an unknown parameter"),
    (f"{LIABILITY}?lon=70&lat=50&surprise=", "an unknown parameter without a value"),
    (f"{LIABILITY}?lon=&lat=", "no place"),
    ("/api/v1/roads?limit=0", "no rows"),
    ("/api/v1/roads?limit=1001", "too many rows"),
    ("/api/v1/roads?reference=%00", "a NUL character"),
    ("/api/v1/defects?bbox=1,2,3", "three numbers"),
    ("/api/v1/defects?bbox=3,2,1,4", "west of east"),
    ("/api/v1/contracts?contractor=12", "a short BIN"),
    ("/api/v1/segments?after=-1", "a negative key"),
    ("/api/v1/segments?status=fine", "no such status"),
    ("/api/v1/status?surprise=1", "an unknown parameter of a route without any"),
]


@pytest.mark.parametrize("path", [path for path, _ in BAD], ids=[why for _, why in BAD])
def test_a_wrong_parameter_is_a_problem_document_with_status_400(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 400
    assert answer.json().get("errors") or answer.json().get("detail")


@pytest.mark.parametrize(
    "path",
    ["/api/v1/contracts/99999", "/api/v1/segments/99999", "/api/v1/defects/99999", "/api/v1/defects/99999/attribution",
     "/api/v1/contracts/abc", "/api/v1/nothing", f"{LIABILITY}?road=NOWHERE&chainage=1"],
)  # fmt: skip
def test_an_unknown_thing_is_404(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_known_etag_is_answered_with_304_and_no_body(client: TestClient, told: Told) -> None:
    path = f"/api/v1/contracts/{told.contract}"
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_pages_by_key_show_every_row_once(client: TestClient, told: Told) -> None:
    seen: list[int] = []
    after: int | None = 0
    while after is not None:
        page = client.get("/api/v1/segments", params={"limit": 3, "after": after}).json()
        seen += [item["id"] for item in page["items"]]
        after = page["next"]
    assert seen == sorted(set(seen))
    assert len(seen) == 10


def test_a_segment_says_who_answers_for_its_parts(client: TestClient, told: Told) -> None:
    (segment, *_) = client.get("/api/v1/segments", params={"limit": 1}).json()["items"]
    shown = client.get(f"/api/v1/segments/{segment['id']}").json()
    assert [part["contract"]["id"] for part in shown["liability"]] == [told.contract]


def test_a_contract_shows_its_stretches_and_the_last_covered_day(client: TestClient, told: Told) -> None:
    (section,) = client.get(f"/api/v1/contracts/{told.contract}").json()["sections"]
    assert (section["chainage_to"], section["warranty_to"]) == ("2+000", "2026-09-14")


def test_a_defects_attribution_is_explained(client: TestClient, told: Told) -> None:
    (part,) = client.get(f"/api/v1/defects/{told.defect}/attribution").json()["parts"]
    assert (part["outcome"], part["contract"]["id"], part["decided_on"]) == (
        "under_warranty",
        told.contract,
        "2024-05-01",
    )
    assert part["why"][0]["code"] == "chosen_warranty"


@pytest.mark.parametrize(
    ("query", "expected"),
    [("outcome=under_warranty", 1), ("outcome=expired", 0), ("since=2024-05-02", 0), ("bbox=69,49,71,51", 1),
     ("bbox=60,40,61,41", 0)],
)  # fmt: skip
def test_defects_are_filtered(client: TestClient, told: Told, query: str, expected: int) -> None:
    assert len(client.get(f"/api/v1/defects?{query}").json()["items"]) == expected


def test_the_public_never_sees_a_defects_note(client: TestClient, told: Told) -> None:
    assert "note" not in client.get(f"/api/v1/defects/{told.defect}").json()


def test_health_and_readiness(client: TestClient, told: Told) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json()["status"] == "ready"


def test_every_answer_forbids_foreign_content(client: TestClient) -> None:
    policy = client.get("/healthz").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_openapi_document_names_every_route(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert {LIABILITY, "/api/v1/roads", "/api/v1/segments", "/api/v1/segments/{id}", "/api/v1/contracts/{id}",
            "/api/v1/defects", "/api/v1/defects/{id}/attribution", "/api/v1/status",
            "/tiles/{edition}/{layer}/{z}/{x}/{y}.mvt"} <= set(paths)  # fmt: skip


# --- status


TOMORROW = datetime.now(ZoneInfo("Asia/Almaty")).date() + timedelta(days=1)
"""The application asks the real clock what day it is there."""


@pytest.fixture
def shown(told: Told, database: Engine) -> int:
    """The edition that shows what stands in the database."""
    with transaction(database) as session:
        made = refresh(session, TOMORROW - timedelta(days=1)).edition
    assert made is not None
    return made


@pytest.fixture(autouse=True)
def asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editions, "KNOWN_FOR_S", 0.0)


def test_the_network_in_figures(client: TestClient, shown: int) -> None:
    told = client.get("/api/v1/status").json()
    assert (told["edition"], told["segments"], told["km"]) == (shown, 10, 10.0)
    assert {one["status"]: one["segments"] for one in told["statuses"]} == {
        "overdue": 0,
        "open_under_warranty": 1,
        "open": 0,
        "works_under_way": 0,
        "unknown": 9,
        "sound_under_warranty": 0,
        "sound": 0,
    }


def test_before_the_first_edition_there_are_no_figures(client: TestClient) -> None:
    told = client.get("/api/v1/status").json()
    assert (told["edition"], told["as_of"], told["segments"], len(told["statuses"])) == (0, None, 0, 7)


@pytest.mark.parametrize(
    ("query", "expected"),
    [("status=open_under_warranty", 1), ("status=unknown", 9), ("status=overdue", 0), ("status=unknown&limit=3", 3),
     ("since=2020-01-01", 10), (f"since={TOMORROW}", 0), ("status=unknown&bbox=60,40,61,41", 0)],
)  # fmt: skip
def test_segments_are_filtered_by_status(client: TestClient, shown: int, query: str, expected: int) -> None:
    assert len(client.get(f"/api/v1/segments?{query}").json()["items"]) == expected


def test_pages_of_one_status_show_every_row_once(client: TestClient, shown: int) -> None:
    seen: list[int] = []
    after: int | None = 0
    while after is not None:
        page = client.get("/api/v1/segments", params={"limit": 2, "after": after, "status": "unknown"}).json()
        seen += [item["id"] for item in page["items"]]
        after = page["next"]
    assert (len(seen), seen) == (9, sorted(set(seen)))


def test_a_segment_tells_all_that_is_known_of_it(client: TestClient, told: Told, shown: int) -> None:
    (item,) = client.get("/api/v1/segments?status=open_under_warranty").json()["items"]
    segment = client.get(f"/api/v1/segments/{item['id']}").json()
    assert (segment["status"], segment["open_defects"], segment["road"]) == ("open_under_warranty", 1, "KAZ99")
    assert (segment["built_by"]["number"], segment["built_by"]["accepted_on"]) == ("2023-118", "2023-09-14")
    (defect,) = segment["defects"]
    assert (defect["id"], defect["state"]) == (told.defect, "open")
    assert all(defect["names"][language] for language in LANGUAGES)
    assert segment["claims"] == []
    assert client.get(segment["why"]).json()["place"]["road"] == "KAZ99"


def test_a_segment_without_works_says_that_nobody_built_and_answers(client: TestClient, shown: int) -> None:
    last = client.get("/api/v1/segments").json()["items"][-1]
    segment = client.get(f"/api/v1/segments/{last['id']}").json()
    assert (segment["built_by"], segment["answers"], segment["defects"]) == (None, None, [])


def test_a_segment_says_how_many_days_its_contractor_still_answers(database: Engine, client: TestClient) -> None:
    with transaction(database) as session:
        scene = make_scene(session, accepted_on=TOMORROW - timedelta(days=31))
        line = scene.issued(1500, today=TOMORROW - timedelta(days=21))
        refresh(session, TOMORROW - timedelta(days=1))
    (item,) = client.get("/api/v1/segments?status=overdue").json()["items"]
    segment = client.get(f"/api/v1/segments/{item['id']}").json()
    answers = segment["answers"]
    assert (answers["id"], answers["kind"], answers["until"]) == (scene.contract.id, "warranty", item["answers_until"])
    assert date.fromisoformat(answers["until"]) == TOMORROW - timedelta(days=1 - answers["days_left"])
    assert [(part["ends_on"], part["days_left"]) for part in segment["liability"]] == [
        (answers["until"], answers["days_left"])
    ]
    (claim,) = segment["claims"]
    assert (claim["state"], claim["is_overdue"], claim["defect"]) == ("issued", True, line.defect_id)
    assert claim["due"] == line.rectify_by.isoformat() if line.rectify_by else None


@pytest.mark.parametrize("path", ["/api/v1/status", "/api/v1/segments", "/api/v1/segments/{id}"])
def test_what_segments_show_is_304_until_it_moves(client: TestClient, database: Engine, shown: int, path: str) -> None:
    (item,) = client.get("/api/v1/segments?status=open_under_warranty").json()["items"]
    path = path.format(id=item["id"])
    first = client.get(path)
    held = {"If-None-Match": first.headers["etag"]}
    again = client.get(path, headers=held)
    assert (again.status_code, again.content) == (304, b"")
    with transaction(database, role=None) as session:
        session.execute(text("INSERT INTO status_mark (carriageway_id, extent) SELECT id, extent FROM carriageway"))
    assert client.get(path, headers=held).status_code == 200
    with transaction(database) as session:
        refresh(session, TOMORROW)
    moved = client.get(path, headers=held)
    assert (moved.status_code, moved.headers["etag"] == first.headers["etag"]) == (200, False)
