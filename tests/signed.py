"""People who have signed in, for tests of what they may ask: a browser's cookie with its form token, and a bearer."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fastapi import FastAPI
from sqlalchemy import Engine

from roads.db import Role, transaction
from roads.domain.actors import Role as Acting
from roads.models import Organisation
from roads.usecases.accounts_door import Knock, look_at_session, open_attempt, sign_in
from roads.usecases.accounts_secrets import form_token
from tests.accounts import make_user


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
        secret = sign_in(session, open_attempt(session, Knock(login, login), now=now), is_right=True, now=now)
        found = look_at_session(session, secret, now=now)
    assert found is not None
    return Person(
        found.actor.name,
        {"Authorization": f"Bearer {app.state.bearers.sign(found, now)}"},
        {"Cookie": f"session={secret}", "Sec-Fetch-Site": "same-origin"},
        {"token": form_token(secret)},
    )
