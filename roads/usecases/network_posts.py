"""Kilometre posts come in by file: those that fit their road are kept, and calibrate its chainage."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from operator import attrgetter

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.bbox import Box
from geo.chains import Chain, Link, chains
from geo.errors import BadValue
from geo.ewkb import from_ewkb
from geo.keys import place_keys
from geo.linear_referencing import Lines, measure
from geo.tables import Row
from roads.domain.actors import Actor, Permission
from roads.domain.cells import Said
from roads.domain.fields import FieldError, fold_reference, parse_number
from roads.domain.network import Direction
from roads.domain.remarks import Remark, Say, Totals
from roads.sql import statement
from roads.usecases.first_rows import FirstRows
from roads.usecases.network_calibration import Post, calibrate, posts_of_roads
from roads.usecases.network_columns import read_direction

REQUIRED_COLUMNS = ("reference", "km", "lon", "lat")
OTHER_COLUMNS = ("direction",)
LARGEST_KM = Decimal(20000)


@dataclass(frozen=True, slots=True)
class ImportPosts:
    """Some rows of a file of posts. `first_rows` lives as long as the file."""

    rows: Sequence[Row]
    area: Box
    first_rows: FirstRows


@dataclass(frozen=True, slots=True)
class TakenPosts:
    """What became of the rows, and the roads whose chainage is to be worked out again."""

    totals: Totals
    road_ids: Collection[int]


@dataclass(frozen=True, slots=True)
class StatedPost:
    """A row that makes sense by itself. Without a direction it is every direction's of its road."""

    row: int
    reference: str
    direction: Direction | None
    km: Decimal
    lon: float
    lat: float

    @property
    def key(self) -> str:
        """What may stand in a file once."""
        return f"{self.reference}/{self.direction or ''}/{self.km.normalize()}"

    @property
    def post(self) -> Post:
        """The post as it is fitted to a chain."""
        return Post(float(self.km * 1000), self.lon, self.lat, self.row)


def take_posts(session: Session, actor: Actor, command: ImportPosts, say: Say) -> TakenPosts:
    """Keep the posts that stand at their road in the order of their kilometres."""
    actor.require(Permission.IMPORT_NETWORK)
    stated = _without_repeated(list(_stated(command, say)), command.first_rows, say)
    roads = _roads(session, {post.reference for post in stated})
    for post in stated:
        if post.reference not in roads:
            say(Remark(post.row, "reference", post.reference, "unknown_road"))
    fitted = _fitted(session, [post for post in stated if post.reference in roads], roads, say)
    changed = _store(session, fitted)
    totals = Totals(len(changed), len(fitted) - len(changed), len(command.rows) - len(fitted))
    return TakenPosts(totals, {road_id for road_id, _, _ in fitted.values()})


# --- what a row says


def _stated(command: ImportPosts, say: Say) -> Iterator[StatedPost]:
    for row in command.rows:
        if row.problem:
            say(Remark(row.number, "", "", row.problem))
            continue
        try:
            yield _read(row, command.area)
        except _Aside as aside:
            say(Remark(row.number, aside.field, aside.wrong.value, aside.wrong.code, params=aside.wrong.params))


class _Aside(Exception):
    """The row is set aside."""

    def __init__(self, field: str, wrong: BadValue) -> None:
        super().__init__(field)
        self.field = field
        self.wrong = wrong


def _read(row: Row, area: Box) -> StatedPost:
    """Errors: _Aside naming the field and what is wrong with it."""
    values = row.values
    reference = fold_reference(values["reference"])
    if not reference:
        raise _Aside("reference", FieldError("cell_missing", ""))
    km = _number(values, "km", "not_a_kilometre")
    if km != round(km, 3) or abs(km) > LARGEST_KM:
        raise _Aside("km", FieldError("not_a_kilometre", values["km"]))
    lon, lat = (float(_number(values, field, "post_without_place")) for field in ("lon", "lat"))
    if not area.holds(lon, lat):
        code = "post_axes_swapped" if area.holds_swapped(lon, lat) else "post_outside_area"
        raise _Aside("lon", FieldError(code, f"{values['lon']} {values['lat']}"))
    return StatedPost(row.number, reference, _direction(values["direction"]), km, lon, lat)


def _number(values: Mapping[str, str], field: str, problem: str) -> Decimal:
    try:
        return parse_number(values[field])
    except BadValue as wrong:
        raise _Aside(field, FieldError(problem, wrong.value)) from None


def _direction(words: str) -> Direction | None:
    try:
        return Direction(read_direction(words)) if words else None
    except BadValue as wrong:
        raise _Aside("direction", wrong) from None


def _without_repeated(stated: list[StatedPost], first_rows: FirstRows, say: Say) -> list[StatedPost]:
    """Each kilometre of a road once: the first row holds."""
    fresh: dict[str, Said] = {}
    kept = []
    for post in stated:
        earlier = fresh.get(post.key) or first_rows.earlier(post.key)
        if earlier:
            say(Remark(post.row, "km", str(post.km), "repeated_post", params={"first_row": earlier.row}))
        else:
            fresh[post.key] = Said(post.row, "")
            kept.append(post)
    first_rows.keep(fresh)
    return kept


