"""Which chainage of a line is which of the lines drawn in its place: redrawing loses nothing recorded on a road.

The old line is walked in short steps; at each its foot on the new lines is found. Where two feet in a row lie on one
new line, about as far apart as on the old, that bit of the old line is that bit of the new one.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import shapely

from geo.crs import Floats
from geo.frames import feet, metres_per_degree
from geo.linear_referencing import Booleans, Integers, Lines, measure

STEP_M = 20.0
SAME_FEATURE_M = 20.0
"""How far a feature may move sidewards and still lie where it lay."""
OTHER_FEATURE_M = 10.0
"""How far another feature may lie to be what is drawn there now: less than a carriageway from its neighbour."""
SAME_PLACE_M = 0.5
STRAIGHT_M = 0.05
"""Bits are joined to one piece while chainage in between comes out this exactly."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Old chainage from `old_from` to `old_to` (rising) is new chainage from `new_from` to `new_to` of a new line."""

    new: int
    old_from: float
    old_to: float
    new_from: float
    new_to: float

    @property
    def is_reversed(self) -> bool:
        """Whether new chainage falls where old chainage rises."""
        return self.new_to < self.new_from


Run: TypeAlias = list[tuple[float, float]]
"""Old and new chainage of places in a row, on one new line."""


def remeasured(old: Lines, new: Lines) -> list[Piece]:
    """Pieces for one line that lies where it lay and got other measures, perhaps from its other end."""
    old_way = measure(old.lon, old.lat, old.first).m
    new_way = measure(new.lon, new.lat, new.first).m
    if (old.lon[0], old.lat[0]) != (new.lon[0], new.lat[0]):
        new_way = new_way[-1] - new_way
    way = np.unique(np.concatenate([old_way, new_way]))
    order = np.argsort(new_way)
    old_m, new_m = np.interp(way, old_way, old.m), np.interp(way, new_way[order], new.m[order])
    return _straightened(0, sorted(zip(old_m.tolist(), new_m.tolist(), strict=True)))


def redrawn(old: Lines, new: Lines, same: int | None) -> list[Piece]:
    """Pieces by which one old line passes into new ones. `same` is the number of the new line that is the same feature.

    The same feature takes what nobody else covers between the places where it still lies as it lay, and all of the old
    line in proportion if it lies nowhere as it lay: its source says that it is the same road.
    """
    runs = _runs(old, new, same)
    if same is not None:
        runs = _filled(old, new, same, runs) if runs else [(same, _in_proportion(old, new, same))]
    return [piece for line, run in runs for piece in _straightened(line, run)]


def _runs(old: Lines, new: Lines, same: int | None) -> list[tuple[int, Run]]:
    lon, lat, old_m, way_m = _walk(old, new)
    foot_m, off_m = _nearest_feet(lon, lat, new, same)
    step_m = np.diff(way_m)[:, None]
    moved_m = np.diff(foot_m, axis=0)
    fits = (np.abs(moved_m) >= step_m / 2 - 2) & (np.abs(moved_m) <= step_m * 2 + 2)
    cost = np.where(fits, off_m[:-1] + off_m[1:], np.inf)
    if same is not None:
        cost[:, same] -= np.where(np.isfinite(cost[:, same]), 4 * SAME_FEATURE_M, 0)
    best = np.argmin(cost, axis=1)
    runs: list[tuple[int, Run]] = []
    before: tuple[int, float] | None = None
    for step, line in enumerate(best.tolist()):
        if not np.isfinite(cost[step, line]):
            before = None
            continue
        sense = float(np.sign(moved_m[step, line]))
        if before is None or before[0] != line or before[1] * sense < 0:
            runs.append((line, [(old_m[step], foot_m[step, line])]))
        runs[-1][1].append((old_m[step + 1], foot_m[step + 1, line]))
        before = (line, sense or (before[1] if before else 0.0))
    return [(line, _rising(run)) for line, run in runs]


