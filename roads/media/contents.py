"""What every place of photos promises, and how it lays them: a content has one name, which is its SHA-256."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

SETTING = "ROADS_MEDIA_URL"
FOLDERS = 256
"""The first level; the second has as many, so that no folder holds more than some dozens of a million photos."""
PIECE_BYTES = 1 << 20
HASH = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Stored:
    """A content to be sent on: its size, and its bytes piece by piece, of which only one is in memory."""

    size: int
    pieces: Iterator[bytes]


class Media(Protocol):
    """Contents by their hashes. Any number of processes may put and read at once.

    Whoever cannot reach the place raises MediaUnusable: then nothing was put, or all of it.
    """

    def demand_usable(self) -> None:
        """Raise BadSetting if the place cannot be used as things stand: asked when a process starts."""

    def put(self, content: bytes) -> str:
        """Keep a content; gives its SHA-256 in hexadecimal. On return it outlives a crash.

        One that is there already is young again, and is not swept before somebody names it.
        """

    def get(self, content_hash: str) -> bytes:
        """A content by its hash. Errors: NotFound."""

    def open(self, content_hash: str) -> Stored:
        """A content, to be sent piece by piece. Errors: NotFound."""

    def draft(self) -> BinaryIO:
        """A file without a name for what is still arriving: it is gone when closed, even by a crash."""

    def untouched_since(self, moment: datetime, number: int) -> Iterator[str]:
        """Names of files in one folder (0 to 255) that nobody has put since."""

    def remove(self, number: int, name: str) -> None:
        """Take a file away by its name, from one folder; one that is gone is fine."""


def place_of(content_hash: str) -> str:
    """Where a content lies, below the folder or the prefix."""
    return f"{content_hash[:2]}/{content_hash[2:4]}/{content_hash}"
