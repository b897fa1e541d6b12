"""What routes are given: a public connection, today, the language; and how they answer with an ETag."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from hashlib import blake2b
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from psycopg import AsyncConnection
from pydantic import BaseModel

from roads.i18n import choose_language
from roads.settings import Settings


def settings_of(request: Request) -> Settings:
    """The settings the application was made with."""
    settings: Settings = request.app.state.settings
    return settings


# Asynchronous though they wait for nothing: a plain function would cost each request a trip through a thread.
async def known_settings(request: Request) -> Settings:
    """The settings, as a dependency."""
    return settings_of(request)


async def public_connection(request: Request) -> AsyncIterator[AsyncConnection[Any]]:
    """A read-only connection with the public role, returned to the pool after the answer."""
    async with request.app.state.pool.connection() as connection:
        yield connection


async def today(request: Request) -> date:
    """What day it is here: the only clock a route reads."""
    return datetime.now(settings_of(request).zone).date()


async def language(request: Request) -> str:
    """The language of sentences in the answer, by Accept-Language; English when nothing is asked for."""
    return choose_language(request.headers.get("accept-language"), ("en", "kk", "ru"))


PublicConnection = Annotated[AsyncConnection[Any], Depends(public_connection)]
Today = Annotated[date, Depends(today)]
SpokenLanguage = Annotated[str, Depends(language)]
KnownSettings = Annotated[Settings, Depends(known_settings)]


def tagged(request: Request, body: bytes, media_type: str) -> Response:
    """The body with its ETag, or 304 when the client has it already."""
    tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "public, max-age=0, must-revalidate", "Vary": "Accept-Language"}
    asked = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    if tag in asked or "*" in asked:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def shown(request: Request, shape: BaseModel) -> Response:
    """A shape as JSON with its ETag."""
    return tagged(request, shape.model_dump_json(by_alias=True).encode(), "application/json")
