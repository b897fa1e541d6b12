"""Many defects are placed at once: those with one possible place in arrays, the others by the statement that weighs.

Nine defects in ten have one carriageway within reach and nothing to weigh: their places are found here in a tenth of
the time that a statement needs. What is in doubt, what has a place already, and stretches over several carriageways go
through `store_placements`, and both ways give the same places.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from geo.columns import Table, csv, pa
from geo.crs import Floats
from geo.ewkb import from_ewkb_block
from geo.linear_referencing import Booleans, Integers
from geo.snapping import Snapped, Snapper
from roads.domain.actors import Actor, Permission
from roads.domain.attribution import MOST_REACH_M
from roads.sql import statement
from roads.usecases.attribution import PlaceDefects, mark_touched, place_defects
from roads.usecases.copying import copy_table

METRES_IN_A_DEGREE = 110_000.0
"""Of latitude, at least."""

COLUMNS = {
    "defect_id": pa.int32(), "lon": pa.float64(), "lat": pa.float64(), "lon_to": pa.float64(), "lat_to": pa.float64(),
    "reach_m": pa.float64(), "accuracy_cm": pa.int32(), "covered_on": pa.date32(), "element": pa.string(),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FoundPlaces:
    """Rows of `placement` that are beyond doubt, on which carriageways they lie, and the defects that are in doubt."""

    places: Table
    carriageways: list[int]
    in_doubt: list[int]


def place_many_defects(session: Session, actor: Actor, command: PlaceDefects) -> list[int]:
    """As `place_defects`, for a great many; gives the carriageways whose answers must be given anew (marked so)."""
    found = find_places(session, actor, command)
    copy_table(session, "placement", found.places)
    mark_touched(session, found.carriageways)
    touched = set(found.carriageways)
    if found.in_doubt:
        touched.update(place_defects(session, actor, PlaceDefects(found.in_doubt, command.snap_m)))
    return sorted(touched)


def find_places(session: Session, actor: Actor, command: PlaceDefects) -> FoundPlaces:
    """The places of defects that have none, as far as they are beyond doubt. Stores nothing."""
    actor.require(Permission.RUN_JOBS)
    spots = _unplaced_spots(session, command)
    if not len(spots):
        return FoundPlaces(spots, [], list(command.defect_ids))
    found = _find(session, spots)
    places = _in_order(_placements(spots, found).filter(pa.array(found.is_plain)))
    asked = np.asarray(command.defect_ids, dtype=np.int64)
    in_doubt: list[int] = asked[~np.isin(asked, places["defect_id"].to_numpy())].tolist()
    return FoundPlaces(places, found.carriageways, in_doubt)


@dataclass(frozen=True, slots=True)
class _Found:
    """A place for each spot, as it goes into `placement`; only what `is_plain` holds."""

    carriageway_id: Integers
    from_cm: Integers
    to_cm: Integers
    offset_cm: Integers
    distance_cm: Integers
    is_off: Booleans
    is_plain: Booleans

    @property
    def carriageways(self) -> list[int]:
        """On which of them plain places lie."""
        ids: list[int] = np.flatnonzero(np.bincount(self.carriageway_id[self.is_plain & ~self.is_off])).tolist()
        return ids


def _unplaced_spots(session: Session, command: PlaceDefects) -> Table:
    """Columns as in `unplaced_spots.sql`."""
    # An array of a million numbers as one word: a list takes as long to hand over as the places to find.
    ids = "{" + ",".join(map(str, command.defect_ids)) + "}"
    written = session.scalar(statement("unplaced_spots"), {"defect_ids": ids, "snap_m": command.snap_m})
    if written is None:
        return pa.table({name: pa.array([], kind) for name, kind in COLUMNS.items()})
    return csv.read_csv(
        BytesIO(written.encode()),
        csv.ReadOptions(column_names=list(COLUMNS)),
        convert_options=csv.ConvertOptions(column_types=COLUMNS),
    )


def _find(session: Session, spots: Table) -> _Found:
    lon, lat, lon_to, lat_to, reach_m = (
        spots[name].to_numpy() for name in ("lon", "lat", "lon_to", "lat_to", "reach_m")
    )
    is_stretch = ~np.isnan(lon_to)
    network = _network(session, spots)
    first = network.snapper.snap(lon, lat, reach_m)
    last = network.snapper.snap(lon_to[is_stretch], lat_to[is_stretch], reach_m[is_stretch])
    at_cm = network.centimetres(first)
    from_cm, to_cm = at_cm.copy(), at_cm + 1
    other_cm = network.centimetres(last)
    from_cm[is_stretch] = np.minimum(at_cm[is_stretch], other_cm)
    to_cm[is_stretch] = np.maximum(np.maximum(at_cm[is_stretch], other_cm), from_cm[is_stretch] + 1)
    is_off, is_plain = first.owner == -1, first.is_plain.copy()
    is_plain[is_stretch] &= last.is_plain & (first.owner[is_stretch] == last.owner)
    is_off[is_stretch] |= last.owner == -1
    distance_cm = np.rint(np.nan_to_num(first.distance_m) * 100).astype(np.int64)
    return _Found(
        network.carriageway_ids[first.owner],
        from_cm,
        to_cm,
        distance_cm * first.side,
        distance_cm,
        is_off,
        is_plain | is_off,
    )


@dataclass(frozen=True, slots=True)
class _Network:
    """The segments around some spots. Owners are positions in `carriageway_ids` and `limits_cm`; the last is nobody."""

    snapper: Snapper
    carriageway_ids: Integers
    limits_cm: Integers

    def centimetres(self, snapped: Snapped) -> Integers:
        """Chainage of places. The last metre of a carriageway belongs to it: nothing lies at or beyond its end."""
        at: Floats = np.rint(np.nan_to_num(snapped.m) * 100)
        first_cm, last_cm = self.limits_cm[snapped.owner].T
        return np.clip(at.astype(np.int64), first_cm, last_cm)


def _network(session: Session, spots: Table) -> _Network:
    found = session.execute(statement("segments_in_box"), _box(spots)).one()
    carriageways, first_cm, last_cm, sizes = np.frombuffer(found.facts, dtype=">i4").reshape(-1, 4).T.astype(np.int64)
    ids, owners = np.unique(carriageways, return_inverse=True)
    limits_cm = np.zeros((len(ids) + 1, 2), dtype=np.int64)
    limits_cm[owners] = np.column_stack([first_cm, last_cm])
    lines = from_ewkb_block(found.lines, sizes)
    return _Network(Snapper(lines, owners, most_reach_m=MOST_REACH_M), np.append(ids, 0), limits_cm)


def _box(spots: Table) -> Mapping[str, float]:
    """Around all spots, as wide as the longest reach there is."""

    def extremes(*names: str) -> tuple[float, float]:
        values = np.concatenate([spots[name].to_numpy() for name in names])
        return float(np.nanmin(values)), float(np.nanmax(values))

    west, east = extremes("lon", "lon_to")
    south, north = extremes("lat", "lat_to")
    up = MOST_REACH_M / METRES_IN_A_DEGREE
    across = up / np.cos(np.radians(min(max(abs(south), abs(north)), 89.0)))
    return {"west": west - across, "south": south - up, "east": east + across, "north": north + up}


def _placements(spots: Table, found: _Found) -> Table:
    """Rows of `placement`."""

    def unless_off(values: Integers) -> Any:
        return pa.array(values, mask=found.is_off)

    return pa.table(
        {
            "defect_id": spots["defect_id"],
            "part": np.ones(len(spots), dtype=np.int32),
            "carriageway_id": unless_off(found.carriageway_id),
            "from_cm": unless_off(found.from_cm),
            "to_cm": unless_off(found.to_cm),
            "offset_cm": unless_off(found.offset_cm),
            "distance_cm": unless_off(found.distance_cm),
            "accuracy_cm": spots["accuracy_cm"],
            "covered_on": spots["covered_on"],
            "element": spots["element"],
            "confidence": np.where(found.is_off, "off_network", "certain"),
        }
    )


def _in_order(placements: Table) -> Table:
    """By carriageway, so that attribution finds its defects together, and as its index has them."""
    return placements.sort_by([("carriageway_id", "ascending"), ("defect_id", "ascending")])
