"""Defects are placed on the network and attributed to who answers for them; both may be done again at any time."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

from sqlalchemy import func, text, update
from sqlalchemy.orm import Session

from roads.domain.actors import Actor, Permission
from roads.domain.attribution import RULE_VERSION
from roads.models import Carriageway
from roads.sql import statement
from roads.usecases.liability import NOW, lock_carriageways

MANY_DEFECTS = 2000
"""From so many defects on, spreading the network over a grid costs less than a look into the index for each."""


@dataclass(frozen=True, slots=True)
class PlaceDefects:
    """Place these defects (again). `snap_m` is how far from a carriageway a defect may lie, in metres."""

    defect_ids: Sequence[int]
    snap_m: float


@dataclass(frozen=True, slots=True)
class AttributeDefects:
    """Answer for everything placed on these carriageways, and for what lies off the network if so asked."""

    carriageway_ids: Sequence[int]
    off_network: bool = False


@dataclass(frozen=True, slots=True)
class Attributed:
    """How many answers stand, and how many were closed and added to get there."""

    parts: int
    closed: int
    added: int


@contextmanager
def hash_joins(session: Session) -> Iterator[None]:
    """Joins by hash only: ranges and geometry mislead the planner into nested loops that take hours."""
    session.execute(
        text("SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off; SET LOCAL work_mem = '256MB'")
    )
    yield
    session.execute(
        text("SET LOCAL enable_nestloop = on; SET LOCAL enable_mergejoin = on; SET LOCAL work_mem TO DEFAULT")
    )


def place_defects(session: Session, actor: Actor, command: PlaceDefects) -> list[int]:
    """Find where defects lie; gives the carriageways whose answers must be given anew (marked so)."""
    actor.require(Permission.RUN_JOBS)
    many = len(command.defect_ids) > MANY_DEFECTS
    how = {"segments_near_spots": "segments_near_spots_by_grid"} if many else {}
    with hash_joins(session) if many else nullcontext():
        found = session.scalars(
            statement("store_placements", **how),
            {"defect_ids": list(command.defect_ids), "snap_m": command.snap_m, "known_at": NOW},
        ).all()
    touched = sorted(carriageway for carriageway in found if carriageway is not None)
    lock_carriageways(session, touched)
    session.execute(
        update(Carriageway)
        .where(Carriageway.id == func.any(touched))
        .values(revision=Carriageway.revision + 1)
        .execution_options(synchronize_session=False)
    )
    return touched


def attribute_defects(session: Session, actor: Actor, command: AttributeDefects) -> Attributed:
    """Say who answers for each part of each defect there; only answers that changed are written."""
    actor.require(Permission.RUN_JOBS)
    ids = sorted(command.carriageway_ids)
    lock_carriageways(session, ids)
    with hash_joins(session):
        counted = session.execute(
            statement("attribute_defects"),
            {"carriageway_ids": ids, "off_network": command.off_network, "rule_version": RULE_VERSION},
        ).one()
    session.execute(
        update(Carriageway)
        .where(Carriageway.id == func.any(ids), Carriageway.attributed_revision != Carriageway.revision)
        .values(attributed_revision=Carriageway.revision)
        .execution_options(synchronize_session=False)
    )
    return Attributed(counted.parts, counted.closed, counted.added)