def _rising(run: Run) -> Run:
    return run if run[-1][0] >= run[0][0] else run[::-1]


def _walk(old: Lines, new: Lines) -> tuple[Floats, Floats, Floats, Floats]:
    """Places along the old line: its vertices, every 20 m between them, and where new lines begin and end beside it."""
    edge_m = np.abs(np.diff(old.m))
    ticks = [np.linspace(0, 1, max(int(np.ceil(metres / STEP_M)), 1) + 1)[:-1] for metres in edge_m]
    edge = np.concatenate([np.repeat(np.arange(len(ticks)), [len(tick) for tick in ticks]), [len(ticks) - 1]])
    share = np.concatenate([*ticks, [1.0]])
    ends = np.concatenate([new.first[:-1], new.first[1:] - 1])
    near_edge, near_share, off_m = _feet_on(old, new.lon[ends], new.lat[ends])
    near = off_m <= SAME_FEATURE_M
    edge, share = np.concatenate([edge, near_edge[near]]), np.concatenate([share, near_share[near]])
    order = np.unique(np.round(edge + share, 9), return_index=True)[1]
    edge, share = edge[order], share[order]

    def between(values: Floats) -> Floats:
        found: Floats = values[edge] + share * (values[edge + 1] - values[edge])
        return found

    m = between(old.m)
    return between(old.lon), between(old.lat), m, np.abs(m - old.m[0])


def _feet_on(line: Lines, lon: Floats, lat: Floats) -> tuple[Integers, Floats, Floats]:
    """For each place the nearest edge of one line, how far along that edge (0 to 1), and how far off, metres."""
    edges = len(line.lon) - 1
    at_lon, at_lat = np.repeat(lon, edges), np.repeat(lat, edges)
    tiled = (np.tile(values, len(lon)) for values in (line.lon[:-1], line.lat[:-1], line.lon[1:], line.lat[1:]))
    share, off_m = (values.reshape(len(lon), edges) for values in feet(at_lon, at_lat, *tiled))
    nearest = np.argmin(off_m, axis=1)
    rows = np.arange(len(lon))
    return nearest, share[rows, nearest], off_m[rows, nearest]


def _nearest_feet(lon: Floats, lat: Floats, new: Lines, same: int | None) -> tuple[Floats, Floats]:
    """Measure and distance of each place's foot on each new line, shape (places, lines); NaN where it is out of reach.

    A place beyond a line's end has no foot on it, though the end is near.
    """
    reach_m = np.full(len(new), OTHER_FEATURE_M)
    if same is not None:
        reach_m[same] = SAME_FEATURE_M
    begins = _edge_begins(new)
    boxes = shapely.box(*_boxes(new, begins))
    lon_m, lat_m = metres_per_degree(lat)
    around = shapely.box(
        lon - SAME_FEATURE_M / lon_m,
        lat - SAME_FEATURE_M / lat_m,
        lon + SAME_FEATURE_M / lon_m,
        lat + SAME_FEATURE_M / lat_m,
    )
    place, edge = shapely.STRtree(boxes).query(around)
    at = begins[edge]
    share, off_m = feet(lon[place], lat[place], new.lon[at], new.lat[at], new.lon[at + 1], new.lat[at + 1])
    owner = new.owner[at]
    is_beyond = ((share == 0) & (at == new.first[owner])) | ((share == 1) & (at + 2 == new.first[owner + 1]))
    reached = np.flatnonzero((off_m <= reach_m[owner]) & ~(is_beyond & (off_m > SAME_PLACE_M)))
    # The nearest comes last, and so stays.
    reached = reached[np.argsort(-off_m[reached], kind="stable")]
    place, at, share, owner = place[reached], at[reached], share[reached], owner[reached]
    foot_m, nearest_m = np.full((len(lon), len(new)), np.nan), np.full((len(lon), len(new)), np.inf)
    foot_m[place, owner] = new.m[at] + share * (new.m[at + 1] - new.m[at])
    nearest_m[place, owner] = off_m[reached]
    return foot_m, nearest_m


