"""Pages of people who have signed in: who looks, what every such page is given, and how it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse

from api.auth import door, moment
from api.cookies import SESSION, cookie_of
from api.dependencies import offered, settings_of, today
from api.errors import headers_of, sentence_of, status_of
from api.forms import read_form
from api.headers import PRIVATE
from api.pages.public import page_in
from api.pages.words import words_in
from roads.domain.accounts import NotSignedIn
from roads.domain.errors import RoadsError
from roads.queries.accounts import SignedIn
from roads.usecases.accounts_door import look_at_session
from roads.usecases.accounts_secrets import form_token


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who has signed in with this browser; forms are bound to the secret of their cookie."""

    signed_in: SignedIn
    secret: str

    @property
    def session_id(self) -> int:
        """The session of this browser."""
        return self.signed_in.session_id or 0


def visitor(request: Request) -> Visitor | None:
    """Who has signed in with this browser, if the session is open."""
    secret = cookie_of(request, SESSION)
    if secret is None:
        return None
    with door(request) as session:
        found = look_at_session(session, secret, now=moment())
    return Visitor(found, secret) if found else None


def signed_in(who: Annotated[Visitor | None, Depends(visitor)]) -> Visitor:
    """Who has signed in. Errors: NotSignedIn, upon which pages go to the door."""
    if who is None:
        raise NotSignedIn()
    return who


Tongue = Annotated[str, Depends(offered)]
Form = Annotated[Mapping[str, str], Depends(read_form)]
Maybe = Annotated[Visitor | None, Depends(visitor)]
Signed = Annotated[Visitor, Depends(signed_in)]


def private_page(
    request: Request,
    template: str,
    language: str,
    who: Visitor,
    facts: Mapping[str, Any],
    wrong: RoadsError | None = None,
    *,
    status: int | None = None,
) -> Response:
    """A page of somebody's own: it is kept nowhere, and its forms are bound to the session.

    `wrong` is what an error is told by, at the top and as the status; `status` is for what is told elsewhere.
    """
    words, day, zone = words_in(language), today(request), settings_of(request).zone
    tools = {
        "today": day,
        "when": lambda at: words.moment(at.astimezone(zone)),
        "token": form_token(who.secret),
        "who": who.signed_in,
        "query": "",
        "trouble": sentence_of(wrong, language) if wrong else None,
    }
    written = page_in(request, template, language, {**tools, **facts})
    headers = {**PRIVATE, **(headers_of(wrong) if wrong else {})}
    return HTMLResponse(written, status or (status_of(wrong) if wrong else 200), headers=headers)
