"""Which metres of which carriageways a file means: by the carriageway's id or by road and chainage."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from geo.chainage import format_cm
from roads.domain.cells import Cells, chainage_cm, code_of, key
from roads.domain.fields import FieldError, fold_reference
from roads.domain.network import Direction

NEAR_END_CM = 100
NEAR_END_SHARE = 1000
"""A chainage at most 1 m or a thousandth of the length past an end means that end."""


@dataclass(frozen=True, slots=True)
class StatedPlace:
    """A place as a file states it: exactly one of `source_id` and `reference` (folded); no chainages mean the whole.

    `on` is the day on which the reference was used, because roads change theirs.
    """

    source_id: str | None
    reference: str | None
    direction: Direction | None
    from_cm: int | None
    to_cm: int | None
    on: date

    @property
    def is_whole(self) -> bool:
        """Whether no chainages were given."""
        return self.from_cm is None


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """Centimetres of a carriageway, `to_cm` not included."""

    carriageway_id: int
    from_cm: int
    to_cm: int

    def overlaps(self, other: "Stretch") -> bool:
        """Whether both have a centimetre in common."""
        return self.carriageway_id == other.carriageway_id and self.from_cm < other.to_cm and other.from_cm < self.to_cm

    def is_near(self, other: "Stretch") -> bool:
        """Whether both are one stretch but for what mappings between measurements round."""
        return (
            self.carriageway_id == other.carriageway_id
            and abs(self.from_cm - other.from_cm) <= NEAR_END_CM
            and abs(self.to_cm - other.to_cm) <= NEAR_END_CM
        )


def snapped(chainage_cm: int, end_cm: int) -> int:
    """A chainage drawn to an end where it is near: mappings between measurements round, and so do people."""
    return end_cm if abs(chainage_cm - end_cm) <= NEAR_END_CM else chainage_cm


@dataclass(frozen=True, slots=True)
class Piece:
    """A carriageway that may be meant, from end to end. A part is one of several that a multiline became (`#1`)."""

    carriageway_id: int
    direction: Direction
    chain_id: int
    from_cm: int
    to_cm: int
    is_part: bool = False


class NotThere(FieldError):
    """No place, or not exactly one; `field` is the column to look at."""

    def __init__(self, field: str, code: str, **params: object) -> None:
        super().__init__(code, "", **params)
        self.field = field


# --- what a row states


def stated_place(cells: Cells, on: date, *, required: bool = True) -> StatedPlace | None:
    """The place a row states, None where it states none. What cannot be meant sets the row aside."""
    source_id, reference = cells.read("source_id", key), cells.read("road_reference", fold_reference)
    direction = cells.read("direction", code_of(Direction))
    start, end = cells.read("chainage_from", chainage_cm), cells.read("chainage_to", chainage_cm)
    if source_id and reference:
        cells.refuse("road_reference", "place_twice")
    if not source_id and not reference and (required or cells.text("chainage_from") or cells.text("chainage_to")):
        cells.refuse("source_id", "place_missing")
    for field in ("chainage_from", "chainage_to"):
        if not cells.text(field) and (cells.text("chainage_from") or cells.text("chainage_to")):
            cells.refuse(field, "chainage_incomplete")
    if start is not None and end is not None and end <= start:
        cells.refuse("chainage_to", "end_not_after_start")
    if not cells.is_good or not (source_id or reference):
        return None
    return StatedPlace(source_id, reference, direction, start, end, on)


# --- what there is


@dataclass(frozen=True, slots=True)
class Chain:
    """Carriageways of one direction that touch, in order: chainage runs through them."""

    direction: Direction
    pieces: Sequence[Piece]
    from_cm: int
    to_cm: int

    @property
    def tolerance_cm(self) -> int:
        """How far past an end still means that end."""
        return max(NEAR_END_CM, (self.to_cm - self.from_cm) // NEAR_END_SHARE)

    def shared_cm(self, start: int, end: int) -> int:
        """How much of a range lies on the chain."""
        return max(0, min(end, self.to_cm) - max(start, self.from_cm))

    def cut(self, start: int, end: int) -> list[Stretch]:
        """The part of each carriageway that lies in a range."""
        found = []
        for piece in self.pieces[bisect_right(self.pieces, start, key=lambda p: p.to_cm) :]:
            if piece.from_cm >= end:
                break
            found.append(Stretch(piece.carriageway_id, max(start, piece.from_cm), min(end, piece.to_cm)))
        return found


def chains(pieces: Iterable[Piece]) -> list[Chain]:
    """The carriageways of a road as its chains."""
    ordered = sorted(pieces, key=lambda p: (p.direction, p.chain_id, p.from_cm, p.to_cm))
    result = []
    for (direction, _), members in groupby(ordered, key=lambda p: (p.direction, p.chain_id)):
        run = list(members)
        result.append(Chain(direction, run, run[0].from_cm, max(piece.to_cm for piece in run)))
    return result


# --- which of it is meant


def by_source_id(place: StatedPlace, pieces: Sequence[Piece]) -> list[Stretch]:
    """The carriageway of that id, or every part of it when the whole is meant.

    `pieces` are the carriageways of exactly that id, else its parts `#1`, `#2`: parts share no chainage. Errors:
    NotThere.
    """
    if not pieces:
        raise NotThere("source_id", "unknown_source_id")
    if len([piece for piece in pieces if not piece.is_part]) > 1:
        raise NotThere("source_id", "source_id_in_several_sources")
    meant = [piece for piece in pieces if place.direction in (None, piece.direction)]
    if not meant:
        raise NotThere("direction", "direction_not_there", directions=_directions(pieces))
    if place.from_cm is None or place.to_cm is None:
        return sorted(Stretch(piece.carriageway_id, piece.from_cm, piece.to_cm) for piece in meant)
    if len(meant) > 1:
        raise NotThere("chainage_from", "parts_share_no_chainage", parts=len(meant))
    only = meant[0]
    return _cut([Chain(only.direction, meant, only.from_cm, only.to_cm)], place.from_cm, place.to_cm)


def by_reference(place: StatedPlace, road: Sequence[Chain]) -> list[Stretch]:
    """The stretch of the road between the chainages, on one chain in each direction there is.

    Without a direction all of the road is meant: the single carriageway, and where it parts both of them. A range that
    several chains of one direction could be, or a single and a divided one at the same chainage, is nobody's to guess.
    Errors: NotThere.
    """
    if not road:
        raise NotThere("road_reference", "unknown_road")
    meant = [chain for chain in road if place.direction in (None, chain.direction)]
    if not meant:
        raise NotThere("direction", "direction_not_there", directions=_directions(road))
    if place.from_cm is None or place.to_cm is None:
        _demand_one_each(meant, "road_reference")
        return sorted(Stretch(p.carriageway_id, p.from_cm, p.to_cm) for chain in meant for p in chain.pieces)
    hit = _hit(meant, place.from_cm, place.to_cm)
    if not hit:
        raise _beyond(meant)
    _demand_one_each(hit, "chainage_from")
    return _cut(hit, place.from_cm, place.to_cm)


def _hit(road: Sequence[Chain], start: int, end: int) -> list[Chain]:
    """The chains in a range; one touched by no more than a metre does not count beside another of its direction."""
    touched = [chain for chain in road if chain.shared_cm(start, end)]
    well = {chain.direction for chain in touched if chain.shared_cm(start, end) > NEAR_END_CM}
    return [c for c in touched if c.shared_cm(start, end) > NEAR_END_CM or c.direction not in well]


def _demand_one_each(hit: Sequence[Chain], field: str) -> None:
    directions = [chain.direction for chain in hit]
    if len(set(directions)) < len(directions):
        raise NotThere(field, "several_chains", chains=_ranges(hit))


def _cut(hit: Sequence[Chain], start: int, end: int) -> list[Stretch]:
    """The range on the chains, ends drawn to theirs where they are near."""
    start, end = _drawn(hit, start, end)
    single = [chain for chain in hit if chain.direction is Direction.SINGLE]
    divided = [chain for chain in hit if chain.direction is not Direction.SINGLE]
    if any(
        one.shared_cm(max(start, two.from_cm), min(end, two.to_cm)) > NEAR_END_CM for one in single for two in divided
    ):
        raise NotThere("chainage_from", "several_chains", chains=_ranges(hit))
    if end - start - _covered(hit, start, end) > max(chain.tolerance_cm for chain in hit):
        raise NotThere("chainage_from", "road_has_gap", chains=_ranges(hit))
    return sorted(stretch for chain in hit for stretch in chain.cut(start, end))


def _drawn(hit: Sequence[Chain], start: int, end: int) -> tuple[int, int]:
    first, last = min(hit, key=lambda c: c.from_cm), max(hit, key=lambda c: c.to_cm)
    if start < first.from_cm - first.tolerance_cm or end > last.to_cm + last.tolerance_cm:
        raise _beyond(hit, "chainage_from" if start < first.from_cm - first.tolerance_cm else "chainage_to")
    start, end = max(start, first.from_cm), min(end, last.to_cm)
    if start >= end:
        raise _beyond(hit)
    return start, end


def _covered(hit: Sequence[Chain], start: int, end: int) -> int:
    """How much of the range lies on any of the chains."""
    total, reached = 0, start
    for chain in sorted(hit, key=lambda c: c.from_cm):
        total += chain.shared_cm(reached, end)
        reached = max(reached, min(chain.to_cm, end))
    return total


def _beyond(chain: Sequence[Chain], field: str = "chainage_to") -> NotThere:
    return NotThere(field, "chainage_beyond_road", chains=_ranges(chain))


def _ranges(of: Sequence[Chain]) -> str:
    """Where the chains run, as engineers write it; the longest few, because a road may have hundreds."""
    longest = sorted(of, key=lambda c: c.from_cm - c.to_cm)[:3]
    shown = ", ".join(f"{format_cm(c.from_cm)} - {format_cm(c.to_cm)}" for c in longest)
    return f"{shown} ..." if len(of) > len(longest) else shown


def _directions(of: Iterable[Piece | Chain]) -> str:
    return ", ".join(sorted({one.direction.value for one in of}))


def former_meanings(place: StatedPlace, pieces: Sequence[Piece]) -> list[list[Stretch]]:
    """What a place may have meant on carriageways that were replaced since, in any of their measurements.

    `pieces` are the replaced carriageways that its id or its reference named. Each chain is asked alone, because two
    generations of one road are no contradiction; parts of a multiline are asked together, as they were meant.
    """
    runs = chains(pieces)
    options: list[Sequence[Chain]] = [[run] for run in runs]
    if len(runs) > 1:
        options.append(runs)
    return [found for option in options if (found := _meaning(place, option))]


def _meaning(place: StatedPlace, option: Sequence[Chain]) -> list[Stretch]:
    try:
        if place.source_id is None:
            return by_reference(place, option)
        return by_source_id(place, [replace(piece, is_part=True) for chain in option for piece in chain.pieces])
    except NotThere:
        return []
