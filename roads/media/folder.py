"""Photos in a folder. A file is whole or not there: it is written under another name, put on the disk, then renamed."""

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import BinaryIO, cast

from roads.domain.errors import BadSetting, NotFound
from roads.media.contents import PIECE_BYTES, SETTING, Stored, place_of

UNFINISHED = ".part"


@dataclass(frozen=True, slots=True)
class MediaFolder:
    """A folder of contents; see `Media` for what it promises."""

    folder: Path

    def demand_usable(self) -> None:
        """The folder, or where it will be made, is one to write to. Errors: BadSetting."""
        there = next(path for path in (self.folder.absolute(), *self.folder.absolute().parents) if path.exists())
        if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
            raise BadSetting(setting=SETTING, problem=f"{there} is no folder that this process may write to")

    def put(self, content: bytes) -> str:
        """Keep a content; on return it is on the disk. One that is there already is only touched."""
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

    def open(self, content_hash: str) -> Stored:
        """A content, to be sent piece by piece. Errors: NotFound."""
        path = self._path(content_hash)
        try:
            return Stored(path.stat().st_size, _pieces(path))
        except FileNotFoundError:
            raise NotFound(thing="photo", key=content_hash) from None

    def draft(self) -> BinaryIO:
        """A file without a name for what is still arriving: it is gone when closed, even by a crash."""
        self._make_folder(self.folder)
        return cast("BinaryIO", TemporaryFile(dir=self.folder))

    def untouched_since(self, moment: datetime, number: int) -> Iterator[str]:
        """Names of files that nobody has put since; a crash leaves some unfinished."""
        for path in sorted((self.folder / f"{number:02x}").glob("*/*")):
            if _age(path) < moment.timestamp():
                yield path.name

    def remove(self, number: int, name: str) -> None:
        """Take a file away by its name, from one folder; one that is gone is fine."""
        for path in (self.folder / f"{number:02x}").glob(f"*/{name}"):
            path.unlink(missing_ok=True)

    def _path(self, content_hash: str) -> Path:
        return self.folder / place_of(content_hash)

    def _make_folder(self, folder: Path) -> None:
        """With its parents. A name is on the disk only when the folder that holds it has been written out."""
        if folder.exists():
            return
        self._make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync(folder.parent)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            yield piece


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
