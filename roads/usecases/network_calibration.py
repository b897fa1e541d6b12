"""Official chainage between kilometre posts: where posts stand along a chain, and the chainage they give to it."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from geo.chains import Chain
from geo.frames import feet
from geo.linear_referencing import Lines

FARTHEST_POST_M = 100.0
"""A post stands at the roadside; one farther off belongs to another road, or its coordinates are wrong."""


@dataclass(frozen=True, slots=True)
class Post:
    """A kilometre post: chainage in metres and where it stands. `row` is its line in a file, 0 for a stored one."""

    chainage_m: float
    lon: float
    lat: float
    row: int = 0


@dataclass(frozen=True, slots=True)
class Knots:
    """Chainage at some positions along a chain, both in metres and both rising."""

    at_m: tuple[float, ...]
    chainage_m: tuple[float, ...]

    def around(self, low_m: float, high_m: float) -> "Knots":
        """Only the knots that decide between two positions: those inside and the next one on either side."""
        first = max(bisect_left(self.at_m, low_m) - 1, 0)
        last = bisect_left(self.at_m, high_m) + 1
        return Knots(self.at_m[first:last], self.chainage_m[first:last])


@dataclass(frozen=True, slots=True)
class Calibration:
    """What posts make of a chain: its knots, whether it runs against them, and which posts do not fit."""

    knots: Knots
    is_against: bool
    off_road: list[Post]
    out_of_order: list[Post]


def calibrate(chain: Chain, lines: Mapping[int, Lines], posts: Sequence[Post]) -> Calibration:
    """Fit posts to a chain. `lines` has the line of each link with geodesic length as measure.

    Posts count up along the road: the most that do so in one direction are kept, the others are out of order.
    """
    found = [(post, *_position(chain, lines, post)) for post in posts]
    near = [(post, at) for post, at, off_m in found if off_m <= FARTHEST_POST_M]
    off_road = [post for post, _, off_m in found if off_m > FARTHEST_POST_M]
    near.sort(key=lambda placed: (placed[0].chainage_m, placed[1]))
    rising, falling = _longest_rise([at for _, at in near]), _longest_rise([-at for _, at in near])
    is_against = len(falling) > len(rising)
    kept = falling if is_against else rising
    total_m = sum(step.link.length_m for step in chain)
    knots = sorted(
        ((total_m - at if is_against else at), post.chainage_m) for post, at in (near[number] for number in kept)
    )
    return Calibration(
        Knots(tuple(at for at, _ in knots), tuple(chainage_m for _, chainage_m in knots)),
        is_against,
        off_road,
        [post for number, (post, _) in enumerate(near) if number not in set(kept)],
    )


def _position(chain: Chain, lines: Mapping[int, Lines], post: Post) -> tuple[float, float]:
    """How far along the chain a post stands, and how far off it, metres."""
    best_at, best_off = 0.0, np.inf
    passed_m = 0.0
    for step in chain:
        own_m, off_m = _foot(lines[step.link.id], post)
        if off_m < best_off:
            best_at, best_off = passed_m + (step.link.length_m - own_m if step.is_flipped else own_m), off_m
        passed_m += step.link.length_m
    return best_at, float(best_off)


def _foot(line: Lines, post: Post) -> tuple[float, float]:
    lon, lat = np.full(len(line.lon) - 1, post.lon), np.full(len(line.lon) - 1, post.lat)
    share, off_m = feet(lon, lat, line.lon[:-1], line.lat[:-1], line.lon[1:], line.lat[1:])
    nearest = int(np.argmin(off_m))
    return float(line.m[nearest] + share[nearest] * (line.m[nearest + 1] - line.m[nearest])), float(off_m[nearest])


def _longest_rise(values: Sequence[float]) -> list[int]:
    """Positions of the longest strictly rising choice among the values, in order."""
    tails: list[int] = []
    tail_values: list[float] = []
    before: list[int | None] = []
    for number, value in enumerate(values):
        size = bisect_left(tail_values, value)
        before.append(tails[size - 1] if size else None)
        tails[size:] = [number]
        tail_values[size:] = [value]
    chosen = []
    at = tails[-1] if tails else None
    while at is not None:
        chosen.append(at)
        at = before[at]
    return chosen[::-1]


PostsByRoad = Mapping[tuple[int, str], list[Post]]


def posts_of_roads(session: Session, road_ids: Sequence[int]) -> PostsByRoad:
    """The stored posts of some roads, by road and direction."""
    posts: dict[tuple[int, str], list[Post]] = defaultdict(list)
    rows: Sequence[Row[Any]] = session.execute(
        text(
            "SELECT road_id, direction, km * 1000 AS chainage_m, ST_X(geom) AS lon, ST_Y(geom) AS lat "
            "FROM kilometre_post WHERE road_id = ANY (CAST(:road_ids AS integer[])) ORDER BY road_id, direction, km"
        ),
        {"road_ids": list(road_ids)},
    ).all()
    for row in rows:
        posts[row.road_id, row.direction].append(Post(float(row.chainage_m), row.lon, row.lat))
    return posts
