"""The job that publishes the map: when something is missing, and only if the run is kept."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from geo.bbox import KAZAKHSTAN
from jobs.maps import PublishMaps
from jobs.runner import Runner
from jobs.timetable import Job, jobs_by_name, timetable
from maps.charts import CHARTS
from maps.surroundings import Surroundings
from roads.i18n import LANGUAGES

DAY = date(2026, 3, 10)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    task = PublishMaps(tmp_path / "maps", Surroundings.of(LANGUAGES, KAZAKHSTAN, "", ""))
    return jobs_by_name(timetable(snap_m=30, maps=task))["publish-maps"]


@pytest.fixture
def runner(database: Engine) -> Runner:
    return Runner(database, "test")


def run(runner: Runner, job: Job) -> int:
    return runner.run_once(job, DAY, waiting=lambda: pytest.fail("nobody else runs this job")).get("files", 0)


def test_the_map_is_published_once(runner: Runner, job: Job, tmp_path: Path) -> None:
    assert run(runner, job) > len(LANGUAGES)
    expected = {f"{name}.{language}.html" for name in CHARTS for language in LANGUAGES}
    assert {path.name for path in (tmp_path / "maps").glob("*.html")} == expected
    assert run(runner, job) == 0


def test_what_was_lost_is_published_again(runner: Runner, job: Job, tmp_path: Path) -> None:
    run(runner, job)
    (tmp_path / "maps" / "status.kk.html").unlink()
    assert run(runner, job) == 1
    assert (tmp_path / "maps" / "status.kk.html").is_file()


def test_a_dry_run_writes_no_file(runner: Runner, job: Job, tmp_path: Path) -> None:
    assert runner.try_out(job, DAY)["files"] > 0
    assert not (tmp_path / "maps").exists()
