"""What an import leaves behind: a CSV of remarks if asked for, rows set aside on standard error, one line of totals."""

import csv
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import TracebackType
from typing import IO, Any, Self

from geo.formulas import guarded
from roads.domain.remarks import Action, Remark, Totals
from roads.i18n import say

HEADER = ("row", "field", "value", "problem", "remedy", "action")


class Report:
    """Collects remarks as they arise. The file appears whole when the import ends, never half-written."""

    def __init__(self, file: Path | None, language: str) -> None:
        self.totals = Totals()
        self.also: dict[str, int] = {}
        self._file = file
        self._language = language
        self._stack = ExitStack()
        self._temporary: IO[str] | None = None
        self._writer: Any = None

    def __enter__(self) -> Self:
        if self._file:
            self._temporary = self._stack.enter_context(
                NamedTemporaryFile(
                    "w", encoding="utf-8", newline="", dir=self._file.parent, prefix=self._file.name, delete=False
                )
            )
            self._writer = csv.writer(self._temporary)
            self._writer.writerow(HEADER)
        return self

    def say(self, remark: Remark) -> None:
        """Keep one remark."""
        problem = say(f"problem.{remark.code}", self._language, remark.params)
        remedy = say(f"remedy.{remark.code}", self._language, remark.params)
        if self._writer:
            told = (remark.row, remark.field, remark.value, problem, remedy, remark.action.value)
            self._writer.writerow([guarded(word) for word in told])
        elif remark.action is Action.SET_ASIDE:
            print(f"row {remark.row}: {remark.field}={remark.value!r}: {problem} {remedy}", file=sys.stderr)  # noqa: T201

    def count(self, totals: Totals) -> None:
        """Add the totals of a chunk that was committed."""
        self.totals += totals

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
        if self._temporary and self._file:
            written = Path(self._temporary.name)
            written.unlink() if kind else written.replace(self._file)

    @property
    def last_line(self) -> str:
        """The totals as every import prints them."""
        totals = self.totals
        also = "".join(f" {name}={number}" for name, number in self.also.items())
        return (
            f"read={totals.read} imported={totals.imported} unchanged={totals.unchanged}"
            f" set_aside={totals.set_aside}{also}"
        )

    @property
    def exit_code(self) -> int:
        """0 when every row went in, 3 when some were set aside."""
        return 3 if self.totals.set_aside else 0
