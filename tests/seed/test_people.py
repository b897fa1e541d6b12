"""One person for each role of the demonstration, who sees what there is to see."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine, text

from roads.db import Role, transaction
from roads.domain.actors import OPERATOR
from roads.domain.actors import Role as Acting
from roads.queries.accounts import find_user, in_role, role_to_begin_with
from roads.usecases.accounts_secrets import is_password
from seed.people import KeepPeople, Parties, keep_people, parties_of_demo

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def parties(demo: Engine) -> Parties:
    with transaction(demo, Role.JOBS) as session:
        return parties_of_demo(session)


@pytest.fixture
def undone(demo: Engine) -> Iterator[Connection]:
    """A connection of which nothing is kept: others read the demonstration too."""
    with demo.connect() as connection, connection.begin() as outer:
        yield connection
        outer.rollback()


def seen_by(connection: Connection, role: Acting) -> int:
    """How many claims the demonstration's person of a role meets."""
    with transaction(connection, Role.ACCOUNTS) as session:
        user = find_user(session, f"{role}@demo.invalid")
        assert user is not None
        person = in_role(session, user.id, role_to_begin_with(session, user.id) or 0, NOW)
    assert person is not None
    with transaction(connection, Role.APP, person.actor) as session:
        return int(session.scalars(text("SELECT count(*) FROM claim")).one())


def test_each_role_has_somebody_who_meets_claims_of_their_own(undone: Connection, parties: Parties) -> None:
    with transaction(undone, Role.ACCOUNTS) as session:
        logins = keep_people(session, OPERATOR, KeepPeople(parties, "a demo password"), now=NOW)
    assert set(logins) == set(Acting)
    seen = {role: seen_by(undone, role) for role in Acting}
    for role in (Acting.ENGINEER, Acting.INSPECTOR, Acting.SUPERVISOR, Acting.CONTRACTOR):
        assert 0 < seen[role] < seen[Acting.AUDITOR]
    assert seen[Acting.AUDITOR] == seen[Acting.ADMINISTRATOR]


def test_people_stay_signed_in_unless_the_password_is_another(undone: Connection, parties: Parties) -> None:
    def keep(password: str, now: datetime) -> tuple[datetime, str | None]:
        with transaction(undone, Role.ACCOUNTS) as session:
            keep_people(session, OPERATOR, KeepPeople(parties, password), now=now)
            user = find_user(session, "engineer@demo.invalid")
        assert user is not None
        return user.valid_from, user.password_hash

    first = keep("a demo password", NOW)
    assert keep("a demo password", NOW + timedelta(days=1)) == first
    later, kept = keep("another demo password", NOW + timedelta(days=1))
    assert later == NOW + timedelta(days=1)
    assert is_password("another demo password", kept)
