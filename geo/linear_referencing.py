"""Lines measured along their way: geodesic lengths, long edges made to follow the geodesic, cutting at a chainage.

Many lines are worked on at once: their vertices stand one after the other in flat arrays. Coordinates are longitude
and latitude in degrees (EPSG:4326), measures are metres.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo.crs import WGS84, Floats, geodesic
from geo.frames import metres_per_degree

Integers: TypeAlias = NDArray[np.int64]
Booleans: TypeAlias = NDArray[np.bool_]

LONGEST_EDGE_M = 1000.0
"""A chord of 100 km runs 257 m beside the geodesic; one of 1 km stays within 3 cm."""

SAME_PLACE_M = 1e-6

FOLD_DEGREES = 90.0
"""A line whose headings span no more than this cannot come back near itself."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines with a measure at every vertex: those of line i stand at first[i] up to, not including, first[i + 1]."""

    lon: Floats
    lat: Floats
    m: Floats
    first: Integers

    def __len__(self) -> int:
        return len(self.first) - 1

    @property
    def sizes(self) -> Integers:
        """How many vertices each line has."""
        return np.diff(self.first)

    @property
    def owner(self) -> Integers:
        """For each vertex, the line it belongs to."""
        return np.repeat(np.arange(len(self)), self.sizes)

    @property
    def lengths(self) -> Floats:
        """What the measure covers from end to end, metres."""
        return np.abs(self.m[self.first[1:] - 1] - self.m[self.first[:-1]])

    def vertices_of(self, line: int) -> slice:
        """Where the vertices of one line stand."""
        return slice(int(self.first[line]), int(self.first[line + 1]))

    def take(self, lines: Integers) -> "Lines":
        """Some of the lines, in the order asked for."""
        sizes = self.sizes[lines]
        first = offsets(sizes)
        at = np.arange(first[-1]) + np.repeat(self.first[lines] - first[:-1], sizes)
        return Lines(self.lon[at], self.lat[at], self.m[at], first)


def offsets(sizes: Integers) -> Integers:
    """Where each of several runs begins, and after the last one where all end."""
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def measure(lon: Floats, lat: Floats, first: Integers) -> Lines:
    """Lines with geodesic length from their first vertex as measure; vertices that repeat the one before are dropped.

    Edges over 1 km get vertices along the geodesic. A line that is one point keeps a single vertex and length 0.
    """
    owner = np.repeat(np.arange(len(first) - 1), np.diff(first))
    repeated = np.zeros(len(lon), dtype=bool)
    repeated[1:] = (lon[1:] == lon[:-1]) & (lat[1:] == lat[:-1]) & (owner[1:] == owner[:-1])
    if repeated.any():
        lon, lat, owner = lon[~repeated], lat[~repeated], owner[~repeated]
    azimuth, metres = _edges(lon, lat, owner)
    lon, lat, owner, metres = _densify(lon, lat, owner, azimuth, metres)
    first = offsets(np.bincount(owner, minlength=len(first) - 1))
    return Lines(lon, lat, _running_total(metres, first), first)


def _edges(lon: Floats, lat: Floats, owner: Integers) -> tuple[Floats, Floats]:
    """Azimuth and length of the edge that leads to each vertex; 0 for the first of a line."""
    azimuth, metres = np.zeros(len(lon)), np.zeros(len(lon))
    inner = np.flatnonzero(owner[1:] == owner[:-1]) + 1
    azimuth[inner], metres[inner] = geodesic(lon[inner - 1], lat[inner - 1], lon[inner], lat[inner])
    return azimuth, metres


def _densify(
    lon: Floats, lat: Floats, owner: Integers, azimuth: Floats, metres: Floats
) -> tuple[Floats, Floats, Integers, Floats]:
    """Put vertices on the geodesic into edges that are too long, in equal parts."""
    # A hair more is let pass, so that an edge made by this is not parted again when it is next measured.
    parts = np.maximum(np.ceil(metres / LONGEST_EDGE_M - 1e-6), 1).astype(np.int64)
    if (parts == 1).all():
        return lon, lat, owner, metres
    edge = np.repeat(np.arange(len(lon)), parts)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(parts) - parts, parts) + 1
    metres, owner = (metres / parts)[edge], owner[edge]
    added = np.flatnonzero(step < parts[edge])
    begin = edge[added] - 1
    lon, lat, from_lon, from_lat = lon[edge], lat[edge], lon[begin], lat[begin]
    lon[added], lat[added], _ = WGS84.fwd(from_lon, from_lat, azimuth[edge[added]], step[added] * metres[added])
    return lon, lat, owner, metres


def _running_total(metres: Floats, first: Integers) -> Floats:
    """Sums that begin at 0 for each line."""
    total = np.cumsum(metres)
    return total - np.repeat(total[first[:-1]], np.diff(first)) if len(first) > 1 else total


