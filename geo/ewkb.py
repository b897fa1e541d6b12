"""Lines with measures as PostGIS writes and reads them (EWKB of LineStringM in EPSG:4326), many at once."""

import binascii
from collections.abc import Sequence

import numpy as np
import shapely
from pyarrow.lib import LargeStringArray, py_buffer

from geo.linear_referencing import Booleans, Integers, Lines, offsets

_LINESTRING_M_WITH_SRID = 0x60000002
_HEAD = np.dtype([("order", "u1"), ("kind", "<u4"), ("srid", "<u4"), ("count", "<u4")])
_VERTEX_BYTES = 3 * 8


def to_ewkb_hex(lines: Lines) -> LargeStringArray:
    """Hexadecimal EWKB, one for each line. Built as one block of bytes: a million lines take well under a second."""
    sizes = _HEAD.itemsize + lines.sizes * _VERTEX_BYTES
    starts = offsets(sizes)
    block = np.empty(int(starts[-1]), dtype=np.uint8)
    head = np.empty(len(lines), dtype=_HEAD)
    head["order"], head["kind"], head["srid"], head["count"] = 1, _LINESTRING_M_WITH_SRID, 4326, lines.sizes
    is_head = _heads(starts)
    block[is_head] = head.view(np.uint8)
    block[~is_head] = np.column_stack([lines.lon, lines.lat, lines.m]).astype("<f8").ravel().view(np.uint8)
    return LargeStringArray.from_buffers(len(lines), py_buffer(2 * starts), py_buffer(binascii.hexlify(block.data)))


def from_ewkb(written: Sequence[bytes]) -> Lines:
    """Lines from EWKB as the database gives it."""
    lines = shapely.from_wkb(np.array(written, dtype=object))
    values = shapely.get_coordinates(lines, include_m=True)
    first = offsets(shapely.get_num_coordinates(lines).astype(np.int64))
    return Lines(values[:, 0].copy(), values[:, 1].copy(), values[:, 2].copy(), first)


def from_ewkb_block(block: bytes, sizes: Integers) -> Lines:
    """Lines from their EWKB, one after the other without a gap; `sizes` tells how many vertices each has."""
    starts = offsets(_HEAD.itemsize + sizes * _VERTEX_BYTES)
    written = np.frombuffer(block, dtype=np.uint8)
    is_head = _heads(starts)
    values = written[~is_head].view("<f8").reshape(-1, 3)
    return Lines(values[:, 0].copy(), values[:, 1].copy(), values[:, 2].copy(), offsets(sizes))


def _heads(starts: Integers) -> Booleans:
    """Which bytes of a block belong to the heads."""
    is_head = np.zeros(int(starts[-1]), dtype=bool)
    is_head[(starts[:-1, None] + np.arange(_HEAD.itemsize)).ravel()] = True
    return is_head
