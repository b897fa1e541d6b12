"""The application: routes, pools and headers, made from settings."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from secrets import token_urlsafe

from fastapi import FastAPI

from api import errors
from api.addresses import PlainAddresses
from api.bearers import Bearers
from api.darkroom import Darkroom
from api.document import DescribedApi
from api.drawing_ahead import draw_ahead
from api.editions import Editions
from api.hashing import Hashing
from api.headers import SecurityHeaders
from api.keeping import UnderWay
from api.kept_facts import KeptFacts
from api.kept_pages import kept_pages
from api.letterbox import Letterbox
from api.pages import accounts as account_pages
from api.pages import (
    administration,
    ask,
    contracts,
    data,
    desk,
    feeds,
    home,
    indicators,
    letters,
    map_picture,
    maps,
    organisations,
    outbox,
    passports,
    readings,
    report_desk,
    reports,
    segments,
    sink,
    subscriptions,
)
from api.pages import claims as claim_pages
from api.pages import field as field_pages
from api.pages import photos as photo_pages
from api.pages import public as public_pages
from api.pages import transparency as transparency_pages
from api.points import asked_points
from api.public_pool import public_pool
from api.routes import (
    accounts,
    claims,
    evidence,
    field,
    open311,
    operator,
    photos,
    public,
    sitemap,
    tiles,
    transparency,
)
from api.routes import letters as letter_routes
from api.routes import maps as map_routes
from api.stills import Stills
from roads.db import open_engine
from roads.media import open_media
from roads.settings import Settings, read_settings_to_serve

CONNECTIONS = 8
"""For those who are signed in; what anybody may ask has a pool of its own."""


CHANGES_AT_ONCE = 2
"""So many work out at a time what has changed since a day: more wait, and leave the connections to everybody else."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """The whole HTTP side. Settings given by hand may lack a secret: then what is signed holds until the process ends.

    Errors: BadSetting, DatabaseUnusable (no URL).
    """
    known = settings or read_settings_to_serve()
    app = DescribedApi(title="Sapaly Zhol", version="1", lifespan=_lifespan, docs_url=None, redoc_url=None)
    app.state.settings = known
    app.state.engine = open_engine(known.database_url, pool_size=CONNECTIONS, application="sapaly-zhol api")
    secret = known.secret_key or token_urlsafe()
    app.state.bearers = Bearers(secret)
    app.state.letterbox = Letterbox(secret)
    app.state.hashing = Hashing()
    app.state.media = open_media(known.media_url)
    app.state.darkroom = Darkroom()
    app.state.changes_at_once = asyncio.Semaphore(CHANGES_AT_ONCE)
    errors.install(app)
    app.state.problem_page = public_pages.problem_page
    app.add_middleware(PlainAddresses)
    app.add_middleware(SecurityHeaders)
    app.include_router(public.questions)
    app.include_router(public.router)
    app.include_router(map_routes.questions)
    app.include_router(tiles.router)
    # Routers are looked through in this order: what is asked most stands first.
    app.include_router(segments.router)
    app.include_router(contracts.router)
    app.include_router(passports.router)
    app.include_router(accounts.router)
    app.include_router(photos.router)
    app.include_router(evidence.router)
    app.include_router(evidence.changing)
    app.include_router(field.router)
    app.include_router(claims.router)
    app.include_router(operator.router)
    app.include_router(map_picture.router)
    app.include_router(maps.router)
    app.include_router(indicators.router)
    app.include_router(ask.router)
    app.include_router(data.questions)
    app.include_router(data.router)
    app.include_router(sitemap.router)
    app.include_router(home.router)
    app.include_router(account_pages.router)
    app.include_router(field_pages.router)
    app.include_router(claim_pages.router)
    app.include_router(desk.router)
    app.include_router(administration.router)
    app.include_router(organisations.router)
    app.include_router(transparency.router)
    app.include_router(transparency_pages.router)
    app.include_router(photo_pages.router)
    app.include_router(letter_routes.router)
    app.include_router(letters.router)
    app.include_router(readings.router)
    app.include_router(outbox.router)
    app.include_router(sink.router)
    app.include_router(reports.router)
    app.include_router(subscriptions.router)
    app.include_router(feeds.router)
    app.include_router(report_desk.router)
    app.include_router(open311.router)
    app.include_router(public_pages.router)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with public_pool(app.state.settings.database_url) as pool:
        app.state.pool = pool
        app.state.editions = Editions(pool)
        app.state.kept_pages = kept_pages()
        app.state.pages_under_way = UnderWay()
        app.state.kept_facts = KeptFacts(pool, app.state.editions)
        app.state.stills = Stills()
        app.state.points = asked_points(pool, app.state.settings.snap_distance_m)
        drawing = asyncio.create_task(draw_ahead(app))
        yield
        drawing.cancel()
    app.state.engine.dispose()