def headings(lines: Lines) -> tuple[Floats, Booleans]:
    """Heading of the edge that leaves each vertex, in degrees from north, and whether there is such an edge."""
    lon_m, lat_m = metres_per_degree(lines.lat)
    has_edge = np.ones(len(lines.lon), dtype=bool)
    has_edge[lines.first[1:] - 1] = False
    east = np.diff(lines.lon, append=lines.lon[-1:]) * lon_m
    north = np.diff(lines.lat, append=lines.lat[-1:]) * lat_m
    return np.degrees(np.arctan2(east, north)), has_edge


def fold_range(lines: Lines) -> Floats:
    """How many degrees each line's headings span, turning counted with its sign: a full loop spans 360."""
    bent = np.flatnonzero(lines.sizes > 2)
    span = np.zeros(len(lines))
    if len(bent):
        span[bent] = _fold_range(lines if len(bent) == len(lines) else lines.take(bent))
    return span


def _fold_range(lines: Lines) -> Floats:
    heading, has_edge = headings(lines)
    edge_owner, edge_heading = lines.owner[has_edge], heading[has_edge]
    turn = np.zeros(len(edge_heading))
    turn[1:] = (np.diff(edge_heading) + 180) % 360 - 180
    begins = np.ones(len(edge_heading), dtype=bool)
    begins[1:] = edge_owner[1:] != edge_owner[:-1]
    total = np.cumsum(np.where(begins, 0, turn))
    starts = np.flatnonzero(begins)
    span = np.zeros(len(lines))
    if len(starts):
        span[edge_owner[starts]] = np.maximum.reduceat(total, starts) - np.minimum.reduceat(total, starts)
    return span


def cut(lines: Lines, line: Integers, at: Floats) -> tuple[Lines, Integers]:
    """The lines cut at measures strictly inside them: the pieces along each line, and for each the line it is of.

    `line` and `at` list the cuts. Measures may rise or fall along a line; both pieces meet in a vertex at the cut.
    """
    return _parts(*with_vertices(lines, line, at))


def with_vertices(lines: Lines, line: Integers, at: Floats) -> tuple[Lines, Booleans]:
    """The lines with a vertex at each of the measures `at` of the lines `line`, and which vertices those are."""
    vertex, share = _edge_of(lines, line, at)
    is_inside = (share > 0) & (share < 1)
    is_wanted = np.zeros(len(lines.lon), dtype=bool)
    is_wanted[np.where(share == 1, vertex + 1, vertex)[~is_inside]] = True
    vertex, share, line, at = vertex[is_inside], share[is_inside], line[is_inside], at[is_inside]
    order = np.lexsort((share, vertex))
    vertex, share, line, at = vertex[order], share[order], line[order], at[order]
    lon = lines.lon[vertex] + share * (lines.lon[vertex + 1] - lines.lon[vertex])
    lat = lines.lat[vertex] + share * (lines.lat[vertex + 1] - lines.lat[vertex])
    sizes = lines.sizes + np.bincount(line, minlength=len(lines))
    more = Lines(
        np.insert(lines.lon, vertex + 1, lon),
        np.insert(lines.lat, vertex + 1, lat),
        np.insert(lines.m, vertex + 1, at),
        offsets(sizes),
    )
    return more, np.insert(is_wanted, vertex + 1, True)


def _edge_of(lines: Lines, line: Integers, at: Floats) -> tuple[Integers, Floats]:
    """The vertex at which the edge with each measure begins, and how far along that edge it lies (0 to 1).

    A measure within a micrometre of a vertex is at the vertex.
    """
    start_m = lines.m[lines.first[:-1]]
    begins = _row_offsets(lines.lengths)
    way = np.abs(lines.m - start_m[lines.owner]) + begins[lines.owner]
    wanted = np.abs(at - start_m[line]) + begins[line]
    vertex = np.clip(np.searchsorted(way, wanted, side="right") - 1, lines.first[line], lines.first[line + 1] - 2)
    edge_m = way[vertex + 1] - way[vertex]
    done_m = wanted - way[vertex]
    share = np.clip(done_m / np.where(edge_m > 0, edge_m, 1), 0, 1)
    return vertex, np.where(done_m < SAME_PLACE_M, 0, np.where(edge_m - done_m < SAME_PLACE_M, 1, share))


def _row_offsets(lengths: Floats) -> Floats:
    """Where each line would begin if all lay in a row, a metre apart."""
    return np.concatenate([[0], np.cumsum(lengths + 1)[:-1]])


def _parts(lines: Lines, is_cut: Booleans) -> tuple[Lines, Integers]:
    """Pieces between the marked vertices, each of which ends one piece and begins the next."""
    is_cut = is_cut.copy()
    is_cut[lines.first[:-1]] = is_cut[lines.first[1:] - 1] = False
    at = np.repeat(np.arange(len(is_cut)), 1 + is_cut.astype(np.int64))
    # The second copy of a cut vertex begins a piece, and so does the first vertex of a line.
    begins = np.append(False, at[1:] == at[:-1])
    begins[np.searchsorted(at, lines.first[:-1])] = True
    starts = np.flatnonzero(begins)
    first = np.append(starts, len(at))
    return Lines(lines.lon[at], lines.lat[at], lines.m[at], first), lines.owner[at[starts]]
