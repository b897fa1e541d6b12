"""People with accounts, for tests: one password, hashed once, because hashing is slow on purpose."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import count

from sqlalchemy.orm import Session

from roads.domain.actors import OPERATOR, Role
from roads.models import Organisation
from roads.usecases.accounts import CreateUser, GivenRole, create_user
from roads.usecases.accounts_secrets import hash_password

PASSWORD = "eight long roads"  # noqa: S105 (no account outside the tests has it)
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
_numbers = count(1)


@cache
def password_hash() -> str:
    return hash_password(PASSWORD)


def make_user(
    session: Session,
    organisation: Organisation,
    *roles: Role,
    login: str = "",
    given: Sequence[GivenRole] = (),
    now: datetime = NOW,
) -> int:
    """An account with the password above, by default an engineer's; gives its id."""
    number = next(_numbers)
    held = [GivenRole(role, organisation.bin) for role in roles or (() if given else (Role.ENGINEER,))]
    command = CreateUser(login or f"user-{number}@example.kz", f"user-{number}", "en", [*held, *given], password_hash())
    return create_user(session, OPERATOR, command, now=now)
