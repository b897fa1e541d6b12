"""The application: routes, pools and headers, made from settings."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from api import errors
from api.headers import SecurityHeaders
from api.pages import public as public_pages
from api.routes import operator, public
from roads.db import Role, open_engine
from roads.queries.public import prepare
from roads.settings import Settings, read_settings

POOL_SIZE = 8


def create_app(settings: Settings | None = None) -> FastAPI:
    """The whole HTTP side. Errors: BadSetting, DatabaseUnusable (no URL)."""
    known = settings or read_settings()
    app = FastAPI(title="Sapaly Zhol", version="1", lifespan=_lifespan, docs_url=None, redoc_url=None)
    app.state.settings = known
    app.state.engine = open_engine(known.database_url, pool_size=2, application="sapaly-zhol api")
    errors.install(app)
    app.add_middleware(SecurityHeaders)
    app.include_router(public.router)
    app.include_router(operator.router)
    app.include_router(public_pages.router)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
        app.state.settings.database_url,
        min_size=1,
        max_size=POOL_SIZE,
        timeout=5,
        open=False,
        configure=_take_public_role,
        kwargs={"autocommit": True, "application_name": "sapaly-zhol public", "connect_timeout": 5},
    )
    await pool.open(wait=False)
    app.state.pool = pool
    yield
    await pool.close()
    app.state.engine.dispose()


async def _take_public_role(connection: AsyncConnection[Any]) -> None:
    """Rights of the public, reads only, and plans made once: our look-ups want the same plan for every place."""
    await connection.execute(f"SET ROLE {Role.PUBLIC.value}")
    await connection.execute(
        "SET default_transaction_read_only = on; SET jit = off; SET plan_cache_mode = force_generic_plan;"
        " SET statement_timeout = '10s'; SET timezone = 'UTC'"
    )
    await prepare(connection)
