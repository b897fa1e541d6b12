"""Who asks: the one place that turns what a request shows into an actor."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from api.bearers import Bearers
from api.cookies import FORM_TOKEN, SESSION, cookie_of, demand_own_script
from api.dependencies import today
from api.hashing import Hashing
from roads.db import Role, transaction
from roads.domain.accounts import NotSignedIn
from roads.domain.actors import Actor
from roads.queries.accounts import SignedIn, in_role
from roads.usecases.accounts_door import Attempt, Knock, look_at_session, open_attempt
from roads.usecases.accounts_tokens import PREFIX, look_at_token

bearer = OAuth2PasswordBearer("/api/v1/token", auto_error=False, description="A bearer token or a personal one.")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls the API. `by_token`: with a personal token, which may do less for itself than its person."""

    signed_in: SignedIn
    by_token: bool

    @property
    def actor(self) -> Actor:
        """For whom the rows are chosen and in whose name things are done."""
        return self.signed_in.actor


def moment() -> datetime:
    """What time it is: the only clock that accounts are held against."""
    return datetime.now(UTC)


def address_of(request: Request) -> str:
    """Whose attempts are counted together. Behind a proxy uvicorn names the client if it is told to trust the proxy."""
    return request.client.host if request.client else ""


@contextmanager
def door(request: Request) -> Iterator[Session]:
    """A transaction in which only accounts are seen."""
    with transaction(request.app.state.engine, Role.ACCOUNTS) as session:
        yield session


@contextmanager
def acting(request: Request, actor: Actor) -> Iterator[Session]:
    """A transaction in which an actor meets their own rows, and nothing of others."""
    with transaction(request.app.state.engine, Role.APP, actor) as session:
        yield session


def caller(request: Request, _: Annotated[str | None, Depends(bearer)]) -> Caller:
    """Who calls: by the `Authorization` header, or by the cookie of a page whose script shows its form token.

    A cookie alone opens pages, never the API. Errors: NotSignedIn, NotOurForm.
    """
    if "authorization" not in request.headers and FORM_TOKEN in request.headers:
        return Caller(_by_cookie(request), by_token=False)
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    shown = shown.strip()
    if scheme.lower() != "bearer" or not shown:
        raise NotSignedIn()
    by_token = shown.startswith(PREFIX)
    found = _by_token(request, shown) if by_token else _by_bearer(request, shown)
    if found is None:
        raise NotSignedIn()
    return Caller(found, by_token)


Signed = Annotated[Caller, Depends(caller)]


def _by_cookie(request: Request) -> SignedIn:
    """Who has signed in with the browser whose page asks. Errors: NotSignedIn, NotOurForm."""
    secret = cookie_of(request, SESSION)
    if secret is None:
        raise NotSignedIn()
    demand_own_script(request, secret)
    with door(request) as session:
        found = look_at_session(session, secret, now=moment())
    if found is None:
        raise NotSignedIn()
    return found


def _by_token(request: Request, shown: str) -> SignedIn | None:
    with door(request) as session:
        return look_at_token(session, shown, now=moment(), today=today(request))


def _by_bearer(request: Request, shown: str) -> SignedIn | None:
    bearers: Bearers = request.app.state.bearers
    said = bearers.read(shown)
    if said is None:
        return None
    with door(request) as session:
        return in_role(session, said.user_id, said.role_id, said.issued_at)


async def knock(request: Request, asked: Knock, password: str) -> tuple[Attempt, bool]:
    """Count an attempt, then look at the password. Errors: TooManyAttempts, TooBusy."""
    attempt = await run_in_threadpool(count, request, asked)
    hashing: Hashing = request.app.state.hashing
    return attempt, await hashing.is_password(password, attempt.password_hash)


def count(request: Request, asked: Knock) -> Attempt:
    """Count an attempt. Errors: TooManyAttempts."""
    with door(request) as session:
        return open_attempt(session, asked, now=moment())
