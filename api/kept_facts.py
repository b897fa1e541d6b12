"""What the pages of things tell: asked once for all languages, and anew when a fact of the public's has changed."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import Request

from api.dependencies import public_connection
from api.editions import Editions
from api.keeping import Kept
from roads.queries.pages import Wanted
from roads.queries.public import Public

THINGS_KEPT = 600
"""What so many pages tell takes 20 MB at most."""

Key = TypeVar("Key", int, str)
Facts = TypeVar("Facts")


def kept_facts() -> Kept[Any]:
    """Room for the facts that one process keeps."""
    return Kept(THINGS_KEPT)


async def facts_of(
    request: Request, ask: Callable[[Public, Key, Wanted], Awaitable[Facts]], key: Key, asked: Wanted
) -> Facts:
    """What there is to tell about a thing. Errors: as `ask`."""
    kept: Kept[Facts] = request.app.state.kept_facts
    editions: Editions = request.app.state.editions
    version = await editions.version()
    name = (ask, key, asked.today, *sorted(asked.parts.items()))
    facts = kept.find(version, name)
    if facts is None:
        async with public_connection(request) as connection:
            facts = await ask(connection, key, asked)
        kept.keep(version, name, facts)
    return facts
