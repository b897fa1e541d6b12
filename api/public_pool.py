"""Connections for what anybody may ask: a few, asynchronous, read-only, with the rights of the public role.

Whoever reads for the public (routes, pages, tiles) takes one from here. More askers than connections wait for their
turn. Nothing reconnects behind the scenes: whoever finds no connection makes one, so that the first question after the
database has come back is answered.
"""

from select import POLLIN, poll
from typing import Any

from psycopg import AsyncConnection, OperationalError
from psycopg_pool import AsyncConnectionPool

from roads.db import Role

SIZE = 8
LONGEST_WAIT_S = 5.0
MOST_PREPARED = 400
"""More than there are statements."""

PublicPool = AsyncConnectionPool[AsyncConnection[Any]]


def public_pool(url: str, size: int = SIZE) -> PublicPool:
    """A closed pool of at most `size` connections; open it inside the event loop that will use it."""

    async def check(connection: AsyncConnection[Any]) -> None:
        if _has_something_to_say(connection):
            await connection.close()
            await pool.drain()  # its neighbours were there when it happened too
            raise OperationalError("the server has closed the connection")

    pool: PublicPool = AsyncConnectionPool(
        url,
        min_size=0,
        max_size=size,
        timeout=LONGEST_WAIT_S,
        reconnect_timeout=0,
        open=False,
        configure=_take_public_role,
        check=check,
        # What is asked is asked again: statements are prepared the first time, and to plan most of them takes longer
        # than to answer.
        kwargs={
            "autocommit": True,
            "application_name": "sapaly-zhol public",
            "connect_timeout": 5,
            "prepare_threshold": 0,
        },
    )
    return pool


def _has_something_to_say(connection: AsyncConnection[Any]) -> bool:
    """An idle server is silent; a last message or the end of the stream means that it went away.

    Asking it would cost every question a journey; looking at the socket costs none.
    """
    if connection.closed:
        return True
    socket = poll()
    socket.register(connection.fileno(), POLLIN)
    return bool(socket.poll(0))


async def _take_public_role(connection: AsyncConnection[Any]) -> None:
    """Rights of the public, reads only, and plans made once: our look-ups want the same plan for every place."""
    connection.prepared_max = MOST_PREPARED
    await connection.execute(f"SET ROLE {Role.PUBLIC.value}", prepare=False)
    await connection.execute(
        "SET default_transaction_read_only = on; SET jit = off; SET plan_cache_mode = force_generic_plan;"
        " SET statement_timeout = '10s'; SET timezone = 'UTC'",
        prepare=False,
    )
