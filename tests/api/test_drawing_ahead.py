"""What takes long to draw is there before the first reader of a new edition asks."""

import time
from collections import Counter
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, make_url, text
from structlog.testing import capture_logs

from api import drawing_ahead, editions
from api.app import create_app
from roads.db import transaction
from roads.queries import tiles
from roads.settings import Settings
from tests.api.conftest import LAT, Told
from tests.api.test_tiles import around, published
from tests.ports import free_port
from tests.waiting import wait_until

LOOKS_EVERY_S = 0.02


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editions, "KNOWN_FOR_S", 0.0)
    monkeypatch.setattr(drawing_ahead, "LOOKS_EVERY_S", LOOKS_EVERY_S)
    monkeypatch.setattr(tiles, "CROWDED", 1)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[int, str]]:
    """How often each tile was drawn, by its edition and the rest of its address."""
    often: Counter[tuple[int, str]] = Counter()
    draw = tiles.draw

    async def counted(connection: Any, edition: int, asked: tiles.Spot) -> tuple[int, bytes | None]:
        often[edition, f"{asked.name}/{asked.z}/{asked.x}/{asked.y}"] += 1
        return await draw(connection, edition, asked)

    monkeypatch.setattr(tiles, "draw", counted)
    return often


def tile_of_all_zooms(edition: int) -> set[tuple[int, str]]:
    return {(edition, f"segments/{around(70.01, LAT, z)}") for z in range(3, 10)}


def test_readers_of_an_edition_find_its_crowded_tiles_drawn(
    told: Told, database: Engine, database_url: str, drawn: Counter[tuple[int, str]]
) -> None:
    first = published(database)
    with TestClient(create_app(Settings(database_url=database_url))) as client:
        wait_until(lambda: tile_of_all_zooms(first) <= set(drawn), "the tiles of the edition at the start are drawn")
        with transaction(database, role=None) as session:
            session.execute(text("INSERT INTO status_mark (carriageway_id, extent) SELECT id, extent FROM carriageway"))
        later = published(database)
        wait_until(lambda: tile_of_all_zooms(later) <= set(drawn), "the tiles of the new edition are drawn")
        for number, tile in tile_of_all_zooms(later):
            assert client.get(f"/tiles/{number}/{tile}.mvt").content != b""
    assert set(drawn.values()) == {1}


def test_what_few_segments_lie_in_is_left_to_who_asks_for_it(
    told: Told, database: Engine, database_url: str, drawn: Counter[tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiles, "CROWDED", 1_000)
    last = published(database)
    app = create_app(Settings(database_url=database_url))
    with TestClient(app):
        wait_until(lambda: app.state.stills.find(last) is not None, "the picture, which comes last, is drawn")
    assert not drawn


def test_a_tile_that_cannot_be_drawn_is_said_once_and_drawn_for_who_asks(
    told: Told, database: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = published(database)
    draw = tiles.draw

    async def broken(connection: Any, edition: int, asked: tiles.Spot) -> tuple[int, bytes | None]:
        await connection.execute("SELECT 1 / 0")
        return await draw(connection, edition, asked)

    with monkeypatch.context() as for_now:
        for_now.setattr(tiles, "draw", broken)
        with capture_logs() as said, TestClient(create_app(Settings(database_url=database_url))) as client:
            wait_until(lambda: any(one["event"] == "not_drawn_ahead" for one in said), "it is said")
            time.sleep(5 * LOOKS_EVERY_S)
            for_now.undo()
            assert client.get(f"/tiles/{last}/segments/{around(70.01, LAT, 6)}.mvt").status_code == 200
    (one,) = (one for one in said if one["event"] == "not_drawn_ahead")
    assert "DivisionByZero" in one["wrong"]


def test_a_server_that_starts_before_its_database_says_once_that_it_does_not_draw(database_url: str) -> None:
    nowhere = make_url(database_url).set(port=free_port()).render_as_string(hide_password=False)
    with capture_logs() as said, TestClient(create_app(Settings(database_url=nowhere))) as client:
        wait_until(lambda: any(one["event"] == "not_drawn_ahead" for one in said), "it is said")
        time.sleep(5 * LOOKS_EVERY_S)
        assert client.get("/healthz").status_code == 200
    assert [one["event"] for one in said].count("not_drawn_ahead") == 1


def test_readers_go_first_and_do_not_keep_it_waiting_for_ever(
    told: Told, database: Engine, database_url: str, drawn: Counter[tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing_ahead, "LONGEST_STEP_ASIDE_S", 3600.0)
    app = create_app(Settings(database_url=database_url))
    with TestClient(app) as client:
        assert client.portal is not None
        reader = app.state.pool.connection()
        client.portal.call(reader.__aenter__)
        first = published(database)
        time.sleep(5 * LOOKS_EVERY_S)
        assert not drawn
        client.portal.call(reader.__aexit__, None, None, None)
        wait_until(lambda: tile_of_all_zooms(first) <= set(drawn), "they are drawn when the reader is done")

        monkeypatch.setattr(drawing_ahead, "LONGEST_STEP_ASIDE_S", 0.0)
        reader = app.state.pool.connection()
        client.portal.call(reader.__aenter__)
        with transaction(database, role=None) as session:
            session.execute(text("INSERT INTO status_mark (carriageway_id, extent) SELECT id, extent FROM carriageway"))
        later = published(database)
        wait_until(lambda: tile_of_all_zooms(later) <= set(drawn), "they are drawn beside a reader who stays")
        client.portal.call(reader.__aexit__, None, None, None)
