"""People who have signed in, for tests of what they may ask: a browser's cookie with its form token, and a bearer."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fastapi import FastAPI
from sqlalchemy import Engine

from roads.db import Role, transaction
from roads.domain.actors import Role as Acting
from roads.models import Organisation
from roads.queries.accounts import SignedIn
from roads.usecases.accounts_door import Knock, look_at_session, open_attempt, sign_in
from roads.usecases.accounts_secrets import form_token
from tests.accounts import make_user


@dataclass(frozen=True)
class Entered:
    """Somebody with an account who has signed in just now, and the secret of their cookie."""

    signed_in: SignedIn
    secret: str
    at: datetime

    @property
    def cookie(self) -> dict[str, str]:
        """What their browser shows."""
        return {"Cookie": f"session={self.secret}", "Sec-Fetch-Site": "same-origin"}

    @property
    def token(self) -> str:
        """What their forms show."""
        return form_token(self.secret)

    def bearer(self, app: FastAPI) -> str:
        """The token of their program."""
        signed: str = app.state.bearers.sign(self.signed_in, self.at)
        return signed

    def program(self, app: FastAPI) -> dict[str, str]:
        """What their program shows."""
        return {"Authorization": f"Bearer {self.bearer(app)}"}


def enter(engine: Engine, login: str) -> Entered:
    """Sign in to an account that is there, from a machine of one's own."""
    now = datetime.now(UTC)
    with transaction(engine, Role.ACCOUNTS) as session:
        secret = sign_in(session, open_attempt(session, Knock(login, login), now=now), is_right=True, now=now)
        found = look_at_session(session, secret, now=now)
    assert found is not None
    return Entered(found, secret, now)


@dataclass(frozen=True)
class Person:
    """What somebody's program and browser show; `code` is what ledgers keep of them."""

    code: str
    bearer: dict[str, str]
    cookie: dict[str, str]
    form: dict[str, str]


def signed(app: FastAPI, engine: Engine, organisation: Organisation, role: Acting) -> Person:
    """Somebody new, signed in just now."""
    now = datetime.now(UTC)
    login = f"{role}-{organisation.id}-{now.timestamp()}@example.kz"
    with transaction(engine, Role.ACCOUNTS) as session:
        make_user(session, organisation, role, login=login, now=now - timedelta(hours=1))
    entered = enter(engine, login)
    return Person(entered.signed_in.actor.name, entered.program(app), entered.cookie, {"token": entered.token})
