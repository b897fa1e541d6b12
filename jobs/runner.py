"""How a job runs: claims a slot in the ledger, commits piece by piece, and leaves a line in the log."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from threading import Event

import structlog
from sqlalchemy import Engine

from jobs.leader import turn_to_run
from jobs.tasks import Piece
from jobs.timetable import Job, Round
from roads.db import DBAPIError, transaction
from roads.domain.actors import Actor, Permission
from roads.domain.errors import DatabaseUnusable, RoadsError
from roads.domain.operations import RunLost, latest_due, may_go_on, slots_to_run
from roads.queries.operations import IdRange, known_runs
from roads.usecases.operations import Claim, ClaimSlot, claim_slot, fail_run, finish_run, record_progress

SCHEDULER = Actor("scheduler", frozenset({Permission.RUN_JOBS}))
log = structlog.get_logger()


class RunFailed(RoadsError):
    """A job failed; the ledger and the log say how. Carries `job`, `slot` and `problem`."""

    code = "run_failed"


class RunStopped(RoadsError):
    """Somebody asked to stop: the run goes on with its next piece when a scheduler starts again. Carries `job`."""

    code = "run_stopped"


@dataclass(frozen=True)
class Runner:
    """Runs jobs on a database. `host` names us in the ledger; `is_over` asks to stop after the piece in hand."""

    engine: Engine
    host: str
    is_over: Event = field(default_factory=Event)

    def run_round(self, turn: Round, now: datetime) -> None:
        """Runs what is due of a round, oldest first. One job's failure keeps no other from its turn.

        `now` is in the business time zone.
        """
        for job in turn.jobs:
            self._run_due(job, now)
            if self.is_over.is_set():
                return

    def run_once(self, job: Job, slot: date, *, waiting: Callable[[], None]) -> Mapping[str, int]:
        """Runs a slot because a person asked, even if it is finished; calls `waiting` while another run goes on.

        Errors: RunFailed, RunStopped.
        """
        while not self.is_over.is_set():
            with turn_to_run(self.engine, job.name) as is_ours:
                if is_ours:
                    return self._run_slot(job, slot, again=True)
            waiting()
        raise RunStopped(job=job.name)

    def try_out(self, job: Job, today: date) -> Mapping[str, int]:
        """What a run would change, with every piece undone. It leaves no line in the ledger."""
        counts: Counter[str] = Counter()
        for ids in self._waiting(job, today):
            with transaction(self.engine) as session:
                counts.update(job.task.work(session, SCHEDULER, Piece(ids, today)))
                session.rollback()
        return counts

    def _run_due(self, job: Job, now: datetime) -> None:
        with turn_to_run(self.engine, job.name) as is_ours:
            if not is_ours:
                return
            today = now.date()
            with transaction(self.engine) as session:
                known = known_runs(session, job.name, today)
            due = slots_to_run(known, latest_due(now, job.due_at), now)
            for slot in due:
                self._run_and_go_on(job, slot)
            if job.goes_on and today not in due and may_go_on(known, today) and self._waiting(job, today):
                self._run_and_go_on(job, today, again=True)

    def _waiting(self, job: Job, today: date) -> Sequence[IdRange]:
        with transaction(self.engine) as session:
            return job.task.waiting(session, today)

    def _run_and_go_on(self, job: Job, slot: date, *, again: bool = False) -> None:
        if self.is_over.is_set():
            return
        try:
            self._run_slot(job, slot, again=again)
        except (RunFailed, RunStopped, RunLost) as unfinished:
            log.warning("run_unfinished", reason=unfinished.code, job=job.name, slot=slot.isoformat())

    def _run_slot(self, job: Job, slot: date, *, again: bool) -> Mapping[str, int]:
        began = time.monotonic()
        with transaction(self.engine) as session:
            claim = claim_slot(session, SCHEDULER, ClaimSlot(job.name, slot, self.host, again))
        if claim is None:
            return {}
        try:
            counts = self._work(job, claim)
        except (RunStopped, RunLost):
            raise
        except Exception as error:
            if is_connection_lost(error):
                raise
            raise self._failed(claim, error) from error
        with transaction(self.engine) as session:
            finish_run(session, SCHEDULER, claim)
        seconds = round(time.monotonic() - began, 2)
        log.info(job.done, **counts, seconds=seconds, job=job.name, slot=slot.isoformat(), attempts=claim.attempts)
        return counts

    def _work(self, job: Job, claim: Claim) -> Mapping[str, int]:
        counts: Counter[str] = Counter()
        for ids in self._waiting(job, claim.slot):
            if self.is_over.is_set():
                raise RunStopped(job=job.name)
            with transaction(self.engine) as session:
                done = job.task.work(session, SCHEDULER, Piece(ids, claim.slot))
                record_progress(session, SCHEDULER, claim, done)
            counts.update(done)
        return counts

    def _failed(self, claim: Claim, error: Exception) -> RunFailed:
        problem = in_one_line(error)
        with transaction(self.engine) as session:
            fail_run(session, SCHEDULER, claim, problem)
        log.error("job_failed", job=claim.job, slot=claim.slot.isoformat(), problem=problem, exc_info=error)
        return RunFailed(job=claim.job, slot=claim.slot, problem=problem)


def is_connection_lost(error: Exception) -> bool:
    """Whether the database went away: no fault of the job, which stays to be taken over like a killed one."""
    return isinstance(error, DatabaseUnusable) or (isinstance(error, DBAPIError) and error.connection_invalidated)


def in_one_line(error: Exception) -> str:
    """The kind of an error and the first line of what it says; a statement and its values stay out of the ledger."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return f"{type(cause).__name__}: {str(cause).strip().partition(chr(10))[0]}"
