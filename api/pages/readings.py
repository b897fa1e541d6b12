"""Opening a letter, and confirming that a mail has come: two different proofs, kept apart.

Whoever has signed in as the contractor and opens a claim's letter has read it: the claim is acknowledged in that
person's name. A mailed link proves only that somebody held it. It takes a button, because programs that look through
mail for bad links open every link there is.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.auth import acting, moment
from api.cookies import FORM, FORM_LIFE, cookie_of, demand_own_form, form_secret, set_cookie
from api.dependencies import today
from api.headers import PRIVATE
from api.pages.letters import CODE
from api.pages.private import Form, Signed, Tongue
from api.pages.public import page_in
from api.routes.letters import as_file
from roads.db import Role, transaction
from roads.domain.errors import NotFound
from roads.usecases.accounts_secrets import form_token
from roads.usecases.readings import OpenLetter, confirm_reading, open_letter

router = APIRouter(include_in_schema=False)
HEADERS = {**PRIVATE, "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}


def code_of(code: str) -> str:
    """The code of a letter. Errors: NotFound for what cannot be one."""
    if not CODE.fullmatch(code):
        raise NotFound(thing="letter", key="")
    return code


Code = Annotated[str, Depends(code_of)]


@router.get("/{language}/letters/{code}/open")
def open_it(request: Request, language: Tongue, code: Code, who: Signed) -> Response:
    """The letter as it was sent, for its parties. Errors: NotFound for others."""
    actor = who.signed_in.actor
    with acting(request, actor) as session:
        found = open_letter(session, actor, OpenLetter(language, code=code), today=today(request), now=moment())
    return as_file(found)


@router.get("/{language}/letters/{code}/read")
def read_page(request: Request, language: Tongue, code: Code) -> Response:
    """Where a mailed link leads. It records nothing by itself."""
    return _page(request, language, code)


@router.post("/{language}/letters/{code}/read")
def confirm(request: Request, language: Tongue, code: Code, form: Form) -> Response:
    """Somebody who holds the link says that the letter has come. Errors: NotOurForm, NotFound."""
    demand_own_form(request, form, cookie_of(request, FORM))
    with transaction(request.app.state.engine, Role.APP) as session:
        confirmed = confirm_reading(session, form.get("key", ""), now=moment())
    if confirmed != code:
        raise NotFound(thing="letter", key="")
    return RedirectResponse(f"/{language}/letters/{code}/read?done=1", 303, headers=HEADERS)


def _page(request: Request, language: str, code: str) -> Response:
    secret, is_held = form_secret(request)
    facts = {
        "page": f"letters/{code}/read",
        "query": "",
        "code": code,
        "key": request.query_params.get("key", "")[:64],
        "is_done": request.query_params.get("done") == "1",
        "token": form_token(secret),
    }
    answer = HTMLResponse(page_in(request, "letter_read.html", language, facts), headers=HEADERS)
    if not is_held:
        set_cookie(request, answer, FORM, secret, FORM_LIFE)
    return answer
