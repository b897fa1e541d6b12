"""What a file has said so far, kept in a temporary file of its own: memory must not grow with what is imported."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from types import TracebackType
from typing import Self

from roads.domain.cells import Said


class FirstRows:
    """Things a file has spoken of, by key: the first row wins, however far below the second one stands."""

    def __init__(self) -> None:
        # An empty name makes a database on disk that vanishes when it is closed.
        self._file = sqlite3.connect("", isolation_level=None)
        with closing(self._file.cursor()) as cursor:
            cursor.execute("CREATE TABLE said (key TEXT PRIMARY KEY, row INTEGER, content TEXT) WITHOUT ROWID")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def earlier(self, key: str) -> Said | None:
        """What an earlier chunk said of a thing."""
        with closing(self._file.cursor()) as cursor:
            said = cursor.execute("SELECT row, content FROM said WHERE key = ?", (key,)).fetchone()
        return Said(*said) if said else None

    def keep(self, said: Mapping[str, Said]) -> None:
        """Remember what this chunk said; what is known already stays."""
        with closing(self._file.cursor()) as cursor:
            cursor.execute("BEGIN")
            cursor.executemany(
                "INSERT OR IGNORE INTO said VALUES (?, ?, ?)",
                ((key, one.row, one.content) for key, one in said.items()),
            )
            cursor.execute("COMMIT")
