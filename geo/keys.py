"""Digests by which a line or a place is known again: equal to the seventh decimal of a degree is the same."""

import binascii
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from pyarrow.lib import LargeStringArray, py_buffer

from geo.crs import Floats
from geo.linear_referencing import Integers, Lines

UNITS_PER_DEGREE = 1e7
"""A unit is about a centimetre: what survives a change of file format."""

Digests: TypeAlias = NDArray[np.uint64]


def place_keys(lon: Floats, lat: Floats) -> Integers:
    """One number for each place: longitude in units times 2^32 plus latitude in units from the South Pole."""
    return _units(lon) * 2**32 + _units(lat) + int(90 * UNITS_PER_DEGREE)


def key_coordinates(key: int) -> tuple[float, float]:
    """Longitude and latitude in degrees of a place key."""
    lon, lat = divmod(key, 2**32)
    return lon / UNITS_PER_DEGREE, lat / UNITS_PER_DEGREE - 90


def shape_digests(lines: Lines) -> Digests:
    """A digest of each line, the same whichever end it is drawn from."""
    return drawn_digests(lines) + drawn_digests(lines, backwards=True)


def shape_keys(lines: Lines, digests: Digests) -> LargeStringArray:
    """32 hexadecimal digits for each line, out of its digest.

    They begin with the south-western corner, so that neighbours in space are neighbours in an index.
    """
    corner = np.empty((len(lines), 2), dtype=">u4")
    corner[:, 0] = _units(np.minimum.reduceat(lines.lon, lines.first[:-1]) + 180)
    corner[:, 1] = _units(np.minimum.reduceat(lines.lat, lines.first[:-1]) + 90)
    return hexadecimal(np.column_stack([corner.view(">u8"), digests.astype(">u8")]))


def drawn_digests(lines: Lines, *, backwards: bool = False) -> Digests:
    """A digest of each line's vertices in the order they are drawn."""
    number = np.arange(len(lines.lon)) - np.repeat(lines.first[:-1], lines.sizes)
    if backwards:
        number = np.repeat(lines.sizes, lines.sizes) - 1 - number
    vertices = _mixed(place_keys(lines.lon, lines.lat).view(np.uint64))
    each = _mixed(vertices + number.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    return np.add.reduceat(each, lines.first[:-1])


def word_digests(words: list[str]) -> Digests:
    """Python's own hash of words: 64 good bits, the same as long as the process lives."""
    return np.fromiter(map(hash, words), dtype=np.int64, count=len(words)).view(np.uint64)


def hexadecimal(numbers: NDArray[np.generic]) -> LargeStringArray:
    """Rows of big-endian numbers as words of hexadecimal digits."""
    block = np.ascontiguousarray(numbers)
    width = 2 * block.itemsize * block.shape[1]
    ends = np.arange(len(block) + 1, dtype=np.int64) * width
    return LargeStringArray.from_buffers(len(block), py_buffer(ends), py_buffer(binascii.hexlify(block.data)))


def _units(degrees: Floats) -> Integers:
    return np.rint(degrees * UNITS_PER_DEGREE).astype(np.int64)


def _mixed(numbers: Digests) -> Digests:
    """The finishing steps of splitmix64: every bit of a number reaches every bit of the result."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))
