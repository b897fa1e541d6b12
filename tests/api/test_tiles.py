"""Tiles: what is in them, what an edition promises, and which addresses there are."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api import editions
from api.routes import tiles
from roads.db import transaction
from tests.api.conftest import LAT, Told
from tests.status import refresh

TODAY = date(2024, 5, 2)


@pytest.fixture(autouse=True)
def asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editions, "KNOWN_FOR_S", 0.0)


class Seventh(editions.Editions):
    """The seventh edition is the last one."""

    async def last(self) -> int:
        return 7


def published(database: Engine, today: date = TODAY) -> int:
    """The edition made of all that waits."""
    with transaction(database) as session:
        made = refresh(session, today).edition
    assert made is not None
    return made


@dataclass
class Feature:
    """A feature of a tile: its id and its attributes."""

    number: int | None
    attributes: Mapping[str, Any]


def varints(data: bytes) -> Iterator[int]:
    value, shift = 0, 0
    for byte in data:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield value
            value, shift = 0, 0


def fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """The fields of a protocol buffer message: enough of the format for vector tiles."""
    at = 0

    def number() -> int:
        nonlocal at
        start = at
        while data[at] >= 128:
            at += 1
        at += 1
        return next(varints(data[start:at]))

    while at < len(data):
        key = number()
        if key & 7 == 0:
            yield key >> 3, number()
        else:
            size = {1: 8, 5: 4}.get(key & 7) or number()
            yield key >> 3, data[at : at + size]
            at += size


def features(tile: bytes, layer: str) -> list[Feature]:
    """The features of the one layer of a tile; none in a tile without bytes."""
    found = []
    for _, content in fields(tile):
        parts = list(fields(content))
        assert dict(parts)[1] == layer.encode()
        keys = [value.decode() for number, value in parts if number == 3]
        values = [next(fields(value))[1] for number, value in parts if number == 4]
        values = [value.decode() if isinstance(value, bytes) else value for value in values]
        for number, value in parts:
            if number == 2:
                facts = dict(fields(value))
                tags = list(varints(facts.get(2, b"")))
                pairs = zip(tags[::2], tags[1::2], strict=True)
                found.append(Feature(facts.get(1), {keys[k]: values[v] for k, v in pairs}))
    return found


def around(lon: float, lat: float, z: int) -> str:
    """The tile that holds a place, as in an address."""
    import math

    x = int((lon + 180) / 360 * 2**z)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z)
    return f"{z}/{x}/{y}"


def test_segments_carry_id_and_status(client: TestClient, told: Told, database: Engine) -> None:
    number = published(database)
    answer = client.get(f"/tiles/{number}/segments/{around(70.01, LAT, 12)}.mvt")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/vnd.mapbox-vector-tile")
    found = features(answer.content, "segments")
    assert {one.attributes["status"] for one in found} == {"open_under_warranty", "unknown"}
    assert all(one.number == one.attributes["id"] and set(one.attributes) == {"id", "status"} for one in found)


def test_at_small_zooms_segments_are_dissolved_by_status(client: TestClient, told: Told, database: Engine) -> None:
    number = published(database)
    found = features(client.get(f"/tiles/{number}/segments/{around(70.01, LAT, 9)}.mvt").content, "segments")
    assert sorted(one.attributes["status"] for one in found) == ["open_under_warranty", "unknown"]
    assert all(set(one.attributes) == {"status"} for one in found)


@pytest.mark.parametrize("z", [3, 8, 11, 12, 16])
def test_defects_carry_id_state_and_outcome(client: TestClient, told: Told, database: Engine, z: int) -> None:
    number = published(database)
    (found,) = features(client.get(f"/tiles/{number}/defects/{around(*told.covered, z)}.mvt").content, "defects")
    assert found.attributes == {"id": told.defect, "state": "open", "outcome": "under_warranty"}
    assert found.number == told.defect


@pytest.mark.parametrize("z", [5, 14])
def test_works_carry_contract_and_kind(client: TestClient, told: Told, database: Engine, z: int) -> None:
    number = published(database, date(2023, 5, 1))
    (found,) = features(client.get(f"/tiles/{number}/works/{around(70.005, LAT, z)}.mvt").content, "works")
    assert (found.number, found.attributes) == (told.contract, {"id": told.contract, "kind": "medium_repair"})


def test_an_empty_tile_is_200_without_bytes(client: TestClient, told: Told, database: Engine) -> None:
    answer = client.get(f"/tiles/{published(database)}/segments/12/1/1.mvt")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    "rest",
    ["segments/17/0/0", "segments/2/4/0", "segments/2/0/4", "segments/-1/0/0", "roads/2/0/0", "segments/2/1.5/0",
     "segments/2/01/0", "segments/2/+1/0", "segments/٢/0/0", "segments/2/0/99999999999"],
)  # fmt: skip
@pytest.mark.parametrize("edition", ["0", "current"])
def test_a_tile_that_is_none_is_404(client: TestClient, told: Told, rest: str, edition: str) -> None:
    answer = client.get(f"/tiles/{edition}/{rest}.mvt", follow_redirects=False)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("edition", ["2", "99999", "latest", "-1", "1.0", "01", "9" * 12])
def test_an_edition_that_never_was_is_404(client: TestClient, told: Told, database: Engine, edition: str) -> None:
    assert published(database) == 1
    assert client.get(f"/tiles/{edition}/segments/2/1/1.mvt", follow_redirects=False).status_code == 404


def test_current_leads_to_the_last_edition_and_is_kept_by_nobody(
    client: TestClient, told: Told, database: Engine
) -> None:
    number = published(database)
    answer = client.get("/tiles/current/defects/2/2/1.mvt", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, f"/tiles/{number}/defects/2/2/1.mvt")
    assert answer.headers["cache-control"] == "no-store"


def test_an_edition_is_kept_for_good(client: TestClient, told: Told, database: Engine) -> None:
    address = f"/tiles/{published(database)}/segments/{around(70.01, LAT, 12)}.mvt"
    first = client.get(address)
    assert first.headers["cache-control"] == "public, max-age=31536000, immutable"
    again = client.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert client.get(address, headers={"If-None-Match": '"other"'}).content == first.content


def test_a_large_tile_comes_compressed_to_who_takes_it_so_and_says_the_same(
    client: TestClient, database: Engine, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiles, "COMPRESSED_FROM", 1)
    address = f"/tiles/{published(database)}/segments/{around(70.01, LAT, 12)}.mvt"
    plain = client.get(address, headers={"Accept-Encoding": "identity"})
    small = client.get(address, headers={"Accept-Encoding": "br, gzip"})
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "gzip"
    assert small.content == plain.content != b""
    assert small.headers["etag"] == plain.headers["etag"]
    assert small.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("z", [6, 13])
def test_nothing_changes_within_an_edition_and_a_replaced_one_leads_to_the_last(
    client: TestClient, told: Told, database: Engine, z: int
) -> None:
    number = published(database)
    rest = f"defects/{around(*told.covered, z)}.mvt"
    first = client.get(f"/tiles/{number}/{rest}").content
    with transaction(database, role=None) as session:
        session.execute(text("UPDATE defect SET withdrawn_on = '2024-05-02', withdrawn_reason = 'none there'"))
        session.execute(text("INSERT INTO status_mark (carriageway_id, extent) SELECT id, extent FROM carriageway"))
    assert client.get(f"/tiles/{number}/{rest}").content == first
    later = published(database)
    assert later == number + 1
    sent_on = client.get(f"/tiles/{number}/{rest}", follow_redirects=False)
    assert (sent_on.status_code, sent_on.headers["location"]) == (307, f"/tiles/{later}/{rest}")
    assert sent_on.headers["cache-control"] == "no-store"
    assert client.get(f"/tiles/{later}/{rest}").content == b""


def test_a_tile_of_small_scale_is_drawn_once_for_all_who_ask_at_a_time() -> None:
    from roads.queries.tiles import Spot

    drawn = []

    async def draw() -> bytes | None:
        drawn.append(1)
        await asyncio.sleep(0.01)
        return b"tile"

    async def all_at_once() -> list[bytes | None]:
        known = Seventh(None)
        return await asyncio.gather(*(known.kept(7, Spot("segments", 5, 1, 1), draw) for _ in range(10)))

    assert asyncio.run(all_at_once()) == [b"tile"] * 10
    assert len(drawn) == 1


def test_what_is_kept_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    from roads.queries.tiles import Spot

    monkeypatch.setattr(editions, "KEPT_BYTES", 1000)
    known = Seventh(None)

    async def draw() -> bytes | None:
        return b"x" * 300

    async def ask() -> int:
        for x in range(50):
            await known.kept(7, Spot("segments", 6, x, 1), draw)
        return known.bytes_kept

    assert asyncio.run(ask()) <= 1000


def test_the_openapi_document_describes_tiles(client: TestClient) -> None:
    described = client.get("/openapi.json").json()["paths"]["/tiles/{edition}/{layer}/{z}/{x}/{y}.mvt"]["get"]
    assert [one["name"] for one in described["parameters"]] == ["edition", "layer", "z", "x", "y"]
    assert {"200", "304", "307", "404", "503"} <= set(described["responses"])
