"""The public maps in words: the figures of their legends, and the lists of what they show."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.dependencies import as_of, public_connection, today
from api.kept_facts import whole_of_edition
from api.routes.public import PROBLEMS
from api.routing import QuestionRoute
from api.schemas.maps import MapPlaces, MapShape
from api.schemas.questions import (
    DefectPlacesQuery,
    HistoryPlacesQuery,
    MoneyPlacesQuery,
    NoQuestions,
    PlacesQuery,
    WarrantyPlacesQuery,
    WorksPlacesQuery,
    YearQuery,
    box_of,
)
from roads.domain.fields import fold_reference
from roads.queries import maps
from roads.queries.public import Public

questions = APIRouter(prefix="/api/v1/maps", tags=["maps"], route_class=QuestionRoute)


@questions.get("/warranty", response_model=MapShape, responses=PROBLEMS)
async def warranty(request: Request, asked: Annotated[NoQuestions, Query()]) -> Response:  # noqa: ARG001 - refuses all
    """For how many kilometres a warranty still runs, and how long."""
    return await _figures(request, "warranty")


@questions.get("/warranty/places", response_model=MapPlaces, responses=PROBLEMS)
async def warranty_places(request: Request, asked: Annotated[WarrantyPlacesQuery, Query()]) -> Response:
    """Stretches with who answers for them, and until when."""
    return await _places(request, "warranty", asked, ("warranty",))


@questions.get("/money", response_model=MapShape, responses=PROBLEMS)
async def money(request: Request, asked: Annotated[NoQuestions, Query()]) -> Response:  # noqa: ARG001 - refuses all
    """How many kilometres cost how much, by the latest contract for each."""
    return await _figures(request, "money")


@questions.get("/money/places", response_model=MapPlaces, responses=PROBLEMS)
async def money_places(request: Request, asked: Annotated[MoneyPlacesQuery, Query()]) -> Response:
    """Stretches with the latest contract for them, and what it pays for a kilometre."""
    return await _places(request, "money", asked, ("money",))


@questions.get("/works", response_model=MapShape, responses=PROBLEMS)
async def works(request: Request, asked: Annotated[NoQuestions, Query()]) -> Response:  # noqa: ARG001 - refuses all
    """On how many kilometres works are under way, and how many repairs are planned."""
    return await _figures(request, "works")


@questions.get("/works/places", response_model=MapPlaces, responses=PROBLEMS)
async def works_places(request: Request, asked: Annotated[WorksPlacesQuery, Query()]) -> Response:
    """Stretches with works under way; defects with a planned repair where its code is chosen."""
    return await _places(request, "works", asked, ("works",))


@questions.get("/defects", response_model=MapShape, responses=PROBLEMS)
async def defects(request: Request, asked: Annotated[NoQuestions, Query()]) -> Response:  # noqa: ARG001 - refuses all
    """How many defects are not put right: by severity, age and family of distress."""
    return await _figures(request, "defects")


@questions.get("/defects/places", response_model=MapPlaces, responses=PROBLEMS)
async def defect_places(request: Request, asked: Annotated[DefectPlacesQuery, Query()]) -> Response:
    """Defects that are not put right."""
    return await _places(request, "defects", asked, ("severity", "age", "distress"))


@questions.get("/history", response_model=MapShape, responses=PROBLEMS)
async def history(request: Request, asked: Annotated[YearQuery, Query()]) -> Response:
    """For how many kilometres somebody answered at the end of a year (this one: today), and what was found in it."""
    return await _figures(request, "history", asked.year or today(request).year)


@questions.get("/history/places", response_model=MapPlaces, responses=PROBLEMS)
async def history_places(request: Request, asked: Annotated[HistoryPlacesQuery, Query()]) -> Response:
    """Defects that were found in a year, with who answered for them."""
    return await _places(request, "history", asked, ("outcome",), asked.year or today(request).year)


async def _figures(request: Request, name: str, year: int | None = None) -> Response:
    async def build() -> MapShape:
        return await whole_of_edition(request, _counted, name, year, today(request))

    return await as_of(request, build, year)


async def _counted(connection: Public, name: str, year: int | None, today: date) -> MapShape:
    last = await maps.edition(connection)
    years = await maps.years(connection) if name == "history" else None
    return MapShape.of(last, await maps.counts(connection, name, _day(last.made_on or today, year), year), years)


async def _places(
    request: Request, name: str, asked: PlacesQuery, groups: Sequence[str], year: int | None = None
) -> Response:
    chosen = {group: _codes(getattr(asked, group)) for group in groups}

    async def build() -> MapPlaces:
        async with public_connection(request) as connection:
            last = await maps.edition(connection)
            filters: dict[str, Any] = {
                "box": box_of(asked.bbox),
                "region": asked.region,
                "road": fold_reference(asked.road) if asked.road else None,
                "segment": asked.segment,
                "on": _day(last.made_on or today(request), year),
                "year": year,
            }
            found = await maps.places(connection, name, filters, chosen, (asked.after, asked.limit))
        return MapPlaces.of(found, groups, maps.SUBJECTS[name].listed)

    return await as_of(request, build, year)


def _codes(words: str | None) -> list[str]:
    return words.split(",") if words else []


def _day(made_on: date, year: int | None) -> date:
    """The day a map tells of: its edition's, as the tiles do, or the end of a year before."""
    return made_on if year is None else min(date(year, 12, 31), made_on)
