"""Passwords are looked at two at a time: each takes 64 MiB and a core for a good part of a second."""

from anyio import CapacityLimiter, to_thread

from roads.domain.accounts import TooBusy
from roads.usecases.accounts_secrets import hash_password, is_password

AT_ONCE = 2
MOST_WAITING = 20
"""Some four seconds of work; whoever comes then is asked to come again."""


class Hashing:
    """The queue before the two. It keeps no connection to the database, and no thread that others need."""

    def __init__(self) -> None:
        self._turns = CapacityLimiter(AT_ONCE)

    async def is_password(self, password: str, kept: str | None) -> bool:
        """Whether it is the password; as slow when none is kept. Errors: TooBusy."""
        self._demand_room()
        return await to_thread.run_sync(is_password, password, kept, limiter=self._turns)

    async def hash(self, password: str) -> str:
        """What is kept of a password. Errors: TooBusy."""
        self._demand_room()
        return await to_thread.run_sync(hash_password, password, limiter=self._turns)

    def _demand_room(self) -> None:
        if self._turns.statistics().tasks_waiting >= MOST_WAITING:
            raise TooBusy(seconds=5)
