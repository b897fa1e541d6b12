"""Where the bytes of photos lie: each content once, under its SHA-256, in a folder.

It stands beside the settings in the order of imports: it knows no table and no rule, only bytes and names. A file is
whole or not there: it is written under another name, put on the disk, and then renamed.
"""

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import BinaryIO, cast
from urllib.parse import unquote, urlsplit

from roads.domain.errors import BadSetting, NotFound

UNFINISHED = ".part"
FOLDERS = 256
"""The first level; the second has as many, so that no folder holds more than some dozens of a million photos."""


@dataclass(frozen=True, slots=True)
class Media:
    """A folder of contents. Any number of processes may write to it at once."""

    folder: Path

    def put(self, content: bytes) -> str:
        """Keep a content; gives its SHA-256 in hexadecimal. On return it is on the disk.

        One that is there already is only touched: it is young again, and is not swept before somebody names it.
        """
        content_hash = sha256(content).hexdigest()
        path = self._path(content_hash)
        if not _touched(path):
            self._write(path, content)
        # Also for one that is there: whoever wrote it may not have come so far yet.
        _sync(path.parent)
        return content_hash

    def _write(self, path: Path, content: bytes) -> None:
        self._make_folder(path.parent)
        with NamedTemporaryFile(dir=path.parent, suffix=UNFINISHED, delete=False) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(path)

    def get(self, content_hash: str) -> bytes:
        """A content by its hash. Errors: NotFound."""
        try:
            return self._path(content_hash).read_bytes()
        except FileNotFoundError:
            raise NotFound(thing="photo", key=content_hash) from None

    def path(self, content_hash: str) -> Path:
        """The file of a content, to be sent piece by piece. Errors: NotFound."""
        path = self._path(content_hash)
        if not path.is_file():
            raise NotFound(thing="photo", key=content_hash)
        return path

    def draft(self) -> BinaryIO:
        """A file without a name for what is still arriving: it is gone when closed, even by a crash."""
        self._make_folder(self.folder)
        return cast("BinaryIO", TemporaryFile(dir=self.folder))

    def has(self, content_hash: str) -> bool:
        """Whether a content is kept."""
        return self._path(content_hash).exists()

    def untouched_since(self, moment: datetime, number: int) -> Iterator[str]:
        """Names of files in one folder (0 to 255) that nobody has put since; a crash leaves some unfinished."""
        for path in sorted((self.folder / f"{number:02x}").glob("*/*")):
            if _age(path) < moment.timestamp():
                yield path.name

    def remove(self, number: int, name: str) -> None:
        """Take a file away by its name, from one folder; one that is gone is fine."""
        for path in (self.folder / f"{number:02x}").glob(f"*/{name}"):
            path.unlink(missing_ok=True)

    def _path(self, content_hash: str) -> Path:
        return self.folder / content_hash[:2] / content_hash[2:4] / content_hash

    def _make_folder(self, folder: Path) -> None:
        """With its parents. A name is on the disk only when the folder that holds it has been written out."""
        if folder.exists():
            return
        self._make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync(folder.parent)


def open_media(url: str) -> Media:
    """The folder that a setting names: a path, or `file:///path`. Errors: BadSetting."""
    parts = urlsplit(url)
    if parts.scheme == "file" and not parts.netloc:
        return Media(Path(unquote(parts.path)))
    if parts.scheme or not url:
        raise BadSetting(setting="ROADS_MEDIA_URL", problem=f"{url!r}: a folder is expected; s3:// is not built in")
    return Media(Path(url))


def _touched(path: Path) -> bool:
    """Whether the file is there; if so, it is as young as if it were just written."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _age(path: Path) -> float:
    """When a file was written or touched, in seconds since 1970; never for one that is gone meanwhile."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return math.inf


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
