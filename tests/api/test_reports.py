"""Reports by HTTP, as somebody without an account sends them, and what those who decide make of them."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Connection

from api.app import create_app
from api.multipart import boundary_of, read_multipart
from roads.db import open_engine, transaction
from roads.domain.claims import Action
from roads.i18n import LANGUAGES
from roads.settings import Settings
from tests.api.office import make_office, today
from tests.api.pages import HOSTILE, assert_inert, words_of
from tests.api.village import Village
from tests.claims import Scene
from tests.conftest import cloned
from tests.factories import make_distress, point_beside
from tests.pictures import asphalt, exif_of, written


@pytest.fixture(scope="module")
def village(admin: Connection, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Village]:
    with cloned(admin, template) as url:
        engine = open_engine(url)
        office = make_office(engine)
        with transaction(engine) as session:
            make_distress(session)
            make_distress(session, "missing_sign", element="furniture")
        settings = Settings(database_url=url, media_url=str(tmp_path_factory.mktemp("media")))
        with TestClient(create_app(settings), raise_server_exceptions=False, follow_redirects=False) as client:
            yield Village(office, client)
        engine.dispose()


def test_whoever_says_where_it_is_reads_at_once_who_answers(village: Village) -> None:
    lon, lat = point_beside(1500, 3)
    contractor = village.row("SELECT name FROM organisation WHERE bin = :bin", bin=village.office.bins["builder"]).name
    for language in LANGUAGES:
        page = village.get(f"/{language}/report?lat={lat}&lon={lon}&accuracy=5")
        assert page.status_code == 200
        assert contractor in words_of(page.text)
    assert "This road is under warranty until" in words_of(page.text)
    assert 'enctype="multipart/form-data"' in page.text
    road = village.row("SELECT reference FROM road").reference
    by_chainage = village.get(f"/en/report?road={road}&chainage=1%2B500")
    assert "1+500" in words_of(by_chainage.text)
    assert contractor in words_of(by_chainage.text)


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("", 200, "Where I am standing"),
        ("lat=50.2&lon=70.2", 200, "No road of the register is near"),
        ("lat=north&lon=70", 422, "This is no number"),
        ("lat=70&lon=50", 422, "swapped"),
        ("road=NOWHERE&chainage=1%2B000", 404, "NOWHERE"),
        ("lat=50", 422, "Say where it is"),
    ],
)
def test_what_is_wrong_with_a_place_is_said_on_the_page(village: Village, query: str, status: int, said: str) -> None:
    page = village.get(f"/en/report?{query}")
    assert (page.status_code, said in words_of(page.text)) == (status, True), words_of(page.text)


def test_a_report_is_followed_from_its_code_to_its_defect(village: Village) -> None:
    photo = written(asphalt(11, 400, 300), exif=exif_of(at=(70.0, 50.0)))
    code = village.reported(2000, [photo], note="by the bridge, call 87770000000", accuracy="4")
    page = village.get(f"/en/reports/{code.lower()}")
    assert "Waits for somebody to look" in words_of(page.text)
    assert "87770000000" not in page.text
    assert page.headers["cache-control"] == "no-store"
    number = village.id_of(code)
    kept = village.row("SELECT * FROM report WHERE id = :id", id=number)
    assert (kept.at_cm // 100, kept.contract_id, kept.gps_accuracy_m) == (2000, village.office.contract_id, 4)
    desk = village.as_engineer("GET", f"/en/desk/reports/{number}")
    assert "87770000000" in words_of(desk.text)
    photo_id = re.findall(r"/en/photos/(\d+)/view", desk.text)[0]
    assert village.as_engineer("GET", f"/en/photos/{photo_id}/view").status_code == 200
    assert village.as_engineer("GET", f"/en/photos/{photo_id}/view", who="builder").status_code == 404
    path = f"/en/desk/reports/{number}/accept"
    done = village.as_engineer("POST", path, distress="pothole", severity="high", release="1")
    assert done.status_code == 303, words_of(done.text)
    assert "Recorded as a defect" in words_of(village.get(f"/en/reports/{code}").text)
    shown = village.row("SELECT full_hash, defect_id FROM public_photo")
    assert village.get(f"/photos/{shown.full_hash}.full.webp").status_code == 200
    defect = village.get(f"/api/v1/defects/{shown.defect_id}").json()
    assert (defect["source"], defect["external_id"], defect["severity"]) == ("citizens", code, "high")
    again = village.as_engineer("POST", f"/en/desk/reports/{number}/reject", reason="spam")
    assert (again.status_code, "Somebody else has decided" in words_of(again.text)) == (409, True)


def test_the_same_form_and_the_same_photo_make_no_second_report(village: Village) -> None:
    form, photo = village.form(), written(asphalt(12, 400, 300))
    code = village.reported(2500, [photo], form=form)
    assert village.reported(2500, [photo], form=form) == code
    again = village.send(3500, [photo], note="a new hole")
    assert (again.status_code, f"/en/reports/{code}" in again.text, "a new hole" in again.text) == (409, True, True)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"website": "http://spam"}, 403),
        ({"form": "1.2.3"}, 403),
        ({"form": ""}, 403),
        ({"distress": "hole"}, 422),
        ({"detected_on": "2020-01-01"}, 422),
        ({"note": "x" * 2001}, 422),
    ],
)
def test_what_no_person_fills_in_is_refused_with_what_was_typed(
    village: Village, fields: dict[str, str], status: int
) -> None:
    before = village.row("SELECT count(*) AS many FROM report").many
    answer = village.send(4000, None, "en", **{"note": "typed before", **fields})
    assert (answer.status_code, 'role="alert"' in answer.text) == (status, True)
    assert ("typed before" in answer.text) is (len(fields.get("note", "")) < 2000)
    assert village.row("SELECT count(*) AS many FROM report").many == before


def test_a_form_that_comes_at_once_or_the_next_day_is_no_persons(village: Village) -> None:
    for ago_s, status in ((1, 429), (25 * 3600, 403)):
        assert village.send(4000, form=village.form(ago_s)).status_code == status


def test_what_is_no_picture_is_refused_and_nothing_kept(village: Village) -> None:
    before = village.row("SELECT count(*) AS many FROM report").many
    for photos, status in (([b"%PDF-1.7 no picture"], 422), ([b"GIF89a"] * 4, 422)):
        answer = village.send(4000, photos)
        assert (answer.status_code, 'role="alert"' in answer.text) == (status, True)
    assert village.row("SELECT count(*) AS many FROM report").many == before


def test_somebody_who_saw_the_same_needs_one_tap(village: Village) -> None:
    code = village.reported(5000)
    lon, lat = point_beside(5020, 2)
    page = village.get(f"/en/report?lat={lat}&lon={lon}")
    assert f'name="report" value="{code}"' in page.text
    assert "I saw it too" in page.text
    answer = village.post("/en/report/witness", report=code)
    assert answer.headers["location"] == f"/en/reports/{code}?done=seen"
    assert village.post("/en/report/witness", report="ABCDE23456").status_code == 404
    assert village.post("/en/report/witness", form="").status_code == 403
    with transaction(village.engine) as session:
        defect = Scene.of_contract(session, village.office.contract_id).defect(5030, detected_on=today())
    answer = village.post("/en/report/witness", defect=str(defect.id), lat="50.0", lon="70.1")
    assert answer.headers["location"] == "/en/report?lat=50.0&lon=70.1&done=seen"
    joined = village.as_engineer("POST", f"/en/desk/reports/{village.id_of(code)}/join", defect=str(defect.id))
    assert joined.status_code == 303
    assert "Joined to a known defect" in words_of(village.get(f"/en/reports/{code}").text)


def test_a_report_is_turned_down_in_words_that_the_citizen_reads(village: Village) -> None:
    code = village.reported(5500)
    path = f"/en/desk/reports/{village.id_of(code)}/reject"
    assert village.as_engineer("POST", path, who="builder", reason="not_found").status_code == 403
    assert village.as_engineer("POST", path, reason="because").status_code == 422
    assert village.as_engineer("POST", path, reason="not_found").status_code == 303
    assert "It was not found at the place." in words_of(village.get(f"/en/reports/{code}").text)
    assert "табылмады" in words_of(village.get(f"/kk/reports/{code}").text)


def test_a_repair_that_is_none_goes_to_another_person_than_its_verifier(village: Village) -> None:
    line = village.office.issued(6000)
    with transaction(village.engine) as session:
        scene = Scene.of_contract(session, village.office.contract_id)
        scene.does(line, Action.REPORT_REPAIR, Action.VERIFY, today=today())
    page = village.get(f"/en/not-fixed/{line.id}")
    assert "It is not mended" in words_of(page.text)
    answer = village.post(f"/en/not-fixed/{line.id}", words="the hole is there")
    assert answer.headers["location"] == f"/en/not-fixed/{line.id}?done=1"
    assert "not decided yet" in words_of(village.get(answer.headers["location"]).text)
    queue = village.as_engineer("GET", "/en/desk/reports")
    assert "the hole is there" in words_of(queue.text)
    number = village.row("SELECT id FROM reopen_request").id
    path = f"/en/desk/reopenings/{number}"
    assert village.as_engineer("POST", path, verdict="upheld", note="").status_code == 422
    assert village.as_engineer("POST", path, verdict="upheld", note="seen").status_code == 303
    assert village.row("SELECT state FROM claim_line WHERE id = :id", id=line.id).state == "accepted"
    late = village.post(f"/en/not-fixed/{line.id}")
    assert (late.status_code, 'role="alert"' in late.text) == (409, True)
    assert village.get("/en/not-fixed/999999").status_code == 404


def test_hostile_words_are_words(village: Village) -> None:
    code = village.reported(6500, note=HOSTILE)
    number = village.id_of(code)
    for path in ("/en/desk/reports", f"/en/desk/reports/{number}"):
        page = village.as_engineer("GET", path).text
        assert "${alert(1)}" in page
        assert_inert(
            re.sub(r'<img src="/en/photos[^>]*>|<script (type="module" )?src="/static/[^>]*></script>', "", page)
        )
    assert village.get(f"/en/reports/{HOSTILE[:40]}").status_code == 404
    refused = village.send(6500, note=HOSTILE, form="")
    assert "<img src=x" not in refused.text


# --- Open311


def xml_of(content: bytes) -> ET.Element:
    """What our own server wrote."""
    return ET.fromstring(content)  # noqa: S314


def requests_of(village: Village, query: str = "") -> list[dict[str, Any]]:
    answer = village.get(f"/open311/v2/requests.json?{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def post_request(village: Village, ending: str = "json", **fields: str) -> Response:
    lon, lat = point_beside(7000, 2)
    told = {"service_code": "pothole", "lat": str(lat), "long": str(lon), **fields}
    return village.client.post(f"/open311/v2/requests.{ending}", data=told)


def test_a_program_reports_and_follows_by_the_standard(village: Village) -> None:
    answer = post_request(village, description="deep", email="me@example.kz", first_name="x")
    assert answer.status_code == 201
    (made,) = answer.json()
    code = made["service_request_id"]
    (told,) = village.get(answer.headers["location"]).json()
    assert (told["status"], told["service_code"], told["description"]) == ("open", "pothole", None)
    assert told["address"].endswith("7+000")
    assert village.get(f"/open311/v2/tokens/{code}.json").json() == [{"service_request_id": code, "token": code}]
    kept = village.row("SELECT words, channel FROM report WHERE code = :code", code=code)
    assert tuple(kept) == ("deep", "open311")
    assert code in {one["service_request_id"] for one in requests_of(village, "service_code=pothole&status=open")}
    village.as_engineer("POST", f"/en/desk/reports/{village.id_of(code)}/reject", reason="repaired_already")
    (told,) = requests_of(village, f"service_request_id={code},NONE")
    assert (told["status"], told["status_notes"]) == ("closed", "It was mended before somebody looked.")
    assert code not in {one["service_request_id"] for one in requests_of(village, "status=open")}
    assert requests_of(village, "service_code=missing_sign") == []
    year_ago = (today() - timedelta(days=365)).isoformat()
    assert requests_of(village, f"start_date={year_ago}T00:00:00Z") == []


def test_the_standard_is_served_as_xml_too(village: Village) -> None:
    answer = post_request(village, "xml", description="\x01 & <b>")
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    code = xml_of(answer.content).findtext("request/service_request_id")
    found = xml_of(village.get(f"/open311/v2/requests/{code}.xml").content)
    assert found.findtext("request/status") == "open"
    services = xml_of(village.get("/open311/v2/services.xml").content)
    assert "pothole" in {one.text for one in services.iter("service_code")}
    assert {one.text for one in services.iter("metadata")} == {"false"}
    discovery = xml_of(village.get("/open311/v2/discovery.xml").content)
    assert discovery.findtext("endpoints/endpoint/url", "").endswith("/open311/v2")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("requests.json?status=lost", 400),
        ("requests.json?start_date=soon", 400),
        ("requests.json?start_date=2026-01-01T00:00:00Z&end_date=2026-06-01T00:00:00Z", 400),
        ("requests/ABCDE23456.json", 404),
        ("requests/none.xml", 404),
        ("services/hole.json", 404),
        ("tokens/none.json", 404),
    ],
)
def test_errors_are_told_by_the_standard(village: Village, path: str, status: int) -> None:
    answer = village.get(f"/open311/v2/{path}")
    assert answer.status_code == status
    if ".json" in path:
        assert [one["code"] for one in answer.json()] == [status]
    else:
        assert xml_of(answer.content).findtext("error/code") == str(status)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"service_code": ""}, 400),
        ({"service_code": "hole"}, 404),
        ({"lat": "", "long": ""}, 400),
        ({"lat": "91"}, 400),
        ({"api_key": "guessed"}, 403),
        ({"description": "x" * 2001}, 400),
    ],
)
def test_a_bad_request_is_refused_by_the_standard(village: Village, fields: dict[str, str], status: int) -> None:
    answer = post_request(village, **fields)
    assert (answer.status_code, [one["code"] for one in answer.json()]) == (status, [status])


@pytest.mark.shared_data
def test_what_is_served_fits_the_schemas_of_the_standard(village: Village, shared_data: Path) -> None:
    import jsonschema_rs

    folder = shared_data / "open311"
    village.reported(8000, distress="")

    def demand(name: str, told: Any) -> None:
        jsonschema_rs.validate(json.loads((folder / f"schema_{name}.json").read_text()), told)

    for service in village.get("/open311/v2/services.json").json():
        demand("service", service)
        demand("service-definition", village.get(f"/open311/v2/services/{service['service_code']}.json").json())
    found = requests_of(village)
    assert found
    for one in found:
        demand("request", one)


# --- forms with files


def test_a_form_with_files_is_read_as_browsers_write_it() -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="note"\r\n\r\n\xd1\x8f\r\n--b\r\n\r\n'
        b'--b\r\nContent-Disposition: form-data; name="p"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
        b"\xff\xd8--b\r\n\r\n--b--\r\n"
    )
    form = read_multipart(body.replace(b"--b\r\n\r\n--b\r\nContent", b"--b\r\nContent"), b"b")
    assert form.fields == {"note": "я"}
    assert [(one.name, one.stated_type, one.content) for one in form.files] == [
        ("a.jpg", "image/jpeg", b"\xff\xd8--b\r\n")
    ]
    assert boundary_of('multipart/form-data; boundary="x y"') == b"x y"


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"", "multipart/form-data; boundary=b", 400),
        (b"--b\r\nno head--b--", "multipart/form-data; boundary=b", 400),
        (b"--b\r\n\r\nx\r\n--b--", "multipart/form-data; boundary=b", 400),
        (b"--b--", "multipart/form-data", 400),
        (b"a=b", "application/x-www-form-urlencoded", 415),
        (
            b'--b\r\nContent-Disposition: form-data; name="n"\r\n\r\n\x00\r\n--b--',
            "multipart/form-data; boundary=b",
            400,
        ),
    ],
)
def test_what_is_no_form_is_refused(village: Village, content: bytes, kind: str, status: int) -> None:
    village.client.cookies.clear()
    answer = village.client.post("/en/report", content=content, headers={"Content-Type": kind})
    assert answer.status_code == status
