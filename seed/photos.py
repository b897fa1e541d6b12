"""Pictures of mended places for the demonstration: small PNG images, each of its own, drawn from a number.

A repair is known by the content of its photos, so every one of them must be another picture; the same number gives the
same bytes on every machine.
"""

import zlib
from hashlib import sha256
from struct import pack

import numpy as np

from roads.usecases.claims_repairs import Photo

SIDE = 32
"""Pixels."""
ASPHALT, PATCH = 96, 48
"""Grey of old asphalt and of the fresh patch on it, 0 to 255."""


def picture(number: int) -> bytes:
    """A grey PNG: grainy asphalt with a fresh patch whose place and size come from the number."""
    drawn = np.random.default_rng(number)
    grey = drawn.integers(ASPHALT - 12, ASPHALT + 12, (SIDE, SIDE), dtype=np.uint8)
    left, top, right, bottom = drawn.integers(3, 13, 4)
    grey[top : SIDE - bottom, left : SIDE - right] = PATCH
    rows = b"".join(b"\0" + row.tobytes() for row in grey)
    # Level 0: what a compressor makes of the same pixels differs between its versions.
    parts = ((b"IHDR", pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0)), (b"IDAT", zlib.compress(rows, 0)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return pack(">I", len(content)) + kind + content + pack(">I", zlib.crc32(kind + content))


def photo(number: int) -> Photo:
    """The picture as a repair names it: by its content."""
    content_hash = sha256(picture(number)).hexdigest()
    return Photo(content_hash, f"demo/{content_hash}.png")
