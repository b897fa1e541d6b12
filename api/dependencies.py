"""What routes are given: a public connection, today, the language; and how they answer with an ETag."""

from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from hashlib import blake2b
from typing import Any

from fastapi import Request, Response
from psycopg import AsyncConnection
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from api.editions import Editions
from api.points import Points
from roads.i18n import choose_language
from roads.media import Media
from roads.settings import Settings

REVALIDATE = {"Cache-Control": "public, max-age=0, must-revalidate", "Vary": "Accept-Language"}


def settings_of(request: Request) -> Settings:
    """The settings the application was made with."""
    settings: Settings = request.app.state.settings
    return settings


def public_connection(request: Request) -> AbstractAsyncContextManager[AsyncConnection[Any]]:
    """A read-only connection with the public role. Ask, and leave the block before the answer is written and sent.

    As a dependency of the route it would be taken for questions that make no sense, and held until a slow client has
    read the last byte: a few such clients would stop everybody. Errors: PoolTimeout, when none is free for long.
    """
    connection: AbstractAsyncContextManager[AsyncConnection[Any]] = request.app.state.pool.connection()
    return connection


def media_of(request: Request) -> Media:
    """Where the contents of photos lie."""
    media: Media = request.app.state.media
    return media


def points_of(request: Request) -> Points:
    """Where to ask who answers at a coordinate."""
    points: Points = request.app.state.points
    return points


def today(request: Request) -> date:
    """What day it is here: the only clock a route reads."""
    return datetime.now(settings_of(request).zone).date()


def language(request: Request) -> str:
    """The language of sentences in the answer, by Accept-Language; English when nothing is asked for."""
    return choose_language(request.headers.get("accept-language"), ("en", "kk", "ru"))


def offered(request: Request, language: str) -> str:
    """The language in the address of a page. Errors: HTTPException 404 for one that is not offered."""
    if language not in settings_of(request).language_codes:
        raise HTTPException(404)
    return language


def has_copy(request: Request, tag: str) -> bool:
    """Whether the client says that it has the content of this ETag."""
    words = request.headers.get("if-none-match")
    if words is None:
        return False
    asked = [one.strip().removeprefix("W/") for one in words.split(",")]
    return tag in asked or "*" in asked


def tag_of(body: bytes) -> str:
    """The ETag of a body."""
    return f'"{blake2b(body, digest_size=12).hexdigest()}"'


def tagged(request: Request, body: bytes, media_type: str, *, encoding: str = "", tag: str = "") -> Response:
    """The body with its ETag, or 304 when the client has it already; `encoding` is how it was compressed, and `tag` the
    ETag of a body that is sent again and again."""
    tag = tag or tag_of(body)
    headers = {"ETag": tag, **REVALIDATE}
    if encoding:
        headers |= {"Content-Encoding": encoding, "Vary": "Accept-Language, Accept-Encoding"}
    if has_copy(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


async def as_of(request: Request, build: Callable[[], Coroutine[Any, Any, BaseModel]], *facts: object) -> Response:
    """A shape as JSON, built only for a client that lacks it; its ETag is the version of what segments show.

    `facts` are what else the shape depends on. The version is read first: a shape is never older than its tag.
    """
    editions: Editions = request.app.state.editions
    tag = f'"{".".join(map(str, (await editions.version(), *facts)))}"'
    headers = {"ETag": tag, **REVALIDATE}
    if has_copy(request, tag):
        return Response(status_code=304, headers=headers)
    shape = await build()
    return Response(shape.model_dump_json(by_alias=True), media_type="application/json", headers=headers)


def shown(request: Request, shape: BaseModel) -> Response:
    """A shape as JSON with its ETag."""
    return tagged(request, shape.model_dump_json(by_alias=True).encode(), "application/json")
