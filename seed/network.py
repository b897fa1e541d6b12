"""The demonstration's roads: highways through the towns they pass and streets of Almaty, drawn schematically."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod
from sqlalchemy import Row, func, select, text
from sqlalchemy.dialects.postgresql import Range, aggregate_order_by, insert
from sqlalchemy.orm import Session

from geo.bbox import KAZAKHSTAN
from geo.ewkb import from_ewkb
from geo.readers import open_layer
from roads.domain.actors import Actor
from roads.domain.fields import fold_reference, parse_date
from roads.domain.network import Direction, Significance
from roads.domain.remarks import Remark
from roads.models import Carriageway, Road, RoadAlias
from roads.usecases import network
from roads.usecases.network_columns import choose_columns
from roads.usecases.network_early import Sorter
from roads.usecases.network_features import Reading, prepare
from seed.reference import DATA, demand_all, rows_of

SOURCE = "demo"
FILES = ("highways.geojson", "almaty_streets.geojson")
EARTH = Geod(ellps="WGS84")
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A carriageway of the demonstration: its vertices in degrees and their chainage in metres.

    `former` are the references it had before, oldest first in the file.
    """

    source_id: str
    reference: str | None
    former: tuple[str, ...]
    direction: Direction
    is_street: bool
    kato: str
    lon: Floats
    lat: Floats
    m: Floats

    @property
    def from_m(self) -> float:
        """The smallest chainage."""
        return float(self.m.min())

    @property
    def to_m(self) -> float:
        """The largest chainage."""
        return float(self.m.max())

    @property
    def length_m(self) -> float:
        """From end to end."""
        return self.to_m - self.from_m

    def beside(self, m: float, aside_m: float) -> tuple[float, float]:
        """Longitude and latitude at a chainage, so many metres to the right of growing chainage."""
        # At the terminus the road has no metre ahead: the last one gives the heading.
        behind = min(m, self.to_m - 1)
        heading, _, _ = EARTH.inv(*self._at(behind), *self._at(behind + 1))
        lon, lat, _ = EARTH.fwd(*self._at(m), heading + 90, aside_m)
        return float(lon), float(lat)

    def _at(self, m: float) -> tuple[float, float]:
        order = slice(None, None, 1 if self.m[0] < self.m[-1] else -1)
        return (
            float(np.interp(m, self.m[order], self.lon[order])),
            float(np.interp(m, self.m[order], self.lat[order])),
        )


def load_network(session: Session, actor: Actor) -> None:
    """Import the demonstration's files, as `import-network --source demo` would, and their former references."""
    for name in FILES:
        _import(session, actor, DATA / name)
    _add_aliases(session)


def _import(session: Session, actor: Actor, file: Path) -> None:
    """All phases of a network import in the caller's transaction: a demonstration is loaded whole or not at all."""
    opened = open_layer(file)
    columns = choose_columns(file.name, opened.columns, {})
    reading = Reading(SOURCE, columns, opened.crs, KAZAKHSTAN, opened.is_openstreetmap)
    network.begin(session, actor)
    sorter = Sorter(writes_early=False)
    for chunk in opened.chunks(columns.names):
        prepared = prepare(reading, chunk)
        _hear(file, prepared.remarks)
        network.stage(session, actor, sorter.sort_out(prepared))
    settled = network.settle(session, actor, SOURCE, has_ids=columns.has_ids, retires=False)
    _hear(file, settled.remarks)
    network.chain(session, actor, SOURCE, settled.road_ids)
    network.find_junctions(session, actor, SOURCE)
    for piece in network.unwritten(session, actor, sorter.carriageways):
        network.write(session, actor, SOURCE, piece)
    network.replace(session, actor, SOURCE)
    network.finish(session, actor)


def _hear(file: Path, remarks: Iterable[Remark]) -> None:
    hear = demand_all(file.name)
    for remark in remarks:
        hear(remark)


def _add_aliases(session: Session) -> None:
    roads = {reference: id_ for id_, reference in session.execute(select(Road.id, Road.reference)) if reference}
    for row in rows_of("road_aliases.csv", "road_reference", "alias", "valid_from", "valid_to"):
        first, last = (
            parse_date(row.values[name]) if row.values[name] else None for name in ("valid_from", "valid_to")
        )
        session.execute(
            insert(RoadAlias)
            .values(
                road_id=roads[row.values["road_reference"]],
                reference=fold_reference(row.values["alias"]),
                valid=Range(first, last, bounds="[]" if last else "[)"),
            )
            .on_conflict_do_nothing(index_elements=["road_id", "reference"])
        )


def demo_lines(session: Session) -> list[Line]:
    """The demonstration's carriageways as they were imported, by their ids."""
    asked = (
        select(
            Carriageway.source_id,
            Carriageway.direction,
            Carriageway.significance,
            Carriageway.kato,
            Road.reference,
            func.ST_AsEWKB(Carriageway.geom).label("ewkb"),
            _FORMER.label("former"),
        )
        .join(Road, Road.id == Carriageway.road_id)
        .where(Carriageway.source == SOURCE, Carriageway.retired_at.is_(None))
        .order_by(Carriageway.source_id.collate("C"))
    )
    return [_line(row) for row in session.execute(asked)]


_FORMER = (
    select(func.coalesce(func.array_agg(aggregate_order_by(RoadAlias.reference, RoadAlias.id)), text("'{}'")))
    .where(RoadAlias.road_id == Carriageway.road_id)
    .scalar_subquery()
)


def _line(row: Row[Any]) -> Line:
    drawn = from_ewkb([bytes(row.ewkb)])
    is_street = row.significance == Significance.STREET
    direction = Direction(row.direction)
    return Line(
        row.source_id, row.reference, tuple(row.former), direction, is_street, row.kato, drawn.lon, drawn.lat, drawn.m
    )
