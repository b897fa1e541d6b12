"""The public page of a letter: whoever holds one can check that it is on record, and unchanged."""

import re

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from api.dependencies import offered, public_connection
from api.headers import PRIVATE
from api.pages.public import page_in, to_reader
from roads.domain.letters import number_of
from roads.queries.public import rows

router = APIRouter(include_in_schema=False)
CODE = re.compile(r"[0-9a-f]{20}")
# What the page says may change with the claim's state, and its address is known to few: no cache keeps it.
HEADERS = {**PRIVATE, "X-Robots-Tag": "noindex"}


@router.get("/letters/{code}")
async def in_any_language(request: Request, code: str) -> Response:
    """To the page in the reader's language."""
    return to_reader(request, f"letters/{code}" if CODE.fullmatch(code) else "letters/none")


@router.get("/{language}/letters/{code}")
async def letter_page(request: Request, language: str, code: str) -> Response:
    """What the letter is, and the sums of its files. Nothing is uploaded: the reader compares."""
    offered(request, language)
    found = None
    if CODE.fullmatch(code):
        async with public_connection(request) as connection:
            found = next(iter(await rows(connection, "public_letter", {"code": code})), None)
    facts = {
        "page": f"letters/{code}" if found else "letters/none",
        "query": "",
        "letter": found,
        "number": number_of(found.claim_number, found.ordinal) if found else "",
    }
    return HTMLResponse(page_in(request, "letter.html", language, facts), 200 if found else 404, headers=HEADERS)
