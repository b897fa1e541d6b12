"""Feeds for those who follow a road, a contractor or a region, and a calendar of the days on which warranties end.

What people wrote stands in them as words: XML is made by a writer of XML, and a calendar's text is escaped and folded.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from fastapi import APIRouter, Request, Response

from api.dependencies import offered, public_connection, settings_of, tagged, today
from api.plain_words import plain
from geo.chainage import format_cm
from roads.domain.errors import NotFound
from roads.domain.fields import fold_reference
from roads.i18n import say
from roads.queries.candidates import road_name
from roads.queries.feeds import DAYS_OF_A_FEED, news, warranty_ends

router = APIRouter(include_in_schema=False)
ATOM = "http://www.w3.org/2005/Atom"
ET.register_namespace("", ATOM)
FILTERS = ("road", "contractor", "region")
LONGEST_LINE = 75
"""Octets of a line of a calendar (RFC 5545)."""


def _asked(request: Request) -> dict[str, str | None]:
    given = {name: request.query_params.get(name, "").strip()[:100] or None for name in FILTERS}
    return {**given, "road": fold_reference(given["road"]) if given["road"] else None}


@router.get("/{language}/feed.atom")
async def feed(request: Request, language: str) -> Response:
    """Verified repairs and new defects of the last year, fifty at most (RFC 4287)."""
    offered(request, language)
    asked, day = _asked(request), today(request)
    async with public_connection(request) as connection:
        found = await news(connection, {**asked, "since": day - timedelta(days=DAYS_OF_A_FEED)})
    base = settings_of(request).base_url.rstrip("/")
    query = urlencode({name: value for name, value in asked.items() if value})
    address = f"{base}/{language}/feed.atom{'?' if query else ''}{query}"
    root = ET.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": language})
    narrowed = ", ".join(value for value in asked.values() if value)
    _add(root, "title", say("site.name", language) + (f": {narrowed}" if narrowed else ""))
    _add(root, "id", address)
    _add(root, "updated", _moment(found[0].happened_on if found else day))
    _add(root, "link", None, rel="self", href=address)
    _add(root, "link", None, rel="alternate", href=f"{base}/{language}/")
    _add(ET.SubElement(root, f"{{{ATOM}}}author"), "name", say("site.name", language))
    for row in found:
        root.append(_entry(row, base, language))
    body = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return tagged(request, body, "application/atom+xml; charset=utf-8")


def _entry(row: Any, base: str, language: str) -> ET.Element:
    entry = ET.Element(f"{{{ATOM}}}entry")
    what = getattr(row, f"distress_{language}") or say("report.some_defect", language)
    place = f"{road_name(row, language) or say('page.nameless', language)} {format_cm(row.from_cm or 0)}"
    _add(entry, "title", say(f"feed.{row.kind}", language, {"what": what, "place": place}))
    # A tag names the entry for good, in any language and at any address.
    _add(entry, "id", f"{base}/feed/{row.kind}/{row.id}")
    _add(entry, "updated", _moment(row.happened_on))
    page = f"segments/{row.segment_id}" if row.segment_id else ""
    _add(entry, "link", None, rel="alternate", href=f"{base}/{language}/{page}")
    if row.contract:
        facts = {"contractor": row.contractor, "contract": row.contract}
        _add(entry, "summary", say("feed.answers", language, facts))
    return entry


def _add(parent: ET.Element, name: str, words: str | None, **attributes: str) -> None:
    made = ET.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    made.text = None if words is None else plain(words)


def _moment(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


@router.get("/{language}/warranties.ics")
async def calendar(request: Request, language: str) -> Response:
    """The days on which warranties of a contractor or on a road end (RFC 5545). Errors: NotFound without either."""
    offered(request, language)
    asked, day = _asked(request), today(request)
    if not (asked["road"] or asked["contractor"]):
        raise NotFound(thing="road", key="")
    async with public_connection(request) as connection:
        found = await warranty_ends(connection, {"road": asked["road"], "contractor": asked["contractor"], "on": day})
    base = settings_of(request).base_url.rstrip("/")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Sapaly Zhol//Warranties//EN", "METHOD:PUBLISH"]
    lines.append(f"X-WR-CALNAME:{_as_text(say('feed.calendar', language))}")
    for row in found:
        lines.extend(_event(row, base, language, day))
    lines.append("END:VCALENDAR")
    body = "".join(f"{part}\r\n" for line in lines for part in _folded(line))
    return tagged(request, body.encode(), "text/calendar; charset=utf-8")


def _event(row: Any, base: str, language: str, day: date) -> Iterator[str]:
    facts = {"contract": row.contract, "contractor": row.contractor, "road": road_name(row, language) or "-"}
    yield "BEGIN:VEVENT"
    yield f"UID:warranty-{row.contract_id}-{row.ends_on:%Y%m%d}@{base.partition('://')[2]}"
    yield f"DTSTAMP:{day:%Y%m%d}T000000Z"
    yield f"DTSTART;VALUE=DATE:{row.ends_on:%Y%m%d}"
    yield f"SUMMARY:{_as_text(say('feed.ends', language, facts))}"
    yield f"URL:{base}/{language}/contracts/{row.contract_id}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _as_text(words: str) -> str:
    escaped = plain(words).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return re.sub("\r\n|\r|\n", "\\\\n", escaped)


def _folded(line: str) -> Iterator[str]:
    """Lines of at most 75 octets, no letter cut in two; those that go on begin with a blank."""
    part, size = "", 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > LONGEST_LINE:
            yield part
            part, size = " ", 1
        part, size = part + letter, size + octets
    yield part
