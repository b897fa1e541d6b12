"""Networks for tests: features drawn in metres, imported phase by phase as the command does it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from pyproj import CRS
from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from geo.bbox import WORLD, Box
from geo.columns import pa
from geo.readers import Chunk
from geo.tables import Row as FileRow
from roads.domain.actors import OPERATOR
from roads.domain.remarks import Totals
from roads.usecases import network
from roads.usecases.first_rows import FirstRows
from roads.usecases.network_columns import choose_columns
from roads.usecases.network_early import Sorter, write_early
from roads.usecases.network_features import Reading, prepare
from roads.usecases.network_posts import ImportPosts, sources_of_roads, take_posts
from tests.geo.lines import Vertices, place
from tests.imports import Outcome, as_rows


@dataclass(frozen=True, slots=True)
class Feature:
    """What a file has: a geometry (or WKB, or nothing) and columns."""

    geometry: Any
    facts: Mapping[str, object] = field(default_factory=dict)


def feature(*vertices: tuple[float, float], **facts: object) -> Feature:
    """A line with vertices in metres east and north of 76 E 43 N."""
    return Feature(shapely.LineString([place(east, north) for east, north in vertices]), facts)


def multiline(*lines: Vertices, **facts: object) -> Feature:
    """A multiline with vertices in metres."""
    return Feature(shapely.MultiLineString([[place(*vertex) for vertex in line] for line in lines]), facts)


def _chunk(features: Sequence[Feature], first_row: int, names: Sequence[str]) -> Chunk:
    wkb = np.empty(len(features), dtype=object)
    for number, one in enumerate(features):
        is_shape = isinstance(one.geometry, shapely.Geometry)
        wkb[number] = shapely.to_wkb(one.geometry) if is_shape else one.geometry
    return Chunk(first_row, wkb, {name: pa.array([one.facts.get(name) for one in features]) for name in names})


def take_network(
    session: Session,
    *features: Feature,
    source: str = "test",
    retires: bool = False,
    area: Box = WORLD,
    crs: str = "EPSG:4326",
    chunk: int = 1000,
    only_highways: bool = False,
    stop_before: str = "",
    writes_early: bool = True,
) -> Outcome:
    """Import a file of these features. `stop_before` names the phase before which the import is killed.

    All in one transaction: `writes_early` only tells whether plain new lines are written before the others.
    """
    names = list(dict.fromkeys(name for one in features for name in one.facts))
    columns = choose_columns("test", names, {})
    reading = Reading(source, columns, CRS.from_user_input(crs), area, only_highways)
    outcome = Outcome()
    network.begin(session, OPERATOR)
    sorter = Sorter(writes_early=writes_early and not network.was_known(session, source))
    rows = set_aside = 0
    for start in range(0, len(features), chunk):
        prepared = prepare(reading, _chunk(features[start : start + chunk], start + 1, names))
        sorted_out = sorter.sort_out(prepared)
        network.stage(session, OPERATOR, sorted_out)
        if len(sorted_out.early):
            write_early(session, OPERATOR, source, sorted_out.early)
        rows += prepared.rows
        set_aside += prepared.set_aside
        _hear(outcome, prepared.remarks)
    settled = network.settle(session, OPERATOR, source, has_ids=columns.has_ids, retires=retires)
    network.chain(session, OPERATOR, source, settled.road_ids)
    network.find_junctions(session, OPERATOR, source)
    unchanged = network.count_unchanged(session, OPERATOR, source)
    if stop_before == "write":
        return outcome
    for piece in network.unwritten(session, OPERATOR, chunk):
        network.write(session, OPERATOR, source, piece)
    if stop_before == "replace":
        return outcome
    network.replace(session, OPERATOR, source)
    network.finish(session, OPERATOR)
    _hear(outcome, [*settled.remarks, *unchanged.remarks])
    rows -= settled.set_aside
    outcome.totals = Totals(rows - unchanged.rows, unchanged.rows, set_aside + settled.set_aside)
    return outcome


def _hear(outcome: Outcome, remarks: Sequence[Any]) -> None:
    for remark in sorted(remarks, key=lambda one: one.row):
        outcome.hear(remark)


def post_row(km: str, east_m: float, north_m: float, **cells: str) -> dict[str, str]:
    """A post of A-3, so many metres east and north."""
    lon, lat = place(east_m, north_m)
    return {"reference": "A-3", "direction": "", "km": km, "lon": f"{lon:.9f}", "lat": f"{lat:.9f}", **cells}


def import_post_rows(session: Session, *cells: Mapping[str, str], area: Box = WORLD, chunk: int = 1000) -> Outcome:
    """Import a file of posts and calibrate the roads it names."""
    outcome, rows = Outcome(), as_rows(cells)
    road_ids: set[int] = set()
    with FirstRows() as first_rows:
        for start in range(0, len(rows), chunk):
            some: list[FileRow] = rows[start : start + chunk]
            taken = take_posts(session, OPERATOR, ImportPosts(some, area, first_rows), outcome.hear)
            outcome.totals += taken.totals
            road_ids |= set(taken.road_ids)
    for source in sources_of_roads(session, OPERATOR, road_ids):
        network.begin(session, OPERATOR)
        network.chain(session, OPERATOR, source, sorted(road_ids))
        network.find_junctions(session, OPERATOR, source)
        network.replace(session, OPERATOR, source)
        network.finish(session, OPERATOR)
    return outcome


def current(session: Session, source_id: str | None = None) -> Sequence[Row[Any]]:
    """Carriageways in use, by id in their source; chainage in metres at the first and the last vertex."""
    return session.execute(
        text(
            "SELECT c.id, c.source_id, c.chain_id, c.direction, c.significance, c.category, c.kato, c.measured_by, "
            "r.key AS road, r.id AS road_id, "
            "ST_M(ST_StartPoint(c.geom)) AS start_m, ST_M(ST_EndPoint(c.geom)) AS end_m, "
            "lower(c.extent) AS from_cm, upper(c.extent) AS to_cm "
            "FROM carriageway c LEFT JOIN road r ON r.id = c.road_id "
            "WHERE c.retired_at IS NULL AND c.source_id = coalesce(:source_id, c.source_id) ORDER BY c.source_id"
        ),
        {"source_id": source_id},
    ).all()


def the(session: Session, source_id: str) -> Row[Any]:
    """The one carriageway in use with this id."""
    (found,) = current(session, source_id)
    return found


def segments(session: Session, source_id: str) -> list[tuple[float, float]]:
    """Chainages between which a carriageway is cut, in metres."""
    rows = session.execute(
        text(
            "SELECT lower(s.extent) / 100.0 AS from_m, upper(s.extent) / 100.0 AS to_m FROM segment s "
            "JOIN carriageway c ON c.id = s.carriageway_id "
            "WHERE c.retired_at IS NULL AND c.source_id = :source_id ORDER BY lower(s.extent)"
        ),
        {"source_id": source_id},
    ).all()
    return [(float(row.from_m), float(row.to_m)) for row in rows]


def whole_metres(pieces: Sequence[tuple[float, float]]) -> list[tuple[int, int]]:
    """The same to the metre."""
    return [(round(start), round(end)) for start, end in pieces]
