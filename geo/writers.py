"""Tables and layers into files: CSV, and what GIS programs read. A file appears whole, or not at all.

What somebody wrote is never a formula in a CSV: where words begin with one of `FORMULA`, an apostrophe stands before
them, which spreadsheets take for "this is text". The other formats hold the words as they are.
"""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from importlib import import_module
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyproj import CRS

from geo.errors import GeoError
from geo.formulas import guarded

DRIVERS = {".gpkg": "GPKG", ".geojson": "GeoJSON", ".fgb": "FlatGeobuf"}
SUFFIXES = (".csv", ".parquet", *DRIVERS)
GEOMETRY = "geometry"
KINDS = {
    "integer": pa.int64(),
    "number": pa.float64(),
    "string": pa.string(),
    "date": pa.date32(),
    "geometry": pa.binary(),
}
"""Types of columns, by the names a data dictionary gives them."""
BATCH = 10_000
Batches = Iterator[Sequence[Sequence[Any]]]


class UnknownFormat(GeoError):
    """The file's suffix names no format we write. Carries `suffix` and `suffixes`."""

    code = "unknown_format"


def write_layer(file: Path, columns: Sequence[str], batches: Batches, kinds: Mapping[str, str] | None = None) -> int:
    """Write rows to a file in the format of its suffix; gives how many. Geometry is WKB in EPSG:4326 (CSV: WKT).

    `kinds` says of what type columns are (see KINDS); of others the first batch with a value tells. Errors:
    UnknownFormat; OSError when the folder cannot be written.
    """
    if file.suffix.lower() not in SUFFIXES:
        raise UnknownFormat(suffix=file.suffix or file.name, suffixes=", ".join(SUFFIXES))
    counted = _Counted(batches)
    with _whole(file) as temporary:
        if file.suffix.lower() == ".csv":
            _write_csv(temporary, columns, counted)
        elif file.suffix.lower() == ".parquet":
            _write_parquet(temporary, _tables(columns, counted, kinds or {}))
        else:
            _write_gdal(temporary, DRIVERS[file.suffix.lower()], _tables(columns, counted, kinds or {}))
    return counted.rows


def write_lines(file: Path, lines: Iterator[str]) -> int:
    """Write JSON lines to a `.jsonl` file; gives how many. Errors: UnknownFormat; OSError."""
    if file.suffix.lower() != ".jsonl":
        raise UnknownFormat(suffix=file.suffix or file.name, suffixes=".jsonl")
    written = 0
    with _whole(file) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as out:
        for line in lines:
            out.write(f"{line}\n")
            written += 1
    return written


def rewrite(parquet: Path, file: Path, *, made_on: date) -> None:
    """Write what a GeoParquet file holds to a file of another format, a batch at a time.

    The same rows on the same day are the same bytes: a GeoPackage says of itself when it was made.
    """
    source = pq.ParquetFile(parquet)
    if file.suffix.lower() == ".csv":
        batches = ([tuple(row.values()) for row in one.to_pylist()] for one in source.iter_batches(BATCH))
        write_layer(file, source.schema_arrow.names, batches)
        return
    schema = source.schema_arrow.remove_metadata()
    tables = (pa.Table.from_batches([one]).cast(schema) for one in source.iter_batches(BATCH))
    gdal = import_module("pyogrio")
    gdal.set_gdal_config_options({"OGR_CURRENT_DATE": f"{made_on.isoformat()}T00:00:00.000Z"})
    try:
        with _whole(file) as temporary:
            _write_gdal(temporary, DRIVERS[file.suffix.lower()], chain(tables, [schema.empty_table()]))
    finally:
        gdal.set_gdal_config_options({"OGR_CURRENT_DATE": None})


class _Counted:
    """Batches that count their rows as they pass."""

    def __init__(self, batches: Batches) -> None:
        self._batches = batches
        self.rows = 0

    def __iter__(self) -> Batches:
        for batch in self._batches:
            self.rows += len(batch)
            yield batch


@contextmanager
def _whole(file: Path) -> Iterator[Path]:
    """A path to write to that becomes the file only when all went well."""
    with TemporaryDirectory(dir=file.parent, prefix=".export-") as folder:
        temporary = Path(folder) / file.name
        yield temporary
        temporary.replace(file)


def _write_csv(file: Path, columns: Sequence[str], batches: "_Counted") -> None:
    at = columns.index(GEOMETRY) if GEOMETRY in columns else None
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(columns)
        for batch in batches:
            writer.writerows([guarded(word) for word in (row if at is None else _with_wkt(row, at))] for row in batch)


def _with_wkt(row: Sequence[Any], at: int) -> list[Any]:
    import shapely  # noqa: PLC0415 - only a CSV with geometry needs it

    words = list(row)
    words[at] = shapely.from_wkb(words[at]).wkt if words[at] is not None else None
    return words


def _tables(columns: Sequence[str], batches: "_Counted", kinds: Mapping[str, str]) -> Iterator[pa.Table]:
    """Batches as Arrow tables of one schema; of a column of no known type the first batch decides."""
    first = next(iter(batches), [])
    types = [KINDS.get(kinds.get(name, "")) or _type_of(row[i] for row in first) for i, name in enumerate(columns)]
    schema = pa.schema([pa.field(name, kind) for name, kind in zip(columns, types, strict=True)])
    for batch in chain([first], batches):
        arrays = [pa.array([_plain(row[i]) for row in batch], type=schema.field(i).type) for i in range(len(columns))]
        yield pa.Table.from_arrays(arrays, schema=schema)


def _type_of(values: Iterator[Any]) -> pa.DataType:
    known = next((value for value in values if value is not None), "")
    kinds: list[tuple[type, pa.DataType]] = [
        (bool, pa.bool_()),
        (int, pa.int64()),
        (float, pa.float64()),
        (Decimal, pa.float64()),
        (date, pa.date32()),
        (bytes, pa.binary()),
    ]
    return next((arrow for kind, arrow in kinds if isinstance(known, kind)), pa.string())


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _write_parquet(file: Path, tables: Iterator[pa.Table]) -> None:
    """GeoParquet 1.1, row group by row group."""
    first = next(tables)
    about = {
        "version": "1.1.0",
        "primary_column": GEOMETRY,
        "columns": {GEOMETRY: {"encoding": "WKB", "geometry_types": [], "crs": CRS(4326).to_json_dict()}},
    }
    schema = first.schema.with_metadata({"geo": json.dumps(about)} if GEOMETRY in first.column_names else None)
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for table in chain([first], tables):
            writer.write_table(table.cast(schema))


def _write_gdal(file: Path, driver: str, tables: Iterator[pa.Table]) -> None:
    first = next(tables)
    batches = (batch for table in chain([first], tables) for batch in table.to_batches())
    # Loaded here because it brings pandas along, which takes longer to load than many a command to run.
    import_module("pyogrio").write_arrow(
        pa.RecordBatchReader.from_batches(first.schema, batches),
        file,
        driver=driver,
        geometry_name=GEOMETRY,
        geometry_type="Unknown",
        crs="EPSG:4326",
    )
