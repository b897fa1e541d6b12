"""One at a time: locks that live as long as a process is connected to the database."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine, text

from roads.db import DBAPIError
from roads.domain.operations import run_lock
from roads.usecases.operations import release_locks, try_lock

LEADER = "leader of the scheduler"

# A machine that vanishes without closing its connections keeps its locks no longer than some 25 seconds.
CONNECTION_SETTINGS = {
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "idle_session_timeout": "0",
}


@contextmanager
def direct_connection(engine: Engine) -> Iterator[Connection]:
    """A connection outside the pool: closing it really ends it, and with it the locks it holds."""
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    try:
        connection.detach()
        for name, value in CONNECTION_SETTINGS.items():
            connection.execute(text("SELECT set_config(:name, :value, false)"), {"name": name, "value": value})
        yield connection
    finally:
        # Closing frees the locks too, but only once the server has noticed: the next to ask might come before.
        if not connection.invalidated:
            with suppress(DBAPIError):
                release_locks(connection)
        connection.close()


@contextmanager
def turn_to_run(engine: Engine, job: str) -> Iterator[bool]:
    """Whether it is our turn to run a job; if so, nobody else's inside this block."""
    with direct_connection(engine) as connection:
        yield try_lock(connection, run_lock(job))


def is_still_there(connection: Connection) -> None:
    """The leader's heartbeat. Errors: DBAPIError when the connection is lost, and with it the lead."""
    connection.execute(text("SELECT 1"))
