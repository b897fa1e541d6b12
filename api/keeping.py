"""What a process keeps for its readers until a fact of the public's changes."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")


class UnderWay(Generic[Value]):
    """What is being made just now: whoever asks for the same meanwhile waits for it, and nobody makes it twice."""

    def __init__(self) -> None:
        self._tasks: dict[Hashable, asyncio.Task[Value]] = {}

    async def made(self, key: Hashable, make: Callable[[], Coroutine[Any, Any, Value]]) -> Value:
        """What `make` gives to the first who asks. Errors: as `make`, for all of them."""
        if (task := self._tasks.get(key)) is None:
            task = self._tasks[key] = asyncio.create_task(make())
            task.add_done_callback(lambda _: self._tasks.pop(key))
        # Who gives up waiting must not take it from the others.
        return await asyncio.shield(task)


class Kept(Generic[Value]):
    """Values of one version of the facts, of a bounded size together: the oldest give way."""

    def __init__(self, at_most: int) -> None:
        self._at_most = at_most
        self._version = ""
        self._values: dict[Hashable, tuple[Value, int]] = {}
        self.size = 0

    def find(self, version: str, key: Hashable) -> Value | None:
        """The value of a key in this version."""
        if version != self._version:
            self._version = version
            self._values.clear()
            self.size = 0
        value, _ = self._values.get(key, (None, 0))
        return value

    def keep(self, version: str, key: Hashable, value: Value, size: int = 1) -> None:
        """Keep a value that was made from a version, unless that is over by now."""
        if version != self._version or key in self._values:
            return
        self._values[key] = (value, size)
        self.size += size
        while self.size > self._at_most:
            _, freed = self._values.pop(next(iter(self._values)))
            self.size -= freed
