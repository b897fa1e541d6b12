"""What the ledger is, in plain words, with what one needs to check it oneself."""

from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from api.dependencies import offered, public_connection, settings_of, tagged
from api.pages.public import page_in
from roads.i18n import choose_language
from roads.queries import public, transparency

router = APIRouter(include_in_schema=False)
VERIFIER = files("roads").joinpath("verify_ledger.py")


@router.get("/transparency")
async def in_the_readers_language(request: Request) -> Response:
    """To the page in the reader's language."""
    chosen = choose_language(request.headers.get("accept-language"), settings_of(request).language_codes)
    return RedirectResponse(f"/{chosen}/transparency", 307, headers={"Vary": "Accept-Language"})


@router.get("/transparency/verify_ledger.py")
async def verifier(request: Request) -> Response:
    """The one file that checks an export."""
    return tagged(request, VERIFIER.read_bytes(), "text/x-python; charset=utf-8")


@router.get("/{language}/transparency")
async def ledger(request: Request, language: Annotated[str, Depends(offered)]) -> Response:
    """The page."""
    async with public_connection(request) as connection:
        found = await public.rows(connection, "public_last_checkpoint", {})
        size = await transparency.ledger_size(connection)
    facts = {"page": "transparency", "checkpoint": found[0] if found else None, "size": size}
    body = page_in(request, "transparency.html", language, facts)
    return tagged(request, body, "text/html; charset=utf-8")
