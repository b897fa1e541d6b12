"""The public maps, as `publish-maps` built it: pages by language, and the files they load under names of their hash."""

import re
from mimetypes import guess_type

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException

from api.compression import tagged_small, takes_gzip
from api.dependencies import settings_of
from api.headers import HEADERS, PRIVATE
from api.pages.public import page_in, to_reader

router = APIRouter(include_in_schema=False)

MAPS = ("status", "warranty", "defects", "works", "money", "history")
HTML = "text/html; charset=utf-8"
BUILT_SOON_S = 120
BUNDLE = re.compile("[0-9a-f]{16}")
FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}


@router.get("/map/{name}")
async def map_in_some_language(request: Request, name: str) -> Response:
    """To the map in the reader's language."""
    if name not in MAPS:
        raise HTTPException(404)
    return to_reader(request, f"map/{name}")


@router.get("/{language}/map/{name}")
async def map_page(request: Request, language: str, name: str) -> Response:
    """A map in one language; 503 with a friendly page while it has not been built."""
    settings = settings_of(request)
    if language not in settings.language_codes or name not in MAPS:
        raise HTTPException(404)
    built = settings.maps_folder / f"{name}.{language}.html"
    try:
        page = built.read_bytes()
    except FileNotFoundError:
        return _not_built(request, language, name)
    answer = tagged_small(request, page, HTML)
    answer.headers["Content-Security-Policy"] = policy(settings.basemap_origin)
    return answer


@router.get("/maps/{bundle}/{path:path}")
async def built_file(request: Request, bundle: str, path: str) -> Response:
    """A file of a map. Its name changes with what it holds, so a browser may keep it for good."""
    if not BUNDLE.fullmatch(bundle) or "\x00" in path:
        raise HTTPException(404)
    folder = (settings_of(request).maps_folder / "files" / bundle).resolve()
    wanted = (folder / path).resolve()
    if not wanted.is_relative_to(folder) or not wanted.is_file():
        raise HTTPException(404)
    squeezed = wanted.with_name(f"{wanted.name}.gz")
    if not squeezed.is_file():
        return FileResponse(wanted, headers=FOR_GOOD)
    headers = {**FOR_GOOD, "Vary": "Accept-Encoding"}
    if not takes_gzip(request):
        return FileResponse(wanted, headers=headers)
    media_type = guess_type(wanted.name)[0] or "application/octet-stream"
    return FileResponse(squeezed, headers={**headers, "Content-Encoding": "gzip"}, media_type=media_type)


def policy(basemap_origin: str) -> str:
    """The content security policy of a map page: that of every page, and pictures from the one host somebody chose.

    Pages of our own may hold it in a frame.
    """
    everywhere = HEADERS["Content-Security-Policy"].replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    return everywhere.replace("img-src 'self'", f"img-src 'self' {basemap_origin}") if basemap_origin else everywhere


def _not_built(request: Request, language: str, name: str) -> Response:
    page = page_in(request, "map_not_built.html", language, {"page": f"map/{name}"})
    return Response(page, 503, media_type=HTML, headers={"Retry-After": str(BUILT_SOON_S), **PRIVATE})
