"""The ledger of job runs: a slot is claimed by one process, worked in pieces that commit one by one, and finished.

Who works is told by an advisory lock that lives as long as a process's connection, not by a timeout: a killed process
loses it at once, a slow one keeps it. The claim's moment is the second guard: work that another process has taken over
cannot be committed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, case, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from roads.domain.actors import Actor, Permission
from roads.domain.operations import RunLost, RunState, lock_number
from roads.models.operations import JobRun


@dataclass(frozen=True, slots=True)
class ClaimSlot:
    """Start work on a slot. `again`: even if it is finished, because new work has come or a person asked."""

    job: str
    slot: date
    host: str
    again: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on a slot; void as soon as another process claims it."""

    run_id: int
    job: str
    slot: date
    started_at: datetime
    attempts: int


def claim_slot(session: Session, actor: Actor, command: ClaimSlot) -> Claim | None:
    """Claim a slot, or None where it is finished. The caller holds the job's lock: `running` then means killed."""
    actor.require(Permission.RUN_JOBS)
    fresh = insert(JobRun).values(job=command.job, slot=command.slot, state=RunState.RUNNING, host=command.host)
    # A finished slot begins a new count of attempts; a killed or failed one goes on with its own.
    attempts = case((JobRun.state == RunState.FINISHED, 1), else_=JobRun.attempts + 1)
    row = session.execute(
        fresh.on_conflict_do_update(
            index_elements=[JobRun.job, JobRun.slot],
            set_={
                "state": RunState.RUNNING,
                "host": command.host,
                "attempts": attempts,
                "started_at": func.clock_timestamp(),
                "finished_at": None,
                "error": None,
            },
            where=None if command.again else JobRun.state != RunState.FINISHED,
        ).returning(JobRun.id, JobRun.started_at, JobRun.attempts)
    ).one_or_none()
    return Claim(row.id, command.job, command.slot, row.started_at, row.attempts) if row else None


def record_progress(session: Session, actor: Actor, claim: Claim, counts: Mapping[str, int]) -> None:
    """Add a piece's counts to the slot, in the piece's own transaction: what the ledger says was done, was done.

    Counts add up over all attempts of the slot. Errors: RunLost, which undoes the piece.
    """
    actor.require(Permission.RUN_JOBS)
    known = session.scalar(select(JobRun.counts).where(*_is_own(claim)).with_for_update())
    if known is None:
        raise RunLost(job=claim.job, slot=claim.slot)
    added = {name: known.get(name, 0) + count for name, count in counts.items()}
    session.execute(update(JobRun).where(*_is_own(claim)).values(counts={**known, **added}))


def finish_run(session: Session, actor: Actor, claim: Claim) -> None:
    """The slot is done. Errors: RunLost."""
    _end(session, actor, claim, RunState.FINISHED, None)


def fail_run(session: Session, actor: Actor, claim: Claim, error: str) -> None:
    """The slot could not be done; it is tried again later. Errors: RunLost."""
    _end(session, actor, claim, RunState.FAILED, error)


def try_lock(connection: Connection, name: str) -> bool:
    """Take a lock that this connection keeps until it closes. It must be a direct one: a pooler would lend it on."""
    return bool(connection.scalar(select(func.pg_try_advisory_lock(lock_number(name)))))


def release_locks(connection: Connection) -> None:
    """Give up all locks that this connection holds."""
    connection.execute(select(func.pg_advisory_unlock_all()))


def _end(session: Session, actor: Actor, claim: Claim, state: RunState, error: str | None) -> None:
    actor.require(Permission.RUN_JOBS)
    ended = update(JobRun).where(*_is_own(claim)).values(state=state, finished_at=func.clock_timestamp(), error=error)
    if session.execute(ended.returning(JobRun.id)).one_or_none() is None:
        raise RunLost(job=claim.job, slot=claim.slot)


def _is_own(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    """The claim's moment is part of it: whoever takes the run over writes another one."""
    return JobRun.id == claim.run_id, JobRun.started_at == claim.started_at, JobRun.state == RunState.RUNNING
