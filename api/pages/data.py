"""Open data: the page with licence, dictionary and checksums, the files, and what has changed since a day."""

import json
import re
from datetime import date
from hashlib import blake2b
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse, StreamingResponse
from markupsafe import Markup
from starlette.exceptions import HTTPException

from api.compression import tagged_small, takes_gzip
from api.dependencies import REVALIDATE, has_copy, public_connection, settings_of, tagged
from api.pages.maps import FOR_GOOD
from api.pages.public import to_reader
from api.pages.things import HTML, shown, wanted, words_of
from api.routes.public import PROBLEMS
from api.routing import QuestionRoute
from api.schemas.questions import ChangesQuery
from roads.domain.open_data import CRS, FORMATS, KEPT_DAYS, LAYERS, REMOVED
from roads.queries import open_data

router = APIRouter(include_in_schema=False)
questions = APIRouter(prefix="/data", tags=["data"], route_class=QuestionRoute)

INDEX = "index.json"
LISTS = (INDEX, "datapackage.json")
FILE = re.compile(rf"({'|'.join(LAYERS)})-[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}-[0-9a-f]{{16}}\.({'|'.join(FORMATS)})")
TYPES = {
    "gpkg": "application/geopackage+sqlite3",
    "geojson": "application/geo+json",
    "fgb": "application/flatgeobuf",
    "parquet": "application/vnd.apache.parquet",
    "csv": "text/csv; charset=utf-8",
}
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
LINES = "application/geo+json-seq"
HELD_BYTES = 4_000_000
"""So much of an answer is held in memory; what is longer goes to the disk."""
CHUNK = 1 << 16


@router.get("/data/")
async def in_the_readers_language(request: Request) -> Response:
    """To the page in the reader's language."""
    return to_reader(request, "data/")


@router.get("/{language}/data/")
async def data_page(request: Request, language: str) -> Response:
    """What there is to download, and what its columns mean."""
    words, index = words_of(request, language), _index(settings_of(request).data_folder)
    facts = {
        "index": index,
        "made_on": date.fromisoformat(index["made_on"]) if index else None,
        "layers": LAYERS,
        "removed": REMOVED,
        "crs": CRS,
        "kept_days": KEPT_DAYS,
        "licence": LICENCE,
        "page": "data/",
        "query": "",
        "size_of": size_of,
        "described": _described(request, words.plain, index, language) if index else None,
    }
    page = bytes(shown(request, words, "data.html", wanted(request, ()), facts).body)
    return tagged_small(request, page, HTML)


@router.get("/data/{name}.json")
async def list_of_files(request: Request, name: str) -> Response:
    """The list of what is there, or the data package. Errors: HTTPException 404, also before anything is published."""
    if f"{name}.json" not in LISTS:
        raise HTTPException(404)
    try:
        body = (settings_of(request).data_folder / f"{name}.json").read_bytes()
    except FileNotFoundError:
        raise HTTPException(404) from None
    return tagged(request, body, "application/json")


@router.get("/data/files/{name}")
async def data_file(request: Request, name: str) -> Response:
    """A file. Its name changes with what it holds, so anybody on the way may keep it; parts of it may be asked for."""
    found = FILE.fullmatch(name)
    path = settings_of(request).data_folder / "files" / name
    if not found or not path.is_file():
        raise HTTPException(404)
    tag = f'"{name.rsplit("-", 1)[1].partition(".")[0]}"'
    saved = f'attachment; filename="{found[1]}-{"-".join(name.split("-")[1:4])}.{found[2]}"'
    headers = {**FOR_GOOD, "ETag": tag, "Content-Disposition": saved}
    if has_copy(request, tag):
        return Response(status_code=304, headers=headers)
    compressed = path.with_name(f"{name}.gz")
    if compressed.is_file():
        headers["Vary"] = "Accept-Encoding"
        if takes_gzip(request) and "range" not in request.headers:
            # Weak, because other bytes say the same.
            headers |= {"Content-Encoding": "gzip", "ETag": f"W/{tag}"}
            return FileResponse(compressed, headers=headers, media_type=TYPES[found[2]])
    return FileResponse(path, headers=headers, media_type=TYPES[found[2]])


@questions.get("/changes", response_class=Response, responses={**PROBLEMS, 200: {"content": {LINES: {}}}})
async def changes(request: Request, asked: Annotated[ChangesQuery, Query()]) -> Response:
    """Rows of a layer that came on record or became others since a day (UTC), a GeoJSON feature in each line.

    A row that is no longer in its layer is a feature without geometry: its key, `removed` (true) and `removed_on`. A
    withdrawn claim line stays in its layer and says so in `state`. Of segments: those that were drawn since.
    """
    digest = blake2b(digest_size=12)
    body: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(HELD_BYTES)  # noqa: SIM115 - closed when it is sent

    def keep(lines: bytes) -> None:
        digest.update(lines)
        body.write(lines)

    # All is read before the first byte is sent: whoever reads slowly holds a file, and no connection.
    try:
        async with request.app.state.changes_at_once, public_connection(request) as connection:
            await open_data.write_changes(connection, asked.layer, asked.since, keep)
    except BaseException:
        body.close()
        raise
    headers = {"ETag": f'"{digest.hexdigest()}"', **REVALIDATE}
    if has_copy(request, headers["ETag"]):
        body.close()
        return Response(status_code=304, headers=headers)
    headers["Content-Length"] = str(body.tell())
    headers["Content-Disposition"] = f'inline; filename="{asked.layer}-since-{asked.since}.geojsonl"'
    body.seek(0)
    return StreamingResponse(_read(body), media_type=LINES, headers=headers)


async def _read(body: "SpooledTemporaryFile[bytes]") -> Any:
    with body:
        while chunk := body.read(CHUNK):
            yield chunk


def size_of(number: float) -> tuple[float, str]:
    """A size in the unit in which it is read easiest."""
    for unit in ("B", "kB", "MB"):
        if number < 1000:
            return round(number, 1), unit
        number /= 1000
    return round(number, 1), "GB"


def _index(folder: Path) -> Any:
    """What the job has published last; None before."""
    try:
        return json.loads((folder / INDEX).read_bytes())
    except FileNotFoundError:
        return None


def _described(request: Request, say: Any, index: Any, language: str) -> Markup:
    """The same for search engines: schema.org's words for a set of data."""
    base = settings_of(request).base_url.rstrip("/")
    told = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": f"{say('site.name')}: {say('data.title')}",
        "description": say("data.what"),
        "url": f"{base}/{language}/data/",
        "inLanguage": language,
        "license": LICENCE,
        "isAccessibleForFree": True,
        "dateModified": index["made_on"],
        "version": index["schema_version"],
        "creator": {"@type": "Organization", "name": say("site.name"), "url": f"{base}/"},
        "distribution": [
            {
                "@type": "DataDownload",
                "name": f"{one['name']}.{file['format']}",
                "encodingFormat": file["media_type"],
                "contentUrl": f"{base}/data/{file['path']}",
                "contentSize": f"{file['bytes']} B",
                "sha256": file["sha256"],
            }
            for one in index["layers"]
            for file in one["files"]
        ],
    }
    words = json.dumps(told, ensure_ascii=False)
    for sign in "<>&":
        words = words.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(words)  # noqa: S704 - no sign of it can end the element
