"""What one process knows of the last edition."""

import asyncio

from api.editions import Editions
from api.public_pool import public_pool
from roads.sql import numbered_statement

READERS = 20


def test_readers_who_come_together_ask_for_the_version_once(database_url: str, asked: list[object]) -> None:
    statement, _ = numbered_statement("public_version")

    async def versions() -> list[str]:
        async with public_pool(database_url) as pool:
            known = Editions(pool)
            return await asyncio.gather(*(known.version() for _ in range(READERS)))

    told = asyncio.run(asyncio.wait_for(versions(), 30))
    assert len(told) == READERS
    assert len(set(told)) == 1
    assert asked.count(statement) == 1
