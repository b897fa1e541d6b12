"""The job that sweeps the folder of photos: only if the run is kept, and never what a photo names."""

import os
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from jobs.media import SweepMedia
from jobs.runner import Runner
from jobs.timetable import Job, jobs_by_name, timetable
from roads.db import transaction
from roads.domain.actors import OPERATOR
from roads.media import MediaFolder
from roads.usecases.photos import KeepPhoto, keep_photo
from tests.buckets import is_kept
from tests.pictures import asphalt, written

DAY = date(2026, 3, 10)


@pytest.fixture
def media(tmp_path: Path) -> MediaFolder:
    return MediaFolder(tmp_path)


@pytest.fixture
def job(media: MediaFolder) -> Job:
    return jobs_by_name(timetable(snap_m=30, media=SweepMedia(media)))["sweep-media"]


def test_old_files_that_no_photo_names_are_swept_if_the_run_is_kept(
    database: Engine, media: MediaFolder, job: Job
) -> None:
    runner = Runner(database, "test")
    with transaction(database) as session:
        kept = keep_photo(session, OPERATOR, KeepPhoto(written(asphalt(1, 400, 300))), media=media).photo
    orphans = [media.put(str(number).encode()) for number in range(40)]
    for path in media.folder.rglob("*"):
        if path.is_file():
            os.utime(path, (0, 0))
    assert runner.try_out(job, DAY)["files"] == 40
    assert all(is_kept(media, orphan) for orphan in orphans)
    assert runner.run_once(job, DAY, waiting=lambda: pytest.fail("nobody else runs this job"))["files"] == 40
    assert not any(is_kept(media, orphan) for orphan in orphans)
    assert is_kept(media, kept.content_hash)
