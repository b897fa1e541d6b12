"""Points snapped to measured lines, many at once: wherever one look tells which line they lie on, and where.

Distances and feet are found in a plane of metres around each point (see `geo.frames`), as `place_spots.sql` does.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from geo.crs import Floats
from geo.frames import feet, metres_per_degree
from geo.linear_referencing import Booleans, Integers, Lines, offsets

POINTS_AT_ONCE = 50_000

SAME_LEG_M = 50.0
"""Feet further apart along one line are two places of it: the legs of a hairpin, not a bend."""

SAME_DISTANCE_M = 1e-6
ON_THE_LINE_M = 0.005
SURE_SIDE_M = 1e-6


@dataclass(frozen=True, slots=True)
class Snapped:
    """For each point the nearest owner of lines within reach (-1: none), where on it, how far off and on which side.

    `side` is 1 to the right of growing measure, -1 to the left and 0 on the line. Only where `is_plain` does all this
    hold: elsewhere a second place lies within reach, or the side is in doubt, and somebody has to weigh them.
    """

    owner: Integers
    m: Floats
    distance_m: Floats
    side: Integers
    is_plain: Booleans


class Snapper:
    """Lines to which points are snapped. `owners` tells whose part each line is; lines of one owner are one whole.

    No point reaches farther than `most_reach_m`.
    """

    def __init__(self, lines: Lines, owners: Integers, *, most_reach_m: float) -> None:
        self._lines = lines
        self._owners = owners
        # Boxes as wide as points reach are looked up by points, which are made in a tenth of the time that boxes are.
        self._tree = STRtree(_boxes(lines, most_reach_m) if len(lines) else [])

    def snap(self, lon: Floats, lat: Floats, reach_m: Floats) -> Snapped:
        """Points in degrees (EPSG:4326), each with how far a line may be, in metres."""
        parts = [
            self._snap(lon[start:stop], lat[start:stop], reach_m[start:stop])
            for start, stop in _slices(len(lon), POINTS_AT_ONCE)
        ]
        return Snapped(
            *(np.concatenate([getattr(part, field) for part in parts]) for field in Snapped.__dataclass_fields__)
        )

    def _snap(self, lon: Floats, lat: Floats, reach_m: Floats) -> Snapped:
        near = self._edges_near(lon, lat, reach_m)
        snapped = Snapped(
            np.full(len(lon), -1), np.full(len(lon), np.nan), np.full(len(lon), np.nan),
            np.zeros(len(lon), dtype=np.int64), np.ones(len(lon), dtype=bool),
        )  # fmt: skip
        if not len(near.point):
            return snapped
        begins = np.flatnonzero(np.append(True, np.diff(near.point) != 0))
        point = near.point[begins]
        best = np.repeat(begins, np.diff(np.append(begins, len(near.point))))
        is_rival = (near.owner != near.owner[best]) | (np.abs(near.m - near.m[best]) > SAME_LEG_M)
        is_foot = near.distance_m <= near.distance_m[best] + SAME_DISTANCE_M
        is_on_it = near.distance_m[begins] < ON_THE_LINE_M
        # Outside of a bend the foot is the corner, and both edges tell the side.
        leftmost = np.minimum.reduceat(np.where(is_foot, near.side, 1), begins)
        rightmost = np.maximum.reduceat(np.where(is_foot, near.side, -1), begins)
        is_sided = (leftmost == rightmost) & (leftmost != 0)
        snapped.owner[point] = near.owner[begins]
        snapped.m[point] = near.m[begins]
        snapped.distance_m[point] = near.distance_m[begins]
        snapped.side[point] = np.where(is_on_it, 0, leftmost)
        snapped.is_plain[point] = ~np.logical_or.reduceat(is_rival, begins) & (is_on_it | is_sided)
        return snapped

    def _edges_near(self, lon: Floats, lat: Floats, reach_m: Floats) -> "_Near":
        """Edges within reach of points, the nearest of each point first."""
        lines = self._lines
        lon_m, lat_m = metres_per_degree(lat)
        across, up = reach_m / lon_m, reach_m / lat_m
        point, line = self._tree.query(shapely.points(lon, lat))
        edges = lines.sizes[line] - 1
        point, owner = np.repeat(point, edges), np.repeat(self._owners[line], edges)
        begin = np.arange(len(point)) + np.repeat(lines.first[line] - offsets(edges)[:-1], edges)
        is_near = _overlap(lines.lon[begin], lines.lon[begin + 1], lon[point], across[point])
        is_near &= _overlap(lines.lat[begin], lines.lat[begin + 1], lat[point], up[point])
        point, owner, begin = point[is_near], owner[is_near], begin[is_near]
        ends = lines.lon[begin], lines.lat[begin], lines.lon[begin + 1], lines.lat[begin + 1]
        share, distance_m = feet(lon[point], lat[point], *ends)
        m = lines.m[begin] + share * (lines.m[begin + 1] - lines.m[begin])
        side = _sides(lines, begin, lon[point], lat[point])
        order = np.lexsort((m, owner, distance_m, point))
        order = order[distance_m[order] <= reach_m[point[order]]]
        return _Near(point[order], owner[order], m[order], distance_m[order], side[order])


@dataclass(frozen=True, slots=True)
class _Near:
    point: Integers
    owner: Integers
    m: Floats
    distance_m: Floats
    side: Integers


def _slices(count: int, size: int) -> list[tuple[int, int]]:
    return [(start, min(start + size, count)) for start in range(0, max(count, 1), size)]


def _boxes(lines: Lines, reach_m: float) -> NDArray[np.object_]:
    """Something with the boxes of lines, widened by a reach: their diagonals. A tree looks at boxes only."""
    west, south = (np.minimum.reduceat(values, lines.first[:-1]) for values in (lines.lon, lines.lat))
    east, north = (np.maximum.reduceat(values, lines.first[:-1]) for values in (lines.lon, lines.lat))
    # Points reach a little farther where a degree of longitude is shorter: at the end that is nearer to a pole.
    nearest_pole = np.clip(np.maximum(np.abs(south), np.abs(north)) + 0.01, 0, 89.9)
    across = reach_m / metres_per_degree(nearest_pole)[0]
    up = reach_m / metres_per_degree(np.zeros(1))[1]
    corners = np.stack([west - across, south - up, east + across, north + up], axis=1)
    return np.asarray(shapely.linestrings(corners.reshape(-1, 2, 2)))


def _overlap(one_end: Floats, other_end: Floats, middle: Floats, reach: Floats) -> Booleans:
    is_overlap: Booleans = (np.minimum(one_end, other_end) <= middle + reach) & (
        np.maximum(one_end, other_end) >= middle - reach
    )
    return is_overlap


def _sides(lines: Lines, begin: Integers, lon: Floats, lat: Floats) -> Integers:
    """1 where a point lies right of the way its edge's measure grows, -1 left, 0 where it lies in line with it."""
    lon_m, lat_m = metres_per_degree(lat)
    east = (lines.lon[begin + 1] - lines.lon[begin]) * lon_m
    north = (lines.lat[begin + 1] - lines.lat[begin]) * lat_m
    to_left = (east * (lat - lines.lat[begin]) * lat_m - north * (lon - lines.lon[begin]) * lon_m) / np.hypot(
        east, north
    )
    growing = np.sign(lines.m[begin + 1] - lines.m[begin])
    return np.where(np.abs(to_left) < SURE_SIDE_M, 0, -np.sign(to_left) * growing).astype(np.int64)
