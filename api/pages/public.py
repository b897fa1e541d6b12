"""What every page needs: its template, its stylesheets and scripts, and the way to it in the reader's language."""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from api.compression import tagged_small
from api.dependencies import settings_of
from api.headers import PRIVATE
from api.pages.templates import templates_in
from roads.domain.network import Direction
from roads.domain.warranty import Element
from roads.i18n import choose_language, say

router = APIRouter(include_in_schema=False)
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_FOLDER = Path(str(files("api"))) / "static"
STATIC = {str(one.relative_to(_FOLDER)): one for one in _FOLDER.rglob("*") if one.suffix in TYPES}
"""Every file that pages may load, by its path below `/static/`: nothing else is looked for on the disk."""


@router.get("/")
async def root(request: Request) -> Response:
    """To the site in the reader's language."""
    return to_reader(request, "")


@router.get("/static/{path:path}")
async def static(request: Request, path: str) -> Response:
    """Stylesheets and scripts of pages. Errors: HTTPException 404 for what is none of them."""
    found = STATIC.get(path)
    if found is None:
        raise HTTPException(404)
    return tagged_small(request, found.read_bytes(), TYPES[found.suffix])


def to_reader(request: Request, page: str) -> Response:
    """To a page, named by its path below the language, in the language its reader prefers."""
    chosen = choose_language(request.headers.get("accept-language"), settings_of(request).language_codes)
    return RedirectResponse(f"/{chosen}/{page}", 307, headers={"Vary": "Accept-Language"})


def problem_page(request: Request, status: int, language: str, detail: str) -> Response:
    """A page that says what is wrong, for somebody who opened one."""
    facts = {"title": say(f"problem.http_{status}", language), "detail": detail, "page": "", "query": ""}
    body = page_in(request, "problem.html", language, facts)
    return Response(body, status, media_type="text/html; charset=utf-8", headers=PRIVATE)


def page_in(request: Request, template: str, language: str, facts: Mapping[str, Any]) -> bytes:
    """A page from a template in the reader's language. Among the facts may be `page`, its path below the
    language, and `query`, what its links to other languages carry: the address's own unless told otherwise."""
    written = (
        templates_in(language)
        .get_template(template)
        .render(
            languages=settings_of(request).language_codes,
            elements=list(Element),
            directions=list(Direction),
            base_url=settings_of(request).base_url.rstrip("/"),
            **{"page": "", "query": request.url.query, **facts},
        )
    )
    return written.encode()
