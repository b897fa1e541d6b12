"""What each job does, cut into pieces that commit one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from sqlalchemy.orm import Session

from roads.domain.actors import Actor
from roads.queries import operations
from roads.queries.operations import IdRange
from roads.usecases.attribution import AttributeDefects, PlaceDefects, attribute_defects

DEFECTS_AT_ONCE = 500_000
PLACES_AT_ONCE = 50_000

# Ids begin at 1, so this range means the defects that lie on no carriageway.
OFF_NETWORK = IdRange(0, 0)


@dataclass(frozen=True, slots=True)
class Piece:
    """What one transaction works on: a range of ids, on behalf of a business day."""

    ids: IdRange
    today: date


class Task(Protocol):
    """A job's work. A piece can be done again without harm: it does only what still waits when its turn comes."""

    def waiting(self, session: Session) -> Sequence[IdRange]:
        """The work there is now, in ranges of a size for one transaction each; empty when there is none."""

    def work(self, session: Session, actor: Actor, piece: Piece) -> Mapping[str, int]:
        """Do one piece and say how much was done."""


@dataclass(frozen=True, slots=True)
class PlaceWaitingDefects:
    """Finds the place of every defect that has none. `snap_m` is how far from a carriageway it may lie, in metres."""

    snap_m: float

    def waiting(self, session: Session) -> Sequence[IdRange]:
        """Ranges of defects without a place."""
        return operations.unplaced_ranges(session, defects_at_once=DEFECTS_AT_ONCE)

    def work(self, session: Session, actor: Actor, piece: Piece) -> Mapping[str, int]:
        """Place what is still unplaced in the range."""
        # Loaded here because it brings NumPy, Shapely and Arrow along, and most commands of this process place nothing.
        from roads.usecases.placing import place_many_defects  # noqa: PLC0415

        defects = operations.unplaced_defects(session, piece.ids)
        place_many_defects(session, actor, PlaceDefects(defects, self.snap_m))
        return {"defects": len(defects)}


@dataclass(frozen=True, slots=True)
class AttributeStaleDefects:
    """Answers for the defects of every carriageway that changed since its answers were given, and off the network."""

    def waiting(self, session: Session) -> Sequence[IdRange]:
        """Ranges of carriageways whose answers are missing or stale."""
        off_network = [OFF_NETWORK] if operations.off_network_waits(session) else []
        return off_network + operations.stale_ranges(session, places_at_once=PLACES_AT_ONCE)

    def work(self, session: Session, actor: Actor, piece: Piece) -> Mapping[str, int]:
        """Answer for what is still stale in the range."""
        carriageways = operations.stale_carriageways(session, piece.ids)
        command = AttributeDefects(carriageways, off_network=piece.ids == OFF_NETWORK)
        done = attribute_defects(session, actor, command)
        return {"carriageways": len(carriageways), "closed": done.closed, "added": done.added}
