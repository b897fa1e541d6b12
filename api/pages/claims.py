"""The page of a claim for those who are concerned: each line with what can be done to it now."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from api.auth import acting
from api.cookies import demand_own_form
from api.deeds import BY_PATH, revision_of
from api.dependencies import today
from api.errors import sentence_of, status_of
from api.headers import PRIVATE
from api.pages.claim_forms import body_of, forms_of
from api.pages.private import Form, Signed, Tongue, Visitor, private_page
from api.pages.things import number_of
from api.schemas.photos import mismatches
from roads.domain.claims import LineState, claim_state
from roads.domain.errors import NotFound, RoadsError
from roads.i18n import say
from roads.queries.claims_seen import WantedClaims, claim_seen, claims_seen, line_of_claim, verifying_organisations
from roads.queries.letters import letters_of_claim
from roads.usecases.claims_drafting import IssueClaim, Receipt, acknowledge, issue_claim

router = APIRouter(include_in_schema=False)
CLAIMS_OF_A_PAGE = 50


def claim_id_of(claim: str) -> int:
    """The id in an address. Errors: HTTPException 404 for what cannot be one."""
    found = number_of(claim)
    if found is None:
        raise HTTPException(404)
    return found


ClaimId = Annotated[int, Depends(claim_id_of)]


def state_of(row: Any) -> LineState:
    """Where a claim stands, by the states of its lines."""
    return claim_state(LineState(state) for state in row.states)


@router.get("/{language}/claims")
def claims_page(request: Request, language: Tongue, who: Signed) -> Response:
    """All claims that whoever looks may see, the newest first."""
    after = number_of(request.query_params.get("after", ""))
    with acting(request, who.signed_in.actor) as session:
        rows = claims_seen(session, WantedClaims(CLAIMS_OF_A_PAGE + 1, after), today(request))
    kept = rows[:CLAIMS_OF_A_PAGE]
    older = kept[-1].id if len(rows) > CLAIMS_OF_A_PAGE else None
    facts = {"claims": kept, "older": older, "page": "claims", "state_of": state_of}
    return private_page(request, "claims.html", language, who, facts)


@router.get("/{language}/claims/{claim}")
def claim_page(request: Request, language: Tongue, who: Signed, claim_id: ClaimId) -> Response:
    """The page."""
    return _page(request, language, who, claim_id)


@router.post("/{language}/claims/{claim}/issue")
def issue(request: Request, language: Tongue, who: Signed, form: Form, claim_id: ClaimId) -> Response:
    """Issue a draft."""
    return _with_the_whole(request, language, who, form, claim_id, issue_claim, IssueClaim(claim_id))


@router.post("/{language}/claims/{claim}/acknowledge")
def read(request: Request, language: Tongue, who: Signed, form: Form, claim_id: ClaimId) -> Response:
    """The contractor has read it."""
    return _with_the_whole(request, language, who, form, claim_id, acknowledge, Receipt(claim_id))


def _with_the_whole(
    request: Request,
    language: str,
    who: Visitor,
    form: Mapping[str, str],
    claim_id: int,
    use_case: Callable[..., object],
    command: object,
) -> Response:
    demand_own_form(request, form, who.secret)
    try:
        with acting(request, who.signed_in.actor) as session:
            use_case(session, who.signed_in.actor, command, today=today(request))
    except RoadsError as wrong:
        return _refused(request, language, who, claim_id, wrong)
    return _back(language, claim_id)


@router.post("/{language}/claims/{claim}/items/{number}/{path}")
def do(
    request: Request, language: Tongue, who: Signed, form: Form, claim_id: ClaimId, number: str, path: str
) -> Response:
    """Do something to a line. What is wrong is said beside the line, and what was written is kept."""
    demand_own_form(request, form, who.secret)
    deed, line_number = BY_PATH.get(path), number_of(number)
    if deed is None or line_number is None:
        raise HTTPException(404)
    given = {"line": line_number, "path": path, "form": form}
    try:
        body = body_of(deed, form)
        with acting(request, who.signed_in.actor) as session:
            line_id = line_of_claim(session, claim_id, line_number, revision=revision_of(form.get("revision", "")))
            deed.do(session, who.signed_in.actor, line_id, body, today=today(request))
    except RequestValidationError as wrong:
        fields = ", ".join(say(f"claim_field.{one['loc'][1]}", language) for one in wrong.errors())
        trouble = say("claim.fields_wrong", language, {"fields": fields})
        return _page(request, language, who, claim_id, {**given, "trouble": trouble}, 422)
    except RoadsError as wrong:
        return _refused(request, language, who, claim_id, wrong, given)
    return _back(language, claim_id, line_number)


def _back(language: str, claim_id: int, line: int | None = None) -> Response:
    place = f"#line-{line}" if line else ""
    return RedirectResponse(f"/{language}/claims/{claim_id}{place}", 303, headers=PRIVATE)


def _refused(
    request: Request,
    language: str,
    who: Visitor,
    claim_id: int,
    wrong: RoadsError,
    given: Mapping[str, Any] | None = None,
) -> Response:
    if isinstance(wrong, NotFound):
        raise HTTPException(404) from wrong
    said = {**(given or {"line": None}), "trouble": sentence_of(wrong, language)}
    return _page(request, language, who, claim_id, said, status_of(wrong))


def _page(
    request: Request,
    language: str,
    who: Visitor,
    claim_id: int,
    said: Mapping[str, Any] | None = None,
    status: int = 200,
) -> Response:
    actor = who.signed_in.actor
    try:
        with acting(request, actor) as session:
            claim = claim_seen(session, actor, claim_id)
            verifiers = verifying_organisations(session)
            letters = letters_of_claim(session, claim_id) if claim.row.issued_on else []
    except NotFound as missing:
        raise HTTPException(404) from missing
    facts = {
        "claim": claim,
        "forms": {line.row.number: forms_of(line.actions) for line in claim.lines},
        "mismatches": lambda one: mismatches(None, one.check, language),
        "letters": letters,
        "verifiers": verifiers,
        "said": said,
        "page": f"claims/{claim_id}",
        "is_contractor": actor.organisation_id == claim.row.contractor_id,
    }
    return private_page(request, "claim.html", language, who, facts, status=status)
