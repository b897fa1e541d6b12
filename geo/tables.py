"""Tables in files (CSV, XLSX) as rows of words, a chunk at a time, each with the number of its line."""

import csv
import warnings
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import TextIO
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812 (it is a class)

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from geo.errors import UnusableFile

CHUNK_ROWS = 5000


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line in the file (the header is 1) and the words under each known column, `""` where nothing stands.

    `problem` is a code where the line itself is broken (`too_many_cells`, `not_utf8`, `nul_byte`, `broken_quotes`); its
    values are then not to be trusted.
    """

    number: int
    values: Mapping[str, str]
    problem: str | None = None


def read_table(
    path: Path, *, required: Collection[str], known: Collection[str] = (), chunk_rows: int = CHUNK_ROWS
) -> Iterator[list[Row]]:
    """Rows of a CSV file (UTF-8, comma or semicolon) or of an XLSX file's first sheet, in chunks.

    Column names count without regard to case and blanks around them; columns neither required nor known are ignored,
    empty lines skipped. Memory holds one chunk. Errors: UnusableFile, at once when nothing can be read, with
    `missing_columns` when a required one is not there.
    """
    rows = _table_rows(path)
    header = _header(path, next(rows, None), set(required), {*required, *known})
    kept = (_row(record, header) for record in rows)
    filled = (row for row in kept if row.problem or any(row.values.values()))
    return iter(lambda: list(islice(filled, chunk_rows)), [])


@dataclass(frozen=True, slots=True)
class _Record:
    number: int
    cells: list[str]
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class _Header:
    """Where each known column stands, and how many cells a row may have."""

    columns: Mapping[str, int]
    width: int


def _header(path: Path, first: _Record | None, required: set[str], known: set[str]) -> _Header:
    if first is None or first.problem:
        raise UnusableFile(file=path.name, problem="no_header")
    names = [cell.strip().lower() for cell in first.cells]
    columns: dict[str, int] = {}
    for index, name in enumerate(names):
        if name in columns:
            raise UnusableFile(file=path.name, problem="column_twice", column=name)
        if name in known:
            columns[name] = index
    if missing := required - columns.keys():
        raise UnusableFile(file=path.name, problem="missing_columns", columns=", ".join(sorted(missing)))
    return _Header({name: columns.get(name, ABSENT) for name in known}, len(names))


ABSENT = 2**31


def _row(record: _Record, header: _Header) -> Row:
    cells = record.cells
    values = {name: cells[index].strip() if index < len(cells) else "" for name, index in header.columns.items()}
    if record.problem:
        return Row(record.number, values, record.problem)
    # Cells beyond the header: a comma inside a cell was not quoted, and everything after it has moved.
    has_more = any(cell.strip() for cell in cells[header.width :])
    return Row(record.number, values, "too_many_cells" if has_more else None)


def _table_rows(path: Path) -> Iterator[_Record]:
    """All lines of the file, the header among them; the kind of file is known by its first bytes."""
    try:
        with path.open("rb") as file:
            first = file.read(SAMPLE_BYTES)
    except OSError as refused:
        raise UnusableFile(file=path.name, problem="cannot_open", reason=type(refused).__name__) from None
    if not first.strip():
        raise UnusableFile(file=path.name, problem="empty_file")
    if first.startswith(b"PK\x03\x04"):
        return _xlsx_rows(path)
    if first.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnusableFile(file=path.name, problem="old_excel")
    _check_text(path, first)
    return _csv_rows(path)


# --- CSV

SAMPLE_BYTES = 65536
# Notes may hold line breaks; more lines than this in one record mean a quotation mark that nobody closed.
MOST_LINES_IN_A_RECORD = 100
LONGEST_LINE = 2**20


def _check_text(path: Path, sample: bytes) -> None:
    """Refuse a file whose header or half of whose first lines are no UTF-8; a single bad line is that row's matter."""
    if b"\0" in sample.split(b"\n", 1)[0]:
        raise UnusableFile(file=path.name, problem="not_text")
    lines = sample.splitlines()[: -1 if len(sample) == SAMPLE_BYTES else None] or [sample]
    bad = [number for number, line in enumerate(lines) if not _is_utf8(line)]
    if bad and (bad[0] == 0 or len(bad) * 2 >= len(lines)):
        raise UnusableFile(file=path.name, problem="not_utf8")


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


