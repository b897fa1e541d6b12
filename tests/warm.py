"""Connections that are lent again instead of closed, for tests that let years of jobs go by."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Engine, event


class Lasting(psycopg.Connection[Any]):
    """A connection that, closed, waits to be lent again, as good as new: in no transaction, without locks or settings.

    What closing must do when a process is killed, other tests see with real processes.
    """

    spare: list["Lasting"]

    def close(self) -> None:
        if self.closed:
            return
        self.rollback()
        self.autocommit = True
        self.execute("SELECT pg_advisory_unlock_all()")
        self.execute("RESET ALL")
        self.autocommit = False
        self.spare.append(self)

    def end(self) -> None:
        """Really close it."""
        super().close()


@contextmanager
def warm(engine: Engine) -> Iterator[None]:
    """Inside the block the engine's connections last: jobs close one each time, and a new one costs more than they do.

    The server reads its catalogues anew for each connection, and plans each statement again.
    """
    spare: list[Lasting] = []

    def lend(_dialect: object, _record: object, arguments: Any, settings: Any) -> Lasting:
        try:
            return spare.pop()
        except IndexError:
            made = Lasting.connect(*arguments, **settings)
            made.spare = spare
            return made

    engine.dispose()
    event.listen(engine, "do_connect", lend)
    try:
        yield
    finally:
        event.remove(engine, "do_connect", lend)
        engine.dispose()
        for each in spare:
            each.end()
