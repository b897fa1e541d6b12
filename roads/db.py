"""The database: how we connect, and the one place that commits."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

from psycopg import Connection as DriverConnection
from sqlalchemy import Connection, Engine, create_engine, event, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.orm import Session

from roads.domain.actors import Actor
from roads.domain.errors import DatabaseUnusable

OLDEST_POSTGRESQL = 150000
OLDEST_POSTGIS = (3, 3)


class Role(StrEnum):
    """Database roles; the server connects once and takes the least of them that serves.

    APP sees the rows of the person who acts, JOBS all rows, ACCOUNTS nothing but who may sign in, PUBLIC public facts.
    CITIZENS puts into the letterbox what people without an account tell, and sees nothing but what lies in it.
    """

    OWNER = "roads_owner"
    APP = "roads_app"
    JOBS = "roads_jobs"
    ACCOUNTS = "roads_accounts"
    CITIZENS = "roads_citizens"
    PUBLIC = "roads_public"


LOST = (OperationalError, InterfaceError, NoneFree)
"""How it shows that the database went away in the middle, or that no connection came free."""


def open_engine(url: str, *, pool_size: int = 5, application: str = "sapaly-zhol") -> Engine:
    """An engine for a `postgresql://` URL (several hosts allowed), always through psycopg 3.

    Plans: no JIT (our statements are many and short); days and instants travel in UTC.
    """
    if not url:
        raise DatabaseUnusable(problem="no_url")
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 5, "application_name": application, "options": "-c timezone=UTC -c jit=off"},
    )
    event.listen(engine, "handle_error", _name_lost_connection)
    return engine


def _name_lost_connection(context: object) -> None:
    """A server that cannot be reached is one clear error, wherever it is noticed."""
    if getattr(context, "is_pre_ping", False):
        return  # the pool is about to open a new connection in place of a stale one
    original = getattr(context, "sqlalchemy_exception", None)
    if isinstance(original, OperationalError | InterfaceError) and getattr(context, "connection", None) is None:
        raise DatabaseUnusable(problem="unreachable") from original


@contextmanager
def transaction(
    engine: Engine | Connection, role: Role | None = Role.JOBS, actor: Actor | None = None
) -> Iterator[Session]:
    """One transaction with the rights of one role: all of it is kept, or none. The only commit there is.

    Jobs, commands and seed work on everybody's rows. Whoever answers a person names `Role.APP` and the actor: without
    one, that role sees no row that is anybody's.
    """
    with Session(engine, expire_on_commit=False, autoflush=False) as session, session.begin():
        if role is not None:
            take(session, role, actor)
        yield session


def take(session: Session, role: Role, actor: Actor | None = None) -> None:
    """Take the rights of a role for an actor, until the end of the transaction or until others are taken."""
    session.execute(TAKE, {"role": role.value, **_who(actor)})


TAKE = text(
    "SELECT set_config('role', :role, true), set_config('roads.user_id', :user_id, true),"
    " set_config('roads.person', :person, true), set_config('roads.role', :acting, true),"
    " set_config('roads.organisation_id', :organisation_id, true), set_config('roads.kato', :kato, true)"
)


def _who(actor: Actor | None) -> dict[str, str]:
    """What policies ask of the actor; '' where there is nothing to say."""
    if actor is None:
        return dict.fromkeys(("user_id", "person", "acting", "organisation_id", "kato"), "")
    return {
        "user_id": str(actor.user_id or ""),
        "person": actor.name,
        "acting": actor.role or "",
        "organisation_id": str(actor.organisation_id or ""),
        "kato": actor.kato or "",
    }


def wait_for_turn(session: Session, work: str) -> None:
    """Of all who do this work only one goes on; the next when its transaction has ended."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(work, 0))))


def driver_of(session: Session) -> DriverConnection[Any]:
    """The connection as psycopg has it, inside the session's transaction: for COPY, which SQLAlchemy does not know."""
    driver: Any = session.connection().connection.driver_connection
    return driver  # type: ignore[no-any-return]


def check_server(connection: Connection) -> None:
    """Errors: DatabaseUnusable when PostgreSQL or PostGIS is too old or missing."""
    version = connection.scalar(text("SELECT current_setting('server_version_num')::integer"))
    if version < OLDEST_POSTGRESQL:
        raise DatabaseUnusable(problem="postgresql_too_old", found=version)
    available = connection.scalar(
        text("SELECT coalesce(installed_version, default_version) FROM pg_available_extensions WHERE name = 'postgis'")
    )
    if available is None:
        raise DatabaseUnusable(problem="postgis_missing")
    if tuple(int(part) for part in available.split(".")[:2]) < OLDEST_POSTGIS:
        raise DatabaseUnusable(problem="postgis_too_old", found=available)


__all__ = [
    "LOST",
    "DBAPIError",
    "Role",
    "check_server",
    "driver_of",
    "open_engine",
    "take",
    "transaction",
    "wait_for_turn",
]
