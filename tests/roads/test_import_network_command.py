"""`import-network` and `import-posts` as a person meets them: files, exit codes, the report."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import geopandas
import pytest
import shapely
from sqlalchemy import Engine, text
from typer.testing import CliRunner, Result

from roads.__main__ import app
from roads.commands.reports import HEADER
from roads.db import open_engine, transaction
from roads.usecases import network
from tests.geo.lines import place
from tests.imports import versions
from tests.network import Feature, feature

A3 = {"reference": "A-3", "significance": "republican"}
ROADS = [
    feature((0, 0), (1200, 0), source_id="1", **A3),
    feature((1200, 0), (3000, 0), source_id="2", **A3),
    feature((0, 500), (300, 500), (600, 500), source_id="s", name="Абай", significance="street"),
    feature((300, 500), (300, 900), source_id="side"),
]


@pytest.fixture
def engine(database: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A database to which commands are pointed."""
    monkeypatch.setenv("ROADS_DATABASE_URL", database_url)
    monkeypatch.delenv("ROADS_AREA", raising=False)
    return database


def write(path: Path, features: Sequence[Feature]) -> Path:
    """A GeoJSON file."""
    written = [
        {"type": "Feature", "properties": dict(one.facts), "geometry": json.loads(shapely.to_geojson(one.geometry))}
        for one in features
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": written}), encoding="utf-8")
    return path


def run(*words: str | Path) -> Result:
    """The command as typed."""
    return CliRunner().invoke(app, [str(word) for word in words])


def count(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


def all_versions(engine: Engine) -> dict[str, list[str]]:
    with transaction(engine) as session:
        return versions(session)


def test_all_rows_in_is_exit_0_and_the_last_line_adds_up(engine: Engine, tmp_path: Path) -> None:
    file = write(tmp_path / "roads.geojson", [*ROADS, feature((0, 1), (9, 1), source_id="p", highway="path")])
    result = run("import-network", file)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == "read=4 imported=4 unchanged=0 set_aside=0 not_a_road=1"
    with engine.connect() as connection:
        assert connection.scalars(text("SELECT DISTINCT source FROM carriageway")).all() == ["roads"]


def test_the_same_file_again_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    file = write(tmp_path / "roads.geojson", ROADS)
    run("import-network", file)
    before = all_versions(engine)
    result = run("import-network", file, "--retire")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (
        0,
        "read=4 imported=0 unchanged=4 set_aside=0 not_a_road=0",
    )
    assert all_versions(engine) == before


def test_rows_set_aside_are_exit_3_and_stand_in_the_report(engine: Engine, tmp_path: Path) -> None:
    swapped = Feature(shapely.LineString([(43, 76), (43, 76.1)]), {"source_id": "x"})
    file, report = write(tmp_path / "roads.geojson", [*ROADS, swapped]), tmp_path / "report.csv"
    result = run("import-network", file, "--report", report)
    assert result.exit_code == 3
    assert "read=5 imported=4 unchanged=0 set_aside=1" in result.stdout
    with report.open(encoding="utf-8") as opened:
        header, *rows = list(csv.reader(opened))
    assert tuple(header) == HEADER == ("row", "field", "value", "problem", "remedy", "action")
    assert [(row[0], row[1], row[5]) for row in rows] == [("5", "geometry", "set_aside")]
    assert "swapped" in rows[0][3]


def test_without_a_report_the_rows_go_to_standard_error(engine: Engine, tmp_path: Path) -> None:
    file = write(tmp_path / "roads.geojson", [*ROADS, ROADS[0]])
    result = run("import-network", file, "--language", "ru")
    assert result.exit_code == 3
    assert "row 5: source_id='1'" in result.stderr
    assert "Тот же объект" in result.stderr


def test_a_dry_run_says_the_same_and_leaves_no_trace(engine: Engine, tmp_path: Path) -> None:
    file = write(tmp_path / "roads.geojson", [*ROADS, ROADS[0]])
    before = all_versions(engine)
    tried = run("import-network", file, "--dry-run")
    assert all_versions(engine) == before
    done = run("import-network", file)
    assert (tried.exit_code, tried.stdout, tried.stderr) == (done.exit_code, done.stdout, done.stderr)
    before = all_versions(engine)
    edition = write(tmp_path / "roads.geojson", [feature((0, 40), (1200, 0), source_id="1", **A3)])
    assert run("import-network", edition, "--retire", "--dry-run").exit_code == 0
    assert all_versions(engine) == before


def test_columns_source_and_layer_can_be_named(engine: Engine, tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame({"ROUTE": ["KAZ03"], "NR": [7]}, geometry=[ROADS[0].geometry], crs="EPSG:4326")
    path = tmp_path / "state.gpkg"
    frame.to_file(path, layer="roads")
    frame.to_file(path, layer="plans")
    words = ["--layer", "roads", "--map", "reference=ROUTE", "--map", "source_id=nr", "--source", "ministry"]
    assert run("import-network", path, *words).exit_code == 0
    with engine.connect() as connection:
        found = connection.execute(
            text("SELECT c.source, c.source_id, r.reference FROM carriageway c JOIN road r ON r.id = c.road_id")
        ).one()
    assert tuple(found) == ("ministry", "7", "KAZ03")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--layer", "rivers"], "no layer rivers"),
        (["--map", "reference"], "--map reference is not FIELD=COLUMN"),
        (["--map", "route=ROUTE"], "no field route"),
        (["--map", "reference=ROUTE"], "no column ROUTE"),
        (["--crs", "EPSG:nonsense"], "EPSG:nonsense is no coordinate reference system"),
    ],
)
def test_what_cannot_be_meant_is_one_clear_line_and_exit_2(
    engine: Engine, tmp_path: Path, words: list[str], said: str
) -> None:
    result = run("import-network", write(tmp_path / "roads.geojson", ROADS), *words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_file_that_is_not_geodata_is_exit_2(engine: Engine, tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("no roads here")
    result = run("import-network", words)
    assert (result.exit_code, result.stderr) == (2, "words.txt is no geodata that can be read here.\n")


def test_a_file_that_breaks_off_is_exit_2_and_leaves_nothing_in_use(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from roads.commands import network as command

    monkeypatch.setattr(command, "PREPARERS", 1)
    lines = [feature((n % 400 * 50, n // 400), (n % 400 * 50 + 40, n // 400)).geometry for n in range(110_000)]
    path = tmp_path / "roads.fgb"
    frame = geopandas.GeoDataFrame({"source_id": [str(n) for n in range(110_000)]}, geometry=lines, crs="EPSG:4326")
    frame.to_file(path, SPATIAL_INDEX="NO")
    whole = path.read_bytes()
    path.write_bytes(whole[:-1000])
    result = run("import-network", path)
    assert (result.exit_code, len(result.stderr.strip().splitlines())) == (2, 1)
    assert count(engine, "carriageway") > 0, "nothing had been written: this shows nothing"
    assert count(engine, "carriageway WHERE retired_at IS NULL") == 0
    path.write_bytes(whole)
    assert "imported=110000 unchanged=0 set_aside=0" in run("import-network", path).stdout


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_a_layer_without_a_crs_is_exit_2_with_the_remedy(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "roads.fgb"
    geopandas.GeoDataFrame({"source_id": ["1"]}, geometry=[ROADS[0].geometry]).to_file(path)
    result = run("import-network", path)
    assert (result.exit_code, "--crs EPSG:" in result.stderr) == (2, True)
    assert run("import-network", path, "--crs", "EPSG:4326").exit_code == 0


def test_a_database_that_does_not_answer_is_exit_4(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROADS_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    result = run("import-network", write(tmp_path / "roads.geojson", ROADS))
    assert (result.exit_code, len(result.stderr.strip().splitlines())) == (4, 1)


def test_large_files_are_written_in_chunks_on_two_connections(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from roads.commands import network as command

    monkeypatch.setattr(command, "CARRIAGEWAYS_A_CHUNK", 7)
    monkeypatch.setattr(command, "ROADS_A_CHUNK", 2)
    streets = [
        feature((n * 100, m * 100), (n * 100 + 100, m * 100), source_id=f"{n}/{m}", name=f"Street {m}")
        for n in range(10)
        for m in range(5)
    ]
    file = write(tmp_path / "roads.geojson", [*streets, *ROADS])
    assert "imported=54" in run("import-network", file).stdout
    assert count(engine, "carriageway") == 54
    assert count(engine, "(SELECT DISTINCT chain_id FROM carriageway) AS chains") == 8
    assert "unchanged=54" in run("import-network", file).stdout


# --- killed half-way


def _killed_while(command: list[str], engine: Engine, condition: str) -> None:
    """Start a command and kill it as soon as the database shows a condition."""
    with subprocess.Popen([sys.executable, "-m", "roads", *command], stdout=subprocess.DEVNULL) as process:
        until = time.monotonic() + 60
        with engine.connect() as connection:
            while not connection.scalar(text(condition)):
                assert time.monotonic() < until
                assert process.poll() is None, "it ended before it could be killed"
                connection.rollback()
        process.send_signal(signal.SIGKILL)
        process.wait()


def test_an_import_killed_while_it_reads_is_completed_by_the_same_command(engine: Engine, tmp_path: Path) -> None:
    """Nameless lines are written while the file is being read, chunk by chunk."""
    lines = [feature((n % 400 * 50, n // 400), (n % 400 * 50 + 40, n // 400), source_id=f"{n}") for n in range(110_000)]
    file = write(tmp_path / "roads.geojson", lines)
    _killed_while(["import-network", str(file)], engine, "SELECT count(*) > 0 FROM carriageway")
    _until(
        engine, "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = current_database() AND xact_start < now()"
    )
    early = count(engine, "carriageway")
    assert early == count(engine, "segment")
    result = run("import-network", file)
    assert result.stdout == f"read=110000 imported={110_000 - early} unchanged={early} set_aside=0 not_a_road=0\n"
    assert count(engine, "carriageway") == count(engine, "segment") == 110_000
    assert count(engine, "staged_written") == 0


@pytest.mark.parametrize(
    "condition", ["SELECT count(*) > 0 FROM staged_feature", "SELECT count(*) > 0 FROM carriageway"]
)
def test_a_killed_import_is_completed_by_the_same_command(engine: Engine, tmp_path: Path, condition: str) -> None:
    streets = [
        feature(
            (n % 200 * 50, n // 200 * 50), (n % 200 * 50 + 50, n // 200 * 50), source_id=f"{n}", name=f"S{n // 200}"
        )
        for n in range(40_000)
    ]
    file = write(tmp_path / "roads.geojson", streets)
    _killed_while(["import-network", str(file)], engine, condition)
    assert 0 <= count(engine, "carriageway") < 40_000
    result = run("import-network", file)
    assert result.exit_code == 0
    assert count(engine, "carriageway") == count(engine, "segment") == 40_000
    assert count(engine, "(SELECT DISTINCT chain_id FROM carriageway) AS chains") == 200
    assert count(engine, "carriageway WHERE lower(extent) > 0") == 40_000 - 200


def test_imports_wait_for_each_other(engine: Engine, tmp_path: Path, database_url: str) -> None:
    file = write(tmp_path / "roads.geojson", ROADS)
    other = open_engine(database_url)
    with other.connect() as connection:
        with transaction(connection, None) as session:
            network.claim(session)
        environment = {**os.environ, "ROADS_DATABASE_URL": database_url}
        waiting = subprocess.Popen(
            [sys.executable, "-m", "roads", "import-network", str(file)],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        _until(engine, "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        assert count(engine, "carriageway") == 0
        connection.invalidate()
    said, _ = waiting.communicate(timeout=60)
    assert "imported=4" in said
    other.dispose()


def test_two_sources_can_be_imported_at_once(engine: Engine, tmp_path: Path, database_url: str) -> None:
    lines = [feature((n * 50, 0), (n * 50 + 40, 0), source_id=f"n{n}") for n in range(2000)]
    file = write(tmp_path / "roads.geojson", [*lines, *ROADS])
    command = [sys.executable, "-m", "roads", "import-network", str(file), "--source"]
    environment = {**os.environ, "ROADS_DATABASE_URL": database_url}
    running = [
        subprocess.Popen([*command, source], env=environment, stdout=subprocess.PIPE, text=True)
        for source in ("north", "south")
    ]
    said = [process.communicate(timeout=60)[0].strip() for process in running]
    assert said == ["read=2004 imported=2004 unchanged=0 set_aside=0 not_a_road=0"] * 2
    for source in ("north", "south"):
        assert count(engine, f"carriageway WHERE source = '{source}'") == 2004
        assert "unchanged=2004" in run("import-network", file, "--source", source).stdout


def _until(engine: Engine, condition: str) -> None:
    until = time.monotonic() + 60
    with engine.connect() as connection:
        while not connection.scalar(text(condition)):
            assert time.monotonic() < until
            connection.rollback()


# --- posts


def posts(path: Path, *rows: tuple[str, float, float]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["reference", "direction", "km", "lon", "lat"])
        for km, east, north in rows:
            writer.writerow(["А-3", "", km, *place(east, north)])
    return path


def test_posts_calibrate_a_road(engine: Engine, tmp_path: Path) -> None:
    run("import-network", write(tmp_path / "roads.geojson", ROADS))
    file = posts(tmp_path / "posts.csv", ("100", 0, 9), ("101", 1010, 9), ("102", 2020, 9))
    result = run("import-posts", file)
    assert (result.exit_code, result.stdout) == (0, "read=3 imported=3 unchanged=0 set_aside=0\n")
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT c.source_id, c.measured_by, lower(c.extent) AS from_cm FROM carriageway c "
                "JOIN road r ON r.id = c.road_id WHERE r.reference = 'A-3' AND retired_at IS NULL ORDER BY 1"
            )
        ).all()
    assert [(row.source_id, row.measured_by, round(row.from_cm / 1e4)) for row in rows] == [
        ("1", "posts", 1000),
        ("2", "posts", 1012),
    ]
    before = all_versions(engine)
    assert run("import-posts", file).stdout == "read=3 imported=0 unchanged=3 set_aside=0\n"
    assert all_versions(engine) == before


def test_a_dry_run_of_posts_leaves_no_trace(engine: Engine, tmp_path: Path) -> None:
    run("import-network", write(tmp_path / "roads.geojson", ROADS))
    before = all_versions(engine)
    result = run("import-posts", posts(tmp_path / "posts.csv", ("100", 0, 9), ("101", 5000, 900)), "--dry-run")
    assert (result.exit_code, result.stdout) == (3, "read=2 imported=1 unchanged=0 set_aside=1\n")
    assert all_versions(engine) == before


def test_a_file_without_the_columns_of_posts_is_exit_2(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "posts.csv"
    file.write_text("road,km\nA-3,1\n")
    result = run("import-posts", file)
    assert (result.exit_code, result.stderr) == (2, "posts.csv lacks the columns lat, lon, reference.\n")


# --- real files


@pytest.mark.shared_data
@pytest.mark.slow
def test_real_networks_come_in_together(
    engine: Engine, shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROADS_AREA", "world")
    said = {
        name: run("import-network", shared_data / "roads" / name, "--report", tmp_path / "report.csv").stdout.strip()
        for name in ("andorra.osm.pbf", "moscow.gpkg")
    }
    assert said == {
        "andorra.osm.pbf": "read=1181 imported=1181 unchanged=0 set_aside=0 not_a_road=433",
        "moscow.gpkg": "read=449 imported=449 unchanged=0 set_aside=0 not_a_road=139",
    }
    with engine.connect() as connection:
        lengths = connection.execute(
            text(
                "SELECT source, round(sum(upper(extent) - lower(extent)) / 100000.0, 1) FROM carriageway "
                "GROUP BY source ORDER BY source"
            )
        ).all()
        folded = connection.scalar(text("SELECT count(*) FROM segment WHERE is_folded"))
    assert [(source, float(km)) for source, km in lengths] == [("andorra.osm", 415.8), ("moscow", 86.6)]
    assert folded
    outside = run("import-network", shared_data / "roads" / "moscow.gpkg", "--source", "again")
    assert "imported=449" in outside.stdout
    monkeypatch.setenv("ROADS_AREA", "46,40,88,56")
    refused = run("import-network", shared_data / "roads" / "moscow.gpkg", "--source", "third")
    assert (refused.exit_code, "set_aside=449" in refused.stdout) == (3, True)


@pytest.mark.shared_data
@pytest.mark.slow
def test_a_real_network_of_half_a_million_lines_comes_in_and_again_changes_nothing(
    engine: Engine, shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROADS_AREA", "world")
    file, report = shared_data / "roads" / "scale_526899.parquet", tmp_path / "report.csv"
    first, second = (run("import-network", file, "--report", report) for _ in range(2))
    assert (first.exit_code, first.stdout) == (
        3,
        "read=522227 imported=522197 unchanged=0 set_aside=30 not_a_road=4672\n",
    )
    assert second.stdout == "read=522227 imported=0 unchanged=522197 set_aside=30 not_a_road=4672\n"
    assert count(engine, "carriageway") == count(engine, "carriageway WHERE retired_at IS NULL") == 522_197
