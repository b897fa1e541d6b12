"""Where on the network the places are that a file names: read once for a chunk, then looked up row by row."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from roads.domain.fields import fold_reference
from roads.domain.network import Direction
from roads.domain.places import (
    Chain,
    NotThere,
    Piece,
    StatedPlace,
    Stretch,
    by_reference,
    by_source_id,
    chains,
    former_meanings,
)
from roads.models import Carriageway, Road, RoadAlias
from roads.sql import statement

ALWAYS: Range[date] = Range(None, None)


@dataclass(frozen=True, slots=True)
class Places:
    """Carriageways in use by id, and roads by folded reference with the days on which it was theirs."""

    by_id: Mapping[str, Sequence[Piece]]
    roads: Mapping[str, Sequence[tuple[int, Range[date]]]]
    pieces: Mapping[int, Sequence[Piece]]
    _chains: dict[tuple[int, ...], list[Chain]]

    def resolve(self, place: StatedPlace) -> list[Stretch]:
        """The stretches a place means. Errors: NotThere."""
        if place.source_id is not None:
            return by_source_id(place, self.by_id.get(place.source_id, ()))
        return by_reference(place, self._road(place.reference or "", place.on))

    def look(self, place: StatedPlace) -> tuple[Sequence[Stretch], NotThere | None]:
        """The stretches a place means, or why there are none."""
        try:
            return self.resolve(place), None
        except NotThere as missing:
            return (), missing

    def bearers(self, reference: str, on: date) -> tuple[int, ...]:
        """The roads that bore the reference on a day."""
        return tuple(sorted({road for road, valid in self.roads.get(reference, ()) if on in valid}))

    def _road(self, reference: str, on: date) -> list[Chain]:
        bearers = self.bearers(reference, on)
        if bearers not in self._chains:
            self._chains[bearers] = chains(piece for road in bearers for piece in self.pieces.get(road, ()))
        return self._chains[bearers]


def find_places(session: Session, stated: Iterable[StatedPlace]) -> Places:
    """Everything the places could mean, in three statements whatever their number."""
    places = list(stated)
    source_ids = sorted({place.source_id for place in places if place.source_id is not None})
    references = {place.reference for place in places if place.reference is not None}
    roads = _bearers(session, references) if references else {}
    return Places(
        _by_id(session, source_ids), roads, _of_roads(session, {r for of in roads.values() for r, _ in of}), {}
    )


def _by_id(session: Session, source_ids: Sequence[str]) -> Mapping[str, Sequence[Piece]]:
    found: dict[str, list[Piece]] = defaultdict(list)
    if source_ids:
        for row in session.execute(statement("pieces_by_source_id"), {"source_ids": list(source_ids)}):
            found[row.asked_for].append(_piece(row, is_part=row.is_part))
    return found


def find_carriageways(session: Session, source_ids: Collection[str]) -> dict[str, list[int]]:
    """The carriageways in use that these ids stand for: one, or all parts of a multiline."""
    found = _by_id(session, sorted(source_ids))
    return {source_id: [piece.carriageway_id for piece in pieces] for source_id, pieces in found.items()}


def _bearers(session: Session, references: set[str]) -> Mapping[str, Sequence[tuple[int, Range[date]]]]:
    """Roads by reference, folded here: the rule for look-alike letters is written once, in Python."""
    found: dict[str, list[tuple[int, Range[date]]]] = defaultdict(list)
    for road_id, reference in session.execute(select(Road.id, Road.reference).where(Road.reference.is_not(None))):
        if (folded := fold_reference(reference or "")) in references:
            found[folded].append((road_id, ALWAYS))
    for road_id, reference, valid in session.execute(select(RoadAlias.road_id, RoadAlias.reference, RoadAlias.valid)):
        if (folded := fold_reference(reference)) in references:
            found[folded].append((road_id, valid))
    return found


def _of_roads(session: Session, road_ids: set[int]) -> Mapping[int, Sequence[Piece]]:
    found: dict[int, list[Piece]] = defaultdict(list)
    if road_ids:
        for row in session.execute(
            _pieces().where(Carriageway.road_id == func.any(list(road_ids)), Carriageway.retired_at.is_(None))
        ):
            found[row.road_id].append(_piece(row))
    return found


def _pieces() -> Select[Any]:
    return select(
        Carriageway.id,
        Carriageway.source_id,
        Carriageway.road_id,
        Carriageway.direction,
        Carriageway.chain_id,
        func.lower(Carriageway.extent).label("from_cm"),
        func.upper(Carriageway.extent).label("to_cm"),
    )


def _piece(row: Row[Any], *, is_part: bool = False) -> Piece:
    # A carriageway without a chain is one by itself; chains are numbered by carriageways, so its own number is free.
    chain_id = row.id if row.chain_id is None else row.chain_id
    return Piece(row.id, Direction(row.direction), chain_id, row.from_cm, row.to_cm, is_part)


@dataclass(frozen=True, slots=True)
class FormerPlaces:
    """Carriageways that were replaced and still bear sections or carve-outs, by the ids and roads they had."""

    by_id: Mapping[str, Sequence[Piece]]
    by_road: Mapping[int, Sequence[Piece]]
    places: Places

    def meanings(self, place: StatedPlace) -> list[list[Stretch]]:
        """What the place may have meant there; nothing where it never did."""
        if place.source_id is not None:
            return former_meanings(place, self.by_id.get(place.source_id, ()))
        bearers = self.places.bearers(place.reference or "", place.on)
        return former_meanings(place, [piece for road in bearers for piece in self.by_road.get(road, ())])


def find_former_places(session: Session, places: Places, carriageway_ids: Collection[int]) -> FormerPlaces:
    """Those of the carriageways that are in use no more."""
    by_id: dict[str, list[Piece]] = defaultdict(list)
    by_road: dict[int, list[Piece]] = defaultdict(list)
    if carriageway_ids:
        for row in session.execute(
            _pieces().where(Carriageway.id == func.any(list(carriageway_ids)), Carriageway.retired_at.is_not(None))
        ):
            base, mark, _ = row.source_id.rpartition("#")
            for name in {row.source_id, base if mark else row.source_id}:
                by_id[name].append(_piece(row))
            by_road[row.road_id].append(_piece(row))
    return FormerPlaces(by_id, by_road, places)


def same_places(session: Session, places: Sequence[Stretch]) -> dict[Stretch, list[Stretch]]:
    """Where stretches lie on the carriageways that theirs succeeded, and on those that succeeded theirs."""
    if not places:
        return {}
    distinct = sorted(set(places))
    found: dict[Stretch, list[Stretch]] = defaultdict(list)
    for row in session.execute(statement("same_places"), _columns(distinct)):
        found[distinct[row.n]].append(Stretch(row.carriageway_id, row.from_cm, row.to_cm))
    return found


def _columns(places: Iterable[Stretch]) -> dict[str, list[int]]:
    listed = list(places)
    return {
        "numbers": list(range(len(listed))),
        "carriageway_ids": [place.carriageway_id for place in listed],
        "from_cms": [place.from_cm for place in listed],
        "to_cms": [place.to_cm for place in listed],
    }
