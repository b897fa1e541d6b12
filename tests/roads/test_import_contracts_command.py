"""`import-contracts`, `import-events`, `import-rules` as a person meets them: files, exit codes, the report."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import Engine, text
from typer.testing import CliRunner, Result

from geo.errors import UnusableFile
from geo.tables import Row
from roads.__main__ import app
from roads.commands.reports import Report
from roads.commands.tables import count_rows, take_in
from roads.db import transaction
from roads.domain.actors import OPERATOR
from roads.usecases.contracts import ImportContracts, import_contracts
from roads.usecases.first_rows import FirstRows
from tests.factories import make_carriageway, make_road
from tests.imports import TODAY, as_rows, carve_out_row, contract_row, event_row, term_row, versions


@pytest.fixture
def roads(database: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A database with the carriageways `line/1` to `line/3` of road `A-3`, to which commands are pointed."""
    monkeypatch.setenv("ROADS_DATABASE_URL", database_url)
    with transaction(database) as session:
        road = make_road(session, reference="A-3")
        for number in (1, 2, 3):
            make_carriageway(session, road, source_id=f"line/{number}")
    return database


def write(path: Path, rows: Sequence[Mapping[str, str]], *, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def run(*words: str | Path) -> Result:
    """The command as typed."""
    return CliRunner().invoke(app, [str(word) for word in words])


def count(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


GOOD = [contract_row(accepted_on="2022-09-14"), contract_row(contract_number="2", source_id="line/2")]
BAD = contract_row(contract_number="3", source_id="nowhere", kato="Almaty")


def test_all_rows_in_is_exit_0_and_the_last_line_adds_up(roads: Engine, tmp_path: Path) -> None:
    file = write(tmp_path / "contracts.csv", GOOD)
    first, second = run("import-contracts", file), run("import-contracts", file)
    assert (first.exit_code, first.stdout) == (0, "read=2 imported=2 unchanged=0 set_aside=0\n")
    assert (second.exit_code, second.stdout) == (0, "read=2 imported=0 unchanged=2 set_aside=0\n")
    assert count(roads, "contract") == 2


def test_rows_set_aside_are_exit_3_and_named_on_standard_error(roads: Engine, tmp_path: Path) -> None:
    done = run("import-contracts", write(tmp_path / "contracts.csv", [*GOOD, BAD]))
    assert (done.exit_code, done.stdout) == (3, "read=3 imported=2 unchanged=0 set_aside=1\n")
    assert done.stderr == (
        "row 4: kato='Almaty': This is no KATO code: 2 to 9 digits are needed."
        " Write the code from the classifier of administrative units, or leave the cell empty.\n"
    )


def test_the_report_holds_only_remarks_in_the_language_asked_for(roads: Engine, tmp_path: Path) -> None:
    report = tmp_path / "report.csv"
    done = run("import-contracts", write(tmp_path / "c.csv", [BAD, *GOOD]), "--report", report, "--language", "ru")
    assert (done.exit_code, done.stderr) == (3, "")
    with report.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["row", "field", "value", "problem", "remedy", "action"]
    assert rows[1][:4] == ["2", "kato", "Almaty", "Это не код КАТО: нужны от 2 до 9 цифр."]
    assert rows[1][5] == "set_aside"
    assert len(rows) == 2


def test_a_dry_run_says_the_same_and_leaves_no_trace(roads: Engine, tmp_path: Path) -> None:
    file = write(tmp_path / "contracts.csv", [*GOOD, BAD, *GOOD])
    with transaction(roads) as session:
        before = versions(session)
    dry = run("import-contracts", file, "--dry-run")
    with transaction(roads) as session:
        assert versions(session) == before
    real = run("import-contracts", file)
    assert (dry.exit_code, dry.stdout, dry.stderr) == (real.exit_code, real.stdout, real.stderr)
    assert real.stdout == "read=5 imported=2 unchanged=2 set_aside=1\n"


def test_update_lets_the_file_overrule_the_record(roads: Engine, tmp_path: Path) -> None:
    run("import-contracts", write(tmp_path / "contracts.csv", GOOD))
    changed = write(tmp_path / "changed.csv", [GOOD[0] | {"kato": "75"}])
    assert run("import-contracts", changed).exit_code == 3
    assert run("import-contracts", changed, "--update").stdout == "read=1 imported=1 unchanged=0 set_aside=0\n"


@pytest.mark.parametrize(("delimiter", "encoding"), [(";", "utf-8"), (",", "utf-8-sig"), (";", "utf-8-sig")])
def test_semicolons_and_a_byte_order_mark_are_understood(
    roads: Engine, tmp_path: Path, delimiter: str, encoding: str
) -> None:
    file = write(tmp_path / "contracts.csv", GOOD, delimiter=delimiter, encoding=encoding)
    assert run("import-contracts", file).stdout == "read=2 imported=2 unchanged=0 set_aside=0\n"


def test_a_workbook_goes_in_like_a_csv_file(roads: Engine, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    row = contract_row(accepted_on="")
    sheet.append(list(row))
    typed: dict[str, object] = {**row, "signed_on": date(2022, 4, 1), "stated_term_months": 36, "accepted_on": None}
    typed |= {"customer_bin": int(row["customer_bin"]), "kato": 11}
    sheet.append(list(typed.values()))
    book.save(tmp_path / "contracts.xlsx")
    assert run("import-contracts", tmp_path / "contracts.xlsx").stdout == "read=1 imported=1 unchanged=0 set_aside=0\n"
    again = run("import-contracts", write(tmp_path / "contracts.csv", [row]))
    assert again.stdout == "read=1 imported=0 unchanged=1 set_aside=0\n"


@pytest.mark.parametrize("command", ["import-contracts", "import-events", "import-rules"])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("missing.csv", None),
        ("empty.csv", b""),
        ("columns.csv", b"a,b\n1,2\n"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\n\xff\xfe"),
        ("broken.xlsx", b"PK\x03\x04 no zip at all"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    ],
)
def test_an_unusable_file_is_exit_2_and_one_clear_line(
    roads: Engine, tmp_path: Path, command: str, name: str, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = run(command, tmp_path / name)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert name in done.stderr


def test_a_database_that_is_down_is_exit_4_and_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROADS_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    done = run("import-contracts", write(tmp_path / "contracts.csv", GOOD))
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (4, "", 1)


def test_events_go_in_by_command(roads: Engine, tmp_path: Path) -> None:
    run("import-contracts", write(tmp_path / "contracts.csv", GOOD))
    rows = [event_row("amendment", months="48"), carve_out_row(), event_row("party")]
    file = write(tmp_path / "events.csv", rows)
    assert run("import-events", file, "--dry-run").stdout == "read=3 imported=2 unchanged=0 set_aside=1\n"
    assert run("import-events", file).stdout == "read=3 imported=2 unchanged=0 set_aside=1\n"
    assert run("import-events", file).stdout == "read=3 imported=0 unchanged=2 set_aside=1\n"


def test_rules_go_in_by_command_all_at_once(roads: Engine, tmp_path: Path) -> None:
    rows = [term_row(), term_row(months="48", signed_from="2024-01-01"), term_row(kato="75", months="84")]
    file = write(tmp_path / "rules.csv", rows)
    assert run("import-rules", file, "--dry-run").stdout == "read=3 imported=2 unchanged=0 set_aside=1\n"
    assert count(roads, "term_rule") == 0
    done = run("import-rules", file)
    assert (done.exit_code, done.stdout) == (3, "read=3 imported=2 unchanged=0 set_aside=1\n")
    assert run("import-rules", file).stdout == "read=3 imported=0 unchanged=2 set_aside=1\n"


def test_a_killed_import_keeps_its_chunks_and_goes_on_when_run_again(roads: Engine) -> None:
    rows = as_rows([contract_row(contract_number=str(n), source_id=f"line/{n}") for n in (1, 2, 3)])

    def breaking() -> Iterator[Sequence[Row]]:
        yield rows[:2]
        raise UnusableFile(file="contracts.csv", problem="cannot_open", reason="OSError")

    with pytest.raises(UnusableFile):
        _take(roads, breaking())
    assert count(roads, "contract") == 2
    assert _take(roads, iter([rows[:2], rows[2:]])) == "read=3 imported=1 unchanged=2 set_aside=0"


def _take(engine: Engine, chunks: Iterator[Sequence[Row]]) -> str:
    with Report(None, "en") as report, FirstRows() as first_rows:
        take_in(
            engine,
            chunks,
            lambda session, chunk, say: import_contracts(
                session, OPERATOR, ImportContracts(chunk, first_rows), say, today=TODAY
            ),
            report,
            dry_run=False,
        )
    return report.last_line


def test_rows_are_counted_for_the_progress_bar(tmp_path: Path) -> None:
    assert count_rows(write(tmp_path / "contracts.csv", GOOD)) == 2
    (tmp_path / "book.xlsx").write_bytes(b"PK\x03\x04")
    assert count_rows(tmp_path / "book.xlsx") is None
