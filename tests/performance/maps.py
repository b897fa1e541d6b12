"""Benchmarks of what maps show: the status of segments, tiles beside those of tipg, and answers that need no body."""

import math
import os
import random
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from secrets import token_urlsafe

from sqlalchemy import Engine, text
from sqlalchemy.engine import URL

from api.editions import KNOWN_FOR_S
from roads.db import transaction
from roads.domain.actors import OPERATOR
from roads.i18n import LANGUAGES
from roads.queries.operations import dirty_status_ranges
from roads.usecases.status import RefreshStatus, refresh_status

Say = Callable[[str], None]

PORT, TIPG_PORT = 8766, 8767
ZOOMS = range(10, 15)
TILES_OF_A_ZOOM = 200
EVERY = "INSERT INTO status_mark (carriageway_id, extent) SELECT id, extent FROM carriageway"
ONE = """
    INSERT INTO status_mark (carriageway_id, extent)
    SELECT carriageway_id, extent FROM segment ORDER BY hashint4(id + CAST(:n AS integer)) LIMIT 1
"""
SOME = """
    INSERT INTO status_mark (carriageway_id, extent)
    SELECT carriageway_id, extent FROM segment ORDER BY hashint4(id + CAST(:n AS integer)) LIMIT 200
"""


def refresh(engine: Engine, today: date) -> float:
    """Seconds for everything that waits, as the job does it."""
    began = time.perf_counter()
    with transaction(engine) as session:
        ranges = dirty_status_ranges(session, today, segments_at_once=20_000)
    for ids in ranges:
        with transaction(engine) as session:
            refresh_status(session, OPERATOR, RefreshStatus(ids.first, ids.last), today=today)
    return time.perf_counter() - began


def mark(engine: Engine, statement: str, n: int = 0) -> None:
    """Leave marks, as writes do."""
    with transaction(engine) as session:
        session.execute(text(statement), {"n": n} if ":n" in statement else {})


def vacuum(engine: Engine) -> None:
    """Statistics and visibility as after a quiet night."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def fill(engine: Engine, url: URL, today: date, say: Say) -> None:
    """Places, answers and a first status for everything, by the jobs themselves."""
    words = url.render_as_string(hide_password=False)
    jobs = ["place-defects", "attribute-defects"]
    command = [sys.executable, "-m", "jobs", "once", *jobs, "--today", today.isoformat()]
    subprocess.run(command, env={**os.environ, "ROADS_DATABASE_URL": words}, check=True, capture_output=True)
    vacuum(engine)
    first = refresh(engine, today)
    vacuum(engine)
    with engine.connect() as connection:
        segments, defects = connection.execute(
            text("SELECT (SELECT count(*) FROM segment_status), (SELECT count(*) FROM defect_status)")
        ).one()
    say(f"status of {segments} segments and {defects} defects, worked out for the first time: {first:.1f} s")


def bench_status(engine: Engine, today: date, say: Say) -> None:
    """1,000 dirty segments, scattered over the whole network, against all of them."""
    mark(engine, EVERY)
    full = refresh(engine, today)
    took = []
    for n in range(3):
        mark(engine, SOME, n)
        took.append(refresh(engine, today))
    some = sorted(took)[1]
    say(f"refresh-status: all segments marked {full:.1f} s, 1,000 scattered ones {some:.2f} s: {some / full:.3f} of it "
        "(under 0.1)")  # fmt: skip


# --- tiles


def column_and_row(lon: float, lat: float, z: int) -> tuple[int, int]:
    """The tile that holds a place (degrees)."""
    across = (lon + 180) / 360
    down = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int(across * 2**z), int(down * 2**z)


def bench_tiles(engine: Engine, url: URL, say: Say) -> None:
    """Tiles of segments beside tipg's of the same table and columns, one worker and eight clients each."""
    with engine.connect() as connection:
        places = [tuple(row) for row in connection.execute(text(_PLACES), {"places": TILES_OF_A_ZOOM})]
        edition = connection.scalar(text("SELECT max(number) FROM map_edition"))
    ours = "/tiles/{edition}/segments/{z}/{x}/{y}.mvt"
    theirs = "/collections/public.segment_status/tiles/WebMercatorQuad/{z}/{x}/{y}?properties=segment_id,status"
    with serving(url) as port, tipg(url) as tipg_port:
        for z in ZOOMS:
            tiles = sorted({column_and_row(lon, lat, z) for lon, lat in places})
            rates = [
                requests_per_second(at, [path.format(edition=edition, z=z, x=x, y=y) for x, y in tiles])
                for at, path in ((port, ours), (tipg_port, theirs))
            ]
            say(f"tiles at zoom {z}: {rates[0]:.0f} requests/s, tipg {rates[1]:.0f}: {rates[0] / rates[1]:.1f} times "
                "(at least 5)")  # fmt: skip
        for z in (5, 6):
            sizes = [size(port, ours.format(edition=edition, z=z, x=x, y=y)) for x, y in all_tiles(places, z)]
            say(f"nation-wide tiles at zoom {z}: {len(sizes)}, the largest {max(sizes) / 1000:.0f} kB (under 100)")


