"""The desk: what waits for whoever has signed in. An engineer decides, a contractor answers, the others look."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from api.auth import acting
from api.cookies import demand_own_form
from api.dependencies import settings_of, today
from api.errors import sentence_of, status_of
from api.headers import PRIVATE
from api.pages.private import Form, Signed, Tongue, Visitor, private_page
from api.pages.things import number_of
from roads.domain.actors import Permission, Role
from roads.domain.errors import NotFound, RoadsError
from roads.queries import desk
from roads.queries.desk import WaitsFor
from roads.usecases.claims_drafting import issue_claims
from roads.usecases.defects_corrections import SettlePlace, settle_place

router = APIRouter(include_in_schema=False)
ENGINEERS = (WaitsFor.ANSWER, WaitsFor.VERIFICATION, WaitsFor.OVERDUE)
CONTRACTORS = (WaitsFor.OVERDUE, WaitsFor.OWED, WaitsFor.ANSWER, WaitsFor.VERIFICATION)
BOX = "claim-"
"""What the tick boxes of drafts are called, before the number of the claim."""


@router.get("/{language}/desk")
def desk_page(request: Request, language: Tongue, who: Signed) -> Response:
    """The desk of the role one acts in. An inspector's is the field, an administrator's the administration."""
    match who.signed_in.actor.role:
        case Role.INSPECTOR:
            return RedirectResponse(f"/{language}/field", 303, headers=PRIVATE)
        case Role.ADMINISTRATOR:
            return RedirectResponse(f"/{language}/administration", 303, headers=PRIVATE)
        case Role.CONTRACTOR:
            return _contractor(request, language, who)
    return _engineer(request, language, who)


def _contractor(request: Request, language: str, who: Visitor) -> Response:
    actor, day = who.signed_in.actor, today(request)
    with acting(request, actor) as session:
        lines = desk.waiting_lines(session, day, CONTRACTORS)
        card = desk.scorecard(session, actor.organisation_id or 0, day)
    return private_page(request, "portal.html", language, who, {"lines": lines, "card": card, "page": "desk"})


def _engineer(
    request: Request, language: str, who: Visitor, said: Mapping[str, Any] | None = None, status: int = 200
) -> Response:
    actor, day = who.signed_in.actor, today(request)
    with acting(request, actor) as session:
        facts: dict[str, Any] = {
            "ending": desk.ending_warranties(session, day),
            "drafts": desk.waiting_drafts(session, day),
            "lines": desk.waiting_lines(session, day, ENGINEERS),
            "reviews": desk.waiting_reviews(session),
        }
    decides = Permission.PURSUE_CLAIMS in actor.permissions
    facts |= {"decides": decides, "said": said, "page": "desk"}
    return private_page(request, "desk.html", language, who, facts, status=status)


@router.post("/{language}/desk/issue")
def issue_ticked(request: Request, language: Tongue, who: Signed, form: Form) -> Response:
    """Issue the drafts that are ticked, each for itself; what could not be issued is said on the desk."""
    demand_own_form(request, form, who.secret)
    ticked = [number for name in form if name.startswith(BOX) and (number := number_of(name.removeprefix(BOX)))]
    with acting(request, who.signed_in.actor) as session:
        done = issue_claims(session, who.signed_in.actor, ticked, today=today(request))
    said = {
        "issued": [(claim_id, one.number) for claim_id, one in done.issued.items()],
        "refused": [(claim_id, sentence_of(wrong, language)) for claim_id, wrong in done.refused.items()],
    }
    first = next(iter(done.refused.values()), None)
    return _engineer(request, language, who, said, status_of(first) if first and not done.issued else 200)


@router.get("/{language}/desk/defects/{defect}")
def doubt_page(request: Request, language: Tongue, who: Signed, defect: str) -> Response:
    """A defect that waits for a person: what the machine found, a small map, and the roads near it to choose from."""
    return _doubt(request, language, who, defect)


@router.post("/{language}/desk/defects/{defect}")
def settle(request: Request, language: Tongue, who: Signed, form: Form, defect: str) -> Response:
    """Settle the place with a reason."""
    demand_own_form(request, form, who.secret)
    defect_id, carriageway_id = number_of(defect), number_of(form.get("carriageway", ""))
    if defect_id is None:
        raise HTTPException(404)
    snap_m = max(settings_of(request).snap_distance_m, desk.REACH_M)
    command = SettlePlace(defect_id, carriageway_id or 0, form.get("note", ""), snap_m)
    try:
        with acting(request, who.signed_in.actor) as session:
            settle_place(session, who.signed_in.actor, command, today=today(request))
    except RoadsError as wrong:
        return _doubt(request, language, who, defect, wrong, form)
    return RedirectResponse(f"/{language}/desk#reviews", 303, headers=PRIVATE)


def _doubt(
    request: Request,
    language: str,
    who: Visitor,
    defect: str,
    wrong: RoadsError | None = None,
    form: Mapping[str, str] | None = None,
) -> Response:
    defect_id = number_of(defect)
    if defect_id is None:
        raise HTTPException(404)
    try:
        with acting(request, who.signed_in.actor) as session:
            doubt = desk.doubt_about(session, defect_id)
    except NotFound as missing:
        raise HTTPException(404) from missing
    facts = {
        "doubt": doubt,
        "reach_m": desk.REACH_M,
        "decides": Permission.PURSUE_CLAIMS in who.signed_in.actor.permissions,
        "form": form or {},
        "page": f"desk/defects/{defect_id}",
    }
    return private_page(request, "doubt.html", language, who, facts, wrong)
