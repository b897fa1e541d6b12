"""What the pages of things tell: asked once for all languages, and anew when a fact of the public's has changed.

Things whose pages are asked for at the same time are asked about together.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from fastapi import Request

from api.editions import Editions
from api.keeping import Kept, UnderWay
from api.public_pool import PublicPool
from api.together import Together
from roads.queries.pages import Wanted
from roads.queries.public import Public, Thing

THINGS_KEPT = 600
"""What so many pages tell takes 20 MB at most."""
THINGS_AT_ONCE = 4
"""So many are asked about in one round: who is first waits for three others at most."""
PATIENCE_S = 0.001
"""A round that has not been answered by then has the next one beside it."""

Facts = TypeVar("Facts")
AskAll = Callable[[Public, Sequence[Thing], Wanted], Awaitable[Mapping[Thing, Facts]]]
AskWhole = Callable[..., Awaitable[Facts]]


@dataclass(frozen=True, slots=True)
class _Question:
    key: int | str
    wanted: Wanted


class KeptFacts:
    """The facts that one process keeps."""

    def __init__(self, pool: PublicPool, editions: Editions) -> None:
        self._pool = pool
        self._editions = editions
        self._kept: Kept[Any] = Kept(THINGS_KEPT)
        self._kept_of_edition: Kept[Any] = Kept(THINGS_KEPT)
        self._under_way: UnderWay[Any] = UnderWay()
        self._rounds: dict[AskAll[Any, Any], Together[_Question, Any]] = {}

    async def of(self, ask: AskAll[Thing, Facts], key: Thing, wanted: Wanted) -> Facts | None:
        """What there is to tell about a thing; None when `ask` finds no such thing. Errors: as `ask`."""
        return await self._told(self._kept, await self._editions.version(), ask, key, wanted)

    async def of_edition(self, ask: AskAll[Thing, Facts], key: Thing, wanted: Wanted) -> Facts | None:
        """What changes with an edition of the maps alone. Errors: as `ask`."""
        return await self._told(self._kept_of_edition, str(await self._editions.last()), ask, key, wanted)

    async def whole_of_edition(self, ask: AskWhole[Facts], *of: Hashable) -> Facts:
        """What `ask` tells of everything together, and an edition of the maps alone changes. Errors: as `ask`."""
        version, name = str(await self._editions.last()), (ask, *of)
        facts: Facts | None = self._kept_of_edition.find(version, name)
        if facts is None:
            facts = await self._under_way.made((version, name), lambda: self._asked_about_everything(ask, of))
            self._kept_of_edition.keep(version, name, facts)
        return facts

    async def _asked_about_everything(self, ask: AskWhole[Facts], of: Sequence[Hashable]) -> Facts:
        async with self._pool.connection() as connection:
            return await ask(connection, *of)

    async def _told(
        self, kept: Kept[Any], version: str, ask: AskAll[Thing, Facts], key: Thing, wanted: Wanted
    ) -> Facts | None:
        name = ask, key, wanted.key
        facts: Facts | None = kept.find(version, name)
        if facts is None:
            if ask not in self._rounds:
                self._rounds[ask] = Together(partial(self._asked, ask), most=THINGS_AT_ONCE, patience_s=PATIENCE_S)
            facts = await self._rounds[ask].ask(_Question(key, wanted))
            if facts is not None:
                kept.keep(version, name, facts)
        return facts

    async def _asked(self, ask: AskAll[Any, Facts], questions: Sequence[_Question]) -> list[Facts | None]:
        alike = defaultdict(list)
        for question in questions:
            alike[question.wanted.key].append(question)
        told: dict[object, Facts] = {}
        async with self._pool.connection() as connection:
            for same in alike.values():
                keys, wanted = list(dict.fromkeys(question.key for question in same)), same[0].wanted
                found = await ask(connection, keys, wanted)
                told.update({(key, wanted.key): facts for key, facts in found.items()})
        return [told.get((question.key, question.wanted.key)) for question in questions]


async def facts_of(request: Request, ask: AskAll[Thing, Facts], key: Thing, wanted: Wanted) -> Facts | None:
    """What there is to tell about a thing; None when `ask` finds no such thing. Errors: as `ask`."""
    kept: KeptFacts = request.app.state.kept_facts
    return await kept.of(ask, key, wanted)


async def facts_of_edition(request: Request, ask: AskAll[Thing, Facts], key: Thing, wanted: Wanted) -> Facts | None:
    """What changes with an edition of the maps alone. Errors: as `ask`."""
    kept: KeptFacts = request.app.state.kept_facts
    return await kept.of_edition(ask, key, wanted)


async def whole_of_edition(request: Request, ask: AskWhole[Facts], *of: Hashable) -> Facts:
    """What `ask` tells of everything together, and an edition of the maps alone changes. Errors: as `ask`."""
    kept: KeptFacts = request.app.state.kept_facts
    return await kept.whole_of_edition(ask, *of)
