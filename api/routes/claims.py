"""Claims for those who are concerned: what they see, and everything they may do, line by line."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response

from api.auth import Signed, acting
from api.deeds import BY_PATH, Deed, revision_of
from api.dependencies import language, today
from api.errors import sentence_of, status_of
from api.headers import PRIVATE
from api.routes.accounts import PROBLEM, UNSIGNED
from api.routing import SmallBodyRoute
from api.schemas import claims as said
from api.schemas.questions import LARGEST_ID
from roads.queries.claims_seen import WantedClaims, claim_seen, claims_seen, line_of_claim
from roads.usecases.claims_drafting import IssueClaim, Receipt, acknowledge, issue_claim, issue_claims

router = APIRouter(prefix="/api/v1/claims", tags=["claims"], route_class=SmallBodyRoute)

ClaimId = Annotated[int, Path(ge=1, le=LARGEST_ID, examples=[1])]
LineNumber = Annotated[int, Path(ge=1, le=LARGEST_ID, examples=[1])]
Expected = Annotated[str | None, Header(alias="If-Match", max_length=40, examples=['"3"'])]
Answers = dict[int | str, dict[str, Any]]
SEEN: Answers = {**UNSIGNED, 404: {"description": "No such claim, or none of yours", **PROBLEM}}
DONE: Answers = {
    **SEEN,
    403: {"description": "Not for you to do", **PROBLEM},
    409: {"description": "Not possible now, or somebody was quicker", **PROBLEM},
    412: {"description": "It has changed since it was read (If-Match)", **PROBLEM},
}


@router.get("", responses=UNSIGNED)
def claims(
    request: Request, response: Response, who: Signed, asked: Annotated[said.ClaimsQuery, Query()]
) -> said.ClaimList:
    """My claims: those I answer, pursue, supervise or audit. Drafts are seen by whoever may issue or audit them."""
    wanted = WantedClaims(
        asked.limit + 1, asked.after or None, asked.state, asked.contract, asked.contractor, asked.overdue, asked.issued
    )
    response.headers.update(PRIVATE)
    with acting(request, who.actor) as session:
        return said.ClaimList.of(claims_seen(session, wanted, today(request)), asked.limit)


@router.get("/{claim_id:int}", responses=SEEN)
def claim(request: Request, response: Response, who: Signed, claim_id: ClaimId) -> said.ClaimShape:
    """A claim with its lines, as known at the issue and now, and everything that was done."""
    response.headers.update(PRIVATE)
    with acting(request, who.actor) as session:
        return said.ClaimShape.of(claim_seen(session, who.actor, claim_id))


@router.post("/issue", responses={**UNSIGNED, 403: DONE[403]})
def issue_several(request: Request, who: Signed, asked: said.IssuingSeveral) -> said.IssuedSeveral:
    """Issue drafts, each for itself: one that cannot be issued holds no other up."""
    with acting(request, who.actor) as session:
        done = issue_claims(session, who.actor, asked.claim_ids, today=today(request))
    tongue = language(request)
    return said.IssuedSeveral(
        issued=[
            said.IssuedShape(claim_id=claim_id, number=one.number, lines=one.lines)
            for claim_id, one in done.issued.items()
        ],
        refused=[
            said.NotIssued(claim_id=claim_id, status=status_of(wrong), detail=sentence_of(wrong, tongue))
            for claim_id, wrong in done.refused.items()
        ],
    )


@router.post("/{claim_id}/issue", responses=DONE)
def issue(request: Request, who: Signed, claim_id: ClaimId) -> said.IssuedShape:
    """Issue a draft: its facts are frozen and its clocks start."""
    with acting(request, who.actor) as session:
        issued = issue_claim(session, who.actor, IssueClaim(claim_id), today=today(request))
    return said.IssuedShape(claim_id=claim_id, number=issued.number, lines=issued.lines)


@router.post("/{claim_id}/acknowledge", responses=DONE)
def read(request: Request, who: Signed, claim_id: ClaimId, asked: said.Reading) -> said.ClaimShape:
    """The contractor has read the claim; the first reading counts."""
    with acting(request, who.actor) as session:
        acknowledge(session, who.actor, Receipt(claim_id, asked.evidence or None), today=today(request))
        return said.ClaimShape.of(claim_seen(session, who.actor, claim_id))


def expected_revision(expected: str | None) -> int | None:
    """The revision in `If-Match`, if one is given. Errors: StaleRevision for what no revision of ours is."""
    if expected is None or expected.strip() == "*":
        return None
    return revision_of(expected.strip().removeprefix("W/").strip('"'))


def _route_of(deed: Deed) -> Callable[..., said.DoneShape]:
    def done(
        request: Request,
        response: Response,
        who: Signed,
        claim_id: ClaimId,
        number: LineNumber,
        asked: said.Body,
        expected: Expected = None,
    ) -> said.DoneShape:
        with acting(request, who.actor) as session:
            line_id = line_of_claim(session, claim_id, number, revision=expected_revision(expected))
            finding = deed.do(session, who.actor, line_id, asked, today=today(request))
            (line,) = (one for one in claim_seen(session, who.actor, claim_id).lines if one.row.id == line_id)
        shape = said.ClaimLineShape.of(line)
        response.headers.update({**PRIVATE, "ETag": f'"{shape.revision}"'})
        return said.DoneShape(line=shape, finding=finding)

    done.__annotations__["asked"] = deed.body
    return done


for _deed in BY_PATH.values():
    _name = _deed.path.replace("-", " ")
    router.add_api_route(
        f"/{{claim_id}}/items/{{number}}/{_deed.path}",
        _route_of(_deed),
        methods=["POST"],
        responses=DONE,
        name=_name,
        summary=_name.capitalize(),
        description=_deed.use_case.__doc__,
        operation_id=f"line_{_deed.path.replace('-', '_')}",
    )
