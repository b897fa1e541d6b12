"""The job that publishes open data: what the dictionary says, whole or not there, the same rows the same files."""

import csv
import json
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pyogrio
import pytest
from sqlalchemy import Engine, text

from jobs.data import FILES, INDEX, PACKAGE, PublishData
from jobs.runner import RunFailed, Runner
from jobs.timetable import Job, jobs_by_name, timetable
from roads.db import transaction
from roads.domain.open_data import FORMATS, KEPT_DAYS, LAYERS
from roads.i18n import LANGUAGES
from tests.claims import TODAY, make_scene

HOSTILE = '=HYPERLINK("http://x")'


@pytest.fixture
def job(database: Engine, tmp_path: Path) -> Job:
    with transaction(database) as session:
        scene = make_scene(session)
        scene.issued(1000, external_id=HOSTILE)
        session.execute(text("UPDATE organisation SET name = '@SUM(1)' WHERE id = :id"), {"id": scene.contractor.id})
    task = PublishData(tmp_path / "data", LANGUAGES)
    return jobs_by_name(timetable(snap_m=30, data=task))["publish-data"]


def publish(engine: Engine, job: Job, day: date = TODAY) -> dict[str, int]:
    return dict(Runner(engine, "test").run_once(job, day, waiting=lambda: pytest.fail("nobody else runs this job")))


def files_of(folder: Path, name: str) -> dict[str, Path]:
    index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    (found,) = [one for one in index["layers"] if one["name"] == name]
    return {file["format"]: folder / file["path"] for file in found["files"]}


def test_every_layer_is_there_in_every_format_as_the_dictionary_says(
    database: Engine, job: Job, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    done = publish(database, job)
    assert {name: done[name] for name in LAYERS}.items() >= {"contracts": 1, "defects": 1, "claims": 1}.items()
    assert done["files"] == len(LAYERS) * len(FORMATS)
    for name, layer in LAYERS.items():
        columns, files = [one.name for one in layer.columns], files_of(folder, name)
        assert pq.read_schema(files["parquet"]).names == columns
        with files["csv"].open(encoding="utf-8", newline="") as read:
            rows = list(csv.DictReader(read))
        assert len(rows) == done[name]
        assert list(rows[0]) == columns
        for suffix in ("gpkg", "geojson", "fgb"):
            assert pyogrio.read_info(files[suffix])["features"] == done[name]
        assert not any(str(word).startswith(("=", "@")) for row in rows for word in row.values())
    with files_of(folder, "claims")["csv"].open(encoding="utf-8", newline="") as read:
        (claim,) = csv.DictReader(read)
    assert (claim["external_id"], claim["contractor"]) == (f"'{HOSTILE}", "'@SUM(1)")
    assert pq.read_table(files_of(folder, "claims")["parquet"]).to_pylist()[0]["external_id"] == HOSTILE
    package = json.loads((folder / PACKAGE).read_text(encoding="utf-8"))
    assert {one["name"] for one in package["resources"]} == {
        f"{name}-{suffix}" for name in LAYERS for suffix in FORMATS
    }


def test_the_same_rows_are_the_same_files_and_old_ones_go(database: Engine, job: Job, tmp_path: Path) -> None:
    files = tmp_path / "data" / FILES
    publish(database, job)
    first = {path.name for path in files.iterdir()}
    publish(database, job)
    assert {path.name for path in files.iterdir()} == first
    publish(database, job, TODAY + timedelta(days=KEPT_DAYS - 1))
    assert first < {path.name for path in files.iterdir()}
    publish(database, job, TODAY + timedelta(days=KEPT_DAYS))
    assert not first & {path.name for path in files.iterdir()}


def test_a_dry_run_and_a_broken_one_leave_nothing(
    database: Engine, job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Runner(database, "test").try_out(job, TODAY)["claims"] == 1
    assert list((tmp_path / "data").iterdir()) == []
    publish(database, job)
    before = (tmp_path / "data" / INDEX).read_bytes()
    monkeypatch.setattr("jobs.data._squeeze", lambda _: 1 / 0)
    with pytest.raises(RunFailed):
        publish(database, job, TODAY + timedelta(days=1))
    assert (tmp_path / "data" / INDEX).read_bytes() == before
    assert {path.name for path in (tmp_path / "data").iterdir()} == {FILES, INDEX, PACKAGE}
