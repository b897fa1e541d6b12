"""`make bench`: every ratio with the two things compared, taken in one run on one database of the bench's own.

make bench                          everything
make bench ARGS="placing http"      some of it: network, placing, attribution, change, overlaps, contention, http,
                                    defects, status, tiles, known, pages
make bench ARGS="--defects 100000"  smaller
"""

import argparse
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from secrets import token_urlsafe
from uuid import uuid4

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

from roads.db import open_engine, transaction
from roads.domain.actors import OPERATOR
from roads.sql import statement
from roads.usecases import liability
from roads.usecases.attribution import AttributeDefects, PlaceDefects, attribute_defects
from roads.usecases.placing import find_places, place_many_defects
from tests.performance import compared, defects, maps

PLACED_AT_ONCE = 500_000
TODAY = date(2026, 11, 1)
MAPS = ("status", "tiles", "known", "pages")


def say(line: str) -> None:
    """One line of the bench's report."""
    print(line, flush=True)


def seconds(work: Callable[[], object]) -> float:
    """How long a piece of work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def both(engine: Engine, work: Callable[[Sequence[int]], None], pieces: Sequence[Sequence[int]]) -> None:
    """The pieces over two connections at once. Errors: the first one of either."""
    failed: list[BaseException] = []

    def run(mine: Sequence[Sequence[int]]) -> None:
        try:
            for piece in mine:
                work(piece)
        except BaseException as error:  # noqa: BLE001 - handed to the caller below
            failed.append(error)

    threads = [threading.Thread(target=run, args=(pieces[n::2],)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


@contextmanager
def bench_database() -> Iterator[URL]:
    """A database of the bench's own, dropped at the end."""
    admin = make_url(os.environ["ROADS_TEST_DATABASE_URL"]).set(drivername="postgresql+psycopg")
    name = f"roads_bench_{uuid4().hex[:8]}"
    engine = create_engine(admin, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield admin.set(drivername="postgresql", database=name)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def prepare(url: URL, roads: int, contracts: int, defects: int) -> Engine:
    """A migrated database with reference rows and bulk volumes."""
    words = url.render_as_string(hide_password=False)
    environment = {**os.environ, "ROADS_DATABASE_URL": words}
    volumes = ["--roads", str(roads), "--contracts", str(contracts), "--defects", str(defects), "--seed", "1"]
    for command in (["roads", "migrate"], ["seed", "reference"], ["seed", "bulk", *volumes]):
        subprocess.run([sys.executable, "-m", *command], env=environment, check=True, capture_output=True)
    engine = open_engine(words, pool_size=10)
    vacuum(engine)
    return engine


def run_job(url: URL, name: str) -> None:
    """A job as the timetable runs it."""
    environment = {**os.environ, "ROADS_DATABASE_URL": url.render_as_string(hide_password=False)}
    subprocess.run([sys.executable, "-m", "jobs", "once", name], env=environment, check=True, capture_output=True)


def vacuum(engine: Engine) -> None:
    """A database as after a quiet night: statistics, visibility, pages written, and nothing of what was compared."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in compared.TABLES:
            connection.execute(text(f"DROP TABLE IF EXISTS {table}"))
        connection.execute(text("VACUUM ANALYZE"))
        connection.execute(text("CHECKPOINT"))


def ids(engine: Engine, query: str) -> list[int]:
    """The ids a query gives."""
    with engine.connect() as connection:
        return list(connection.scalars(text(query)))


def cut(numbers: Sequence[int], size: int) -> list[Sequence[int]]:
    """Pieces of at most a size."""
    return [numbers[start : start + size] for start in range(0, len(numbers), size)]


def medians(engine: Engine, turns: int, works: Mapping[str, Callable[[], float]]) -> dict[str, float]:
    """Works done by turns, each on a settled database; the middle of the seconds each says it took."""
    took: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(turns):
        for name, work in works.items():
            vacuum(engine)
            took[name].append(work())
    return {name: statistics.median(times) for name, times in took.items()}


def bench_placing(engine: Engine, turns: int) -> None:
    """Our placing, with ambiguity, offsets and stretches, against sjoin_nearest; finding alone, and with storing."""
    defects = ids(engine, "SELECT id FROM defect ORDER BY id")
    pieces = cut(defects, max(1, min(PLACED_AT_ONCE, len(defects) // 2)))

    def find(piece: Sequence[int]) -> None:
        with transaction(engine) as session:
            found = find_places(session, OPERATOR, PlaceDefects(piece, 30.0))
            rest = {"defect_ids": found.in_doubt, "snap_m": 30.0, "known_at": "infinity"}
            session.execute(statement("place_defects"), rest).all()

    def place(piece: Sequence[int]) -> None:
        with transaction(engine) as session:
            place_many_defects(session, OPERATOR, PlaceDefects(piece, 30.0))

    def unplaced(work: Callable[[Sequence[int]], None]) -> float:
        with engine.begin() as connection:
            connection.execute(text("TRUNCATE placement"))
        return seconds(lambda: both(engine, work, pieces))

    nearest: list[float] = []
    took = medians(
        engine,
        turns,
        {
            "job": lambda: seconds(lambda: nearest.append(compared.place_with_geopandas(engine))),
            "finding": lambda: unplaced(find),
            "storing": lambda: unplaced(place),
        },
    )
    vacuum(engine)
    alone = statistics.median(nearest)
    say(f"placing {len(defects)} defects on two connections, {turns} turns: finding {took['finding']:.1f} s, "
        f"with storing {took['storing']:.1f} s")  # fmt: skip
    say(f"  to_crs and sjoin_nearest alone {alone:.1f} s: {alone / took['finding']:.1f} times our finding "
        f"(at least 2), {alone / took['storing']:.1f} times our storing")  # fmt: skip
    say(f"  GeoPandas job (read, to_crs, sjoin_nearest, to_postgis) {took['job']:.1f} s: "
        f"{took['job'] / took['storing']:.1f} times our storing")  # fmt: skip


def bench_attribution(engine: Engine, turns: int) -> None:
    """First run with storing on one and two connections, the unchanged re-run, against GeoPandas and pandas."""
    carriageways = ids(engine, "SELECT id FROM carriageway ORDER BY id")
    pieces = cut(carriageways, 100)
    written: list[int] = []

    def attribute(piece: Sequence[int]) -> None:
        with transaction(engine) as session:
            attribute_defects(session, OPERATOR, AttributeDefects(piece))

    def attribute_anew(piece: Sequence[int]) -> None:
        with transaction(engine) as session:
            attribute_defects(session, OPERATOR, AttributeDefects(piece, anew=True))

    def one_after_the_other(work: Callable[[Sequence[int]], None]) -> float:
        began = time.perf_counter()
        for piece in pieces:
            work(piece)
        return time.perf_counter() - began

    def first(work: Callable[[], float]) -> float:
        with engine.begin() as connection:
            connection.execute(text("TRUNCATE attribution"))
            connection.execute(text("UPDATE carriageway SET attributed_revision = 0"))
        vacuum(engine)
        return work()

    def again(work: Callable[[Sequence[int]], None]) -> float:
        before = writes(engine)
        took = one_after_the_other(work)
        written.append(writes(engine) - before)
        return took

    took = medians(
        engine,
        turns,
        {
            "geopandas": lambda: seconds(lambda: compared.attribute_with_geopandas(engine)),
            "pandas": lambda: seconds(lambda: compared.attribute_with_pandas(engine)),
            "two": lambda: first(lambda: seconds(lambda: both(engine, attribute, pieces))),
            "one": lambda: first(lambda: one_after_the_other(attribute)),
            "again": lambda: again(attribute),
            "anew": lambda: again(attribute_anew),
        },
    )
    one, two = took["one"], took["two"]
    say(f"attribution with storing, {turns} turns: one connection {one:.1f} s, two {two:.1f} s")
    say(f"  GeoPandas job (from_postgis, merge, filter, to_postgis) {took['geopandas']:.1f} s: "
        f"{took['geopandas'] / one:.1f} times one connection (at least 5), "
        f"{took['geopandas'] / two:.1f} times two (at least 8)")  # fmt: skip
    say(f"  pandas without geometry and COPY {took['pandas']:.1f} s: "
        f"{took['pandas'] / one:.1f} times one connection (at least 1.5)")  # fmt: skip
    say(f"  re-run over unchanged data {took['again']:.2f} s: {took['again'] / one:.2f} of the first run "
        f"(at most 0.7), {took['anew'] / one:.2f} with all worked out anew; {sum(written)} rows written")  # fmt: skip


def writes(engine: Engine) -> int:
    """Rows written to the answers so far."""
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_stat_force_next_flush()"))
        return int(
            connection.scalar(
                text("SELECT n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_user_tables WHERE relname = 'attribution'")
            )
            or 0
        )


def bench_change(engine: Engine) -> None:
    """One contract gets an amendment: until all defects of its carriageway are right again."""
    contracts = ids(engine, "SELECT DISTINCT contract_id FROM warranty ORDER BY 1 LIMIT 200")
    took = []
    for contract in contracts:
        began = time.perf_counter()
        with transaction(engine) as session:
            where = list(
                session.scalars(
                    text("SELECT DISTINCT carriageway_id FROM contract_section WHERE contract_id = :id"),
                    {"id": contract},
                )
            )
            liability.lock_carriageways(session, where)
            session.execute(
                text(
                    "INSERT INTO contract_event (contract_id, kind, from_on, months) "
                    "VALUES (:id, 'amendment', DATE '2020-01-01', 61)"
                ),
                {"id": contract},
            )
            liability.refresh(session, contract_ids=[contract])
            attribute_defects(session, OPERATOR, AttributeDefects(where))
        took.append((time.perf_counter() - began) * 1000)
    late = statistics.quantiles(took, n=20)[-1]
    (defects,) = ids(engine, "SELECT count(*) FROM defect")
    (each,) = ids(engine, "SELECT count(*) / greatest(count(DISTINCT carriageway_id), 1) FROM placement")
    say(f"one contract changed among {defects} defects, some {each} on its carriageway: "
        f"median {statistics.median(took):.0f} ms, 95th percentile {late:.0f} ms (at most 50)")  # fmt: skip


def bench_overlaps(engine: Engine) -> None:
    """200 overlapping warranties on one carriageway."""
    with transaction(engine) as session:
        carriageway = session.scalar(text("SELECT min(id) FROM carriageway"))
        session.execute(
            text(
                "INSERT INTO contract (customer_id, number, contractor_id, kind_of_works, signed_on, "
                "stated_term_months) "
                "SELECT (SELECT min(id) FROM organisation), 'overlap-' || n, (SELECT max(id) FROM organisation), "
                "'medium_repair', DATE '2019-01-01' + n, 36 + n % 40 FROM generate_series(1, 200) AS n"
            )
        )
        session.execute(
            text(
                "INSERT INTO contract_section (contract_id, carriageway_id, extent, elements) "
                "SELECT id, :id, int4range(row_number * 10000, row_number * 10000 + 2500000), ARRAY['pavement'] FROM "
                "(SELECT id, CAST(row_number() OVER (ORDER BY id) AS integer) AS row_number FROM contract "
                "WHERE number LIKE 'overlap-%') AS c"
            ),
            {"id": carriageway},
        )
        session.execute(
            text(
                "INSERT INTO acceptance (section_id, extent, elements, accepted_on) "
                "SELECT s.id, s.extent, s.elements, c.signed_on + 100 FROM contract_section s "
                "JOIN contract c ON c.id = s.contract_id WHERE c.number LIKE 'overlap-%'"
            )
        )
        contracts = list(session.scalars(text("SELECT id FROM contract WHERE number LIKE 'overlap-%'")))
        liability.refresh(session, contract_ids=contracts)

    def rebuild() -> None:
        with transaction(engine) as session:
            liability.lock_carriageways(session, [carriageway or 0])
            liability.build(session, [carriageway or 0])

    say(f"200 overlapping warranties on one carriageway rebuilt in {min(seconds(rebuild) for _ in range(3)):.2f} s "
        "(at most 0.5)")  # fmt: skip


def bench_contention(engine: Engine) -> None:
    """Four at once rebuild the same carriageways."""
    carriageways = ids(engine, "SELECT DISTINCT carriageway_id FROM warranty ORDER BY 1 LIMIT 20")
    failures: list[str] = []

    def rebuild() -> None:
        for _ in range(15):
            try:
                with transaction(engine) as session:
                    liability.lock_carriageways(session, carriageways)
                    liability.build(session, carriageways)
            except Exception as error:  # noqa: BLE001 - counted and shown
                failures.append(type(error).__name__)

    threads = [threading.Thread(target=rebuild) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    say(
        f"four at once rebuilding the same 20 carriageways: 60 rebuilds, {len(failures)} failures {set(failures) or ''}"
    )


def bench_http(engine: Engine, url: URL, turns: int) -> None:
    """Liability look-ups by HTTP against /healthz of the same server: one worker, eight clients."""
    with engine.connect() as connection:
        points = connection.execute(
            text(
                "SELECT ST_X(p) AS lon, ST_Y(p) AS lat, detected_on "
                "FROM (SELECT coalesce(ST_StartPoint(geom), geom) AS p, detected_on FROM defect ORDER BY id "
                "LIMIT 2000) "
                "AS d"
            )
        ).all()
    asked = [f"/api/v1/liability?lon={point.lon}&lat={point.lat}&on={point.detected_on}" for point in points]
    port = 8765
    with served(url, port):
        _requests_per_second(port, asked)  # once over, so that statements are planned and pages in memory
        health, answers = (
            statistics.median(each)
            for each in zip(
                *(
                    (_requests_per_second(port, ["/healthz"] * 64), _requests_per_second(port, asked))
                    for _ in range(turns)
                ),
                strict=True,
            )
        )
    say(f"HTTP: /healthz {health:.0f} requests/s, liability {answers:.0f}: {answers / health:.2f} (at least 0.3)")


@contextmanager
def served(url: URL, port: int) -> Iterator[None]:
    """The application as it is run, one process, until the end."""
    words = url.render_as_string(hide_password=False)
    environment = {**os.environ, "ROADS_DATABASE_URL": words, "ROADS_SECRET_KEY": token_urlsafe()}
    command = [sys.executable, "-m", "api", "--port", str(port)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as server:
        try:
            _until_it_answers(port)
            yield
        finally:
            server.terminate()


def _requests_per_second(port: int, paths: Sequence[str]) -> float:
    script = Path(__file__).with_name("requests_per_second.py")
    written = subprocess.run(
        [sys.executable, str(script), "127.0.0.1", str(port), "5"],
        input="\n".join(paths),
        capture_output=True,
        text=True,
        check=True,
    )
    return float(written.stdout)


def _until_it_answers(port: int) -> None:
    import urllib.error
    import urllib.request

    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1):
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            threading.Event().wait(0.2)
    raise TimeoutError("the server does not answer")


def bench_network(runs: int) -> None:
    """Three real networks into one database; the largest against `to_postgis` of it, by turns, whole processes both."""
    folder = Path(os.environ.get("ROADS_SHARED_DATA", "../shared/data")) / "roads"
    if not folder.is_dir():
        say(f"network: no real files in {folder}, set ROADS_SHARED_DATA")
        return
    taken = [_network_run(folder) for _ in range(runs)]
    theirs, ours = (statistics.median(seconds) for seconds in zip(*taken, strict=True))
    times = statistics.median(own / their for their, own in taken)
    say(f"network: import-network {ours:.1f} s, GeoPandas to_postgis of the same file {theirs:.1f} s "
        f"(medians of {runs}): ours {times:.2f} times that (at most 2)")  # fmt: skip


def _network_run(folder: Path) -> tuple[float, float]:
    """Seconds of `to_postgis` and of our import, in a database that has two smaller networks."""
    largest = folder / "scale_526899.parquet"
    run = [sys.executable, "-m"]
    with bench_database() as url:
        words = url.render_as_string(hide_password=False)
        environment = {**os.environ, "ROADS_DATABASE_URL": words, "ROADS_AREA": "world"}
        subprocess.run([*run, "roads", "migrate"], env=environment, check=True, capture_output=True)
        for name in ("andorra.osm.pbf", "moscow.gpkg"):
            took, totals, _ = _measured([*run, "roads", "import-network", str(folder / name)], environment)
            say(f"import-network {name}: {took:.1f} s, {totals}")
        baseline, _, _ = _measured([*run, "tests.performance.to_postgis", str(largest)], environment)
        took, totals, megabytes = _measured([*run, "roads", "import-network", str(largest)], environment)
    say(f"import-network {largest.name}: {took:.1f} s, at most {megabytes:.0f} MB, {totals}")
    say(f"  python -m tests.performance.to_postgis {largest.name}: {baseline:.1f} s, ours {took / baseline:.2f} times")
    return baseline, took


def _measured(command: list[str], environment: dict[str, str]) -> tuple[float, str, float]:
    """Seconds, last line printed and peak megabytes of a whole process; exit code 3 (rows set aside) is no failure."""
    began = time.perf_counter()
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        written = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 3):
        raise RuntimeError(f"{command[2:]} ended with {process.returncode}")
    return time.perf_counter() - began, (written.strip().splitlines() or [""])[-1], usage.ru_maxrss / 1024


def bench_maps(engine: Engine, url: URL, wanted: set[str]) -> None:
    """Status, tiles, and answers that a client knows already."""
    maps.fill(engine, url, TODAY, say)
    benches: dict[str, Callable[[], None]] = {
        "status": lambda: maps.bench_status(engine, TODAY, say),
        "tiles": lambda: maps.bench_tiles(engine, url, say),
        "known": lambda: maps.bench_known(engine, url, say),
        "pages": lambda: maps.bench_pages(engine, url, say),
    }
    for name in MAPS:
        if name in wanted:
            benches[name]()


def main() -> None:
    """Run the named benches, or all."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("names", nargs="*")
    ask.add_argument("--roads", type=int, default=2000, help="of 50 km each")
    ask.add_argument("--contracts", type=int, default=20_000)
    ask.add_argument("--defects", type=int, default=1_000_000)
    ask.add_argument("--runs", type=int, default=3, help="turns taken with what it is compared with")
    given = ask.parse_args()
    wanted = set(given.names) or {
        "network",
        "placing",
        "attribution",
        "change",
        "overlaps",
        "contention",
        "http",
        "defects",
        *MAPS,
    }
    if "network" in wanted:
        bench_network(given.runs)
    if wanted == {"network"}:
        return
    with bench_database() as url:
        took = time.perf_counter()
        engine = prepare(url, given.roads, given.contracts, given.defects)
        say(f"made {given.roads * 50} km, {given.contracts} contracts, {given.defects} defects "
            f"in {time.perf_counter() - took:.0f} s")  # fmt: skip
        if "placing" in wanted:
            bench_placing(engine, given.runs)
        elif wanted & {"attribution", "change", "defects"}:
            run_job(url, "place-defects")
        if "attribution" in wanted:
            bench_attribution(engine, given.runs)
        elif wanted & {"change", "defects"}:
            run_job(url, "attribute-defects")
            vacuum(engine)
        benches: dict[str, Callable[[], None]] = {
            "change": lambda: bench_change(engine),
            "overlaps": lambda: bench_overlaps(engine),
            "contention": lambda: bench_contention(engine),
            "http": lambda: bench_http(engine, url, given.runs),
            "defects": lambda: defects.bench_defects(engine, url, given.runs, say, served),
        }
        for name, bench in benches.items():
            if name in wanted:
                bench()
        if wanted & set(MAPS):
            bench_maps(engine, url, wanted)
        engine.dispose()


if __name__ == "__main__":
    main()
