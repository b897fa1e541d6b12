"""The static edition: what any web server sends of it leads nowhere that is not there, and is the same twice."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from sqlalchemy import Engine

from api.static_edition import NotAStaticEdition, PageNotExported, Segments, Wanted, export_site, links_of
from jobs.data import PublishData
from jobs.maps import PublishMaps
from jobs.runner import Runner
from jobs.timetable import jobs_by_name, timetable
from roads.queries import pages
from roads.settings import Settings
from tests.api.conftest import Told

SMALL = Wanted(Segments.WITH_CONTRACTS, (3, 4), processes=1)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextmanager
def sent_by_any_server(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def broken_links(address: str) -> tuple[int, list[str]]:
    """How many addresses can be reached from the first page, and those that answer nothing."""
    known, ahead, broken = {"/"}, ["/"], []
    while ahead:
        path = ahead.pop()
        try:
            with urlopen(f"{address}{path}") as answer:  # noqa: S310 - our own server
                is_page, body = "html" in answer.headers["content-type"], answer.read()
        except HTTPError as missing:
            missing.close()
            broken.append(path)
            continue
        if is_page and not path.startswith("/api/"):
            found = set(links_of(body.decode())) - known
            known |= found
            ahead += found
    return len(known), broken


def prints(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture
def settings(database: Engine, database_url: str, told: Told, tmp_path: Path) -> Settings:
    known = Settings(database_url=database_url, data_folder=tmp_path / "data", maps_folder=tmp_path / "maps")
    rounds = timetable(snap_m=30, maps=PublishMaps.of(known), data=PublishData.of(known))
    jobs = jobs_by_name(rounds)
    day = datetime.now(known.zone).date()
    for name in ("refresh-status", "publish-maps", "publish-data"):
        Runner(database, "test").run_once(jobs[name], day, waiting=lambda: pytest.fail("nobody else runs this job"))
    return known


def test_no_link_of_an_edition_is_broken_and_twice_is_the_same(
    settings: Settings, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for rows in ("ROWS_OF_A_LIST", "ROWS_OF_MANY_LISTS"):
        monkeypatch.setattr(pages, rows, 4)
    out = tmp_path / "out"
    counts = export_site(settings, out, SMALL)
    assert counts["tiles"] > 0
    assert (out / "kk" / "contracts" / str(told.contract) / "index.html").is_file()
    for page in ("search", "report", "subscribe"):
        assert "live site" in (out / "en" / page / "index.html").read_text(encoding="utf-8")
    (picture,) = out.glob("maps/picture/*/status.en.svg")
    assert picture.read_text(encoding="utf-8").startswith("<svg")
    (second,) = out.glob("en/roads/*/segments-2/index.html")
    own = f"/{second.parents[1].relative_to(out).as_posix()}"
    told_there = second.read_text(encoding="utf-8")
    assert f'rel="prev" href="{own}#segments"' in told_there
    assert f'rel="next" href="{own}/segments-3/#segments"' in told_there
    assert f'href="{own.replace("en", "kk", 1)}/segments-2/" hreflang="kk"' in told_there
    assert (out / "en/contractors/order-name/index.html").is_file()
    assert not any('="?' in page.read_text(encoding="utf-8") for page in out.glob("en/roads/**/index.html"))
    with sent_by_any_server(out) as address:
        reached, broken = broken_links(address)
    assert broken == []
    assert reached > 50
    before = prints(out)
    export_site(settings, out, SMALL)
    assert prints(out) == before
    assert {path.name for path in tmp_path.iterdir()} == {"out", "data", "maps"}


def test_nothing_of_somebody_else_is_replaced_and_half_an_edition_is_none(settings: Settings, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(NotAStaticEdition):
        export_site(settings, theirs, SMALL)
    (settings.maps_folder / "status.ru.html").unlink()
    with pytest.raises(PageNotExported):
        export_site(settings, tmp_path / "half.tar.gz", SMALL)
    assert {path.name for path in tmp_path.iterdir()} == {"theirs", "data", "maps"}
    assert [path.name for path in theirs.iterdir()] == ["letter.txt"]
