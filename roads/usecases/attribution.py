"""Defects are placed on the network and attributed to who answers for them; both may be done again at any time."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from roads import models
from roads.domain.actors import Actor, Permission
from roads.domain.attribution import RULE_VERSION
from roads.sql import statement
from roads.usecases.liability import NOW, lock_carriageways, outdate_answers
from roads.usecases.status import mark_carriageways, mark_off_network


@dataclass(frozen=True, slots=True)
class PlaceDefects:
    """Place these defects (again). `snap_m` is how far from a carriageway a defect may lie, in metres."""

    defect_ids: Sequence[int]
    snap_m: float


@dataclass(frozen=True, slots=True)
class AttributeDefects:
    """Answer for everything placed on these carriageways, and for what lies off the network if so asked.

    Where nothing changed since answers were given, they stand; `anew` works them out all the same and compares.
    """

    carriageway_ids: Sequence[int]
    off_network: bool = False
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Attributed:
    """How many answers were closed and how many added."""

    closed: int
    added: int


@contextmanager
def planned_for_many(session: Session) -> Iterator[None]:
    """Joins by hash only: the ranges of whole carriageways mislead the planner into nested loops that take hours.

    And a plan for these very carriageways each time: one for any takes a fifth longer.
    """
    settings = {"enable_nestloop": "off", "enable_mergejoin": "off", "work_mem": "'256MB'"}
    settings["plan_cache_mode"] = "force_custom_plan"
    session.execute(text("; ".join(f"SET LOCAL {name} = {value}" for name, value in settings.items())))
    yield
    session.execute(text("; ".join(f"SET LOCAL {name} TO DEFAULT" for name in settings)))


def place_defects(session: Session, actor: Actor, command: PlaceDefects) -> list[int]:
    """Find where defects lie; gives the carriageways whose answers must be given anew (marked so)."""
    actor.require(Permission.RUN_JOBS)
    found = session.scalars(
        statement("store_placements"),
        {"defect_ids": list(command.defect_ids), "snap_m": command.snap_m, "known_at": NOW},
    ).all()
    touched = sorted(carriageway for carriageway in found if carriageway is not None)
    mark_touched(session, touched)
    return touched


def mark_touched(session: Session, carriageways: Sequence[int]) -> None:
    """Places came or went on these carriageways: their answers are to be given anew."""
    touched = sorted(carriageways)
    lock_carriageways(session, touched)
    outdate_answers(session, touched)


def attribute_defects(session: Session, actor: Actor, command: AttributeDefects) -> Attributed:
    """Say who answers for each part of each defect there; only answers that changed are written."""
    actor.require(Permission.RUN_JOBS)
    lock_carriageways(session, sorted(command.carriageway_ids))
    ids, are_answered = _to_answer(session, command)
    if not ids and not command.off_network:
        return Attributed(0, 0)
    takes = {"carriageway_ids": ids, "off_network": command.off_network, "rule_version": RULE_VERSION}
    with planned_for_many(session):
        attributed = _attribute_again(session, takes) if are_answered else _attribute(session, takes)
    if attributed.closed or attributed.added:
        mark_carriageways(session, ids)
    if command.off_network and (attributed.closed or attributed.added):
        mark_off_network(session)
    session.execute(
        update(models.Carriageway)
        .where(models.Carriageway.id == func.any(ids), models.Carriageway.is_stale)
        .values(attributed_revision=models.Carriageway.revision)
        .execution_options(synchronize_session=False)
    )
    return attributed


def _to_answer(session: Session, command: AttributeDefects) -> tuple[list[int], bool]:
    """Carriageways to answer for, and whether any answers stand there: asked of them, for the answers are many.

    The locks on them keep both true until the transaction ends.
    """
    asked = models.Carriageway.id == func.any(list(command.carriageway_ids))
    columns = (models.Carriageway.id, models.Carriageway.attributed_revision)
    wanted = select(*columns).where(asked).order_by(models.Carriageway.id)
    rows = session.execute(wanted if command.anew else wanted.where(models.Carriageway.is_stale)).all()
    return [row.id for row in rows], command.off_network or any(row.attributed_revision for row in rows)


def _attribute(session: Session, takes: Mapping[str, object]) -> Attributed:
    added = session.connection().execute(statement("attribute_first_time"), takes).rowcount
    return Attributed(0, added)


def _attribute_again(session: Session, takes: Mapping[str, object]) -> Attributed:
    counted = session.execute(statement("attribute_defects"), takes).one()
    return Attributed(counted.closed, counted.added)
