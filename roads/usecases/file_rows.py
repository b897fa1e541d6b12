"""Rows of a file on their way in: those that can be read at all, and the first that tells of each thing."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from geo.tables import Row
from roads.domain.cells import Cells, Ledger


class Named(Protocol):
    """What a row tells of, known in its source by an id."""

    @property
    def external_id(self) -> str: ...


Told = TypeVar("Told", bound=Named)


@dataclass(frozen=True, slots=True)
class Read(Generic[Told]):
    """A row that could be understood, and the cells it was read from."""

    cells: Cells
    told: Told


def readable(rows: Sequence[Row], ledger: Ledger) -> Iterator[Cells]:
    """The cells of rows; one that is no row of its table is set aside."""
    for row in rows:
        cells = Cells(row.number, row.values, ledger)
        if row.problem:
            cells.refuse("", row.problem)
        else:
            yield cells


def first_of_each(
    reads: Iterable[Read[Told]], differ: Callable[[Told, Told], object], otherwise: str
) -> list[Read[Told]]:
    """The first row that tells of each thing; a later one that tells `otherwise` (a problem's code) is set aside."""
    first: dict[str, Read[Told]] = {}
    for read in reads:
        earlier = first.setdefault(read.told.external_id, read)
        if earlier is not read and differ(earlier.told, read.told):
            read.cells.refuse("external_id", otherwise, first_row=earlier.cells.row)
    return list(first.values())
