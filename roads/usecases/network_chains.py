"""Chains: the touching carriageways of one road and direction, through which one chainage runs."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise
from operator import attrgetter
from typing import Any

import numpy as np
from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from geo.chains import Chain, Link, against_the_course, chains, reversed_chain
from geo.columns import Table, pa
from geo.ewkb import from_ewkb, to_ewkb_hex
from geo.keys import place_keys
from geo.linear_referencing import FOLD_DEGREES, Lines, fold_range, measure
from roads.domain.network import Direction
from roads.sql import statement
from roads.usecases.copying import copy_rows, copy_table
from roads.usecases.network_calibration import Knots, Post, PostsByRoad, calibrate, posts_of_roads
from roads.usecases.network_measures import measured_lines
from roads.usecases.network_staging import empty_temporary

SAME_MEASURE_M = 0.005
"""Half a centimetre: chainage is stored in whole ones."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a carriageway stands in its chain: what is stored in `staged_change`."""

    n: int
    chain: str
    direction: Direction
    at_m: float
    is_falling: bool
    measured_by: str
    knots: Knots | None = None

    @property
    def stored(self) -> tuple[Any, ...]:
        """A row of the temporary table `chained`."""
        knots_at, knots = (list(self.knots.at_m), list(self.knots.chainage_m)) if self.knots else (None, None)
        place = (self.n, self.chain, self.direction.value, self.at_m, self.is_falling, self.measured_by)
        return (*place, knots_at, knots)


def chain_staged(session: Session, source: str, road_ids: Sequence[int]) -> None:
    """Put the carriageways of some roads in chains and give them their chainage.

    Carriageways of the source that are not in the file, and stay, are part of the chains. Known ones whose chainage
    comes out otherwise than it stands are measured anew.
    """
    _stage_remaining(session, source, road_ids)
    members = session.execute(statement("network_chain_members"), {"road_ids": list(road_ids)}).all()
    posts = posts_of_roads(session, road_ids)
    empty_temporary(session, "chained")
    columns = "n, chain, direction, at_m, is_falling, measured_by, knots_at_m, knots_m"
    # All of them before the copy begins: placing asks the database, which cannot answer in the midst of a copy.
    rows = [placed.stored for placed in _placed(session, members, posts)]
    copy_rows(session, "chained", columns, rows)
    session.execute(statement("network_store_chains"))
    measure_changed(session, [member.n for member in members])
    session.execute(statement("network_store_chain_ids"))


def measure_changed(session: Session, numbers: Sequence[int]) -> None:
    """Of staged carriageways that the network knows, mark those whose measure is no longer the one that stands."""
    rows = session.execute(statement("network_measured_before"), {"numbers": list(numbers)}).all()
    if not rows:
        return
    now, before = measured_lines(rows), from_ewkb([row.known_line for row in rows])
    changed = [
        row.n for number, row in enumerate(rows) if not _same_measure(now.m[now.vertices_of(number)], before, number)
    ]
    if changed:
        session.execute(statement("network_measure_anew"), {"numbers": changed})


def _same_measure(now: Any, before: Lines, number: int) -> bool:
    known = before.m[before.vertices_of(number)]
    return len(now) == len(known) and bool(np.abs(now - known).max() < SAME_MEASURE_M)


# --- from roads to places in chains


def _placed(session: Session, members: Sequence[Row[Any]], posts: PostsByRoad) -> Iterator[Placed]:
    for road_id, grouped in groupby(members, attrgetter("road_id")):
        road = list(grouped)
        for direction, group in _by_direction(road).items():
            own_posts = posts.get((road_id, direction.value), [])
            given = {member.n: member.chainage_from_m for member in group if member.chainage_from_m is not None}
            for chain in chains([_link(member) for member in group]):
                name = f"{road_id}/{direction.value}/{min(step.link.id for step in chain)}"
                yield from _place_chain(session, name, direction, chain, given, own_posts)


def _link(member: Row[Any]) -> Link:
    headings = (member.start_heading or 0.0, member.end_heading or 0.0)
    return Link(member.n, member.start_key, member.end_key, member.length_m, *headings)


def _by_direction(road: Sequence[Row[Any]]) -> dict[Direction, list[Row[Any]]]:
    """One-way carriageways without a stated direction are `forward`, or `reverse` where they run against the course."""
    oneway = [_link(member) for member in road if member.direction is None and member.is_oneway]
    reverse = against_the_course(oneway) if oneway else set()
    groups: dict[Direction, list[Row[Any]]] = defaultdict(list)
    for member in road:
        if member.direction is not None:
            groups[Direction(member.direction)].append(member)
        elif not member.is_oneway:
            groups[Direction.SINGLE].append(member)
        else:
            groups[Direction.REVERSE if member.n in reverse else Direction.FORWARD].append(member)
    return groups