def bench_known(engine: Engine, url: URL, say: Say) -> None:
    """What a client has already: 304 against /healthz of the same server."""
    with engine.connect() as connection:
        edition, segment = connection.execute(
            text("SELECT max(number), (SELECT min(segment_id) FROM segment_status) FROM map_edition")
        ).one()
    paths = [
        f"/tiles/{edition}/segments/5/22/11.mvt",
        "/api/v1/status",
        "/api/v1/segments",
        f"/api/v1/segments/{segment}",
    ]
    with serving(url) as port:
        health = requests_per_second(port, ["/healthz"] * 8)
        for path in paths:
            rate = requests_per_second(port, [path] * 8, tag=etag(port, path))
            say(f"304 for {path}: {rate:.0f} requests/s, /healthz {health:.0f}: {rate / health:.2f} (at least 0.7)")


def bench_pages(engine: Engine, url: URL, say: Say) -> None:
    """Pages asked again, and pages that nobody has asked for yet, against /healthz of the same server."""
    with engine.connect() as connection:
        found = {
            "segments": [row.id for row in connection.execute(text(_SOME_SEGMENTS))],
            "contracts": [row.id for row in connection.execute(text(_SOME_CONTRACTS))],
            "contractors": [row.bin for row in connection.execute(text(_SOME_CONTRACTORS))],
            "roads": [row.id for row in connection.execute(text(_SOME_ROADS))],
            "regions": [row.kato for row in connection.execute(text("SELECT kato FROM region ORDER BY kato"))],
        }
    with serving(url) as port:
        for kind, ids in found.items():
            paths = [f"/{language}/{kind}/{one}" for one in ids for language in LANGUAGES]
            random.Random(kind).shuffle(paths)  # noqa: S311 - readers come in any order, each run in the same
            for what, asked in (("three languages", paths), ("one language", [p for p in paths if p[:4] == "/en/"])):
                first, health = beside_health(port, partial(unwritten, engine, port, asked))
                say(f"pages of {kind} in {what}: written {first:.0f} requests/s, /healthz {health:.0f}: "
                    f"{first / health:.2f} (at least 0.15)")  # fmt: skip
            again, health = beside_health(port, partial(requests_per_second, port, paths[:1] * 8))
            say(f"pages of {kind}: kept {again:.0f} requests/s, /healthz {health:.0f}: {again / health:.2f} "
                "(at least 0.5)")  # fmt: skip
        for path in ("/en/", "/en/indicators", "/en/contractors"):
            again, health = beside_health(port, partial(requests_per_second, port, [path] * 8))
            say(f"{path}: kept {again:.0f} requests/s, /healthz {health:.0f}: {again / health:.2f} (at least 0.5)")


def unwritten(engine: Engine, port: int, paths: Sequence[str]) -> float:
    """Requests/s of pages that nobody has read since something was recorded, each asked for once."""
    rates = []
    to_warm_up = math.ceil(UNWRITTEN_PAGES / len(paths))  # makes connections, prepares statements on each of them
    for n in range(to_warm_up + max(UNWRITTEN_ROUNDS, to_warm_up)):
        mark(engine, ONE, n)
        time.sleep(1.1 * KNOWN_FOR_S)
        rates.append(requests_per_second(port, paths, seconds=0))
    return statistics.harmonic_mean(rates[to_warm_up:])


