"""`import-defects` as a person meets it: CSV and geodata, exit codes, the report."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import geopandas
import pytest
import shapely
from openpyxl import Workbook
from sqlalchemy import Engine, text
from typer.testing import CliRunner, Result

from roads.__main__ import app
from roads.db import transaction
from tests.factories import make_carriageway, make_distress
from tests.imports import defect_row


@pytest.fixture
def ready(database: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A database with a catalogue, to which commands are pointed."""
    monkeypatch.setenv("ROADS_DATABASE_URL", database_url)
    with transaction(database) as session:
        make_distress(session, "pothole")
        make_carriageway(session, source_id="line/1")
    return database


def write(path: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)))
        writer.writeheader()
        writer.writerows(rows)
    return path


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["import-defects", *(str(word) for word in words)])


def stored(engine: Engine) -> list[tuple[str, str, str]]:
    """Source, id and shape of every defect."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT source, external_id, ST_AsText(ST_SnapToGrid(geom, 0.000001)) FROM defect ORDER BY external_id"
            )
        )
        return [(source, external_id, shape) for source, external_id, shape in rows]


def test_the_source_is_the_files_name_unless_given(ready: Engine, tmp_path: Path) -> None:
    file = write(tmp_path / "spring.csv", [defect_row()])
    assert run(file).stdout == "read=1 imported=1 unchanged=0 set_aside=0\n"
    assert run(file, "--source", "autumn").stdout == "read=1 imported=1 unchanged=0 set_aside=0\n"
    assert {source for source, _, _ in stored(ready)} == {"spring", "autumn"}


def test_exit_codes_totals_and_dry_run(ready: Engine, tmp_path: Path) -> None:
    file = write(tmp_path / "d.csv", [defect_row(), defect_row(external_id="2", lon="50.25", lat="70.5")])
    dry = run(file, "--dry-run")
    assert (dry.exit_code, dry.stdout) == (3, "read=2 imported=1 unchanged=0 set_aside=1\n")
    assert stored(ready) == []
    real = run(file)
    assert (real.exit_code, real.stdout, real.stderr) == (dry.exit_code, dry.stdout, dry.stderr)
    assert "Are they swapped?" in real.stderr
    good = write(tmp_path / "d.csv", [defect_row()])
    assert (run(good).exit_code, run(good).stdout) == (0, "read=1 imported=0 unchanged=1 set_aside=0\n")


def test_a_dry_run_over_several_chunks_knows_what_earlier_ones_would_have_kept(ready: Engine, tmp_path: Path) -> None:
    rows = [defect_row(external_id=str(n)) for n in range(5001)]
    file = write(tmp_path / "d.csv", [*rows, rows[0]])
    assert run(file, "--dry-run").stdout == "read=5002 imported=5001 unchanged=1 set_aside=0\n"


def test_a_workbook_goes_in(ready: Engine, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["external_id", "lon", "lat", "detected_on", "distress"])
    sheet.append([17, 70.5, 50.25, "2023-05-01", "pothole"])
    book.save(tmp_path / "d.xlsx")
    assert run(tmp_path / "d.xlsx").stdout == "read=1 imported=1 unchanged=0 set_aside=0\n"
    assert stored(ready)[0][1] == "17"


def frame(**columns: object) -> geopandas.GeoDataFrame:
    """A point and a stretch in UTM zone 42, as a survey in the field is kept."""
    shapes = geopandas.GeoSeries(
        [shapely.Point(70.5, 50.25), shapely.LineString([(70.5, 50.25), (70.55, 50.26), (70.6, 50.3)])], crs=4326
    )
    data = {"external_id": ["a", "b"], "detected_on": ["2023-05-01", "2023-05-02"], **columns}
    return geopandas.GeoDataFrame(data, geometry=shapes).to_crs(32642)


SHAPES = ["POINT(70.5 50.25)", "LINESTRING(70.5 50.25,70.6 50.3)"]


@pytest.mark.parametrize("ending", ["gpkg", "fgb", "parquet"])
def test_points_and_lines_of_geodata_go_in_whatever_their_crs(ready: Engine, tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"survey.{ending}"
    given = frame(depth_mm=[30, None], distress=["pothole", None])
    given.to_parquet(file) if ending == "parquet" else given.to_file(file)
    done = run(file)
    assert (done.exit_code, done.stdout) == (0, "read=2 imported=2 unchanged=0 set_aside=0\n")
    assert [shape for _, _, shape in stored(ready)] == SHAPES
    assert run(file).stdout == "read=2 imported=0 unchanged=2 set_aside=0\n"


def geojson(path: Path, *features: tuple[dict[str, object] | None, dict[str, object]]) -> Path:
    listed = [{"type": "Feature", "geometry": shape, "properties": facts} for shape, facts in features]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": listed}), encoding="utf-8")
    return path


def test_every_bad_feature_is_named_by_its_number(ready: Engine, tmp_path: Path) -> None:
    point: dict[str, object] = {"type": "Point", "coordinates": [70.5, 50.25]}
    many: dict[str, object] = {"type": "MultiPoint", "coordinates": [[70.5, 50.25], [70.6, 50.25]]}
    alone: dict[str, object] = {"type": "MultiPoint", "coordinates": [[70.5, 50.25]]}
    day: dict[str, object] = {"detected_on": "2023-05-01"}
    file = geojson(
        tmp_path / "survey.geojson",
        (point, {"external_id": "1", "depth_mm": 3.5, **day}),
        (AREA_SHAPE, {"external_id": "2", **day}),
        (many, {"external_id": "3", **day}),
        (None, {"external_id": "4", **day}),
        (alone, {"external_id": "5", **day}),
        (None, {"external_id": "6", "lon": 70.5, "lat": 50.25, **day}),
        (point, {"external_id": "7", "depth_mm": float("nan"), **day}),
    )
    report = tmp_path / "report.csv"
    done = run(file, "--report", report)
    assert (done.exit_code, done.stdout) == (3, "read=7 imported=3 unchanged=0 set_aside=4\n")
    with report.open(encoding="utf-8", newline="") as written:
        found = [(row["row"], row["field"]) for row in csv.DictReader(written)]
    assert found == [("2", ""), ("3", ""), ("4", "lon"), ("4", "lat"), ("7", "depth_mm")]
    assert [external_id for _, external_id, _ in stored(ready)] == ["1", "5", "6"]


def test_of_several_layers_one_is_chosen(ready: Engine, tmp_path: Path) -> None:
    file = tmp_path / "survey.gpkg"
    frame().iloc[:1].to_file(file, layer="points")
    frame().iloc[1:].to_file(file, layer="lines")
    refused = run(file)
    assert refused.exit_code == 2
    assert "lines, points" in refused.stderr
    assert run(file, "--layer", "points").stdout == "read=1 imported=1 unchanged=0 set_aside=0\n"


def collection(shape: dict[str, object], facts: dict[str, object]) -> bytes:
    feature = {"type": "Feature", "geometry": shape, "properties": facts}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


AREA_SHAPE: dict[str, object] = {"type": "Polygon", "coordinates": [[[70, 50], [71, 50], [71, 51], [70, 50]]]}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("missing.csv", None),
        ("missing.gpkg", None),
        ("columns.csv", b"a,b\n1,2\n"),
        ("columns.geojson", collection({"type": "Point", "coordinates": [70, 50]}, {"a": 1})),
        ("words.gpkg", b"no geodata at all"),
        ("words.geojson", b"{}"),
        ("areas.geojson", collection(AREA_SHAPE, {"external_id": "1", "detected_on": "2023-05-01"})),
    ],
)
def test_an_unusable_file_is_exit_2_and_one_clear_line(
    ready: Engine, tmp_path: Path, name: str, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = run(tmp_path / name)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert name in done.stderr


def test_a_layer_without_a_crs_asks_for_it(ready: Engine, tmp_path: Path) -> None:
    file = tmp_path / "survey.gpkg"
    bare = geopandas.GeoDataFrame(frame().drop(columns="geometry"), geometry=list(frame().geometry))
    with pytest.warns(UserWarning, match="crs"):
        bare.to_file(file)
    refused = run(file)
    assert (refused.exit_code, "--crs" in refused.stderr) == (2, True)
    assert run(file, "--crs", "EPSG:32642").stdout == "read=2 imported=2 unchanged=0 set_aside=0\n"
    assert [shape for _, _, shape in stored(ready)] == SHAPES
