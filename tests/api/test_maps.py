"""The map as it is served: its page, its policy, its files, and what is said while it is not built."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from geo.bbox import KAZAKHSTAN
from maps.publish import publish
from maps.surroundings import Surroundings
from roads.i18n import LANGUAGES, say
from roads.settings import Settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "maps"


@pytest.fixture
def client(database_url: str, folder: Path) -> Iterator[TestClient]:
    settings = Settings(database_url=database_url, maps_folder=folder)
    with TestClient(create_app(settings), raise_server_exceptions=False) as asked:
        yield asked


@pytest.fixture
def built(folder: Path) -> Path:
    publish(folder, Surroundings.of(LANGUAGES, KAZAKHSTAN, "", ""))
    return folder


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_map_is_served_with_a_strict_policy(client: TestClient, built: Path, language: str) -> None:
    answer = client.get(f"/{language}/map/status")
    policy = answer.headers["content-security-policy"]
    assert answer.status_code == 200
    assert say("map.title", language) in answer.text
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert "frame-ancestors 'self'" in policy
    again = client.get(f"/{language}/map/status", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_a_basemap_opens_the_policy_for_pictures_of_its_host_alone(
    database_url: str, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(
        database_url=database_url, maps_folder=built, basemap_url="https://tiles.example.org:8443/a/{z}/{x}/{y}.png"
    )
    with TestClient(create_app(settings)) as asked:
        rules = asked.get("/en/map/status").headers["content-security-policy"].split("; ")
    assert [rule for rule in rules if "example" in rule] == ["img-src 'self' https://tiles.example.org:8443 data:"]


def test_an_address_without_a_language_leads_to_the_readers_own(client: TestClient) -> None:
    answer = client.get("/map/status?from=poster", headers={"Accept-Language": "en"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "/en/map/status")
    assert answer.headers["vary"] == "Accept-Language"
    assert client.get("/map/nothing", follow_redirects=False).status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_before_the_map_is_built_the_page_says_so(client: TestClient, language: str) -> None:
    answer = client.get(f"/{language}/map/status")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["content-type"].startswith("text/html")
    assert say("map.not_built", language) in answer.text


def test_built_files_may_be_kept_for_good(client: TestClient, built: Path) -> None:
    (path,) = (built / "files").rglob("leaflet.js")
    answer = client.get(f"/maps/{path.relative_to(built / 'files').as_posix()}")
    assert answer.content == path.read_bytes()
    assert "immutable" in answer.headers["cache-control"]
    assert "javascript" in answer.headers["content-type"]


@pytest.mark.parametrize(
    ("accepted", "encoding"), [("gzip, br", "gzip"), ("br;q=1, gzip;q=0", None), ("identity", None), ("", None)]
)
def test_a_file_comes_compressed_to_who_can_read_it(
    client: TestClient, built: Path, accepted: str, encoding: str | None
) -> None:
    (path,) = (built / "files").rglob("leaflet.js")
    answer = client.get(f"/maps/{path.relative_to(built / 'files').as_posix()}", headers={"Accept-Encoding": accepted})
    assert answer.content == path.read_bytes()
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert (int(answer.headers["content-length"]) < len(answer.content) / 2) is (encoding == "gzip")
    assert "javascript" in answer.headers["content-type"]


@pytest.mark.parametrize(
    "path",
    [
        "/maps/0000000000000000/leaflet.js",
        "/maps/{bundle}/../../status.en.html",
        "/maps/{bundle}/%2e%2e/%2e%2e/status.en.html",
        "/maps/{bundle}/..%2f..%2fpublished.json",
        "/maps/{bundle}/%00",
        "/maps/{bundle}/",
        "/maps/{bundle}//etc/passwd",
        "/maps/../published.json",
        "/maps/%2e%2e/published.json",
        "/de/map/status",
        "/en/map/nothing",
        "/en/map/..%2fstatus",
    ],
)
def test_nothing_else_is_served(client: TestClient, built: Path, path: str) -> None:
    bundle = next((built / "files").rglob("start.js")).parent.name
    assert client.get(path.replace("{bundle}", bundle)).status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_page_leads_to_the_map(client: TestClient, language: str) -> None:
    assert f'href="/{language}/map/status"' in client.get(f"/{language}/").text
