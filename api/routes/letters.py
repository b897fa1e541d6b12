"""The letters of a claim for its parties' programs."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from api.auth import Signed, acting, moment
from api.dependencies import today
from api.headers import PRIVATE
from api.schemas.letters import AskedLanguage, DeliveryShape, DocumentShape, Letters, LetterShape, NothingAsked
from api.schemas.questions import LARGEST_ID
from roads.domain.notices import NoticeState
from roads.queries.letters import Delivery, KnownLetter, StoredLetter, letters_of_claim
from roads.usecases.readings import OpenLetter, open_letter

router = APIRouter(prefix="/api/v1", tags=["claims"])
Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]

PROBLEM: dict[str, Any] = {"content": {"application/problem+json": {}}}
REFUSED: dict[int | str, dict[str, Any]] = {
    400: {"description": "An unknown parameter", **PROBLEM},
    401: {"description": "Not signed in", **PROBLEM},
    404: {"description": "No such thing among one's own", **PROBLEM},
}
PDF: dict[int | str, dict[str, Any]] = {
    200: {"description": "The letter as it was sent", "content": {"application/pdf": {}}},
    **REFUSED,
}


@router.get("/claims/{claim_id}/letters", responses=REFUSED)
def letters(
    request: Request, response: Response, claim_id: Id, _asked: Annotated[NothingAsked, Query()], who: Signed
) -> Letters:
    """The letters of an issued claim, with what became of them; a contractor sees its own deliveries only."""
    with acting(request, who.actor) as session:
        found = letters_of_claim(session, claim_id)
    response.headers.update(PRIVATE)
    return Letters(items=[_letter(one) for one in found])


@router.get("/letters/{letter_id}.pdf", responses=PDF, response_class=Response)
def letter(request: Request, letter_id: Id, asked: Annotated[AskedLanguage, Query()], who: Signed) -> Response:
    """A letter's file, as it was sent. A contractor who fetches a claim's letter has acknowledged the claim."""
    command = OpenLetter(asked.language, letter_id=letter_id)
    with acting(request, who.actor) as session:
        found = open_letter(session, who.actor, command, today=today(request), now=moment())
    return as_file(found)


def as_file(found: StoredLetter) -> Response:
    """A letter as a file with its name and its sum."""
    name = f"{found.number.replace('/', '-')}-{found.language}.pdf"
    headers = {
        "Content-Disposition": f'inline; filename="{name}"',
        **PRIVATE,
        "ETag": f'"{found.sha256}"',
    }
    return Response(found.pdf, media_type="application/pdf", headers=headers)


def _letter(known: KnownLetter) -> LetterShape:
    documents = [
        DocumentShape(
            language=one.language,
            sha256=one.sha256,
            path=f"/api/v1/letters/{known.id}.pdf?language={one.language}",
        )
        for one in known.documents
    ]
    return LetterShape(
        id=known.id,
        kind=known.kind,
        number=known.number,
        written_on=known.written_on,
        page=f"/letters/{known.code}" if documents else None,
        documents=documents,
        deliveries=[_delivery(one) for one in known.deliveries],
    )


def _delivery(known: Delivery) -> DeliveryShape:
    return DeliveryShape(
        organisation=known.organisation,
        channel=known.channel,
        language=known.language,
        for_information=known.is_for_information,
        state=NoticeState(known.state),
        sent_at=known.sent_at,
        read_at=known.read_at,
    )
