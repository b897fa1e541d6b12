"""A small road network with defects on it, the ledger as tests read it, and schedulers as real processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Row, text

from jobs.runner import Runner
from roads.db import transaction
from tests.conftest import ROOT

PATIENCE_S = 60

# Straight streets of 10 km to the east, 0.1 degrees (11 km) apart, each one carriageway and one segment.
STREETS = """
    WITH street AS (
        INSERT INTO carriageway (
            source, source_id, direction, geom, extent, measured_by, geometry_key, content_key
        )
        SELECT
            'test', CAST(n AS text), 'single',
            ST_SetSRID(ST_MakeLine(ST_MakePointM(70, lat, 0), ST_MakePointM(70.12, lat, 10000)), 4326),
            int4range(0, 1000000), 'given', CAST(n AS text), CAST(n AS text)
        FROM generate_series(1, CAST(:streets AS integer)) AS n, LATERAL (SELECT 43 + n / 10.0) AS at (lat)
        RETURNING id, extent, geom
    )
    INSERT INTO segment (carriageway_id, extent, geom) SELECT id, extent, geom FROM street
"""
DEFECTS = """
    INSERT INTO defect (source, external_id, geom, detected_on, element)
    SELECT
        'test', CAST(:street AS text) || '/' || n,
        ST_SetSRID(ST_MakePoint(70 + 0.1 * (n % 1000) / 1000, 43 + CAST(:street AS integer) / 10.0), 4326),
        DATE '2025-06-01', 'pavement'
    FROM generate_series(CAST(:known AS integer) + 1, CAST(:known AS integer) + CAST(:defects AS integer)) AS n
"""


class World:
    """One test's database, with what is done to it and read from it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def build(self, *, streets: int) -> None:
        """Streets number 1 to so many."""
        self.do(STREETS, streets=streets)

    def report_defects(self, *, street: int, defects: int) -> None:
        """New defects on a street; there is no street 0, so that defects on it lie off the network."""
        known = self.value("SELECT count(*) FROM defect WHERE external_id LIKE :like", like=f"{street}/%")
        self.do(DEFECTS, street=street, defects=defects, known=known)

    def do(self, sql: str, **values: Any) -> None:
        """Run and commit a statement with every right."""
        with transaction(self.engine, role=None) as session:
            session.execute(text(sql), values)

    def rows(self, sql: str, **values: Any) -> list[Row[Any]]:
        """All rows of a query."""
        with transaction(self.engine, role=None) as session:
            return list(session.execute(text(sql), values))

    def value(self, sql: str, **values: Any) -> Any:
        """The one value of a query."""
        return self.rows(sql, **values)[0][0]

    def ledger(self, job: str) -> list[Row[Any]]:
        """The job's runs in the order in which they started."""
        return self.rows("SELECT * FROM job_run WHERE job = :job ORDER BY started_at", job=job)

    def total(self, job: str, count: str) -> int:
        """What the ledger says all slots of a job did together."""
        return sum(run.counts.get(count, 0) for run in self.ledger(job))

    def answers(self) -> tuple[int, int, int, int]:
        """How many places and answers are current, and how many were ever replaced."""
        current, replaced = "replaced_at = 'infinity'", "replaced_at < 'infinity'"
        return (
            self.value(f"SELECT count(*) FROM placement WHERE {current}"),
            self.value(f"SELECT count(*) FROM attribution WHERE {current}"),
            self.value(f"SELECT count(*) FROM placement WHERE {replaced}"),
            self.value(f"SELECT count(*) FROM attribution WHERE {replaced}"),
        )


class JobsProcess:
    """A real `python -m jobs ...` on the test's database."""

    def __init__(self, url: str, *arguments: str, maps: Path | None = None) -> None:
        folders = {"ROADS_MAPS_FOLDER": str(maps), "ROADS_DATA_FOLDER": str(maps / "data")} if maps else {}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "jobs", *arguments],
            cwd=ROOT,
            env={**os.environ, "ROADS_DATABASE_URL": url, **folders},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def is_running(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def is_host(self, host: str) -> bool:
        """Whether a line of the ledger names this process."""
        return host.endswith(f":{self._process.pid}")

    def kill(self) -> None:
        """As the kernel does it: no farewell."""
        self._process.kill()
        self._process.wait(PATIENCE_S)

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Ask it to stop; its exit code and what it logged."""
        self._process.send_signal(number)
        return self.wait()[::2]

    def wait(self) -> tuple[int, str, str]:
        """Its exit code, results and messages once it has ended."""
        results, messages = self._process.communicate(timeout=PATIENCE_S)
        return self._process.returncode, results, messages

    def end(self) -> None:
        """Leave nothing behind, whatever the test did."""
        if self.is_running:
            self._process.kill()
        self._process.communicate(timeout=PATIENCE_S)


@pytest.fixture
def world(database: Engine) -> World:
    return World(database)


@pytest.fixture
def start(database_url: str, tmp_path: Path) -> Iterator[Callable[..., JobsProcess]]:
    with ExitStack() as stack:

        def started(*arguments: str) -> JobsProcess:
            process = JobsProcess(database_url, *arguments, maps=tmp_path)
            stack.callback(process.end)
            return process

        yield started


@pytest.fixture
def runner(database: Engine) -> Runner:
    return Runner(database, host="here:1")


def days(first: date, last: date) -> list[date]:
    """Every day from one to another, both included."""
    return [date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1)]
