"""Photos of a site that keeps them in a bucket: sent, shown to the public, swept; and what is said while it is away."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from PIL import Image
from sqlalchemy import Engine, text

from api.app import create_app
from jobs.media import SweepMedia
from jobs.runner import Runner
from jobs.timetable import jobs_by_name, timetable
from roads.db import transaction
from roads.domain.actors import Role
from roads.media import Media, open_media
from roads.settings import Settings
from tests.buckets import Buckets, is_kept
from tests.claims import make_scene
from tests.conftest import ROOT
from tests.pictures import asphalt, written
from tests.ports import free_port
from tests.signed import Person, signed

PHOTO, OTHER = written(asphalt(1, 400, 300)), written(asphalt(2, 400, 300))


@dataclass(frozen=True)
class Site:
    """The application with a defect and an engineer whose it is."""

    client: TestClient
    engine: Engine
    media: Media
    defect: int
    engineer: Person

    def send(self, content: bytes) -> Response:
        headers = {**self.engineer.bearer, "Content-Type": "image/jpeg"}
        return self.client.post(f"/api/v1/defects/{self.defect}/photos", content=content, headers=headers)

    def get(self, path: str) -> Response:
        return self.client.get(f"/api/v1/photos/{path}", headers=self.engineer.bearer)

    def released(self, photo: dict[str, Any]) -> str:
        """Show a photo to the public; gives where, without the size."""
        headers = {**self.engineer.bearer, "If-Match": '"1"'}
        assert self.client.put(f"/api/v1/photos/{photo['id']}/release", headers=headers).status_code == 200
        with transaction(self.engine) as session:
            return f"/photos/{session.scalar(text('SELECT full_hash FROM photo WHERE id = :id'), {'id': photo['id']})}"

    def rows(self) -> int:
        with transaction(self.engine) as session:
            return int(session.scalar(text("SELECT count(*) FROM photo")) or 0)


@pytest.fixture
def site(database: Engine, database_url: str, bucket_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("AWS_TIMEOUT", "1s")
    app = create_app(Settings(database_url=database_url, media_url=bucket_url))
    with transaction(database) as session:
        scene = make_scene(session)
        defect = scene.defect(1000).id
    with TestClient(app, raise_server_exceptions=False) as client:
        engineer = signed(app, database, scene.customer, Role.ENGINEER)
        yield Site(client, database, open_media(bucket_url), defect, engineer)


def test_a_photo_is_sent_shown_and_not_swept_and_while_the_store_is_away_nothing_is_lost(
    site: Site, buckets: Buckets
) -> None:
    sent = site.send(PHOTO)
    assert sent.status_code == 201
    photo = sent.json()
    public = site.released(photo)
    assert Image.open(BytesIO(site.client.get(f"{public}.small.webp").content)).size == (320, 240)
    original = site.get(f"{photo['id']}/original")
    assert (original.content, original.headers["content-length"]) == (PHOTO, str(len(PHOTO)))
    assert Image.open(BytesIO(site.get(f"{photo['id']}/view").content)).size == (400, 300)

    orphan = site.media.put(b"nobody's")
    job = jobs_by_name(timetable(snap_m=30, media=SweepMedia(site.media)))["sweep-media"]
    later = date.today() + timedelta(days=3)  # noqa: DTZ011 - the store's clock, which is this machine's
    swept = Runner(site.engine, "test").run_once(job, later, waiting=lambda: pytest.fail("nobody else runs this job"))
    assert (swept["files"], is_kept(site.media, orphan)) == (1, False)

    asked = [
        lambda: site.client.get(f"{public}.full.webp"),
        lambda: site.get(f"{photo['id']}/original"),
        lambda: site.send(OTHER),
    ]
    with buckets.stopped(), ThreadPoolExecutor() as at_once:
        away = [answer.result() for answer in [at_once.submit(ask) for ask in asked]]
    for answer in away:
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert answer.json()["detail"] == "The store of photos cannot be reached. Nothing is lost: try again soon."
        assert "cache-control" not in answer.headers or "immutable" not in answer.headers["cache-control"]
    assert site.rows() == 1
    assert site.client.get(f"{public}.full.webp").status_code == 200
    assert (site.send(OTHER).status_code, site.rows()) == (201, 2)


def test_a_server_whose_bucket_is_not_there_does_not_start_and_says_why(database_url: str, bucket_url: str) -> None:
    told = {
        "ROADS_DATABASE_URL": database_url,
        "ROADS_SECRET_KEY": "0" * 32,
        "ROADS_MEDIA_URL": bucket_url.replace("photos-", "nobodys-"),
    }
    command = [sys.executable, "-m", "api", "--port", str(free_port())]
    ended = subprocess.run(
        command, check=False, cwd=ROOT, env={**os.environ, **told}, capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"ROADS_MEDIA_URL cannot be used: {told['ROADS_MEDIA_URL']}: NoSuchBucket.\n"
