"""The job that publishes the open data: every layer in every format, once a business day, with a list of what is there.

    files/<layer>-<day>-<hash>.<format>  what never changes under its name; `.gz` beside a file is the same, compressed
    index.json                           the list of the last day, written last
    datapackage.json                     the same as a Frictionless Data Package: the data dictionary

The public role reads all layers at one moment. Nothing is held in memory but a batch of rows: a layer goes from the
database into GeoParquet, and from there into the other formats. Files come into place when the run is kept; a dry run
writes them beside and takes them away. What writes them is loaded where it is needed.
"""

import gzip
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from jobs.tasks import EVERYTHING, Piece
from roads.db import Role, transaction
from roads.domain.actors import Actor, Permission
from roads.domain.open_data import (
    FORMATS,
    KEPT_DAYS,
    LAYERS,
    LICENCE,
    LICENCE_OF_GEOMETRY,
    SCHEMA_VERSION,
    Kind,
    PublicLayer,
)
from roads.i18n import catalogue
from roads.queries.layers import last_edition, layer
from roads.queries.operations import IdRange
from roads.settings import Settings

FILES = "files"
INDEX = "index.json"
PACKAGE = "datapackage.json"
UNFINISHED = ".unfinished-"
SQUEEZED = ("geojson", "csv")
CHUNK = 1 << 20
TYPES = {
    "gpkg": "application/geopackage+sqlite3",
    "geojson": "application/geo+json",
    "fgb": "application/flatgeobuf",
    "parquet": "application/vnd.apache.parquet",
    "csv": "text/csv",
}
LICENCES = [
    {"name": LICENCE, "title": "Creative Commons Attribution 4.0", "path": "https://creativecommons.org/licenses/by/4.0/"},
    {
        "name": LICENCE_OF_GEOMETRY,
        "title": "Open Data Commons Open Database License 1.0",
        "path": "https://opendatacommons.org/licenses/odbl/1-0/",
    },
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class PublishData:
    """Writes the day's files into a folder."""

    folder: Path
    languages: Sequence[str]

    @classmethod
    def of(cls, settings: Settings) -> "PublishData":
        """As the settings say."""
        return cls(settings.data_folder, settings.language_codes)

    def waiting(self, _session: Session, _today: date, /) -> Sequence[IdRange]:
        """All layers, each day."""
        return [EVERYTHING]

    def work(self, session: Session, actor: Actor, piece: Piece) -> Mapping[str, int]:
        """Write the files; they come into place when this transaction is committed."""
        actor.require(Permission.RUN_JOBS)
        self.folder.mkdir(parents=True, exist_ok=True)
        made = Path(mkdtemp(dir=self.folder, prefix=UNFINISHED))
        event.listen(session, "after_commit", lambda _: self._put_in_place(made, piece.today), once=True)
        event.listen(session, "after_soft_rollback", lambda *_: shutil.rmtree(made, ignore_errors=True), once=True)
        try:
            index = self._write(session, made, piece.today)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise
        files = [file for one in index["layers"] for file in one["files"]]
        rows = {one["name"]: one["rows"] for one in index["layers"]}
        return {**rows, "files": len(files), "bytes": sum(file["bytes"] for file in files)}

    def _write(self, session: Session, made: Path, today: date) -> dict[str, Any]:
        engine = session.get_bind().execution_options(isolation_level="REPEATABLE READ")
        with transaction(engine, Role.PUBLIC) as reading:
            edition = last_edition(reading)
            layers = [_dump(reading, one, made, today) for one in LAYERS.values()]
        index = {
            "schema_version": SCHEMA_VERSION,
            "made_on": today.isoformat(),
            "edition": edition,
            "crs": "EPSG:4326",
            "kept_days": KEPT_DAYS,
            "licence": LICENCE,
            "licence_of_openstreetmap_geometry": LICENCE_OF_GEOMETRY,
            "layers": layers,
        }
        _write_json(made / INDEX, index)
        _write_json(made / PACKAGE, package(index, self.languages))
        return index

    def _put_in_place(self, made: Path, today: date) -> None:
        """Files first, then the lists that name them; then away with what is too old."""
        files = self.folder / FILES
        files.mkdir(exist_ok=True)
        for path in sorted((made / FILES).iterdir()):
            path.replace(files / path.name)
        for name in (PACKAGE, INDEX):
            (made / name).replace(self.folder / name)
        for path in self.folder.glob(f"{UNFINISHED}*"):
            shutil.rmtree(path, ignore_errors=True)
        for path in files.iterdir():
            if _day_of(path.name) <= today - timedelta(days=KEPT_DAYS):
                path.unlink(missing_ok=True)


def _dump(session: Session, public: PublicLayer, made: Path, today: date) -> dict[str, Any]:
    """All files of a layer, and what the list says of them."""
    from geo.writers import rewrite, write_layer  # noqa: PLC0415

    found = layer(session, public.name)
    parquet = made / f"{public.name}.parquet"
    rows = write_layer(parquet, found.columns, found.batches, found.kinds)
    for suffix in FORMATS:
        if suffix != "parquet":
            rewrite(parquet, made / f"{public.name}.{suffix}", made_on=today)
    files = [_named(made, public.name, suffix, today) for suffix in FORMATS]
    columns = [{"name": one.name, "type": one.kind.value, "unit": one.unit} for one in public.columns]
    return {
        "name": public.name,
        "rows": rows,
        "key": list(public.key),
        "since": public.since,
        "columns": columns,
        "files": files,
    }


def _named(made: Path, name: str, suffix: str, today: date) -> dict[str, Any]:
    """Give a file the name it has for good, and say what it is."""
    file = made / f"{name}.{suffix}"
    digest = sha256()
    with file.open("rb") as read:
        while chunk := read.read(CHUNK):
            digest.update(chunk)
    (made / FILES).mkdir(exist_ok=True)
    path = made / FILES / f"{name}-{today.isoformat()}-{digest.hexdigest()[:16]}.{suffix}"
    file.replace(path)
    if suffix in SQUEEZED:
        _squeeze(path)
    facts = {"format": suffix, "path": f"{FILES}/{path.name}", "media_type": TYPES[suffix]}
    return {**facts, "bytes": path.stat().st_size, "sha256": digest.hexdigest()}


def _squeeze(path: Path) -> None:
    with (
        path.open("rb") as read,
        path.with_name(f"{path.name}.gz").open("wb") as out,
        gzip.GzipFile("", "wb", 6, out, mtime=0) as squeezed,
    ):
        shutil.copyfileobj(read, squeezed, CHUNK)


def _day_of(name: str) -> date:
    """The day in a file's name."""
    return date.fromisoformat("-".join(name.split("-")[1:4]))


def package(index: Mapping[str, Any], languages: Sequence[str]) -> dict[str, Any]:
    """The list as a Frictionless Data Package: CSV files are tables with a schema, the others files beside them."""
    return {
        "profile": "data-package",
        "name": "sapaly-zhol",
        "version": f"{index['schema_version']}.{index['made_on']}",
        "created": f"{index['made_on']}T00:00:00Z",
        "licenses": LICENCES,
        "resources": [one for name in index["layers"] for one in _resources(name, languages)],
    }


def _resources(of_layer: Mapping[str, Any], languages: Sequence[str]) -> Iterator[dict[str, Any]]:
    for file in of_layer["files"]:
        suffix = file["format"]
        resource = {
            "name": f"{of_layer['name']}-{suffix}",
            "path": file["path"],
            "format": suffix,
            "mediatype": file["media_type"],
            "bytes": file["bytes"],
            "hash": f"sha256:{file['sha256']}",
        }
        if suffix == "csv":
            resource |= {
                "profile": "tabular-data-resource",
                "encoding": "utf-8",
                "schema": {
                    "fields": [_field(one, languages) for one in of_layer["columns"]],
                    "primaryKey": of_layer["key"],
                },
            }
        yield resource


def _field(column: Mapping[str, str], languages: Sequence[str]) -> dict[str, Any]:
    """A column of a CSV, where geometry is written as words (WKT)."""
    told = {language: catalogue(language)[f"data.column.{column['name']}"] for language in languages}
    kind = Kind.STRING if column["type"] == Kind.GEOMETRY else column["type"]
    first = {"description": told[languages[-1]], "descriptions": told}
    return {"name": column["name"], "type": kind, **({"unit": column["unit"]} if column["unit"] else {}), **first}


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
