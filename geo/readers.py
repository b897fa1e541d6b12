"""Lines from geodata files of any kind, a chunk of features at a time, so that memory does not grow with the file."""

import json
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyarrow.lib import ArrowException
from pyproj import CRS

from geo.columns import Column, parquet
from geo.crs import parse_crs
from geo.errors import BadValue, UnusableFile

CHUNK_FEATURES = 50_000


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some features in the order of the file: the number of the first (counted from 1), geometry as WKB, values."""

    first_row: int
    wkb: NDArray[np.object_]
    values: Mapping[str, Column]


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a file, not yet read. `count` is how many features it says it has, None where it does not say."""

    driver: str
    name: str
    crs: CRS
    columns: tuple[str, ...]
    count: int | None
    read: Callable[[Sequence[str], int], Iterator[Chunk]]

    @property
    def is_openstreetmap(self) -> bool:
        """Whether the file is an OpenStreetMap extract, where every line there is comes along, rivers too."""
        return self.driver == "OSM"

    def chunks(self, columns: Sequence[str], size: int = CHUNK_FEATURES) -> Iterator[Chunk]:
        """The features with some of their columns. Errors: UnusableFile `broken` where the file stops making sense."""
        return self.read(columns, size)


def open_layer(path: Path, *, layer: str | None = None, crs: str | None = None) -> Layer:
    """The layer of that name, else the only one with lines (`lines` for OpenStreetMap).

    `crs` is for a layer that does not say which it has; one that does is believed. Errors: UnusableFile `cannot_open`,
    `not_geodata`, `no_line_layer`, `several_line_layers`, `no_such_layer`, `no_crs`, `unknown_crs`.
    """
    stated = _parsed(path, crs) if crs else None
    if not path.exists():
        raise UnusableFile(file=path.name, problem="cannot_open", reason="FileNotFoundError")
    return _open_parquet(path, stated) if _is_parquet(path) else _open_gdal(path, layer, stated)


def _parsed(path: Path, words: str) -> CRS:
    try:
        return parse_crs(words)
    except BadValue:
        raise UnusableFile(file=path.name, problem="unknown_crs", crs=words) from None


def _crs(path: Path, written: str | None, stated: CRS | None) -> CRS:
    crs = _parsed(path, written) if written else stated
    if crs is None:
        raise UnusableFile(file=path.name, problem="no_crs")
    return crs


# --- GeoParquet: the GDAL that comes with pyogrio cannot read it


def _is_parquet(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def _open_parquet(path: Path, stated: CRS | None) -> Layer:
    try:
        with parquet.ParquetFile(path) as file:
            geo = json.loads((file.schema_arrow.metadata or {}).get(b"geo", b"{}"))
            names, count = tuple(file.schema_arrow.names), file.metadata.num_rows
    except (ArrowException, OSError, ValueError):
        raise UnusableFile(file=path.name, problem="not_geodata") from None
    geometry = geo.get("primary_column")
    described = geo.get("columns", {}).get(geometry)
    if described is None or described.get("encoding") != "WKB":
        raise UnusableFile(file=path.name, problem="not_geodata")
    # The format's own rule: no word about the CRS means longitude and latitude, null means that nobody knows.
    written = described.get("crs", "OGC:CRS84")
    crs = _crs(path, json.dumps(written) if isinstance(written, dict) else written, stated)

    def read(columns: Sequence[str], size: int) -> Iterator[Chunk]:
        with parquet.ParquetFile(path) as file, _broken_is_unusable(path):
            row = 1
            for batch in file.iter_batches(size, columns=[geometry, *columns]):
                wkb = batch.column(geometry).to_numpy(zero_copy_only=False)
                yield Chunk(row, wkb, {name: batch.column(name) for name in columns})
                row += len(batch)

    return Layer("Parquet", path.stem, crs, tuple(name for name in names if name != geometry), count, read)


# --- everything else: GDAL

_LINE_TYPES = ("LineString", "MultiLineString", "CompoundCurve", "MultiCurve", "Curve")
_OPENSTREETMAP_LINES = "lines"


def _gdal() -> Any:
    """pyogrio, loaded when a file needs it: it brings pandas along, which takes longer than many an import."""
    return import_module("pyogrio")


def _open_gdal(path: Path, layer: str | None, stated: CRS | None) -> Layer:
    try:
        with _quiet():
            name = layer or _only_line_layer(path, _gdal().list_layers(path))
            info = _gdal().read_info(path, layer=name)
    except _gdal().errors.DataLayerError:
        names = ", ".join(str(found) for found, _ in _gdal().list_layers(path))
        raise UnusableFile(file=path.name, problem="no_such_layer", layer=layer, layers=names) from None
    except _gdal().errors.DataSourceError:
        raise UnusableFile(file=path.name, problem="not_geodata") from None
    crs = _crs(path, info["crs"], stated)
    count = int(info["features"])

    def read(columns: Sequence[str], size: int) -> Iterator[Chunk]:
        return _read_gdal(path, name, columns, size)

    return Layer(info["driver"], name, crs, tuple(info["fields"]), count if count >= 0 else None, read)


def _only_line_layer(path: Path, layers: NDArray[np.object_]) -> str:
    kinds = {str(name): str(kind).removeprefix("2.5D ").split(" ")[0] for name, kind in layers if kind is not None}
    if kinds.get(_OPENSTREETMAP_LINES) == "LineString" and "multipolygons" in kinds:
        return _OPENSTREETMAP_LINES
    lines = [name for name, kind in kinds.items() if kind in _LINE_TYPES]
    candidates = lines or [name for name, kind in kinds.items() if kind in ("Unknown", "GeometryCollection")]
    if not candidates:
        raise UnusableFile(file=path.name, problem="no_line_layer")
    if len(candidates) > 1:
        raise UnusableFile(file=path.name, problem="several_line_layers", layers=", ".join(sorted(candidates)))
    return candidates[0]


def _read_gdal(path: Path, layer: str, columns: Sequence[str], size: int) -> Iterator[Chunk]:
    asked = {"layer": layer, "columns": list(columns), "batch_size": size, "use_pyarrow": True}
    with _broken_is_unusable(path), ExitStack() as open_file:
        with _quiet():
            about, batches = open_file.enter_context(_gdal().open_arrow(path, **asked))
        geometry = about["geometry_name"] or "wkb_geometry"
        row = 1
        for batch in batches:
            wkb = batch.column(geometry).to_numpy(zero_copy_only=False)
            yield Chunk(row, wkb, {name: batch.column(name) for name in columns})
            row += len(batch)


@contextmanager
def _broken_is_unusable(path: Path) -> Iterator[None]:
    try:
        yield
    except (ArrowException, OSError) as broken:
        raise UnusableFile(file=path.name, problem="broken", reason=str(broken).splitlines()[0]) from broken
    except RuntimeError as broken:
        # pyogrio's own errors; others pass.
        if not isinstance(broken, _gdal().errors.DataSourceError | _gdal().errors.DataLayerError):
            raise
        raise UnusableFile(file=path.name, problem="broken", reason=str(broken).splitlines()[0]) from broken


@contextmanager
def _quiet() -> Iterator[None]:
    """GDAL warns that measures in the file are not read: chainage comes from elsewhere."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
