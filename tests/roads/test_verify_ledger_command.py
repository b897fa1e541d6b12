"""`verify-ledger` and the stand-alone file: what they say, and how they exit."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner, Result

from roads.__main__ import app
from roads.db import transaction
from tests.factories import make_contract
from tests.ledger import SIGNER, by_hand, sequence

ALONE = Path(__file__).parents[2] / "roads" / "verify_ledger.py"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


@pytest.fixture
def export(database: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An exported ledger of three contracts, its checkpoint beside it."""
    monkeypatch.setenv("ROADS_DATABASE_URL", database_url)
    with transaction(database) as session:
        for number in range(3):
            make_contract(session, number=f"C-{number}")
        sequence(session)
        note = session.scalars(text("SELECT note FROM ledger_checkpoint")).one()
    (tmp_path / "checkpoint").write_text(note, encoding="utf-8")
    file = tmp_path / "ledger.jsonl"
    assert run("export", "ledger", file).exit_code == 0
    return file


def test_an_untouched_export_is_in_order(export: Path) -> None:
    found = run("verify-ledger", export, export.parent / "checkpoint", "--key", SIGNER.key)
    assert (found.exit_code, found.stdout.split(":")[0]) == (0, "In order")


@pytest.mark.parametrize(("language", "words"), [("kk", "өзгертілген"), ("ru", "изменена"), ("en", "was changed")])
def test_an_edited_export_names_the_entry(export: Path, language: str, words: str) -> None:
    export.write_text(export.read_text(encoding="utf-8").replace("C-1", "C-7"), encoding="utf-8")
    found = run("verify-ledger", export, export.parent / "checkpoint", "--language", language)
    assert found.exit_code == 1
    assert words in found.stdout
    assert "contract" in found.stdout


def alone(*arguments: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-I", "-S", str(ALONE), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")


def test_the_file_alone_says_the_same(export: Path) -> None:
    checkpoint = export.parent / "checkpoint"
    assert alone(export, checkpoint, "--key", SIGNER.key).returncode == 0
    export.write_text(export.read_text(encoding="utf-8").replace("C-1", "C-7"), encoding="utf-8")
    found = alone(export, checkpoint)
    assert found.returncode == 1
    assert found.stdout.startswith("Entry ")


def test_what_the_public_fetched_is_verified_too(export: Path) -> None:
    """Entries as /transparency/entries gives them: no head, no checkpoints, and a key that must be given."""
    lines = [json.loads(line) for line in export.read_text(encoding="utf-8").splitlines()]
    export.write_text("".join(json.dumps(line) + "\n" for line in lines if "n" in line), encoding="utf-8")
    checkpoint = export.parent / "checkpoint"
    assert alone(export, checkpoint, "--key", SIGNER.key).returncode == 0
    assert alone(export, checkpoint).returncode == 2


@pytest.mark.parametrize("content", ["", "no JSON\n", "[1]\n", '{"n": 0}\n'])
def test_a_file_that_is_no_export_is_not_in_order(export: Path, content: str) -> None:
    export.write_text(content, encoding="utf-8")
    checkpoint = export.parent / "checkpoint"
    assert alone(export, checkpoint, "--key", SIGNER.key).returncode in (1, 2)
    assert run("verify-ledger", export, checkpoint, "--key", SIGNER.key).exit_code in (1, 2)


def test_a_file_that_is_not_there_is_said(export: Path) -> None:
    assert run("verify-ledger", export, export.parent / "none").exit_code == 2
    assert alone(export, export.parent / "none").returncode == 2


def test_nothing_to_verify_is_said(export: Path) -> None:
    assert run("verify-ledger").exit_code == 2


def test_the_tables_are_compared(export: Path, database: Engine) -> None:
    assert run("verify-ledger", "--live").exit_code == 0
    with transaction(database, None) as session:
        by_hand(session, "UPDATE contract SET value_tenge = 1 WHERE number = 'C-2'")
    found = run("verify-ledger", "--live", "--language", "ru")
    assert found.exit_code == 1
    assert "value_tenge" in found.stdout
    assert run("verify-ledger", export, export.parent / "checkpoint").exit_code == 0


def test_an_export_of_the_ledger_is_json_lines(export: Path) -> None:
    assert run("export", "ledger", export.parent / "ledger.csv").exit_code == 2