def _roads(session: Session, references: Collection[str]) -> dict[str, int]:
    rows = session.execute(statement("network_roads_by_reference"), {"refs": sorted(references)})
    return {row.reference: row.road_id for row in rows}


# --- whether it fits its road


@dataclass(frozen=True, slots=True)
class _Way:
    """A chain of a road's carriageways in one source and direction, with their lines."""

    direction: Direction
    chain: Chain
    lines: Mapping[int, Lines]


Fitted = dict[int, tuple[int, list[Direction], StatedPost]]
"""By row: the road, the directions that the post calibrates, and the post."""


def _fitted(session: Session, stated: Sequence[StatedPost], roads: Mapping[str, int], say: Say) -> Fitted:
    """The posts that fit, by row."""
    by_road: dict[int, list[StatedPost]] = defaultdict(list)
    for post in stated:
        by_road[roads[post.reference]].append(post)
    ways = _ways(session, sorted(by_road))
    known = posts_of_roads(session, sorted(by_road))
    fitted: Fitted = {}
    for road_id, named in by_road.items():
        directions = {way.direction for way in ways[road_id]}
        posts = _in_directions(named, directions, say)
        stored = {direction: known.get((road_id, direction.value), []) for direction in directions}
        fits, disordered = _fit(ways[road_id], posts, stored)
        for post in posts:
            if post.row in fits:
                fitted[post.row] = (road_id, sorted(fits[post.row]), post)
            else:
                code = "post_out_of_order" if post.row in disordered else "post_off_road"
                say(Remark(post.row, "km", str(post.km), code))
    return fitted


def _in_directions(posts: Sequence[StatedPost], directions: Collection[Direction], say: Say) -> list[StatedPost]:
    kept = []
    for post in posts:
        if post.direction is None or post.direction in directions:
            kept.append(post)
        else:
            there = {"directions": ", ".join(sorted(directions))}
            say(Remark(post.row, "direction", post.direction, "direction_not_there", params=there))
    return kept


def _fit(
    ways: Sequence[_Way], posts: Sequence[StatedPost], stored: Mapping[Direction, Sequence[Post]]
) -> tuple[dict[int, set[Direction]], set[int]]:
    """By row the directions in which a post fits; rows of posts that stand at the road, but out of order."""
    fits: dict[int, set[Direction]] = defaultdict(set)
    disordered: set[int] = set()
    for way in ways:
        mine = [post.post for post in posts if post.direction in (None, way.direction)]
        stated = {post.chainage_m for post in mine}
        others = [post for post in stored[way.direction] if post.chainage_m not in stated]
        calibration = calibrate(way.chain, way.lines, [*mine, *others])
        wrong = {post.row for post in (*calibration.off_road, *calibration.out_of_order)}
        disordered |= {post.row for post in calibration.out_of_order}
        for post in mine:
            if post.row not in wrong:
                fits[post.row].add(way.direction)
    return fits, disordered


def _ways(session: Session, road_ids: Sequence[int]) -> dict[int, list[_Way]]:
    rows = session.execute(statement("network_ways_of_roads"), {"road_ids": list(road_ids)}).all()
    ways: dict[int, list[_Way]] = defaultdict(list)
    for (road_id, _, direction), grouped in groupby(rows, attrgetter("road_id", "source", "direction")):
        members = list(grouped)
        known = from_ewkb([member.line for member in members])
        lines = measure(known.lon, known.lat, known.first)
        own = {member.id: lines.take(np.array([number])) for number, member in enumerate(members)}
        links = [_link(carriageway_id, line) for carriageway_id, line in own.items()]
        ways[road_id] += [_Way(Direction(direction), chain, own) for chain in chains(links)]
    return ways


def _link(carriageway_id: int, line: Lines) -> Link:
    keys = place_keys(line.lon, line.lat)
    return Link(carriageway_id, int(keys[0]), int(keys[-1]), float(line.m[-1]))


def _store(session: Session, fitted: Fitted) -> set[int]:
    """Keep the posts. Gives the rows of those that were not there, or stood elsewhere."""
    each = [(row, road_id, direction, post) for row, (road_id, found, post) in fitted.items() for direction in found]
    given = {
        "road_ids": [road_id for _, road_id, _, _ in each],
        "directions": [direction.value for _, _, direction, _ in each],
        "km": [post.km for *_, post in each],
        "lon": [post.lon for *_, post in each],
        "lat": [post.lat for *_, post in each],
    }
    rows = {(road_id, direction.value, post.km): row for row, road_id, direction, post in each}
    changed = session.execute(statement("network_store_posts"), given).all() if each else []
    return {rows[one.road_id, one.direction, Decimal(one.km)] for one in changed}


def sources_of_roads(session: Session, actor: Actor, road_ids: Collection[int]) -> list[str]:
    """The sources that have carriageways of some roads: each is chained by itself."""
    actor.require(Permission.IMPORT_NETWORK)
    asked = text(
        "SELECT DISTINCT source FROM carriageway "
        "WHERE road_id = ANY (CAST(:road_ids AS integer[])) AND retired_at IS NULL ORDER BY source"
    )
    return list(session.scalars(asked, {"road_ids": sorted(road_ids)}))
