"""Questions that come at the same time are answered together.

Whoever asks alone is answered at once. While an answer is being worked out others come to wait: they are taken together
as soon as it is there, so that a busy server asks the database less often, not more. A round that takes long does not
hold up those who came after it: they start one of their own.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")


class Together(Generic[Asked, Answered]):
    """Takes single questions and hands them on in rounds of at most `most`: the next one when the last is answered or
    has taken `patience_s`, and no more than `rounds` at a time.

    `answer_all` gives the answers in the order of its questions; what it raises is raised to each who asked with them.
    """

    def __init__(
        self,
        answer_all: Callable[[Sequence[Asked]], Awaitable[Sequence[Answered]]],
        *,
        rounds: int = 4,
        most: int = 64,
        patience_s: float = 0.05,
    ) -> None:
        self._answer_all = answer_all
        self._rounds = rounds
        self._most = most
        self._patience_s = patience_s
        self._waiting: deque[tuple[Asked, asyncio.Future[Answered]]] = deque()
        self._running: set[asyncio.Task[None]] = set()
        self._holds_the_turn: asyncio.Task[None] | None = None

    async def ask(self, question: Asked) -> Answered:
        """The answer to one question. Errors: those of `answer_all`."""
        answer: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answer))
        self._start()
        return await answer

    def _start(self) -> None:
        """A round for those who wait, when it is their turn."""
        if not self._waiting or self._holds_the_turn or len(self._running) >= self._rounds:
            return
        task = self._holds_the_turn = asyncio.create_task(self._round())
        self._running.add(task)
        lateness = asyncio.get_running_loop().call_later(self._patience_s, self._pass_on, task)

        def finish(task: asyncio.Task[None]) -> None:
            lateness.cancel()
            self._running.discard(task)
            self._pass_on(task)

        task.add_done_callback(finish)

    def _pass_on(self, task: asyncio.Task[None]) -> None:
        if self._holds_the_turn is task:
            self._holds_the_turn = None
        self._start()

    async def _round(self) -> None:
        taken = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
        try:
            answers = await self._answer_all([question for question, _ in taken])
        except Exception as error:  # noqa: BLE001 - raised again where the answer is awaited
            for _, waiting in taken:
                if not waiting.done():
                    waiting.set_exception(error)
        else:
            for (_, waiting), answer in zip(taken, answers, strict=True):
                if not waiting.done():  # whoever gave up waiting has cancelled it
                    waiting.set_result(answer)
