"""What anybody may ask: who answers here, and the facts that the answer rests on."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from api.dependencies import as_of, language, points_of, public_connection, settings_of, shown, today
from api.kept_facts import whole_of_edition
from api.routing import QuestionRoute
from api.schemas.contracts import ContractDetail, ContractList
from api.schemas.indicators import IndicatorsShape
from api.schemas.inspections import DefectList, DefectShape
from api.schemas.liability import AttributionShape, LiabilityShape, PartShape
from api.schemas.network import RoadList, SegmentList, TownList, TownShape
from api.schemas.questions import (
    LARGEST_ID,
    ContractsQuery,
    DefectsQuery,
    ElementQuery,
    LiabilityQuery,
    NoQuestions,
    PageQuery,
    RoadsQuery,
    SegmentsQuery,
    TownsQuery,
    box_of,
)
from api.schemas.status import SegmentDetail, StatusShape
from maps.places import search_towns
from roads.domain.attribution import Confidence, Reason
from roads.domain.fields import fold_reference
from roads.domain.searching import search_patterns
from roads.queries import public, site

questions = APIRouter(prefix="/api/v1", tags=["public"], route_class=QuestionRoute)
router = APIRouter(prefix="/api/v1", tags=["public"])

Id = Annotated[int, Path(ge=1, le=LARGEST_ID, alias="id")]
PROBLEMS: dict[int | str, dict[str, Any]] = {
    304: {"description": "Not modified: the client's copy (If-None-Match) is current"},
    400: {"description": "A parameter is unknown or wrong", "content": {"application/problem+json": {}}},
    404: {"description": "There is no such thing", "content": {"application/problem+json": {}}},
    503: {"description": "The database cannot be reached", "content": {"application/problem+json": {}}},
}


@questions.get("/liability", response_model=LiabilityShape, responses=PROBLEMS)
async def liability(request: Request, asked: Annotated[LiabilityQuery, Query()]) -> Response:
    """Who answers here on this day, and why nobody else does."""
    settings, reader = settings_of(request), language(request)
    known_at = public.moment(asked.as_known_at, settings.zone)
    question = public.Question(asked.on or today(request), asked.element, known_at, reader)
    if asked.lon is not None and asked.lat is not None:
        place, answer = await points_of(request).ask(public.AskedPoint(asked.lon, asked.lat, question))
    else:
        async with public_connection(request) as connection:
            place = await public.place_at_chainage(
                connection, asked.road or "", asked.chainage or "", asked.direction, question
            )
            answer = await public.who_answers(connection, place, question)
    return shown(request, LiabilityShape.of(place, answer, reader))


@questions.get("/roads", response_model=RoadList, responses=PROBLEMS)
async def roads(request: Request, asked: Annotated[RoadsQuery, Query()]) -> Response:
    """Roads with their lengths, and the boxes they lie in."""
    filters = {
        "region": asked.region,
        "reference": fold_reference(asked.reference) if asked.reference else None,
        "patterns": search_patterns(asked.search) if asked.search else None,
    }
    return shown(request, RoadList.of(await _page(request, "public_roads", filters, asked)))


@questions.get("/towns", response_model=TownList, responses=PROBLEMS)
async def towns(request: Request, asked: Annotated[TownsQuery, Query()]) -> Response:
    """Towns by any of their names, whatever the keyboard."""
    return shown(request, TownList(items=[TownShape.of(one) for one in search_towns(asked.search, asked.limit)]))


@questions.get("/segments", response_model=SegmentList, responses=PROBLEMS)
async def segments(request: Request, asked: Annotated[SegmentsQuery, Query()]) -> Response:
    """Segments of the network with their status."""
    day, reader = today(request), language(request)
    filters = {
        "box": box_of(asked.bbox),
        "region": asked.region,
        "road": fold_reference(asked.road) if asked.road else None,
        "contractor": asked.contractor,
        "since": asked.since,
        "status": asked.status,
        "today": day,
    }
    instead = {"segments_of_any_status": "segments_of_a_status"} if asked.status else {}

    async def build() -> SegmentList:
        return SegmentList.of(await _page(request, "public_segments", filters, asked, **instead), reader)

    return await as_of(request, build, day, reader)


@questions.get("/status", response_model=StatusShape, responses=PROBLEMS)
async def status(request: Request, asked: Annotated[NoQuestions, Query()]) -> Response:  # noqa: ARG001 - refuses all
    """How many segments and kilometres have each status, as of which day, and the edition of the tiles that show it."""

    async def build() -> StatusShape:
        return StatusShape.of(await whole_of_edition(request, public.statuses))

    return await as_of(request, build)


@questions.get("/indicators", response_model=IndicatorsShape, responses=PROBLEMS)
async def indicators(request: Request, asked: Annotated[NoQuestions, Query()]) -> Response:  # noqa: ARG001 - refuses all
    """The five indicators, each with its formula and the parts it is made of."""
    day, reader = today(request), language(request)

    async def build() -> IndicatorsShape:
        defects = await whole_of_edition(request, site.indicators_of_defects, day)
        async with public_connection(request) as connection:
            return IndicatorsShape.of(await site.indicators(connection, day), defects, reader)

    return await as_of(request, build, day, reader)


@questions.get("/contracts", response_model=ContractList, responses=PROBLEMS)
async def contracts(request: Request, asked: Annotated[ContractsQuery, Query()]) -> Response:
    """Contracts: who ordered which works from whom, and for how much."""
    filters = {"contractor": asked.contractor, "region": asked.region, "since": asked.since}
    return shown(request, ContractList.of(await _page(request, "public_contracts", filters, asked)))


@questions.get("/defects", response_model=DefectList, responses=PROBLEMS)
async def defects(request: Request, asked: Annotated[DefectsQuery, Query()]) -> Response:
    """Defects with the outcome of their first part."""
    filters = {
        "box": box_of(asked.bbox),
        "region": asked.region,
        "contractor": asked.contractor,
        "since": asked.since,
        "outcome": asked.outcome,
    }
    return shown(request, DefectList.of(await _page(request, "public_defects", filters, asked)))


async def _page(
    request: Request, name: str, filters: Mapping[str, Any], asked: PageQuery, **instead: str
) -> public.Page:
    async with public_connection(request) as connection:
        return await public.page(connection, name, filters, after=asked.after, limit=asked.limit, **instead)


@router.get("/segments/{id}", response_model=SegmentDetail, responses=PROBLEMS)
async def segment(request: Request, number: Id, asked: Annotated[ElementQuery, Query()]) -> Response:
    """One segment: who built it, who answers and until when, what is broken and what is being done about it."""
    day, reader = today(request), language(request)

    async def build() -> SegmentDetail:
        async with public_connection(request) as connection:
            facts = await public.segment(connection, number, asked.element, day)
        return SegmentDetail.with_all(*facts, reader)

    return await as_of(request, build, day, reader)


@router.get("/contracts/{id}", response_model=ContractDetail, responses=PROBLEMS)
async def contract(request: Request, number: Id, _: Annotated[NoQuestions, Query()]) -> Response:
    """One contract and the stretches it works on."""
    async with public_connection(request) as connection:
        row = await public.one_row(connection, "public_contract", {"id": number}, thing="contract")
        sections = await public.rows(connection, "public_contract_sections", {"id": number, "today": today(request)})
    return shown(request, ContractDetail.with_sections(row, sections, language(request)))


@router.get("/defects/{id:int}", response_model=DefectShape, responses=PROBLEMS)
async def defect(request: Request, number: Id, _: Annotated[NoQuestions, Query()]) -> Response:
    """One defect as it was recorded."""
    async with public_connection(request) as connection:
        row = await public.one_row(connection, "public_defect", {"id": number}, thing="defect")
    return shown(request, DefectShape.of(row))


@router.get("/defects/{id}/attribution", response_model=AttributionShape, responses=PROBLEMS)
async def attribution(request: Request, number: Id, _: Annotated[NoQuestions, Query()]) -> Response:
    """Who answers for each part of a defect, and why."""
    async with public_connection(request) as connection:
        await public.one_row(connection, "public_defect", {"id": number}, thing="defect")
        rows = await public.rows(connection, "public_attribution", {"id": number})
        parts = [await _part(connection, row, language(request)) for row in rows]
    return shown(request, AttributionShape(defect=number, parts=parts))


async def _part(connection: public.Public, row: public.type_of_row, reader: str) -> PartShape:
    question = public.Question(row.decided_on, row.element)
    place = public.Place(row.carriageway_id, row.source_id, row.direction, None, row.from_cm, None, Confidence.CERTAIN)
    answer = await public.who_answers(connection, place, question) if row.carriageway_id else None
    is_near = row.reason == Reason.NEAR_BOUNDARY
    neighbour = await public.neighbouring_answer(connection, place, question) if is_near else None
    return PartShape.of(row, answer, neighbour, reader)
