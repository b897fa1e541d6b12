"""The first page: one field to search by, the map, the indicators, what was mended last and what is overdue longest."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.dependencies import public_connection, settings_of, today
from api.editions import Editions
from api.headers import PRIVATE
from api.kept_facts import whole_of_edition
from api.kept_pages import kept
from api.pages.ask import ASKED, coordinates
from api.pages.things import shown, wanted, words_of
from api.pages.words import isolated
from api.schemas.indicators import IndicatorsShape
from maps.picture import Frame
from maps.places import search_towns
from maps.style import SEGMENTS
from roads.queries import site

router = APIRouter(include_in_schema=False)
LONGEST_SEARCH = 100
FOLLOW_M = 5_000
"""Who finds a town is offered to follow what happens so far around its middle: one of the usual radii."""
TOWN_ZOOM = 12


@router.get("/{language}/")
@kept(*ASKED)
async def home(request: Request, language: str) -> Response:
    """The page. Links made for the form that once stood here lead on to it."""
    words = words_of(request, language)
    if "road" in request.query_params:
        return RedirectResponse(f"/{language}/ask?{request.url.query}", 307)
    editions: Editions = request.app.state.editions
    defects = await whole_of_edition(request, site.indicators_of_defects, today(request))
    async with public_connection(request) as connection:
        facts = await site.home_facts(connection, today(request))
    told = {
        "facts": facts,
        "indicators": IndicatorsShape.of(facts.indicators, defects, language),
        "page": "",
        "words_of_search": "",
        "edition": await editions.last(),
        "frame": Frame.of(settings_of(request).box),
        "statuses": list(SEGMENTS),
    }
    return shown(request, words, "home.html", wanted(request, ()), told)


@router.get("/{language}/search")
@kept("q")
async def search(request: Request, language: str) -> Response:
    """What was searched for; a coordinate leads to who answers there."""
    words = words_of(request, language)
    asked = request.query_params.get("q", "").strip()[:LONGEST_SEARCH]
    at = coordinates(asked)
    if at is not None:
        return RedirectResponse(f"/{language}/here?{urlencode({'lat': at[0], 'lon': at[1]})}", 303, headers=PRIVATE)
    async with public_connection(request) as connection:
        found = await site.search(connection, asked)
    facts = {
        "found": found,
        "towns": [_town(one, language) for one in search_towns(asked, site.FOUND_OF_A_KIND)],
        "follow_km": FOLLOW_M // 1000,
        "words_of_search": asked,
        "title": words.plain("search.title_of", words=asked) if asked else words.plain("search.title"),
        "page": "search",
        "query": urlencode({"q": asked}),
        "shown_words": isolated(asked),
    }
    return shown(request, words, "search.html", wanted(request, ()), facts)


def _town(town: Mapping[str, Any], language: str) -> dict[str, str]:
    """A town's name, and where it is shown, reported and followed. The map's address is as address.js writes it."""
    lon, lat = town["at"]
    place = {"lat": f"{lat:.4f}", "lon": f"{lon:.4f}"}
    return {
        "name": town["name"][language],
        "map": f"/{language}/map/status#map={TOWN_ZOOM}/{place['lat']}/{place['lon']}",
        "report": f"/{language}/report?{urlencode(place)}",
        "follow": f"/{language}/subscribe?{urlencode({**place, 'radius': FOLLOW_M})}",
    }
