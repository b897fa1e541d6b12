"""What clients meet when the database is away or busy: they wait their turn, or are told in one clear document."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import AsyncConnection
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from api import editions
from api.app import create_app
from api.public_pool import SIZE, public_pool
from roads.db import open_engine
from roads.settings import Settings
from tests.api.conftest import Told

LIABILITY = "/api/v1/liability"


@contextmanager
def away(admin: Connection, url: str) -> Iterator[None]:
    """The database takes no connection, and those that it had are gone."""
    name = make_url(url).database
    admin.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
    end_connections(admin, url)
    yield
    admin.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))


def end_connections(admin: Connection, url: str) -> None:
    ended = text("SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = :name")
    admin.execute(ended, {"name": make_url(url).database})


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.public_pool.LONGEST_WAIT_S", 1.0)


@pytest.fixture
def asked(told: Told) -> dict[str, Any]:
    lon, lat = told.covered
    return {"lon": lon, "lat": lat, "on": "2024-05-01"}


@pytest.fixture
def known_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that are kept are asked for their version each time, and not once a second."""
    monkeypatch.setattr(editions, "KNOWN_FOR_S", 0.0)


@pytest.mark.usefixtures("known_at_once")
@pytest.mark.parametrize("path", [LIABILITY, "/en/?road=KAZ99&chainage=1", "/readyz", "/api/v1/roads"])
def test_while_the_database_is_away_a_question_is_answered_with_503_and_right_again_after(
    client: TestClient, asked: dict[str, Any], admin: Connection, database_url: str, path: str
) -> None:
    params = asked if path == LIABILITY else None
    assert client.get(path, params=params).status_code == 200
    with away(admin, database_url):
        answer = client.get(path, params=params)
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["retry-after"]
        assert answer.json().keys() == {"type", "title", "status"}
        assert client.get("/healthz").status_code == 200
    assert client.get(path, params=params).status_code == 200


def test_after_a_restart_of_the_database_nobody_notices_the_connections_that_ended(
    client: TestClient, asked: dict[str, Any], admin: Connection, database_url: str
) -> None:
    fill(client)
    end_connections(admin, database_url)
    assert [client.get(LIABILITY, params=asked).status_code for _ in range(2 * SIZE)] == [200] * (2 * SIZE)


def fill(client: TestClient) -> None:
    """Open every connection of the pool that the client's application has."""
    pool = client.app.state.pool  # type: ignore[attr-defined]
    assert client.portal is not None

    async def hold_all() -> None:
        for connection in [await pool.getconn() for _ in range(SIZE)]:
            await pool.putconn(connection)

    client.portal.call(hold_all)
    assert pool.get_stats()["pool_available"] == SIZE


def test_a_server_that_was_started_before_its_database_answers_once_it_is_there(
    told: Told, admin: Connection, database_url: str
) -> None:
    with TestClient(create_app(Settings(database_url=database_url)), raise_server_exceptions=False) as client:
        with away(admin, database_url):
            assert client.get("/api/v1/roads").status_code == 503
        assert client.get("/api/v1/roads").status_code == 200


def test_more_askers_than_connections_wait_for_their_turn(database_url: str) -> None:
    async def ask(connection: AsyncConnection[Any]) -> int:
        (pid,) = await (await connection.execute("SELECT pg_backend_pid() FROM pg_sleep(0.02)")).fetchone() or (0,)
        return int(pid)

    async def all_at_once() -> list[int]:
        async with public_pool(database_url, size=2) as pool:

            async def take_turns() -> int:
                async with pool.connection() as connection:
                    return await ask(connection)

            return await asyncio.gather(*(take_turns() for _ in range(20)))

    pids = asyncio.run(all_at_once())
    assert len(pids) == 20
    assert len(set(pids)) <= 2


def test_a_question_that_makes_no_sense_takes_no_connection(client: TestClient) -> None:
    before = client.app.state.pool.get_stats().get("requests_num", 0)  # type: ignore[attr-defined]
    assert client.get(LIABILITY, params={"lon": 700, "lat": 50}).status_code == 400
    assert client.get("/api/v1/defects/abc").status_code == 404
    assert client.get("/xx/").status_code == 404
    assert client.app.state.pool.get_stats().get("requests_num", 0) == before  # type: ignore[attr-defined]


def test_a_client_that_reads_slowly_holds_no_connection(database_url: str, told: Told) -> None:
    """The pool has every connection back before the first byte of the answer is sent."""
    app = create_app(Settings(database_url=database_url))
    at_the_first_byte: list[int] = []

    async def serve() -> None:
        async with app.router.lifespan_context(app):

            async def receive() -> dict[str, Any]:
                return {"type": "http.request", "body": b"", "more_body": False}

            async def send(message: Any) -> None:
                if message["type"] == "http.response.start":
                    stats = app.state.pool.get_stats()
                    at_the_first_byte.append(stats["pool_size"] - stats["pool_available"])

            while not app.state.pool.get_stats()["pool_available"]:
                await asyncio.sleep(0.01)  # what is asked at the start is answered
            for path in ("/api/v1/segments", "/api/v1/segments/1", "/en/"):
                scope: dict[str, Any] = {
                    "type": "http",
                    "method": "GET",
                    "path": path,
                    "query_string": b"",
                    "headers": [],
                }
                await app(scope, receive, send)

    asyncio.run(serve())
    assert at_the_first_byte == [0, 0, 0]


def test_a_database_that_nobody_migrated_is_not_ready(client: TestClient, database_url: str) -> None:
    engine = open_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE job_run CASCADE"))
    engine.dispose()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
