"""A static edition of the public site: pages, maps, tiles and data as files that any web server can send.

The application itself is asked, in this process and others like it, so that a page is the same bytes as on the site. A
page `/kk/roads/1` becomes `kk/roads/1/index.html`, and a later part of a list, `/kk/roads/1?segments=2`, a page of its
own, `kk/roads/1/segments-2/index.html`: links to parts are the only thing that reads otherwise. What needs the site
itself (a search, a form, somebody's own pages) becomes a note that says so and leads there, so that no link among the
pages is broken.
"""

import asyncio
import gzip
import json
import re
import shutil
import tarfile
import zipfile
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from html import escape, unescape
from multiprocessing import get_context
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from urllib.parse import parse_qsl, unquote

import httpx2
from fastapi import FastAPI, Request

from api.app import create_app
from api.pages.maps import MAPS
from api.pages.public import STATIC, page_in
from api.routes.sitemap import PAGES, SIZE
from roads.domain.errors import RoadsError
from roads.queries import maps, open_data
from roads.queries.tiles import LAYERS, OF_A_YEAR
from roads.settings import Settings

AT_ONCE = 8
"""So many questions a process asks at a time: as many as there are connections."""
WORTH_SHARING = 400
"""Fewer pages than these are fetched sooner than another process has started."""
ARCHIVES = (".tar.gz", ".tgz", ".zip")
MARK = "edition.json"
LIVE_PAGES = ("ask", "report", "search", "subscribe")
"""Of the pages there is one of, those that are nothing without the site."""
THINGS = ("roads", "contractors", "regions", "contracts")
WITH_PARTS = (*THINGS, "segments", "overdue", "indicators")
"""Pages with lists in parts, or in several orders."""
FILE = re.compile(r"/(static|maps|photos|transparency|data)/.*\.[a-z0-9]+|/openapi\.json")
LINK = re.compile(r'(?:href|src|action)="(/(?!/)[^"]*)"')
LINK_TO_PART = re.compile(r'href="((?:/(?!/)[^"?#]*)?)\?([^"#]*)(#[^"]*)?"')
PART = re.compile("[a-z0-9_]{1,40}")
SOURCES = re.compile(r'srcset="([^"]*)"')
OLDEST_IN_ZIP = (1980, 1, 1, 0, 0, 0)


class NotAStaticEdition(RoadsError):
    """Something else stands where the edition should go. Carries `path`."""

    code = "not_a_static_edition"


class PageNotExported(RoadsError):
    """A page that must be there could not be had. Carries `address` and `status`."""

    code = "page_not_exported"


