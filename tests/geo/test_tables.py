"""Tables in files, as people save them."""

import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from geo.errors import UnusableFile
from geo.tables import MOST_LINES_IN_A_RECORD, SAMPLE_BYTES, Row, read_table


def written(tmp_path: Path, content: str | bytes, name: str = "table.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows(path: Path, *, required: set[str] | None = None, known: set[str] | None = None) -> list[Row]:
    chunks = read_table(path, required={"bin"} if required is None else required, known=known or {"name"})
    return [row for chunk in chunks for row in chunk]


def values(path: Path) -> list[tuple[int, str, str]]:
    return [(row.number, row.values["bin"], row.values["name"]) for row in rows(path)]


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("mark", ["", "\N{ZERO WIDTH NO-BREAK SPACE}"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_comma_semicolon_byte_order_mark_and_line_ends_do_not_matter(
    tmp_path: Path, delimiter: str, mark: str, newline: str
) -> None:
    lines = [f"bin{delimiter}name", f"1{delimiter}Жол", f"2{delimiter}ә"]
    assert values(written(tmp_path, mark + newline.join(lines))) == [(2, "1", "Жол"), (3, "2", "ә")]


def test_column_names_count_without_case_and_blanks_and_others_are_ignored(tmp_path: Path) -> None:
    path = written(tmp_path, " BIN ,Colour,NAME\n1,red,x\n")
    assert rows(path) == [Row(2, {"bin": "1", "name": "x"})]


def test_a_row_is_numbered_by_the_line_on_which_it_begins(tmp_path: Path) -> None:
    path = written(tmp_path, 'bin,name\n1,"two\nlines"\n\n  ,\n2,b\n')
    assert values(path) == [(2, "1", "two\nlines"), (6, "2", "b")]


def test_chunks_are_no_larger_than_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path, "bin\n" + "1\n" * 5)
    assert [len(chunk) for chunk in read_table(path, required={"bin"}, chunk_rows=2)] == [2, 2, 1]


def test_a_short_row_is_filled_with_nothing(tmp_path: Path) -> None:
    assert values(written(tmp_path, "bin,name\n1\n")) == [(2, "1", "")]


def problems(path: Path) -> list[tuple[int, str | None]]:
    return [(row.number, row.problem) for row in rows(path)]


def test_a_comma_that_was_not_quoted_is_said_and_loses_no_other_row(tmp_path: Path) -> None:
    path = written(tmp_path, "bin,name\n1,Almaty, Abay\n2,b\n3,c,\n")
    assert problems(path) == [(2, "too_many_cells"), (3, None), (4, None)]


def test_a_quotation_mark_that_nobody_closes_loses_only_its_own_line(tmp_path: Path) -> None:
    path = written(tmp_path, 'bin,name\n1,"open\n2,b\n3,"c"\n4,"d"x\n5,e\n')
    assert problems(path) == [(2, "broken_quotes"), (3, None), (4, None), (5, "broken_quotes"), (6, None)]


def test_an_open_quotation_mark_does_not_swallow_a_long_file(tmp_path: Path) -> None:
    lines = "".join(f"{number},b\n" for number in range(MOST_LINES_IN_A_RECORD * 3))
    found = problems(written(tmp_path, 'bin,name\n1,"open\n' + lines))
    assert found[0] == (2, "broken_quotes")
    assert len(found) == 1 + MOST_LINES_IN_A_RECORD * 3
    assert {problem for _, problem in found[1:]} == {None}


def test_a_line_in_another_encoding_loses_only_itself(tmp_path: Path) -> None:
    path = written(tmp_path, "bin,name\n1,Жол\n2,а\n".encode() + "3,Жол\n".encode("cp1251") + "4,ө\n".encode())
    found = rows(path)
    assert [(row.number, row.problem) for row in found] == [(2, None), (3, None), (4, "not_utf8"), (5, None)]
    assert found[2].values["name"].encode()


def test_a_nul_byte_in_a_cell_is_said_and_can_be_shown(tmp_path: Path) -> None:
    found = rows(written(tmp_path, b"bin,name\n1,a\0b\n2,c\n"))
    assert [(row.number, row.problem) for row in found] == [(2, "nul_byte"), (3, None)]
    assert "\0" not in found[0].values["name"]


def unusable(path: Path) -> str:
    with pytest.raises(UnusableFile) as refused:
        rows(path)
    assert refused.value.params["file"] == path.name
    return str(refused.value.params["problem"])


def test_a_file_in_another_encoding_is_unusable(tmp_path: Path) -> None:
    assert unusable(written(tmp_path, "БИН,имя\n1,а\n".encode("cp1251"))) == "not_utf8"
    many = "bin,name\n" + "1,Жол\n" * (SAMPLE_BYTES // 4)
    assert unusable(written(tmp_path, many.encode("cp1251"))) == "not_utf8"
    assert unusable(written(tmp_path, "bin,name\n1,b\n".encode("utf-16"))) == "not_text"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "empty_file"),
        (b" \n\n", "empty_file"),
        (b"\xd0\xcf\x11\xe0rest", "old_excel"),
        (b"PK\x03\x04rest", "not_xlsx"),
        (b"bin,bin\n1,2\n", "column_twice"),
        (b'"bin\n', "no_header"),
        (b"number,name\n1,b\n", "missing_columns"),
    ],
)
def test_what_is_no_table_is_unusable(tmp_path: Path, content: bytes, problem: str) -> None:
    assert unusable(written(tmp_path, content)) == problem


def test_missing_columns_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile) as refused:
        rows(written(tmp_path, "x\n1\n"), required={"lon", "lat"})
    assert refused.value.params["columns"] == "lat, lon"
    assert refused.value.code == "unusable_file.missing_columns"


def test_a_file_that_is_not_there_or_is_a_folder_is_unusable(tmp_path: Path) -> None:
    assert unusable(tmp_path / "nowhere.csv") == "cannot_open"
    assert unusable(tmp_path) == "cannot_open"


def workbook(tmp_path: Path, *lines: list[object]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for line in lines:
        sheet.append(line)
    book.save(tmp_path / "table.xlsx")
    return tmp_path / "table.xlsx"


def test_cells_of_a_workbook_read_like_those_of_a_text_file(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        ["BIN", "name"],
        [940140000123, date(2024, 1, 5)],
        ["000140000123", datetime(2024, 1, 5, 0, 0)],  # noqa: DTZ001 (a cell has no zone)
        [],
        [12.5, 3.0],
        [True, " x "],
    )
    assert values(path) == [
        (2, "940140000123", "2024-01-05"),
        (3, "000140000123", "2024-01-05"),
        (5, "12.5", "3"),
        (6, "true", "x"),
    ]


def test_a_zip_that_is_no_workbook_is_unusable(tmp_path: Path) -> None:
    path = tmp_path / "table.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello.txt", "hello")
    assert unusable(path) == "not_xlsx"


def test_a_workbook_cut_short_is_unusable(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["bin", "name"], ["1", "a"])
    path.write_bytes(path.read_bytes()[:-200])
    assert unusable(path) == "not_xlsx"
