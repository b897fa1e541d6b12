"""Photos in a bucket of an S3 store, Amazon's or anybody's who speaks its language.

Where the store is and who we are comes from the usual variables of the environment (AWS_ENDPOINT_URL,
AWS_ACCESS_KEY_ID, ...), which the client reads; no address and no row ever holds a secret. An object is whole or not
there, and on the store's disks when the store says so.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, BinaryIO, cast
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from roads.domain.errors import BadSetting, MediaUnusable, NotFound
from roads.media.contents import HASH, PIECE_BYTES, SETTING, Stored, place_of

if TYPE_CHECKING:
    from obstore import GetOptions, GetResult
    from obstore.store import RetryConfig

ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
RETRIES: "RetryConfig" = {
    "max_retries": 2,
    "retry_timeout": timedelta(seconds=10),
    "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=1), "base": 2},
}
"""Somebody waits for the answer, and may come again: a store that does not answer is soon said to be away."""


@dataclass(frozen=True, slots=True)
class MediaBucket:
    """Contents under a prefix of a bucket; see `Media` for what it promises."""

    url: str
    store: S3Store

    def demand_usable(self) -> None:
        """The bucket is there and we may look into it. Errors: BadSetting."""
        try:
            with _asking():
                next(iter(obstore.list(self.store, chunk_size=1)), None)
        except MediaUnusable as away:
            raise BadSetting(setting=SETTING, problem=f"{self.url}: {away.params['problem']}") from away

    def put(self, content: bytes) -> str:
        """Keep a content; on return the store has it.

        Without asking whether it is there: what lies under this name can only be the same bytes, and what was put
        again is young again.
        """
        content_hash = sha256(content).hexdigest()
        with _asking():
            # In one request: pieces of a put that was broken off would stay in the bucket, where nobody sees them.
            obstore.put(self.store, place_of(content_hash), content, use_multipart=False)
        return content_hash

    def get(self, content_hash: str) -> bytes:
        """A content by its hash. Errors: NotFound."""
        with _asking():
            return bytes(self._found(content_hash).bytes())

    def open(self, content_hash: str) -> Stored:
        """A content, to be sent piece by piece. Errors: NotFound."""
        with _asking():
            found = self._found(content_hash, first=PIECE_BYTES)
            size = found.meta["size"]
            return Stored(size, self._pieces(content_hash, bytes(found.bytes()), size))

    def draft(self) -> BinaryIO:
        """A file without a name for what is still arriving, where this machine keeps such."""
        return cast("BinaryIO", TemporaryFile())

    def untouched_since(self, moment: datetime, number: int) -> Iterator[str]:
        """Names of contents that nobody has put since; what others have laid into the bucket is not ours to see."""
        with _asking():
            for page in obstore.list(self.store, prefix=f"{number:02x}"):
                for found in page:
                    name = found["path"].rpartition("/")[2]
                    is_ours = HASH.fullmatch(name) and found["path"] == place_of(name)
                    if is_ours and found["last_modified"] < moment:
                        yield name

    def remove(self, _number: int, name: str, /) -> None:
        """Take a content away; one that is gone is fine."""
        with _asking():
            obstore.delete(self.store, place_of(name))

    def _found(self, content_hash: str, first: int | None = None) -> "GetResult":
        """All of a content, or its first bytes. Errors: NotFound."""
        try:
            options: GetOptions = {} if first is None else {"range": (0, first)}
            return obstore.get(self.store, place_of(content_hash), options=options)
        except FileNotFoundError as missing:
            if "NoSuchBucket" in str(missing):
                raise
            raise NotFound(thing="photo", key=content_hash) from None

    def _pieces(self, content_hash: str, first: bytes, size: int) -> Iterator[bytes]:
        """Each with a question of its own: who reads slowly does not keep a connection to the store waiting."""
        yield first
        for start in range(len(first), size, PIECE_BYTES):
            with _asking():
                end = min(start + PIECE_BYTES, size)
                piece = bytes(obstore.get_range(self.store, place_of(content_hash), start=start, end=end))
            yield piece


def open_bucket(url: str) -> MediaBucket:
    """The bucket and prefix that an address `s3://bucket/prefix` names. Errors: BadSetting."""
    parts = urlsplit(url)
    # Not shown: who writes more than a bucket and a prefix may have written a secret.
    if not parts.netloc or "@" in parts.netloc or ":" in parts.netloc or parts.query or parts.fragment:
        raise BadSetting(setting=SETTING, problem="s3://bucket/prefix is expected and nothing else; see AWS_* for keys")
    _demand_endpoint()
    try:
        return MediaBucket(url, S3Store.from_url(url, retry_config=RETRIES))
    except BaseError as wrong:
        raise BadSetting(setting=SETTING, problem=_reason(wrong)) from wrong


def _demand_endpoint() -> None:
    """The client panics at an endpoint that is no address, and says nothing of one that it may not call."""
    for name in ENDPOINTS:
        parts = urlsplit(os.environ.get(name, "https://default"))
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise BadSetting(setting=name, problem="http://host:port or https://host is expected")
        if parts.scheme == "http" and os.environ.get("AWS_ALLOW_HTTP", "").lower() not in ("true", "1", "yes", "on"):
            raise BadSetting(setting=name, problem="http:// is used only with AWS_ALLOW_HTTP=true")


@contextmanager
def _asking() -> Iterator[None]:
    """What the store or the way to it did wrong is said as MediaUnusable."""
    try:
        yield
    except (BaseError, FileNotFoundError) as away:
        raise MediaUnusable(problem=_reason(away)) from away


def _reason(error: Exception) -> str:
    """The store's own code, such as NoSuchBucket, or else the first line of what the client says."""
    said = str(error)
    code = re.search(r"<Code>(\w+)</Code>", said)
    return code.group(1) if code else said.partition("\n")[0].strip()