def _place_chain(
    session: Session,
    name: str,
    direction: Direction,
    chain: Chain,
    given: Mapping[int, float],
    posts: Sequence[Post],
) -> Iterator[Placed]:
    """Chainage by posts if the chain has any, else from what the file gives, else from the chain's start."""
    if direction is Direction.REVERSE:
        # Drawn as it is driven, against the chainage of the road.
        chain = reversed_chain(chain)
    if posts:
        calibration = calibrate(chain, _lines_of(session, chain), posts)
        if calibration.knots.at_m:
            chain = reversed_chain(chain) if calibration.is_against else chain
            yield from _by_posts(name, direction, chain, calibration.knots)
            return
    yield from _by_length(name, direction, chain, given)


def _positions(chain: Chain) -> list[float]:
    """How far along the chain each step begins."""
    return list(accumulate((step.link.length_m for step in chain[:-1]), initial=0.0))


def _by_posts(name: str, direction: Direction, chain: Chain, knots: Knots) -> Iterator[Placed]:
    for step, begins_m in zip(chain, _positions(chain), strict=True):
        ends_m = begins_m + step.link.length_m
        own = knots.around(begins_m, ends_m)
        at_m = ends_m if step.is_flipped else begins_m
        yield Placed(step.link.id, name, direction, at_m, step.is_flipped, "posts", own)


def _by_length(name: str, direction: Direction, chain: Chain, given: Mapping[int, float]) -> Iterator[Placed]:
    if _counts_down(chain, given):
        chain = reversed_chain(chain)
    positions = _positions(chain)
    shifts = _shifts(chain, positions, given)
    measured_by = "given" if any(step.link.id in given for step in chain) else "geodesic"
    for step, begins_m, shift_m in zip(chain, positions, shifts, strict=True):
        at_m = begins_m + (step.link.length_m if step.is_flipped else 0.0) + shift_m
        yield Placed(step.link.id, name, direction, at_m, step.is_flipped, measured_by)


def _counts_down(chain: Chain, given: Mapping[int, float]) -> bool:
    """Whether the chainages that the file gives fall along the chain."""
    stated = [given[step.link.id] for step in chain if step.link.id in given]
    return sum((then > now) - (then < now) for now, then in pairwise(stated)) < 0


def _shifts(chain: Chain, positions: Sequence[float], given: Mapping[int, float]) -> list[float]:
    """What is added to the position along the chain: a given chainage holds until the next, and back to the start."""
    shifts: list[float | None] = []
    latest: float | None = None
    for step, begins_m in zip(chain, positions, strict=True):
        if step.link.id in given:
            latest = given[step.link.id] - begins_m - (step.link.length_m if step.is_flipped else 0.0)
        shifts.append(latest)
    first = next((shift for shift in shifts if shift is not None), 0.0)
    return [first if shift is None else shift for shift in shifts]


def _lines_of(session: Session, chain: Chain) -> dict[int, Lines]:
    ids = [step.link.id for step in chain]
    rows = session.execute(
        text("SELECT n, ST_AsEWKB(geom) AS line FROM staged_feature WHERE n = ANY (CAST(:ids AS integer[]))"),
        {"ids": ids},
    ).all()
    lines = from_ewkb([row.line for row in rows])
    return {row.n: lines.take(np.array([number])) for number, row in enumerate(rows)}


# --- carriageways that the file says nothing about


def _stage_remaining(session: Session, source: str, road_ids: Sequence[int]) -> None:
    rows = session.execute(statement("network_remaining"), {"source": source, "road_ids": list(road_ids)}).all()
    if not rows:
        return
    known = from_ewkb([row.line for row in rows])
    lines = measure(known.lon, known.lat, known.first)
    first_n = session.scalar(text("SELECT coalesce(max(n), 0) + 1 FROM staged_feature"))
    numbers = np.arange(first_n, first_n + len(rows), dtype=np.int64)
    copy_table(session, "staged_feature", _remaining_features(rows, lines, known, numbers))
    copy_rows(
        session,
        "staged_change",
        "n, state, carriageway_id, road_id, direction, chain_id, at_m, is_falling, measured_by",
        (
            (int(n), "same", row.id, row.road_id, row.direction, row.chain_id or row.id, 0.0, False, row.measured_by)
            for n, row in zip(numbers, rows, strict=True)
        ),
    )


def _remaining_features(rows: Sequence[Row[Any]], lines: Lines, known: Lines, numbers: Any) -> Table:
    keys = place_keys(lines.lon, lines.lat)
    starts, ends = lines.first[:-1], lines.first[1:] - 1
    known_m = known.m[known.first[:-1]].tolist()
    same = ("source_id", "reference", "direction", "significance", "category", "kato", "geometry_key", "content_key")
    return pa.table({
        "n": numbers,
        "row": np.zeros(len(rows), dtype=np.int64),
        "base_id": [row.source_id for row in rows],
        **{field: pa.array([getattr(row, field) for row in rows], pa.string()) for field in same},
        "is_oneway": [False] * len(rows),
        "chainage_from_m": pa.array(
            [m if row.measured_by == "given" else None for row, m in zip(rows, known_m, strict=True)], pa.float64()
        ),
        "length_m": lines.lengths,
        "start_key": keys[starts],
        "end_key": keys[ends],
        "is_folded": fold_range(lines) > FOLD_DEGREES,
        "is_doubtful": [False] * len(rows),
        "geom": to_ewkb_hex(lines),
    })  # fmt: skip
