"""Defects come in by file and are kept as they were recorded; placing and attribution come after."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from operator import attrgetter
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from geo.bbox import Box
from geo.tables import Row
from roads.domain.actors import Actor, Permission
from roads.domain.cells import Cells, Ledger
from roads.domain.defects import COLUMNS, DefectRow, Surroundings, read_defect_row
from roads.domain.remarks import Say, Totals
from roads.queries.defects import distress_catalogue
from roads.queries.places import find_carriageways
from roads.sql import source, statement


@dataclass(frozen=True, slots=True)
class ImportDefects:
    """Some rows of a defects file, the source they belong to, and the box in which defects may lie."""

    rows: Sequence[Row]
    source: str
    area: Box
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class Read:
    """A row that could be understood, and the cells it was read from."""

    cells: Cells
    defect: DefectRow


def import_defects(session: Session, actor: Actor, command: ImportDefects, say: Say, *, today: date) -> Totals:
    """Keep defects that are not on record yet. A defect is known by source and id: the first row that tells of it wins.

    A later row with other content is set aside, whether it stands in the same file or in another one.
    """
    actor.require(Permission.IMPORT_DEFECTS)
    ledger = Ledger(say)
    around = Surroundings.of(command.area, distress_catalogue(session), today, command.zone)
    first: dict[str, Read] = {}
    for read in _understood(command.rows, around, ledger):
        if _is_first(read, first):
            first[read.defect.external_id] = read
    if first:
        _store(session, command.source, list(first.values()))
    return ledger.totals(len(command.rows))


def _understood(rows: Sequence[Row], around: Surroundings, ledger: Ledger) -> Iterator[Read]:
    for row in rows:
        cells = Cells(row.number, row.values, ledger)
        if row.problem:
            cells.refuse("", row.problem)
        elif defect := read_defect_row(cells, around):
            yield Read(cells, defect)


def _is_first(read: Read, first: Mapping[str, Read]) -> bool:
    """Whether no earlier row of the chunk tells of the defect; one that tells otherwise is set aside."""
    earlier = first.get(read.defect.external_id)
    if earlier and earlier.defect != read.defect:
        read.cells.refuse("external_id", "defect_differs_in_file", first_row=earlier.cells.row)
    return earlier is None


def _store(session: Session, name: str, reads: Sequence[Read]) -> None:
    # Two imports of one source would each find the other's rows missing.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"defects of {name}", 0))))
    chosen = find_carriageways(session, {one.defect.chosen_source_id for one in reads if one.defect.chosen_source_id})
    storable = [one.defect.chosen_source_id is None or one.defect.chosen_source_id in chosen for one in reads]
    _stage(session, reads, storable, chosen)
    known = {row.n: row.differing for row in session.execute(statement("store_defects"), {"source": name})}
    for n, read in enumerate(reads):
        if n not in known:
            _added(read, is_storable=storable[n])
        elif known[n]:
            _refuse_differing(read, known[n])


def _stage(
    session: Session, reads: Sequence[Read], storable: Sequence[bool], chosen: Mapping[str, Sequence[int]]
) -> None:
    session.execute(statement("create_defect_rows"))
    # An earlier chunk of the same transaction (a dry run has only one) left its rows there.
    session.execute(text("TRUNCATE defect_rows"))
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(source("copy_defect_rows")) as copy:
        for n, (read, is_storable) in enumerate(zip(reads, storable, strict=True)):
            ids = chosen.get(read.defect.chosen_source_id or "")
            copy.write_row((n, is_storable, list(ids) if ids else None, *_FACTS(read.defect)))


_FACTS = attrgetter(*COLUMNS)


def _added(read: Read, *, is_storable: bool) -> None:
    if is_storable:
        read.cells.ledger.imported(read.cells.row)
    else:
        read.cells.refuse("source_id", "unknown_source_id")


def _refuse_differing(read: Read, differing: Sequence[str]) -> None:
    read.cells.refuse(differing[0], "defect_differs", columns=", ".join(differing))