class _Lines:
    """Physical lines for the CSV reader, which can be read again from the one after a broken record's first."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._again: list[str] = []
        self._of_record: list[str] = []
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self._of_record) == MOST_LINES_IN_A_RECORD:
            raise csv.Error("a quotation mark was not closed")
        line = self._again.pop() if self._again else self._file.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        self.number += 1
        self._of_record.append(line)
        return line

    def begin_record(self) -> int:
        """The number of the line on which the next record begins."""
        self._of_record.clear()
        return self.number + 1

    def skip_only_first(self) -> None:
        """Give all lines of this record but its first once more."""
        again = self._of_record[1:]
        self._again.extend(reversed(again))
        self.number -= len(again)


def _csv_rows(path: Path) -> Iterator[_Record]:
    # Bytes that are no UTF-8 survive as lone surrogates, so that only their own row is set aside.
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        header = file.readline(LONGEST_LINE)
        file.seek(0)
        delimiter = ";" if header.count(";") > header.count(",") else ","
        lines = _Lines(file)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        while True:
            number = lines.begin_record()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                lines.skip_only_first()
                reader = csv.reader(lines, delimiter=delimiter, strict=True)
                yield _Record(number, [], "broken_quotes")
                continue
            yield _checked(number, cells)


def _checked(number: int, cells: list[str]) -> _Record:
    """The record with what cannot be stored or shown replaced by a mark, and said."""
    text = "".join(cells)
    if "\0" in text:
        return _Record(number, [cell.replace("\0", "\N{REPLACEMENT CHARACTER}") for cell in cells], "nul_byte")
    if not text.isascii() and any("\udc80" <= sign <= "\udcff" for sign in text):
        shown = [cell.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for cell in cells]
        return _Record(number, shown, "not_utf8")
    return _Record(number, cells)


# --- XLSX

LARGEST_XLSX_BYTES = 4 * 2**30


def _xlsx_rows(path: Path) -> Iterator[_Record]:
    _check_xlsx(path)
    with warnings.catch_warnings():
        # Missing default styles and unknown extensions are no matter of ours.
        warnings.simplefilter("ignore")
        try:
            workbook = load_workbook(path, read_only=True, data_only=True)
        except (BadZipFile, InvalidFileException, KeyError, ValueError, TypeError, SyntaxError, OSError):
            raise UnusableFile(file=path.name, problem="not_xlsx") from None
    with closing(workbook):
        if not workbook.worksheets:
            raise UnusableFile(file=path.name, problem="not_xlsx")
        sheet = workbook.worksheets[0]
        # Some programs write a wrong size of the sheet, and rows beyond it would be lost.
        sheet.reset_dimensions()
        try:
            for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
                yield _Record(number, [_words(cell) for cell in cells])
        except (BadZipFile, ZlibError, KeyError, ValueError, TypeError, SyntaxError, OSError):
            raise UnusableFile(file=path.name, problem="not_xlsx") from None


def _check_xlsx(path: Path) -> None:
    """Refuse a zip that is no workbook, or one that unpacks to more than any honest sheet."""
    try:
        with ZipFile(path) as archive:
            names = archive.namelist()
            size = sum(member.file_size for member in archive.infolist())
    except (BadZipFile, OSError, ValueError):
        raise UnusableFile(file=path.name, problem="not_xlsx") from None
    if "[Content_Types].xml" not in names or size > LARGEST_XLSX_BYTES:
        raise UnusableFile(file=path.name, problem="not_xlsx")


def _words(cell: object) -> str:
    """A cell as it would stand in a CSV file: days in ISO, whole numbers without a point (a BIN keeps its digits)."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return (cell.date() if cell.time() == time() else cell).isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
