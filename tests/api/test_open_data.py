"""Open data as it is asked for: page, files, changes, and what robots are told."""

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select, text

from api.app import create_app
from jobs.data import PublishData
from jobs.runner import Runner
from jobs.timetable import jobs_by_name, timetable
from roads.db import transaction
from roads.domain.actors import OPERATOR
from roads.domain.open_data import LAYERS
from roads.i18n import LANGUAGES
from roads.models import ContractSection
from roads.settings import Settings
from roads.usecases import liability
from roads.usecases.defects_corrections import WithdrawDefect, withdraw_defect
from tests.api.conftest import Told
from tests.factories import make_acceptance

DAY = date(2026, 11, 22)
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def test_before_the_first_night_the_page_says_so(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    app: Any = client.app
    app.state.settings = app.state.settings.model_copy(update={"data_folder": Path("/nowhere")})
    page = client.get("/en/data/")
    assert page.status_code == 200
    assert "<code>removed_on</code>" in page.text
    assert "No files have been published yet" in page.text
    assert "ld+json" not in page.text
    assert client.get("/data/index.json").status_code == 404


def test_what_was_published_is_listed_and_sent(database: Engine, database_url: str, told: Told, tmp_path: Path) -> None:
    job = jobs_by_name(timetable(snap_m=30, data=PublishData(tmp_path, LANGUAGES)))["publish-data"]
    Runner(database, "test").run_once(job, DAY, waiting=lambda: pytest.fail("nobody else runs this job"))
    with TestClient(create_app(Settings(database_url=database_url, data_folder=tmp_path))) as client:
        assert client.get("/data/", follow_redirects=False).headers["location"] == "/kk/data/"
        for language in LANGUAGES:
            page = client.get(f"/{language}/data/").text
            (described,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
            assert len(json.loads(described)["distribution"]) == 25
        index = client.get("/data/index.json").json()
        files = {file["path"]: file for one in index["layers"] for file in one["files"]}
        assert all(path in page and file["sha256"] in page for path, file in files.items())
        (path,) = [one for one in files if one.startswith("files/defects") and one.endswith(".geojson")]
        answer = client.get(f"/data/{path}")
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["content-disposition"] == 'attachment; filename="defects-2026-11-22.geojson"'
        assert len(answer.content) == files[path]["bytes"]
        assert client.get(f"/data/{path}", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
        part = client.get(f"/data/{path}", headers={"Range": "bytes=0-9"})
        assert (part.status_code, part.content) == (206, answer.content[:10])
        assert client.get("/data/files/..%2Findex.json").status_code == 404


def test_changes_are_told_since_a_day(client: TestClient, told: Told) -> None:
    asked = {"layer": "defects", "since": "2024-01-01"}
    answer = client.get("/data/changes", params=asked)
    (feature,) = [json.loads(line) for line in answer.text.splitlines()]
    assert feature["geometry"]["type"] == "Point"
    assert feature["properties"]["outcome"] == "under_warranty"
    again = client.get("/data/changes", params=asked, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    tomorrow = date.fromisoformat(feature["properties"]["recorded_on"]) + timedelta(days=1)
    assert client.get("/data/changes", params={**asked, "since": tomorrow.isoformat()}).text == ""
    for layer in ("segments", "contracts", "warranties", "claims"):
        assert client.get("/data/changes", params={**asked, "layer": layer}).status_code == 200
    assert client.get("/data/changes", params={**asked, "layer": "attributions"}).status_code == 400


def told_of(client: TestClient, layer: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows that stand, and those that are gone, since long ago."""
    answer = client.get("/data/changes", params={"layer": layer, "since": "2024-01-01"})
    features = [json.loads(line) for line in answer.text.splitlines()]
    gone = [one for one in features if "removed" in one["properties"]]
    assert all(one["geometry"] is None and one["properties"]["removed"] is True for one in gone)
    return [one["properties"] for one in features if one not in gone], [one["properties"] for one in gone]


def test_what_left_a_layer_is_told_by_its_key(client: TestClient, database: Engine, told: Told) -> None:
    layers = ("segments", "contracts", "warranties", "defects")
    before = {layer: told_of(client, layer) for layer in layers}
    assert all(rows and not gone for rows, gone in before.values())
    with transaction(database) as session:
        withdraw_defect(session, OPERATOR, WithdrawDefect(told.defect, "a shadow"), today=DAY)
        session.execute(text("UPDATE acceptance SET recorded = tstzrange(lower(recorded), clock_timestamp())"))
        # The same section is accepted anew, half of it: the other half of its row is no longer told.
        (section,) = session.scalars(select(ContractSection))
        make_acceptance(session, section, accepted_on=date(2023, 9, 20), from_m=500, to_m=2000)
        liability.refresh(session, contract_ids=[told.contract])
    for layer in ("contracts", "warranties", "defects"):
        rows, gone = told_of(client, layer)
        key = LAYERS[layer].key
        keys = [tuple(one[name] for name in key) for one in gone]
        assert keys == [tuple(one[name] for name in key) for one in before[layer][0]]
        assert {*gone[0]} == {*key, "removed", "removed_on"}
        assert not {*keys} & {tuple(one[name] for name in key) for one in rows}
    with transaction(database) as session:
        session.execute(text("UPDATE carriageway SET retired_at = clock_timestamp()"))
    rows, gone = told_of(client, "segments")
    assert (rows, [one["id"] for one in gone]) == ([], [one["id"] for one in before["segments"][0]])
    assert told_of(client, "warranties")[0] == []


def test_robots_find_every_page_in_every_language(client: TestClient, told: Told) -> None:
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in client.get("/robots.txt").text
    parts = [one.text or "" for one in ElementTree.fromstring(client.get("/sitemap.xml").text).iter(f"{SITEMAP}loc")]  # noqa: S314
    pages = [
        one.text or ""
        for part in parts
        for one in ElementTree.fromstring(client.get(part).text).iter(f"{SITEMAP}loc")  # noqa: S314
    ]
    assert len(pages) == len(set(pages))
    wanted = {
        "kk/",
        "en/data/",
        "ru/report",
        "kk/subscribe",
        *(f"{one}/contracts/{told.contract}" for one in LANGUAGES),
    }
    assert {f"http://127.0.0.1:8000/{page}" for page in wanted} <= set(pages)
    # Maps are built by a job, which has not run here.
    assert {client.get(page).status_code for page in pages if "/map/" not in page} == {200}
