"""Who answers for this metre on this day? Asked by road and chainage, or by where somebody stands."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response

from api.dependencies import points_of, public_connection, today
from api.errors import sentence_of
from api.kept_pages import kept
from api.pages.things import shown, wanted, words_of
from geo.errors import BadValue
from roads.domain.errors import RoadsError
from roads.domain.network import Direction
from roads.domain.warranty import Element
from roads.queries import public
from roads.queries.public import AskedPoint, Question
from roads.queries.site import segment_at

router = APIRouter(include_in_schema=False)
ASKED = ("road", "chainage", "direction", "on", "element")


@router.get("/{language}/ask")
@kept(*ASKED)
async def ask(request: Request, language: str) -> Response:
    """By road and chainage: the answer with its explanation. Shared links may carry other parameters too."""
    words = words_of(request, language)
    asked = {name: request.query_params.get(name, "").strip()[:200] for name in ASKED}
    answer, trouble, day = None, None, today(request)
    if asked["road"] or asked["chainage"]:
        try:
            async with public_connection(request) as connection:
                answer = await _answer(connection, asked, day, language)
        except (BadValue, RoadsError) as wrong:
            trouble = sentence_of(wrong, language)
    facts = {"asked": asked, "answer": answer, "trouble": trouble, "page": "ask", "query": request.url.query}
    return shown(request, words, "ask.html", wanted(request, ()), facts)


async def _answer(connection: Any, asked: Mapping[str, str], today: date, language: str) -> dict[str, Any]:
    day, element = public.day_or(asked["on"], today), public.element_or(asked["element"])
    question = Question(day, element, language=language)
    direction = asked["direction"] if asked["direction"] in list(Direction) else None
    place = await public.place_at_chainage(connection, asked["road"], asked["chainage"], direction, question)
    return {
        "place": place,
        "liability": await public.who_answers(connection, place, question),
        "segment_id": await segment_at(connection, place),
    }


@router.get("/{language}/here")
@kept("lat", "lon")
async def here(request: Request, language: str) -> Response:
    """By a coordinate: the road one stands on, and who answers for it today."""
    words, day = words_of(request, language), today(request)
    at = coordinates(f"{request.query_params.get('lat', '')} {request.query_params.get('lon', '')}")
    facts: dict[str, Any] = {"at": at, "answer": None, "page": "here", "query": request.url.query}
    if at is not None:
        lat, lon = at
        place, answer = await points_of(request).ask(
            AskedPoint(lon, lat, Question(day, Element.PAVEMENT, language=language))
        )
        async with public_connection(request) as connection:
            segment_id = await segment_at(connection, place)
        facts["answer"] = {"place": place, "liability": answer, "segment_id": segment_id}
    return shown(request, words, "here.html", wanted(request, ()), facts)


def coordinates(words: str) -> tuple[float, float] | None:
    """Latitude and longitude (degrees, EPSG:4326) as people write them, `43.25, 76.9`; None for anything else."""
    parts = words.replace(";", " ").replace(", ", " ").split()
    if len(parts) == 1:
        parts = parts[0].split(",")
    try:
        lat, lon = (float(part) for part in parts)
    except ValueError:
        return None
    return (lat, lon) if -90 <= lat <= 90 and -180 <= lon <= 180 else None