class Segments(StrEnum):
    """Which segments have their pages in the edition."""

    ALL = "all"
    NONE = "none"
    WITH_CONTRACTS = "with-contracts"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What goes into an edition: segments, the first and last zoom of tiles; and how many processes make it."""

    segments: Segments
    zooms: tuple[int, int]
    processes: int


@dataclass(frozen=True, slots=True)
class Work:
    """What every process is told: settings, where to write, what day it is, and which segments have pages."""

    settings: Settings
    folder: Path
    day: date
    segments: frozenset[str]


def export_site(settings: Settings, out: Path, wanted: Wanted) -> Counter[str]:
    """Writes the edition to a folder or an archive (`.tar.gz`, `.zip`), whole or not at all; gives what was written.

    Errors: NotAStaticEdition, PageNotExported, DatabaseUnusable, OSError.
    """
    is_archive = out.name.endswith(ARCHIVES)
    if (out.exists() and is_archive == out.is_dir()) or (out.is_dir() and any(out.iterdir()) and not _is_ours(out)):
        raise NotAStaticEdition(path=out)
    out.parent.mkdir(parents=True, exist_ok=True)
    made = Path(mkdtemp(dir=out.parent, prefix=f".{out.name}-"))
    try:
        folder = made / "site"
        counts = _make(settings, folder, wanted)
        if is_archive:
            _pack(folder, made / out.name)
            (made / out.name).replace(out)
        else:
            if out.exists():
                out.replace(made / "before")
            folder.replace(out)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return counts


def _is_ours(folder: Path) -> bool:
    return (folder / MARK).is_file()


def _make(settings: Settings, folder: Path, wanted: Wanted) -> Counter[str]:
    folder.mkdir()
    day = datetime.now(settings.zone).date()
    seeds, layers, segments, edition = asyncio.run(_seeds(settings, wanted))
    work = Work(settings, folder, day, frozenset(segments))
    with _others(wanted.processes) as share:
        counts = _crawl(work, seeds, wanted.processes, share)
        counts["tiles"] = sum(share(_write_tiles, [(work, edition, layer, wanted.zooms) for layer in layers]))
    counts["files"] += _copy_data(settings.data_folder, folder / "data")
    facts = {"made_on": day.isoformat(), "edition": edition, "segments": wanted.segments, "zooms": wanted.zooms}
    (folder / MARK).write_text(json.dumps({**facts, "base_url": settings.base_url}, indent=1) + "\n", encoding="utf-8")
    (folder / "README.txt").write_text(README, encoding="utf-8")
    return counts


Share = Callable[[Callable[..., Any], Sequence[tuple[Any, ...]]], list[Any]]
"""Does a thing with each of many, in whatever process has time."""


@contextmanager
def _others(processes: int) -> Iterator[Share]:
    """Others to share work with; nobody where one process shall do it all."""
    if processes == 1:
        yield lambda do, many: [do(*one) for one in many]
        return
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        yield lambda do, many: list(pool.map(do, *zip(*many, strict=True)))


async def _seeds(settings: Settings, wanted: Wanted) -> tuple[set[str], list[str], list[str], int]:
    """Addresses to begin with, the layers of tiles, the segments, and the edition of the maps."""
    async with _application(settings) as (app, _), app.state.pool.connection() as connection:
        segments = await _chosen_segments(connection, wanted.segments)
        things = [f"segments/{one}" for one in segments]
        for kind, part in await open_data.parts_of_addresses(connection, SIZE):
            if kind in THINGS:
                things += [f"{kind}/{one}" for one in await open_data.addresses(connection, kind, part, SIZE)]
        years = _every(await maps.years(connection))
        edition = await app.state.editions.last()
    pages = [one for one in PAGES if one not in LIVE_PAGES] + things
    seeds = {f"/{language}/{page}" for language in settings.language_codes for page in pages}
    seeds |= {f"/static/{path}" for path in STATIC} | set(_map_files(settings.maps_folder))
    seeds |= {"/", "/data/", "/404.html", "/openapi.json", "/api/v1/status", *(f"/map/{name}" for name in MAPS)}
    seeds |= {f"/api/v1/maps/{name}" for name in MAPS if name != "status"}
    seeds |= {f"/api/v1/segments/{one}" for one in segments}
    return seeds, [*LAYERS, *(f"{layer}-{year}" for layer in OF_A_YEAR for year in years)], segments, edition


def _every(years: tuple[int, int] | None) -> Iterable[int]:
    """From the first year on record to the last; none where nothing is."""
    return range(years[0], years[1] + 1) if years else ()


async def _chosen_segments(connection: Any, which: Segments) -> list[str]:
    if which is Segments.WITH_CONTRACTS:
        return await open_data.segments_with_contracts(connection)
    if which is Segments.NONE:
        return []
    parts = await open_data.parts_of_addresses(connection, SIZE)
    of_each = [await open_data.addresses(connection, kind, part, SIZE) for kind, part in parts if kind == "segments"]
    return [one for of_one in of_each for one in of_one]


def _map_files(folder: Path) -> Iterator[str]:
    """The files of the maps as published now."""
    published = folder / "published.json"
    current = json.loads(published.read_bytes())["current"] if published.is_file() else []
    for bundle in current:
        for path in sorted((folder / "files" / bundle).rglob("*")):
            if path.is_file() and path.suffix != ".gz":
                yield f"/maps/{path.relative_to(folder / 'files').as_posix()}"


# --- pages


def _crawl(work: Work, seeds: Iterable[str], processes: int, share: Share) -> Counter[str]:
    """Fetches pages, then what they lead to, until nothing new is found."""
    counts: Counter[str] = Counter()
    known = set(seeds)
    ahead = sorted(known)
    while ahead:
        if len(ahead) < WORTH_SHARING:
            done = [_write_pages(work, ahead)]
        else:
            done = share(_write_pages, [(work, ahead[first::processes]) for first in range(processes)])
        found = set().union(*(links for links, _ in done))
        for _, counted in done:
            counts += counted
        ahead = sorted(found - known)
        known |= found
    return counts


def _write_pages(work: Work, addresses: Sequence[str]) -> tuple[set[str], Counter[str]]:
    """Fetches and writes; gives where the pages lead, and how many of what were written."""
    return asyncio.run(_fetch_pages(work, addresses))


async def _fetch_pages(work: Work, addresses: Sequence[str]) -> tuple[set[str], Counter[str]]:
    links: set[str] = set()
    counts: Counter[str] = Counter()
    async with _application(work.settings) as (app, client):

        async def write(address: str) -> Iterable[str]:
            kind, body = await _answer(work, app, client, address)
            counts[kind] += 1
            parts: set[str] = set()
            if kind == "pages":
                links.update(links_of(body.decode()))
                page, parts = _lead_to_parts(work, address.partition("?")[0], body.decode())
                body = page.encode()
            path = file_of(work.folder, address)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
            return parts

        async def write_with_parts(address: str) -> None:
            known, ahead = {address}, [address]
            while ahead:
                found = set(await write(ahead.pop())) - known
                known |= found
                ahead += sorted(found)

        await _all(write_with_parts, addresses)
    return links, counts


def _lead_to_parts(work: Work, path: str, page: str) -> tuple[str, set[str]]:
    """The page with links to parts of lists as they lie in the edition, and the addresses of its own parts."""
    own: set[str] = set()

    def lead(link: re.Match[str]) -> str:
        there, fragment = unescape(link[1]) or path, link[3] or ""
        if not _has_parts(work, there):
            return link[0]
        part = part_of(dict(parse_qsl(unescape(link[2]))), fragment.removeprefix("#"))
        if part and there == path:
            own.add(f"{path}?{part[0]}={part[1]}")
        return f'href="{escape(there + (f"/{part[0]}-{part[1]}/" if part else ""))}{fragment}"'

    return LINK_TO_PART.sub(lead, page), own


def _has_parts(work: Work, path: str) -> bool:
    _, _, kind, *_ = f"{path}//".split("/")
    return kind in WITH_PARTS and _belongs(work, path)


def part_of(asked: Mapping[str, str], fragment: str) -> tuple[str, str] | None:
    """Which part of a list, or which order, a link asks for; None for the page as it begins.

    On the site each list of a page keeps its part while another is turned. In the edition the others begin anew, or
    there would be a page for each combination.
    """
    parts = {
        name: value for name, value in asked.items() if value != "1" and PART.fullmatch(name) and PART.fullmatch(value)
    }
    wanted = [fragment] if fragment in asked else sorted(parts)
    return next(((name, parts[name]) for name in wanted if name in parts), None)


async def _answer(work: Work, app: FastAPI, client: httpx2.AsyncClient, address: str) -> tuple[str, bytes]:
    """What stands at an address of the edition, and of which kind it is."""
    if not _belongs(work, address.partition("?")[0]):
        return "notes", _note(work, app, address)
    answer = await client.get(address)
    if answer.is_redirect:
        return "pages", REDIRECT.format(address=answer.headers["location"]).encode()
    if answer.status_code == 404:
        return "notes", _note(work, app, address)
    if answer.status_code != 200:
        raise PageNotExported(address=address, status=answer.status_code)
    return ("pages" if "text/html" in answer.headers["content-type"] else "files"), answer.content


def _belongs(work: Work, address: str) -> bool:
    """Whether what stands there can be told without the site: anything else becomes a note."""
    _, first, *rest = address.split("/")
    if first in work.settings.language_codes:
        kind, name = (rest[0] if rest else ""), "/".join(rest[1:])
        is_one_of_many = kind in THINGS and name != ""
        return is_one_of_many or (kind == "segments" and name in work.segments) or _is_page("/".join(rest))
    if address.startswith("/api/v1/segments/"):
        return rest[-1] in work.segments
    is_map = address in ("/", "/data/") or first == "map"
    return is_map or bool(FILE.fullmatch(address)) or address.startswith(("/api/v1/status", "/api/v1/maps/"))


def _is_page(page: str) -> bool:
    return page in PAGES and page not in LIVE_PAGES


def _note(work: Work, app: FastAPI, address: str) -> bytes:
    first = address.split("/")[1]
    language = first if first in work.settings.language_codes else work.settings.language_codes[0]
    scope = {"type": "http", "app": app, "method": "GET", "path": address, "query_string": b"", "headers": []}
    facts = {"day": work.day, "address": "/" if address == "/404.html" else address}
    return page_in(Request(scope), "static_note.html", language, {**facts, "query": ""})


def links_of(page: str) -> Iterator[str]:
    """Addresses of our own that a page leads to or loads, without query and fragment."""
    found = LINK.findall(page)
    found += [part.split()[0] for sources in SOURCES.findall(page) for part in sources.split(",") if part.strip()]
    for link in found:
        path = unescape(link).partition("#")[0].partition("?")[0]
        if path.startswith("/") and ".." not in path and not path.startswith("/data/files/"):
            yield path


def file_of(folder: Path, address: str) -> Path:
    """The file that any web server sends for an address."""
    page, _, part = address.partition("?")
    path = unquote(page).lstrip("/")
    is_file = FILE.fullmatch(page) or page == "/404.html"
    return folder / path if is_file else folder / path / part.replace("=", "-") / "index.html"


# --- tiles


def _write_tiles(work: Work, edition: int, layer: str, zooms: tuple[int, int]) -> int:
    """Writes the tiles of a layer, from the first zoom to the last; nothing below an empty one. Gives how many."""
    return asyncio.run(_fetch_tiles(work, edition, layer, zooms))


async def _fetch_tiles(work: Work, edition: int, layer: str, zooms: tuple[int, int]) -> int:
    first, last = zooms
    written = 0
    async with _application(work.settings) as (_, client):
        ahead = [(0, 0)]
        for zoom in range(last + 1):
            below: list[tuple[int, int]] = []

            async def write(spot: tuple[int, int], zoom: int = zoom, below: list[tuple[int, int]] = below) -> None:
                x, y = spot
                address = f"/tiles/{edition}/{layer}/{zoom}/{x}/{y}.mvt"
                answer = await client.get(address)
                if answer.status_code != 200:
                    raise PageNotExported(address=address, status=answer.status_code)
                if zoom >= first:
                    path = work.folder / address.lstrip("/")
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(answer.content)
                if answer.content:
                    below.extend((2 * x + right, 2 * y + down) for right in (0, 1) for down in (0, 1))

            await _all(write, ahead)
            written += len(ahead) if zoom >= first else 0
            ahead = below
    return written


# --- what all of it needs


@asynccontextmanager
async def _application(settings: Settings) -> AsyncIterator[tuple[FastAPI, httpx2.AsyncClient]]:
    """The application with a client that asks it without a network."""
    app = create_app(settings)
    headers = {"Accept-Encoding": "identity", "Accept-Language": settings.language_codes[0]}
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app), base_url=settings.base_url, headers=headers, timeout=None
        ) as client,
    ):
        yield app, client


async def _all(do: Callable[[Any], Awaitable[None]], things: Iterable[Any]) -> None:
    """Does a thing with each, a few at a time; the first that fails ends all."""
    left = iter(things)

    async def go_on() -> None:
        for one in left:
            await do(one)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(go_on())
    except ExceptionGroup as several:
        raise several.exceptions[0] from None


def _copy_data(folder: Path, to: Path) -> int:
    """The files of open data that are listed now: too large to be asked for."""
    if not (folder / "index.json").is_file():
        return 0
    index = json.loads((folder / "index.json").read_bytes())
    paths = ["index.json", "datapackage.json", *(file["path"] for one in index["layers"] for file in one["files"])]
    (to / "files").mkdir(parents=True, exist_ok=True)
    for path in paths:
        shutil.copyfile(folder / path, to / path)
    return len(paths)


def _pack(folder: Path, archive: Path) -> None:
    """One file of it all; the same edition is the same bytes."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
            for path in paths:
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), OLDEST_IN_ZIP)
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                with path.open("rb") as read, packed.open(entry, "w", force_zip64=True) as out:
                    shutil.copyfileobj(read, out)
        return
    with (
        archive.open("wb") as raw,
        gzip.GzipFile("", "wb", 6, raw, mtime=0) as squeezed,
        tarfile.open(fileobj=squeezed, mode="w") as packed_tar,
    ):
        for path in paths:
            member = tarfile.TarInfo(path.relative_to(folder).as_posix())
            member.size, member.mode = path.stat().st_size, 0o644
            with path.open("rb") as read:
                packed_tar.addfile(member, read)


