"""What jobs have done, and what waits for them."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, text
from sqlalchemy.orm import Session

from roads import models
from roads.domain.operations import KnownRun, RunState, lock_number, run_lock
from roads.models.operations import JobRun
from roads.sql import statement


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One line of the ledger, for people. `interrupted`: killed, and not yet taken over by another process."""

    job: str
    slot: date
    state: str
    started_at: datetime
    finished_at: datetime | None
    attempts: int
    host: str
    counts: dict[str, Any]
    error: str | None


@dataclass(frozen=True, slots=True)
class IdRange:
    """A piece of work: everything from one id to another, both included."""

    first: int
    last: int


def known_runs(session: Session, job: str, until: date) -> list[KnownRun]:
    """The lines that decide what is due: the last finished slot up to a day, all after it, all unfinished."""
    past = (JobRun.job == job, JobRun.slot <= until)
    last_finished = select(func.max(JobRun.slot)).where(*past, JobRun.state == RunState.FINISHED).scalar_subquery()
    rows = session.execute(
        select(JobRun.slot, JobRun.state, JobRun.attempts, JobRun.finished_at)
        .where(*past)
        .where(or_(JobRun.state != RunState.FINISHED, JobRun.slot >= last_finished))
    )
    return [KnownRun(row.slot, RunState(row.state), row.attempts, row.finished_at) for row in rows]


def last_runs(session: Session, *, of_each: int) -> list[RunRecord]:
    """The newest slots of each job, newest first."""
    newest = func.row_number().over(partition_by=JobRun.job, order_by=JobRun.slot.desc())
    columns = [getattr(JobRun, field.name) for field in fields(RunRecord)]
    ranked = select(*columns, newest.label("place")).subquery().c
    shown = [getattr(ranked, field.name) for field in fields(RunRecord)]
    rows = session.execute(select(*shown).where(ranked.place <= of_each).order_by(ranked.job, ranked.slot.desc()))
    lines = [RunRecord(**row._mapping) for row in rows]
    at_work = held_locks(session, {run_lock(line.job) for line in lines})
    return [line if run_lock(line.job) in at_work else _without_worker(line) for line in lines]


def held_locks(session: Session, names: Iterable[str]) -> set[str]:
    """Those of the named locks that some process holds now."""
    by_number = {lock_number(name): name for name in names}
    numbers = session.scalars(
        text(
            "SELECT CAST((CAST(classid AS bigint) << 32) + CAST(objid AS bigint) AS bigint) FROM pg_locks"
            " WHERE locktype = 'advisory' AND objsubid = 1 AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
    )
    return {by_number[number] for number in numbers if number in by_number}


def unplaced_defects(session: Session, within: IdRange) -> list[int]:
    """Defects of a range that no place was looked for yet."""
    return list(
        session.scalars(
            select(models.Defect.id)
            .where(models.Defect.id.between(within.first, within.last), _is_unplaced())
            .order_by(models.Defect.id)
        )
    )


def unplaced_ranges(session: Session, *, defects_at_once: int) -> list[IdRange]:
    """All defects without a place, cut into ranges of so many."""
    position = func.row_number().over(order_by=models.Defect.id) - 1
    waiting = select(models.Defect.id, (position // defects_at_once).label("piece")).where(_is_unplaced()).subquery().c
    return _ranges(session, waiting.id, waiting.piece)


def stale_carriageways(session: Session, within: IdRange) -> list[int]:
    """Carriageways of a range whose answers were given for an earlier state of them."""
    in_range = models.Carriageway.id.between(within.first, within.last)
    return list(
        session.scalars(
            select(models.Carriageway.id).where(in_range, models.Carriageway.is_stale).order_by(models.Carriageway.id)
        )
    )


def stale_ranges(session: Session, *, places_at_once: int) -> list[IdRange]:
    """All carriageways to answer anew, cut into ranges that hold about so many placed defects."""
    places = (
        select(func.count())
        .where(models.Placement.carriageway_id == models.Carriageway.id, _is_placed_now())
        .correlate(models.Carriageway)
        .scalar_subquery()
    )
    # One for the carriageway itself: half a million of them without a defect are no single piece either.
    so_far = func.sum(places + 1).over(order_by=models.Carriageway.id)
    piece = func.div(so_far, places_at_once)
    waiting = select(models.Carriageway.id, piece.label("piece")).where(models.Carriageway.is_stale).subquery().c
    return _ranges(session, waiting.id, waiting.piece)


def off_network_waits(session: Session) -> bool:
    """Whether a defect off the network lacks its answer, or has one though it lies there no longer."""
    off, answered = models.Placement.carriageway_id.is_(None), models.Attribution.carriageway_id.is_(None)
    same = and_(
        models.Attribution.defect_id == models.Placement.defect_id,
        models.Attribution.decided_on == models.Placement.covered_on,
    )
    unanswered = exists().where(off, _is_placed_now(), ~exists().where(answered, _is_answered_now(), same))
    left_over = exists().where(
        answered,
        _is_answered_now(),
        ~exists().where(off, _is_placed_now(), models.Placement.defect_id == models.Attribution.defect_id),
    )
    return bool(session.scalar(select(or_(unanswered, left_over))))


def dirty_status_ranges(session: Session, today: date, *, segments_at_once: int) -> list[IdRange]:
    """Carriageways on which the status of segments waits to be worked out anew, in ranges of about so many of them."""
    rows = session.execute(statement("dirty_carriageways"), {"on": today, "segments_at_once": segments_at_once})
    return [IdRange(row.first, row.last) for row in rows]


def map_class_changed(session: Session, today: date) -> bool:
    """Whether the days since the last edition have put something that maps show into another class."""
    return bool(session.scalars(statement("class_changed"), {"on": today}).one_or_none())


def contract_ranges(session: Session, *, contracts_at_once: int) -> list[IdRange]:
    """All contracts, cut into ranges of so many."""
    position = func.row_number().over(order_by=models.Contract.id) - 1
    every = select(models.Contract.id, (position // contracts_at_once).label("piece")).subquery().c
    return _ranges(session, every.id, every.piece)


def contracts_between(session: Session, within: IdRange) -> list[int]:
    """The contracts of a range."""
    return list(
        session.scalars(select(models.Contract.id).where(models.Contract.id.between(within.first, within.last)))
    )


def _without_worker(line: RunRecord) -> RunRecord:
    return replace(line, state="interrupted") if line.state == RunState.RUNNING else line


def _is_placed_now() -> ColumnElement[bool]:
    return models.Placement.replaced_at == text("'infinity'")


def _is_answered_now() -> ColumnElement[bool]:
    return models.Attribution.replaced_at == text("'infinity'")


def _is_unplaced() -> ColumnElement[bool]:
    return ~exists().where(models.Placement.defect_id == models.Defect.id, _is_placed_now())


def _ranges(session: Session, number: ColumnElement[int], piece: ColumnElement[Any]) -> list[IdRange]:
    rows = session.execute(select(func.min(number), func.max(number)).group_by(piece).order_by(func.min(number)))
    return [IdRange(first, last) for first, last in rows]
