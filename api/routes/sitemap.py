"""What search engines read: where they may go, and the address of every public page in every language."""

import asyncio
import gzip
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from api.compression import takes_gzip
from api.dependencies import public_connection, settings_of, tagged
from api.pages.maps import MAPS
from roads.queries import open_data

router = APIRouter(include_in_schema=False)

SIZE = 5000
"""Ids of a part: with three languages far below the 50,000 addresses and 50 MB that a part may have."""
PAGES = (
    "", *(f"map/{name}" for name in MAPS), "ask", "indicators", "contractors", "regions", "overdue",
    "report", "subscribe", "transparency", "data/",
)  # fmt: skip
"""Pages there is one of, below the language."""
NOT_FOR_ROBOTS = (
    "account", "administration", "claims", "desk", "field", "letters", "mail", "photos", "reset", "search", "sign-in",
)  # fmt: skip
XML = "application/xml; charset=utf-8"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


@router.get("/robots.txt")
async def robots(request: Request) -> Response:
    """Where robots may go: nowhere that is somebody's own, nor into answers without end."""
    settings = settings_of(request)
    closed = [f"Disallow: /{one}/{page}" for one in settings.language_codes for page in NOT_FOR_ROBOTS]
    lines = ["User-agent: *", *closed, "Disallow: /tiles/", "", f"Sitemap: {_base(request)}/sitemap.xml", ""]
    return tagged(request, "\n".join(lines).encode(), "text/plain; charset=utf-8")


@router.get("/sitemap.xml")
async def sitemap(request: Request) -> Response:
    """The list of the parts."""
    async with public_connection(request) as connection:
        parts = await open_data.parts_of_addresses(connection, SIZE)
    names = ["pages-0", *(f"{kind}-{part}" for kind, part in parts)]
    told = "".join(f"<sitemap><loc>{_base(request)}/sitemaps/{name}.xml</loc></sitemap>\n" for name in names)
    return tagged(request, f"{HEAD}<sitemapindex {NAMESPACE}>\n{told}</sitemapindex>\n".encode(), XML)


@router.get("/sitemaps/{kind}-{part}.xml")
async def part_of_sitemap(request: Request, kind: str, part: str) -> Response:
    """Some addresses, each with the same page in the other languages."""
    is_number = part.isascii() and part.isdecimal() and len(part) <= 6
    if not is_number or kind not in ("pages", *open_data.KINDS):
        raise HTTPException(404)
    pages: Iterable[str] = PAGES
    if kind != "pages":
        async with public_connection(request) as connection:
            pages = [f"{kind}/{one}" for one in await open_data.addresses(connection, kind, int(part), SIZE)]
    told = "".join(_entries(_base(request), pages, settings_of(request).language_codes))
    body = f'{HEAD}<urlset {NAMESPACE} xmlns:xhtml="http://www.w3.org/1999/xhtml">\n{told}</urlset>\n'.encode()
    if not takes_gzip(request):
        return tagged(request, body, XML)
    # Beside the loop: others are answered meanwhile.
    return tagged(request, await asyncio.to_thread(gzip.compress, body, 5, mtime=0), XML, encoding="gzip")


def _entries(base: str, pages: Iterable[str], languages: Iterable[str]) -> Iterator[str]:
    for page in pages:
        others = "".join(
            f'<xhtml:link rel="alternate" hreflang="{one}" href="{base}/{one}/{escape(page)}"/>' for one in languages
        )
        yield from (f"<url><loc>{base}/{one}/{escape(page)}</loc>{others}</url>\n" for one in languages)


def _base(request: Request) -> str:
    return escape(settings_of(request).base_url.rstrip("/"))
