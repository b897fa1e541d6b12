"""Roles belong to the cluster: databases that are migrated at once make each of them once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep
from uuid import uuid4

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from roads.migrations.roles import ensure_role


@pytest.fixture
def role(admin: Connection) -> Iterator[str]:
    """The name of a role that does not exist yet."""
    name = f"roads_test_role_{uuid4().hex[:12]}"
    yield name
    admin.execute(text(f"DROP ROLE IF EXISTS {name}"))


@pytest.mark.parametrize("first_keeps_it", [True, False], ids=["first commits", "first rolls back"])
def test_two_databases_that_are_migrated_at_once_both_find_the_role(
    admin: Connection, database_url: str, role: str, *, first_keeps_it: bool
) -> None:
    other = create_engine(make_url(database_url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    here = create_engine(admin.engine.url, poolclass=NullPool)
    with here.connect() as first, other.connect() as second, ThreadPoolExecutor() as threads:
        ensure_role(first, role)
        waiting = threads.submit(ensure_role, second, role)
        _until_waiting(admin, role)
        if first_keeps_it:
            first.commit()
        else:
            first.rollback()
        waiting.result(timeout=30)
        second.commit()
    assert admin.scalar(text("SELECT count(*) FROM pg_roles WHERE rolname = :role"), {"role": role}) == 1
    other.dispose()
    here.dispose()


def _until_waiting(admin: Connection, role: str) -> None:
    ends = monotonic() + 30
    creating = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND position(:role IN query) > 0"
    )
    while not admin.scalar(creating, {"role": role}):
        assert monotonic() < ends, "the second never came to wait for the first"
        sleep(0.01)
