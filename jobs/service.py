"""The scheduler's own process: stands by until it may lead, then works the timetable."""

# APScheduler 3 carries no types.
# mypy: disallow-untyped-calls=False

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from zoneinfo import ZoneInfo

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import Connection, Engine

from jobs.leader import LEADER, direct_connection, is_still_there
from jobs.runner import Runner
from jobs.timetable import Round
from roads.db import DBAPIError
from roads.domain.errors import DatabaseUnusable
from roads.usecases.operations import try_lock

HEARTBEAT_S = 2.0
log = structlog.get_logger()


@dataclass(frozen=True)
class Service:
    """A scheduler process. Any number may run; one leads, the others stand by. `clock` tells the moment in a zone."""

    engine: Engine
    rounds: tuple[Round, ...]
    zone: ZoneInfo
    host: str
    clock: Callable[[ZoneInfo], datetime]

    def run(self, stop: Event) -> None:
        """Serves until `stop`. A database that goes away ends the lead, not the process."""
        while not stop.is_set():
            try:
                with direct_connection(self.engine) as connection:
                    self._stand_by(connection, stop)
            except (DBAPIError, DatabaseUnusable):
                log.warning("database_lost", host=self.host)
                self.engine.dispose()  # the pool's connections are as dead as this one
                stop.wait(HEARTBEAT_S)

    def _stand_by(self, connection: Connection, stop: Event) -> None:
        while not try_lock(connection, LEADER):
            if stop.wait(HEARTBEAT_S):
                return
        self._lead(connection, stop)

    def _lead(self, connection: Connection, stop: Event) -> None:
        log.info("leading", host=self.host)
        runner = Runner(self.engine, self.host)
        scheduler = self._scheduler(runner)
        scheduler.start()
        try:
            while not stop.wait(HEARTBEAT_S):
                is_still_there(connection)
        finally:
            runner.is_over.set()
            scheduler.shutdown(wait=True)
            log.info("stopped_leading", host=self.host)

    def _scheduler(self, runner: Runner) -> BackgroundScheduler:
        """The timetable as APScheduler runs it: in memory, late rather than never, nothing twice at a time.

        Every round is looked at as soon as the lead begins: that is the catch-up after downtime.
        """
        scheduler = BackgroundScheduler(
            timezone=self.zone,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for turn in self.rounds:
            scheduler.add_job(
                self._look_at,
                CronTrigger(minute=f"*/{turn.every_minutes}", timezone=self.zone),
                args=[runner, turn],
                id=turn.name,
                next_run_time=self.clock(self.zone),
            )
        return scheduler

    def _look_at(self, runner: Runner, turn: Round) -> None:
        try:
            runner.run_round(turn, self.clock(self.zone))
        except (DBAPIError, DatabaseUnusable) as lost:
            log.warning("round_broken_off", round=turn.name, problem=type(lost).__name__)