def _edge_begins(lines: Lines) -> Integers:
    has_edge: Booleans = np.ones(len(lines.lon), dtype=bool)
    has_edge[lines.first[1:] - 1] = False
    return np.flatnonzero(has_edge)


def _boxes(lines: Lines, begins: Integers) -> tuple[Floats, Floats, Floats, Floats]:
    west, east = lines.lon[begins], lines.lon[begins + 1]
    south, north = lines.lat[begins], lines.lat[begins + 1]
    return np.minimum(west, east), np.minimum(south, north), np.maximum(west, east), np.maximum(south, north)


def _ends(lines: Lines, number: int) -> tuple[float, float]:
    own = lines.m[lines.vertices_of(number)]
    return float(own[0]), float(own[-1])


def _in_proportion(old: Lines, new: Lines, same: int) -> Run:
    return _rising(list(zip(_ends(old, 0), _ends(new, same), strict=True)))


def _filled(old: Lines, new: Lines, same: int, runs: list[tuple[int, Run]]) -> list[tuple[int, Run]]:
    """Runs of the same feature joined where only it lies on both sides of a gap, and drawn out to the line's ends."""
    runs = sorted(runs, key=lambda run: run[1][0])
    filled = [runs[0]]
    for line, run in runs[1:]:
        last_line, last = filled[-1]
        both_same = line == same == last_line
        if both_same and _sense(last) * _sense(run) > 0 and (run[0][1] - last[-1][1]) * _sense(last) > 0:
            filled[-1] = (same, [*last, *run])
        else:
            filled.append((line, run))
    old_ends, new_ends = sorted(_ends(old, 0)), sorted(_ends(new, same))
    if filled[0][0] == same:
        filled[0] = (same, _to_the_end(filled[0][1], old_ends[0], new_ends, 0))
    if filled[-1][0] == same:
        filled[-1] = (same, _to_the_end(filled[-1][1], old_ends[1], new_ends, -1))
    return filled


def _sense(run: Run) -> float:
    return 1.0 if run[-1][1] >= run[0][1] else -1.0


def _to_the_end(run: Run, old_end: float, new_ends: list[float], at: int) -> Run:
    """The old line's end passes into the new one's if both are about as far away, or so near as to be one place."""
    rises_outward = (_sense(run) > 0) == (at == -1)
    new_end = new_ends[1] if rises_outward else new_ends[0]
    old_left, new_left = abs(old_end - run[at][0]), abs(new_end - run[at][1])
    is_same_place = old_left <= SAME_FEATURE_M and new_left <= SAME_FEATURE_M
    if not (is_same_place or old_left / 2 <= new_left <= old_left * 2):
        return run
    inner = run[1:] if at == 0 and old_left == 0 else run[:-1] if at == -1 and old_left == 0 else run
    return [(old_end, new_end), *inner] if at == 0 else [*inner, (old_end, new_end)]


def _straightened(line: int, run: Run) -> list[Piece]:
    """As few pieces as say the same: each as long as places inside it come out right."""
    places = [run[0], *(then for now, then in pairwise(run) if then[0] > now[0])]
    pieces = []
    begin = 0
    while begin < len(places) - 1:
        end = _straight_until(places, begin)
        (old_from, new_from), (old_to, new_to) = places[begin], places[end]
        pieces.append(Piece(line, old_from, old_to, new_from, new_to))
        begin = end
    return pieces


def _straight_until(places: Run, begin: int) -> int:
    """The last place to which one slope serves: slopes that still serve all places passed are narrowed at each."""
    old_from, new_from = places[begin]
    least, most = -np.inf, np.inf
    end = begin + 1
    for at in range(begin + 1, len(places)):
        old, new = places[at][0] - old_from, places[at][1] - new_from
        if least <= new / old <= most:
            end = at
        least, most = max(least, (new - STRAIGHT_M) / old), min(most, (new + STRAIGHT_M) / old)
        if least > most:
            break
    return end
