"""The still picture of the map: roads where they lie, in the colours of the map, the same for good."""

import asyncio
import re
import threading
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from fastapi.testclient import TestClient
from psycopg import AsyncConnection
from sqlalchemy import Connection, Engine, text

from api import editions
from api.app import create_app
from api.pages import map_picture
from geo.bbox import KAZAKHSTAN, WORLD, Box
from maps.picture import WIDTH, Frame, picture
from maps.style import SEGMENTS
from roads.db import transaction
from roads.queries.tiles import lines_of_picture
from roads.settings import Settings
from tests.api.conftest import LAT, Told
from tests.api.test_tiles import TODAY, published
from tests.waiting import wait_until

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editions, "KNOWN_FOR_S", 0.0)


def test_roads_are_drawn_where_they_lie_and_as_their_status_is(
    client: TestClient, told: Told, database: Engine
) -> None:
    answer = client.get(f"/maps/picture/{published(database)}/status.ru.svg")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert "immutable" in answer.headers["cache-control"]
    drawn = ET.fromstring(answer.content)  # noqa: S314 - our own
    lines = {path.get("stroke"): path.get("d") or "" for path in drawn.iter(f"{SVG}path")}
    for status in ("open_under_warranty", "unknown"):
        start = [float(word) for word in re.findall(r"-?\d+", lines[SEGMENTS[status][0].colour])[:2]]
        assert start == pytest.approx(Frame.of(KAZAKHSTAN).at(70.0, LAT), abs=3)
    assert "Алматы" in {words.text for words in drawn.iter(f"{SVG}text")}


def test_the_picture_of_an_edition_that_is_over_leads_to_the_last(
    client: TestClient, told: Told, database: Engine
) -> None:
    before = published(database)
    with transaction(database) as session:
        session.execute(
            text("INSERT INTO map_edition (number, made_on) VALUES (:n, :day)"), {"n": before + 1, "day": TODAY}
        )
    sent_on = client.get(f"/maps/picture/{before}/status.en.svg", follow_redirects=False)
    assert (sent_on.status_code, sent_on.headers["location"]) == (307, f"/maps/picture/{before + 1}/status.en.svg")
    assert client.get(sent_on.headers["location"]).status_code == 200


def test_nobody_waits_for_the_picture_of_a_new_edition(
    client: TestClient, told: Told, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = published(database)
    shown = client.get(f"/maps/picture/{before}/status.en.svg").content
    may_draw = threading.Event()

    async def slowly(*asked: Any) -> tuple[int, bytes | None]:
        await asyncio.to_thread(may_draw.wait)
        return await lines_of_picture(*asked)

    monkeypatch.setattr(map_picture, "lines_of_picture", slowly)
    with transaction(database) as session:
        session.execute(
            text("INSERT INTO map_edition (number, made_on) VALUES (:n, :day)"), {"n": before + 1, "day": TODAY}
        )
    new, old = (f"/maps/picture/{number}/status.en.svg" for number in (before + 1, before))
    for _ in range(2):
        sent_on = client.get(new, follow_redirects=False)
        assert (sent_on.status_code, sent_on.headers["location"]) == (307, old)
        assert "no-store" in sent_on.headers["cache-control"]
    assert client.get(new).content == shown
    may_draw.set()
    wait_until(lambda: client.get(new, follow_redirects=False).status_code == 200, "it is drawn")
    assert client.get(old, follow_redirects=False).content == shown


def test_a_picture_that_could_not_be_drawn_is_drawn_again(
    client: TestClient, told: Told, database: Engine, admin: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"/maps/picture/{published(database)}/status.en.svg"

    async def cut_off(connection: AsyncConnection[Any], *asked: Any) -> tuple[int, bytes | None]:
        admin.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": connection.info.backend_pid})
        return await lines_of_picture(connection, *asked)

    with monkeypatch.context() as broken:
        broken.setattr(map_picture, "lines_of_picture", cut_off)
        assert client.get(address).status_code == 503
    assert client.get(address).status_code == 200


def test_the_first_reader_after_a_start_finds_it_drawn(told: Told, database: Engine, database_url: str) -> None:
    last = published(database)
    app = create_app(Settings(database_url=database_url))
    with TestClient(app):
        wait_until(lambda: app.state.stills.find(last) is not None, "the picture is drawn")


@pytest.mark.parametrize("name", ["99/status.en.svg", "01/status.en.svg", "x/status.en.svg", "1/status.de.svg"])
def test_there_is_no_other_picture(client: TestClient, told: Told, database: Engine, name: str) -> None:
    published(database)
    assert client.get(f"/maps/picture/{name}").status_code == 404


def test_the_first_page_shows_the_picture_of_the_last_edition(client: TestClient, told: Told, database: Engine) -> None:
    number = published(database)
    (address,) = re.findall(r'src="(/maps/picture/[^"]+)"', client.get("/kk/").text)
    assert address == f"/maps/picture/{number}/status.kk.svg"
    assert client.get(address, headers={"Accept-Encoding": "gzip"}).headers["content-encoding"] == "gzip"


@pytest.mark.parametrize("area", [KAZAKHSTAN, WORLD, Box(76.7, 43.1, 77.1, 43.4)])
def test_any_area_fits_its_frame(area: Box) -> None:
    frame = Frame.of(area)
    assert frame.at(frame.box.west, frame.box.north) == pytest.approx((0, 0))
    assert frame.at(frame.box.east, frame.box.south) == pytest.approx((WIDTH, frame.height), abs=1)
    assert picture(frame, {}, "en").startswith(b"<svg")
