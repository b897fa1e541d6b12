"""How a table goes in: chunk by chunk, each in a transaction of its own, with progress on a terminal."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from roads.commands.reports import Report
from roads.db import transaction
from roads.domain.remarks import Remark, Say, Totals

T = TypeVar("T")
UseCase = Callable[[Session, T, Say], Totals]
"""What takes in one chunk, whatever that is: rows, or a whole file that must go in at once."""


def take_in(engine: Engine, chunks: Iterable[T], use_case: UseCase[T], report: Report, *, dry_run: bool) -> None:
    """Hand every chunk to a use case and keep what it did; with `dry_run` all of it is undone at the end.

    A dry run works in one transaction, so that later chunks meet what earlier ones would have left behind.
    """
    if not dry_run:
        for chunk in chunks:
            with transaction(engine) as session:
                totals, remarks = _one(session, chunk, use_case)
            # Only what was kept is reported.
            _report(report, totals, remarks)
        return
    with transaction(engine) as session:
        for chunk in chunks:
            _report(report, *_one(session, chunk, use_case))
        session.rollback()


def _one(session: Session, chunk: T, use_case: UseCase[T]) -> tuple[Totals, list[Remark]]:
    remarks: list[Remark] = []
    totals = use_case(session, chunk, remarks.append)
    return totals, remarks


def _report(report: Report, totals: Totals, remarks: list[Remark]) -> None:
    report.count(totals)
    for remark in sorted(remarks, key=lambda r: r.row):
        report.say(remark)


@contextmanager
def progress(chunks: Iterable[Sequence[T]], rows: int | None) -> Iterator[Iterator[Sequence[T]]]:
    """The same chunks, counted on a terminal as they pass. `rows` is how many there are, None if nobody knows."""
    console = Console(file=sys.stderr)
    if not console.is_terminal:
        yield iter(chunks)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        yield _counted(chunks, bar, bar.add_task("rows", total=rows))


def _counted(chunks: Iterable[Sequence[T]], bar: Progress, task: TaskID) -> Iterator[Sequence[T]]:
    for chunk in chunks:
        yield chunk
        bar.advance(task, len(chunk))


COUNTED_BYTES = 2**20


def count_rows(file: Path) -> int | None:
    """About how many rows a table has: its lines but the header; None for a workbook, which would have to be read."""
    with file.open("rb") as opened:
        first = opened.read(COUNTED_BYTES)
        if first.startswith(b"PK"):
            return None
        lines = first.count(b"\n")
        while block := opened.read(COUNTED_BYTES):
            lines += block.count(b"\n")
    return max(lines - 1, 0)
