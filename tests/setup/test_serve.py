"""`make run` shows what every job has done."""

import ast
from pathlib import Path

from jobs.data import PublishData
from jobs.maps import PublishMaps
from jobs.timetable import jobs_by_name, timetable
from roads.settings import Settings
from tests.conftest import ROOT


def test_before_the_site_is_shown_every_job_runs_once_in_the_order_of_the_timetable(tmp_path: Path) -> None:
    script = ast.parse((ROOT / ".ci" / "serve.py").read_text(encoding="utf-8"))
    (named,) = [
        statement.value
        for statement in script.body
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "JOBS"
    ]
    settings = Settings(database_url="postgresql://", maps_folder=tmp_path)
    rounds = timetable(snap_m=30, maps=PublishMaps.of(settings), data=PublishData.of(settings))
    assert list(ast.literal_eval(named)) == list(jobs_by_name(rounds))