REDIRECT = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sapaly Zhol</title>'
    '<meta http-equiv="refresh" content="0; url={address}"></head>'
    '<body><p><a href="{address}">{address}</a></p></body></html>\n'
)
README = """Sapaly Zhol, static edition
===========================

edition.json says of which day this copy is. Serve this folder at the root of a host name, with any web server:

    python3 -m http.server 8000          then open http://127.0.0.1:8000/

Links begin with "/". To serve it from a subfolder of another site, give it a host name of its own (a virtual host), or
let a proxy strip the folder and rewrite links; with nginx:

    location /roads/ {
        proxy_pass http://127.0.0.1:8000/;
        proxy_redirect / /roads/;
        proxy_set_header Accept-Encoding "";
        sub_filter_types text/html text/css text/javascript application/json;
        sub_filter_once off;
        sub_filter '="/' '="/roads/';
        sub_filter '"/api/' '"/roads/api/';
        sub_filter '"/tiles/' '"/roads/tiles/';
        sub_filter '"/maps/' '"/roads/maps/';
    }

- Files below tiles/ (type application/vnd.mapbox-vector-tile), maps/, photos/ and data/files/ never change under their
  names: let them be kept for good (Cache-Control: public, max-age=31536000, immutable). Compress
  html, js, css, json, mvt.
- Files named index.html below api/ are JSON.
- Let 404.html answer what is not there. A tile that is not there is an empty tile.
- A later part of a long list is a page below its page (roads/1/segments-2/).
- Searches, forms and accounts are on the live site: a note leads there.
"""
