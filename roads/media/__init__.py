"""Where the bytes of photos lie: each content once, under its SHA-256, in a folder or in a bucket of an S3 store.

It stands beside the settings in the order of imports: it knows no table and no rule, only bytes and names. Both kinds
lay their files the same way, so that a folder may be copied into a bucket as it is, and back.
"""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from roads.domain.errors import BadSetting
from roads.media.bucket import open_bucket
from roads.media.contents import FOLDERS, SETTING, Media, Stored
from roads.media.folder import UNFINISHED, MediaFolder

__all__ = ["FOLDERS", "UNFINISHED", "Media", "MediaFolder", "Stored", "open_media"]


def open_media(url: str) -> Media:
    """What a setting names: a path, `file:///path`, or `s3://bucket/prefix`. Asks nobody whether it is there: see
    `Media.demand_usable`. Errors: BadSetting."""
    parts = urlsplit(url)
    if parts.scheme == "s3":
        return open_bucket(url)
    if parts.scheme == "file" and not parts.netloc:
        return MediaFolder(Path(unquote(parts.path)))
    if parts.scheme or not url:
        raise BadSetting(setting=SETTING, problem=f"{url!r}: a folder or s3://bucket/prefix is expected")
    return MediaFolder(Path(url))
