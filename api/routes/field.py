"""What inspectors do by HTTP: record inspections and defects, and put right what was recorded."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.auth import Signed, acting
from api.dependencies import language, settings_of, today
from api.headers import PRIVATE
from api.idempotency import REPLAYED, Key, MaybeKey, answered, once
from api.routes.accounts import PROBLEM
from api.routing import SmallBodyRoute
from api.schemas.field import (
    Corrected,
    DefectBody,
    DefectForeseen,
    DefectRecorded,
    DefectSketch,
    DueList,
    DueShape,
    InspectionBody,
    InspectionList,
    InspectionShape,
    InspectionsQuery,
    MergeBody,
    PlaceBody,
    PlanQuery,
    SimilarList,
    WithdrawBody,
)
from api.schemas.questions import LARGEST_ID
from roads.queries.defects import see_defect, similar_to
from roads.queries.inspections import AskDue, inspections_due, own_inspection, own_inspections
from roads.usecases.defects_corrections import (
    MergeDefect,
    WithdrawDefect,
    merge_defect,
    settle_place,
    settlement,
    withdraw_defect,
)
from roads.usecases.defects_recording import Ground, RecordDefect, foresee, record_defect, source_of
from roads.usecases.inspections import TellInspection, tell_inspection

router = APIRouter(prefix="/api/v1", tags=["field"], route_class=SmallBodyRoute)
Number = Annotated[int, Path(ge=1, le=LARGEST_ID)]
Language = Annotated[str, Depends(language)]

Responses = dict[int | str, dict[str, Any]]


def _said(**what: str) -> Responses:
    """Refusals by status, as the document of the API shows them."""
    return {int(status.removeprefix("on_")): {"description": words, **PROBLEM} for status, words in what.items()}


REFUSED = _said(on_401="Not signed in", on_403="Not allowed to you", on_413="Too long", on_422="Wrong, field by field")
MISSED = _said(on_404="No such defect")
TAKEN = _said(on_400="No key, or a bad question", on_409="Something else was sent under this key before")
AGAIN = {REPLAYED: {"description": "true where this answer was given before", "schema": {"type": "string"}}}
NEW = {"Location": {"description": "Where the new thing is", "schema": {"type": "string"}}, **AGAIN}


def _to(operation: str, **parameters: str) -> dict[str, Any]:
    return {"operationId": operation, "parameters": parameters or {"number": "$response.body#/id"}}


DEFECT_LINKS = {
    "itself": _to("defect_api_v1_defects__id__get", id="$response.body#/id"),
    "similar": _to("similar_defects"),
    "withdraw": _to("withdraw_defect"),
    "merge": _to("merge_defect"),
    "place": _to("settle_defect"),
}


def _ground(request: Request) -> Ground:
    known = settings_of(request)
    return Ground(known.box, known.zone, known.snap_distance_m)


# --- defects


@router.post(
    "/defects",
    operation_id="record_defect",
    status_code=201,
    response_model=DefectRecorded,
    responses={**REFUSED, **TAKEN, 201: {"description": "Recorded", "headers": NEW, "links": DEFECT_LINKS}},
)
def record(request: Request, body: DefectBody, who: Signed, key: Key, words: Language) -> Response:
    """Record a defect: it is kept, placed and answered for at once. Its external id is the idempotency key."""
    command = RecordDefect({**body.in_words(), "external_id": str(key)}, _ground(request), body.inspection_id)

    def work(session: Any) -> Any:
        number = record_defect(session, who.actor, command, today=today(request))
        shape = DefectRecorded.seen(see_defect(session, number, words), words)
        return answered(201, shape, f"/api/v1/defects/{number}")

    return once(request, who, key, body, work)


@router.post("/defects/preview", operation_id="foresee_defect", responses={**REFUSED, **_said(on_400="Bad question")})
def preview(request: Request, response: Response, body: DefectSketch, who: Signed, words: Language) -> DefectForeseen:
    """Where a defect would land, who would answer there, what it may repeat. Nothing is kept."""
    day = today(request)
    values = {"external_id": "-", "detected_on": day.isoformat(), **body.in_words()}
    with acting(request, who.actor) as session:
        seen = foresee(session, who.actor, RecordDefect(values, _ground(request)), words, today=day)
    response.headers.update(PRIVATE)
    return DefectForeseen.of(seen, words)


@router.get(
    "/defects/{number}/similar",
    operation_id="similar_defects",
    responses={**_said(on_400="Bad question", on_401="Not signed in"), **MISSED},
)
def similar(request: Request, response: Response, number: Number, who: Signed) -> SimilarList:
    """Open defects of the same type within 10 m of this one, or on the same stretch."""
    with acting(request, who.actor) as session:
        found = similar_to(session, number)
    response.headers.update(PRIVATE)
    return SimilarList.of(found)


CORRECTED: Responses = {**REFUSED, **TAKEN, **MISSED, 200: {"description": "Done", "headers": AGAIN}}


@router.post(
    "/defects/{number}/withdraw", operation_id="withdraw_defect", response_model=Corrected, responses=CORRECTED
)
def withdraw(request: Request, number: Number, body: WithdrawBody, who: Signed, key: MaybeKey = None) -> Response:
    """There was no such defect: it counts and is claimed no more, and stays on record with the reason."""

    def work(session: Any) -> Any:
        withdraw_defect(session, who.actor, WithdrawDefect(number, body.reason), today=today(request))
        return answered(200, Corrected(id=number, state="withdrawn"))

    return once(request, who, key, body, work)


@router.post("/defects/{number}/merge", operation_id="merge_defect", response_model=Corrected, responses=CORRECTED)
def merge(request: Request, number: Number, body: MergeBody, who: Signed, key: MaybeKey = None) -> Response:
    """The defect was recorded before: the other record stands for both."""

    def work(session: Any) -> Any:
        merge_defect(session, who.actor, MergeDefect(number, body.into_id, body.reason), today=today(request))
        return answered(200, Corrected(id=number, state="merged", merged_into=body.into_id))

    return once(request, who, key, body, work)


@router.post(
    "/defects/{number}/place", operation_id="settle_defect", response_model=DefectRecorded, responses=CORRECTED
)
def place(
    request: Request, number: Number, body: PlaceBody, who: Signed, words: Language, key: MaybeKey = None
) -> Response:
    """Say on which carriageway a defect lies where the machine could not tell; who answers is told at once."""

    def work(session: Any) -> Any:
        command = settlement(session, number, body.source_id, body.reason, settings_of(request).snap_distance_m)
        settle_place(session, who.actor, command, today=today(request))
        return answered(200, DefectRecorded.seen(see_defect(session, number, words), words))

    return once(request, who, key, body, work)


# --- inspections


@router.post(
    "/inspections",
    operation_id="record_inspection",
    status_code=201,
    response_model=InspectionShape,
    responses={**REFUSED, **TAKEN, 201: {"description": "Recorded", "headers": AGAIN}},
)
def inspect(request: Request, body: InspectionBody, who: Signed, key: Key) -> Response:
    """Record an inspection. That nothing was found is worth knowing; one not completed is no evidence at all."""

    def work(session: Any) -> Any:
        told = TellInspection(source_of(session, who.actor), {**body.in_words(), "external_id": str(key)})
        number = tell_inspection(session, who.actor, told, today=today(request))
        return answered(201, InspectionShape.of(own_inspection(session, who.actor.organisation_id, number)))

    return once(request, who, key, body, work)


@router.get("/inspections", operation_id="inspections", responses=_said(on_400="Bad question", on_401="Not signed in"))
def inspections(
    request: Request, response: Response, asked: Annotated[InspectionsQuery, Query()], who: Signed
) -> InspectionList:
    """What my organisation has inspected, in the order in which it was recorded."""
    with acting(request, who.actor) as session:
        found = own_inspections(session, who.actor.organisation_id, after=asked.after, limit=asked.limit + 1)
    response.headers.update(PRIVATE)
    shown = found[: asked.limit]
    return InspectionList(
        items=[InspectionShape.of(one) for one in shown], next=shown[-1].id if len(found) > asked.limit else None
    )


@router.get(
    "/inspections/plan", operation_id="inspection_plan", responses=_said(on_400="Bad question", on_401="Not signed in")
)
def plan(
    request: Request, response: Response, asked: Annotated[PlanQuery, Query()], who: Signed, words: Language
) -> DueList:
    """The list of a day: planned inspections of my contracts whose days have come, until somebody completes them."""
    day = asked.on or today(request)
    with acting(request, who.actor) as session:
        found = inspections_due(session, AskDue(day, asked.lon, asked.lat, asked.limit), words)
    response.headers.update(PRIVATE)
    return DueList(on=day, items=[DueShape.of(one) for one in found])