def beside_health(port: int, measure: Callable[[], float]) -> tuple[float, float]:
    """Requests/s of pages, and of /healthz just before and after them: the machine is not always as fast."""
    before = requests_per_second(port, ["/healthz"] * 8)
    rate = measure()
    return rate, (before + requests_per_second(port, ["/healthz"] * 8)) / 2


UNWRITTEN_ROUNDS = 3
UNWRITTEN_PAGES = 200
"""Few things make few pages in a round, so they are asked for more often."""
_SOME_SEGMENTS = "SELECT segment_id AS id FROM segment_status ORDER BY hashint4(segment_id) LIMIT 200"
_SOME_CONTRACTS = "SELECT id FROM contract ORDER BY hashint4(id) LIMIT 200"
_SOME_ROADS = """
    SELECT DISTINCT road_id AS id FROM carriageway WHERE road_id IS NOT NULL AND retired_at IS NULL ORDER BY 1 LIMIT 200
"""
_SOME_CONTRACTORS = """
    SELECT o.bin FROM organisation o WHERE EXISTS (SELECT FROM contract c WHERE c.contractor_id = o.id) ORDER BY o.id
"""
_PLACES = """
    SELECT ST_X(p), ST_Y(p)
    FROM (
        SELECT ST_Transform(ST_StartPoint(geom), 4326) AS p FROM segment_status ORDER BY hashint4(segment_id)
        LIMIT CAST(:places AS integer)
    ) AS d
"""


def all_tiles(places: Sequence[Sequence[float]], z: int) -> list[tuple[int, int]]:
    """The tiles of a zoom on which anything lies."""
    return sorted({column_and_row(lon, lat, z) for lon, lat in places})


def size(port: int, path: str) -> int:
    """Bytes of an answer."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
        return len(answer.read())


def etag(port: int, path: str) -> str:
    """The ETag of an answer."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
        return str(answer.headers["ETag"])


@contextmanager
def serving(url: URL) -> Iterator[int]:
    """Our server with one worker."""
    words = url.render_as_string(hide_password=False)
    environment = {"ROADS_DATABASE_URL": words, "ROADS_SECRET_KEY": token_urlsafe()}
    with _process(["-m", "api", "--port", str(PORT)], environment, PORT, "/healthz"):
        yield PORT


@contextmanager
def tipg(url: URL) -> Iterator[int]:
    """A tipg server with one worker that offers the table our tiles are drawn from."""
    environment = {
        "DATABASE_URL": url.render_as_string(hide_password=False),
        "TIPG_DB_SCHEMAS": '["public"]',
        "TIPG_DB_TABLES": '["public.segment_status"]',
        "TIPG_MAX_FEATURES_PER_TILE": "100000",
    }
    command = ["-m", "uvicorn", "tipg.main:app", "--port", str(TIPG_PORT), "--no-access-log"]
    with _process(command, environment, TIPG_PORT, "/healthz"):
        yield TIPG_PORT


@contextmanager
def _process(command: Sequence[str], environment: Mapping[str, str], port: int, path: str) -> Iterator[None]:
    with subprocess.Popen(
        [sys.executable, *command],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            until = time.monotonic() + 60
            while not _answers(port, path):
                if time.monotonic() > until or server.poll() is not None:
                    raise TimeoutError(f"{command[1]} does not answer")
                time.sleep(0.2)
            yield
        finally:
            server.terminate()


def _answers(port: int, path: str) -> bool:
    try:
        return size(port, path) > 0
    except OSError:
        return False


def requests_per_second(port: int, paths: Sequence[str], *, seconds: float = 5.0, tag: str = "") -> float:
    """Requests/s with eight clients, each path once when `seconds` is 0; with a tag every answer must be 304."""
    script = Path(__file__).with_name("requests_per_second.py")
    command = [sys.executable, str(script), "127.0.0.1", str(port), str(seconds), *([tag] if tag else [])]
    written = subprocess.run(command, input="\n".join(paths), capture_output=True, text=True, check=False)
    if written.returncode:
        raise RuntimeError(written.stderr.strip().splitlines()[-1])
    return float(written.stdout)
