"""`import-inspections` as a person meets it: exit codes, totals, dry run, the report."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner, Result

from roads.__main__ import app
from roads.db import transaction
from tests.factories import make_carriageway
from tests.roads.usecases.test_inspections import inspection_row


@pytest.fixture
def ready(database: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setenv("ROADS_DATABASE_URL", database_url)
    with transaction(database) as session:
        make_carriageway(session, source_id="line/1")
    return database


def write(path: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    return path


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["import-inspections", *(str(word) for word in words)])


def stored(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(text("SELECT source || '/' || external_id FROM inspection ORDER BY 1")))


def test_exit_codes_totals_and_dry_run(ready: Engine, tmp_path: Path) -> None:
    file = write(tmp_path / "spring.csv", [inspection_row(), inspection_row(external_id="i-2", outcome="fine")])
    dry = run(file, "--dry-run")
    assert (dry.exit_code, dry.stdout) == (3, "read=2 imported=1 unchanged=0 set_aside=1\n")
    assert stored(ready) == []
    real = run(file)
    assert (real.exit_code, real.stdout, real.stderr) == (dry.exit_code, dry.stdout, dry.stderr)
    assert stored(ready) == ["spring/i-1"]
    good = write(tmp_path / "spring.csv", [inspection_row()])
    assert (run(good).exit_code, run(good).stdout) == (0, "read=1 imported=0 unchanged=1 set_aside=0\n")
    assert run(good, "--source", "autumn").stdout == "read=1 imported=1 unchanged=0 set_aside=0\n"


@pytest.mark.parametrize(("language", "word"), [("kk", "тексеру"), ("ru", "осмотр"), ("en", "inspection")])
def test_the_report_names_row_field_and_remedy_in_the_readers_language(
    ready: Engine, tmp_path: Path, language: str, word: str
) -> None:
    rows = [inspection_row(), inspection_row(note="another"), inspection_row(external_id="i-3", source_id="nowhere")]
    report = tmp_path / "report.csv"
    done = run(write(tmp_path / "spring.csv", rows), "--report", report, "--language", language)
    assert (done.exit_code, done.stderr) == (3, "")
    with report.open(encoding="utf-8", newline="") as written:
        found = list(csv.DictReader(written))
    assert [(row["row"], row["field"], row["action"]) for row in found] == [
        ("3", "external_id", "set_aside"),
        ("4", "source_id", "set_aside"),
    ]
    assert word in found[0]["problem"].lower()


@pytest.mark.parametrize(("name", "content"), [("missing.csv", None), ("columns.csv", b"a,b\n1,2\n"), ("x.csv", b"")])
def test_an_unusable_file_is_exit_2_and_one_clear_line(
    ready: Engine, tmp_path: Path, name: str, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = run(tmp_path / name)
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_a_database_that_is_down_is_exit_4(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROADS_DATABASE_URL", "postgresql://127.0.0.1:1/nothing")
    done = run(write(tmp_path / "spring.csv", [inspection_row()]))
    assert (done.exit_code, done.stderr.count("\n")) == (4, 1)
