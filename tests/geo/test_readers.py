"""Geodata files of every kind give the same lines."""

import json
import math
from pathlib import Path

import geopandas
import numpy as np
import pyogrio
import pytest
import shapely
from pyproj import CRS

from geo.errors import UnusableFile
from geo.readers import Layer, open_layer

LINES = [
    shapely.LineString([(76, 43), (76.01, 43)]),
    shapely.MultiLineString([[(76, 43), (76, 43.1)], [(77, 43), (77.5, 43.5)]]),
    shapely.LineString([(76.5, 43), (76.6, 43), (76.7, 43.1)]),
]
NAMES = ["Абай", "Төле би", "Достық"]


def frame(crs: str | None = "EPSG:4326") -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame({"name": NAMES, "source_id": ["1", "2", "3"]}, geometry=LINES, crs=crs)


def lines_of(layer: Layer, size: int = 1000) -> list[tuple[str, shapely.Geometry]]:
    return [
        (str(name), geometry)
        for chunk in layer.chunks(["name"], size)
        for name, geometry in zip(chunk.values["name"].to_pylist(), shapely.from_wkb(chunk.wkb), strict=True)
    ]


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "shp", "fgb", "parquet"])
@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:32643"])
def test_every_format_in_any_crs_is_read(tmp_path: Path, ending: str, crs: str) -> None:
    path = tmp_path / f"roads.{ending}"
    given = frame().to_crs(crs)
    given.to_parquet(path) if ending == "parquet" else given.to_file(path, encoding="utf-8")
    layer = open_layer(path)
    assert layer.crs == CRS.from_user_input(crs)
    assert set(layer.columns) == {"name", "source_id"}
    # FlatGeobuf keeps features in the order of its index.
    found = sorted(lines_of(layer), key=lambda named: NAMES.index(named[0]))
    assert [name for name, _ in found] == NAMES
    for (_, line), expected in zip(found, given.geometry, strict=True):
        assert shapely.equals_exact(shapely.line_merge(line), shapely.line_merge(expected), tolerance=1e-6)


@pytest.mark.parametrize("ending", ["gpkg", "parquet"])
def test_chunks_are_numbered_from_their_first_feature(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"roads.{ending}"
    frame().to_parquet(path) if ending == "parquet" else frame().to_file(path)
    layer = open_layer(path)
    assert layer.count == 3
    assert [(chunk.first_row, len(chunk.wkb)) for chunk in layer.chunks([], 2)] == [(1, 2), (3, 1)]


def problem(path: Path, layer: str | None = None, crs: str | None = None) -> str:
    with pytest.raises(UnusableFile) as refused:
        open_layer(path, layer=layer, crs=crs)
    return str(refused.value.params["problem"])


def test_what_is_no_geodata_is_unusable(tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("no roads here")
    table = tmp_path / "table.csv"
    table.write_text("name,length\na,1\n")
    columns = tmp_path / "columns.parquet"
    geopandas.pd.DataFrame({"a": [1]}).to_parquet(columns)
    short = tmp_path / "short.parquet"
    short.write_bytes(b"PAR1 and no more")
    assert problem(words) == problem(columns) == problem(short) == "not_geodata"
    assert problem(table) == "no_line_layer"
    assert problem(tmp_path / "nowhere.gpkg") == "cannot_open"


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
@pytest.mark.parametrize("ending", ["fgb", "shp", "parquet"])
def test_a_layer_without_a_crs_needs_to_be_told(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"roads.{ending}"
    without = frame(crs=None)
    without.to_parquet(path) if ending == "parquet" else without.to_file(path)
    assert problem(path) == "no_crs"
    assert problem(path, crs="EPSG:nonsense") == "unknown_crs"
    assert open_layer(path, crs="EPSG:4326").crs == CRS.from_epsg(4326)


def layers(path: Path, **kinds: shapely.Geometry) -> Path:
    for name, geometry in kinds.items():
        geopandas.GeoDataFrame({"name": [name]}, geometry=[geometry], crs="EPSG:4326").to_file(path, layer=name)
    return path


def test_the_only_layer_with_lines_is_taken(tmp_path: Path) -> None:
    path = layers(tmp_path / "a.gpkg", towns=shapely.Point(76, 43), roads=LINES[0], lakes=LINES[0].buffer(1))
    assert open_layer(path).name == "roads"


def test_of_several_layers_with_lines_one_must_be_named(tmp_path: Path) -> None:
    path = layers(tmp_path / "a.gpkg", roads=LINES[0], streets=LINES[1])
    with pytest.raises(UnusableFile) as refused:
        open_layer(path)
    assert refused.value.params == {"problem": "several_line_layers", "file": "a.gpkg", "layers": "roads, streets"}
    assert open_layer(path, layer="streets").name == "streets"
    assert problem(path, layer="rivers") == "no_such_layer"


def test_a_layer_without_lines_is_unusable(tmp_path: Path) -> None:
    assert problem(layers(tmp_path / "a.gpkg", towns=shapely.Point(76, 43))) == "no_line_layer"


def test_nan_and_nonsense_in_geojson_spoil_only_their_own_feature(tmp_path: Path) -> None:
    def feature(coordinates: object) -> dict[str, object]:
        geometry = {"type": "LineString", "coordinates": coordinates}
        return {"type": "Feature", "properties": {"name": "a"}, "geometry": geometry}

    features = [feature([[math.nan, 43], [76, 43]]), feature([["x", 43], [76, 43]]), feature([[75, 43], [76, 43]])]
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    with np.errstate(invalid="ignore"):
        nan, nonsense, good = [line for _, line in lines_of(open_layer(path))]
    assert np.isnan(shapely.get_coordinates(nan)).any()
    assert shapely.is_missing(nonsense)
    assert good == shapely.LineString([(75, 43), (76, 43)])


def test_measures_and_heights_in_a_file_are_let_pass(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    wkb = shapely.to_wkb(np.array([shapely.from_wkt("LINESTRING Z (76 43 800, 77 43 900)")]), output_dimension=3)
    pyogrio.raw.write(
        path, wkb, field_data=[np.array(["a"], dtype=object)], fields=np.array(["name"]), geometry_type="LineString Z",
        crs="EPSG:4326", driver="GPKG",
    )  # fmt: skip
    ((_, line),) = lines_of(open_layer(path))
    assert shapely.get_coordinates(line).tolist() == [[76, 43], [77, 43]]


@pytest.mark.shared_data
def test_openstreetmap_is_read_by_its_lines(shared_data: Path) -> None:
    layer = open_layer(shared_data / "roads" / "andorra.osm.pbf")
    assert (layer.name, layer.is_openstreetmap) == ("lines", True)
    assert {"osm_id", "highway", "other_tags"} <= set(layer.columns)
    assert sum(len(chunk.wkb) for chunk in layer.chunks(["osm_id"], 500)) > 1614
