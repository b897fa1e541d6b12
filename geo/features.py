"""Points and lines from geodata files as rows of words, so that they are read like the rows of a table."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.crs import to_longitude_latitude
from geo.errors import UnusableFile
from geo.readers import Chunk, Layer, open_layer
from geo.tables import Row

CHUNK_ROWS = 5000

ENDS = ("lon", "lat", "lon_to", "lat_to")
"""Where the geometry goes: a point, or the two ends of a line, in degrees (EPSG:4326)."""

_POINT, _LINE = shapely.GeometryType.POINT, shapely.GeometryType.LINESTRING
_KINDS = ("Point", "LineString", "MultiPoint", "MultiLineString", "Unknown", "GeometryCollection")
_TABLE_ENDINGS = frozenset({"", ".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xls"})


def is_table(path: Path) -> bool:
    """Whether a file is read as a table: its name says so."""
    return path.suffix.lower() in _TABLE_ENDINGS


@dataclass(frozen=True, slots=True)
class Features:
    """A layer opened for reading; `count` is how many features it says it has, None where it does not say."""

    layer: Layer
    columns: Sequence[str]
    known: Collection[str]

    @property
    def count(self) -> int | None:
        """How many features there are, if the file says."""
        return self.layer.count

    def chunks(self) -> Iterator[list[Row]]:
        """The features in chunks, numbered from 1. Errors: UnusableFile where the file stops making sense."""
        for chunk in self.layer.chunks(self.columns, CHUNK_ROWS):
            yield list(_rows(chunk, self.layer, self.known))


def open_features(
    path: Path, *, required: Collection[str], known: Collection[str], layer: str | None = None, crs: str | None = None
) -> Features:
    """A layer of points or lines: the one of that name, else the only one.

    Column names count without regard to case. Errors: UnusableFile as open_layer, `several_layers`, `no_place_layer`,
    `missing_columns`.
    """
    opened = open_layer(path, layer=layer or _only_layer(path), crs=crs)
    names = {name.lower(): name for name in opened.columns}
    if missing := set(required) - names.keys():
        raise UnusableFile(file=path.name, problem="missing_columns", columns=", ".join(sorted(missing)))
    wanted = {*required, *known}
    return Features(opened, [written for name, written in names.items() if name in wanted], wanted)


def _only_layer(path: Path) -> str | None:
    """The only layer with points or lines; None where the reader must find out by itself (GeoParquet)."""
    pyogrio: Any = import_module("pyogrio")
    try:
        layers = pyogrio.list_layers(path)
    except (pyogrio.errors.DataSourceError, OSError):
        return None
    names = [str(name) for name, kind in layers if kind is not None and str(kind).split(" ")[-1] in _KINDS]
    if len(names) > 1:
        raise UnusableFile(file=path.name, problem="several_layers", layers=", ".join(sorted(names)))
    if not names:
        raise UnusableFile(file=path.name, problem="no_place_layer")
    return names[0]


def _rows(chunk: Chunk, layer: Layer, known: Collection[str]) -> Iterator[Row]:
    ends, is_place = _ends(chunk.wkb, layer)
    columns = {name.lower(): [_words(value) for value in column.to_pylist()] for name, column in chunk.values.items()}
    nothing = dict.fromkeys(known, "")
    for at in range(len(chunk.wkb)):
        values = {**nothing, **{name: words[at] for name, words in columns.items()}, **ends[at]}
        yield Row(chunk.first_row + at, values, None if is_place[at] else "not_point_or_line")


def _ends(wkb: NDArray[np.object_], layer: Layer) -> tuple[list[Mapping[str, str]], NDArray[np.bool_]]:
    """The ends of each feature as words, and whether it is a place; without a geometry its columns may say where."""
    geometries = _single(shapely.from_wkb(wkb, on_invalid="ignore"))
    kinds, is_written = shapely.get_type_id(geometries), np.array([one is not None for one in wkb], dtype=bool)
    is_absent = ~is_written | shapely.is_empty(geometries)
    is_line = (kinds == _LINE) & ~is_absent
    is_place = ((kinds == _POINT) & ~is_absent) | is_line
    lon, lat = _words_of_degrees(np.where(is_line, shapely.get_point(geometries, 0), geometries), is_place, layer)
    lon_to, lat_to = _words_of_degrees(shapely.get_point(geometries, -1), is_line, layer)
    ends = zip(lon, lat, lon_to, lat_to, strict=True)
    found: list[Mapping[str, str]] = [
        dict(zip(ENDS, words, strict=True)) if is_place[at] else {} for at, words in enumerate(ends)
    ]
    return found, is_place | is_absent


def _words_of_degrees(
    points: NDArray[np.object_], is_there: NDArray[np.bool_], layer: Layer
) -> tuple[list[str], list[str]]:
    """Longitude and latitude where there is a point, else no words."""
    x, y = np.full(len(points), np.nan), np.full(len(points), np.nan)
    x[is_there], y[is_there] = shapely.get_x(points[is_there]), shapely.get_y(points[is_there])
    lon, lat = to_longitude_latitude(x, y, layer.crs)
    return (
        [repr(float(value)) if there else "" for value, there in zip(lon, is_there, strict=True)],
        [repr(float(value)) if there else "" for value, there in zip(lat, is_there, strict=True)],
    )


def _single(geometries: NDArray[np.object_]) -> NDArray[np.object_]:
    """A multipoint or multiline of one part is that part: many programs write no others."""
    is_alone = (shapely.get_num_geometries(geometries) == 1) & (shapely.get_type_id(geometries) > _POINT)
    return np.where(is_alone, shapely.get_geometry(geometries, 0), geometries)


def _words(value: object) -> str:
    """A value as it would stand in a CSV file."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
