"""Defects come in by file and are kept as they were recorded; placing and attribution come after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from operator import attrgetter, ne

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.bbox import Box
from geo.tables import Row
from roads.db import driver_of, wait_for_turn
from roads.domain.actors import Actor, Permission
from roads.domain.cells import Ledger
from roads.domain.defects import COLUMNS, DefectRow, Surroundings, read_defect_row
from roads.domain.remarks import Say, Totals
from roads.queries.defects import distress_catalogue
from roads.queries.places import find_carriageways
from roads.sql import source, statement
from roads.usecases.acting import acts
from roads.usecases.file_rows import Read, first_of_each, readable


@dataclass(frozen=True, slots=True)
class ImportDefects:
    """Some rows of a defects file, the source they belong to, and the box in which defects may lie."""

    rows: Sequence[Row]
    source: str
    area: Box
    zone: tzinfo


def import_defects(session: Session, actor: Actor, command: ImportDefects, say: Say, *, today: date) -> Totals:
    """Keep defects that are not on record yet. A defect is known by source and id: the first row that tells of it wins.

    A later row with other content is set aside, whether it stands in the same file or in another one.
    """
    actor.require(Permission.IMPORT_DEFECTS)
    acts(session, actor, "import_defects", today=today)
    ledger = Ledger(say)
    around = Surroundings.of(command.area, distress_catalogue(session), today, command.zone)
    understood = (
        Read(cells, defect) for cells in readable(command.rows, ledger) if (defect := read_defect_row(cells, around))
    )
    first = first_of_each(understood, ne, "defect_differs_in_file")
    if first:
        _store(session, command.source, first)
    return ledger.totals(len(command.rows))


def _store(session: Session, name: str, reads: Sequence[Read[DefectRow]]) -> None:
    # Two imports of one source would each find the other's rows missing.
    wait_for_turn(session, f"defects of {name}")
    chosen = find_carriageways(session, {one.told.chosen_source_id for one in reads if one.told.chosen_source_id})
    storable = [one.told.chosen_source_id is None or one.told.chosen_source_id in chosen for one in reads]
    _stage(session, reads, storable, chosen)
    known = {row.n: row.differing for row in session.execute(statement("store_defects"), {"source": name})}
    for n, read in enumerate(reads):
        if n not in known:
            _added(read, is_storable=storable[n])
        elif known[n]:
            _refuse_differing(read, known[n])


def _stage(
    session: Session, reads: Sequence[Read[DefectRow]], storable: Sequence[bool], chosen: Mapping[str, Sequence[int]]
) -> None:
    session.execute(statement("create_defect_rows"))
    # An earlier chunk of the same transaction (a dry run has only one) left its rows there.
    session.execute(text("TRUNCATE defect_rows"))
    with driver_of(session).cursor() as cursor, cursor.copy(source("copy_defect_rows")) as copy:
        for n, (read, is_storable) in enumerate(zip(reads, storable, strict=True)):
            ids = chosen.get(read.told.chosen_source_id or "")
            copy.write_row((n, is_storable, list(ids) if ids else None, *_FACTS(read.told)))


_FACTS = attrgetter(*COLUMNS)


def _added(read: Read[DefectRow], *, is_storable: bool) -> None:
    if is_storable:
        read.cells.ledger.imported(read.cells.row)
    else:
        read.cells.refuse("source_id", "unknown_source_id")


def _refuse_differing(read: Read[DefectRow], differing: Sequence[str]) -> None:
    read.cells.refuse(differing[0], "defect_differs", columns=", ".join(differing))
