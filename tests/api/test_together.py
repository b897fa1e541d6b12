"""Questions that come at the same time share a round; nobody waits for a round that takes too long."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

import pytest

from api.together import Together


class Doubling:
    """Doubles numbers and remembers what it was asked together; zero cannot be doubled, and large numbers take long."""

    def __init__(self) -> None:
        self.rounds: list[list[int]] = []
        self.let_go = asyncio.Event()

    async def __call__(self, asked: Sequence[int]) -> list[int]:
        self.rounds.append(list(asked))
        await asyncio.sleep(0)
        if 0 in asked:
            raise ZeroDivisionError("nothing to double")
        if max(asked) >= 100:
            await self.let_go.wait()
        return [2 * one for one in asked]


def run(scene: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(scene, 10))


def test_who_asks_alone_is_answered_and_who_comes_meanwhile_is_answered_together() -> None:
    async def scene() -> None:
        doubling = Doubling()
        together = Together(doubling)
        assert await together.ask(1) == 2

        async def later(number: int) -> int:
            await asyncio.sleep(0)
            return await together.ask(number)

        answers = await asyncio.gather(together.ask(2), *(later(number) for number in range(3, 9)))
        assert answers == [4, 6, 8, 10, 12, 14, 16]
        assert doubling.rounds == [[1], [2], [3, 4, 5, 6, 7, 8]]

    run(scene())


def test_a_round_takes_no_more_than_its_share_and_nobody_is_left_waiting() -> None:
    async def scene() -> None:
        doubling = Doubling()
        together = Together(doubling, most=10)
        assert await asyncio.gather(*(together.ask(number) for number in range(1, 26))) == list(range(2, 52, 2))
        assert [len(one) for one in doubling.rounds] == [10, 10, 5]

    run(scene())


def test_a_round_that_takes_long_does_not_hold_up_those_who_come_after() -> None:
    async def scene() -> None:
        doubling = Doubling()
        together = Together(doubling, patience_s=0.01)
        slow = asyncio.create_task(together.ask(100))
        while not doubling.rounds:
            await asyncio.sleep(0)
        assert await together.ask(1) == 2
        assert list(await asyncio.gather(together.ask(2), together.ask(3))) == [4, 6]
        assert not slow.done()
        doubling.let_go.set()
        assert await slow == 200

    run(scene())


def test_no_more_rounds_than_allowed_and_the_next_one_as_soon_as_one_ends() -> None:
    async def scene() -> None:
        doubling = Doubling()
        together = Together(doubling, rounds=2, patience_s=0.001)
        slow = []
        for number in (100, 200, 300):
            slow.append(asyncio.create_task(together.ask(number)))
            await asyncio.sleep(0.05)
        assert doubling.rounds == [[100], [200]]
        doubling.let_go.set()
        assert await asyncio.gather(*slow) == [200, 400, 600]
        assert doubling.rounds == [[100], [200], [300]]

    run(scene())


def test_what_goes_wrong_is_told_to_those_who_asked_with_it_and_to_nobody_else() -> None:
    async def scene() -> None:
        together = Together(Doubling())
        answers = await asyncio.gather(together.ask(1), together.ask(0), return_exceptions=True)
        assert [type(answer) for answer in answers] == [ZeroDivisionError, ZeroDivisionError]
        assert await together.ask(1) == 2

    run(scene())


def test_who_gives_up_waiting_takes_nothing_from_the_others() -> None:
    async def scene() -> None:
        together = Together(Doubling())
        first = asyncio.create_task(together.ask(1))
        gone = asyncio.create_task(together.ask(2))
        await asyncio.sleep(0)
        gone.cancel()
        assert await first == 2
        with pytest.raises(asyncio.CancelledError):
            await gone
        assert await together.ask(3) == 6

    run(scene())
