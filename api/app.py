"""The application: routes, pools and headers, made from settings."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from api import errors
from api.editions import Editions
from api.headers import SecurityHeaders
from api.pages import contracts, maps, segments
from api.pages import public as public_pages
from api.points import asked_points
from api.public_pool import public_pool
from api.routes import operator, public, tiles
from roads.db import open_engine
from roads.settings import Settings, read_settings


def create_app(settings: Settings | None = None) -> FastAPI:
    """The whole HTTP side. Errors: BadSetting, DatabaseUnusable (no URL)."""
    known = settings or read_settings()
    app = FastAPI(title="Sapaly Zhol", version="1", lifespan=_lifespan, docs_url=None, redoc_url=None)
    app.state.settings = known
    app.state.engine = open_engine(known.database_url, pool_size=2, application="sapaly-zhol api")
    errors.install(app)
    app.add_middleware(SecurityHeaders)
    app.include_router(public.questions)
    app.include_router(public.router)
    app.include_router(tiles.router)
    app.include_router(operator.router)
    app.include_router(maps.router)
    app.include_router(segments.router)
    app.include_router(contracts.router)
    app.include_router(public_pages.router)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with public_pool(app.state.settings.database_url) as pool:
        app.state.pool = pool
        app.state.editions = Editions(pool)
        app.state.points = asked_points(pool, app.state.settings.snap_distance_m)
        yield
    app.state.engine.dispose()
