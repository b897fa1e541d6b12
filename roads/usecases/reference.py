"""Reference rows that ship with the system come in, and never overrule what people have entered since."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import or_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geo.tables import Row
from roads.domain.actors import Actor, Permission
from roads.domain.cells import Cells, Ledger
from roads.domain.remarks import Remark, Say, Totals
from roads.domain.rule_changes import KnownRule
from roads.domain.rules import Stated, TermStated, read_rule_row
from roads.models import Distress, Region
from roads.queries.rules import rules_on_record
from roads.usecases.first_rows import FirstRows
from roads.usecases.rules import ImportRules, import_rules


@dataclass(frozen=True, slots=True)
class LoadReference:
    """Rows by column: regions, the distress catalogue, and files of rules as `import-rules` reads them."""

    regions: Sequence[Mapping[str, str]]
    distresses: Sequence[Mapping[str, str]]
    rules: Sequence[Sequence[Row]]


def load_reference(session: Session, actor: Actor, command: LoadReference, say: Say) -> Totals:
    """Bring regions and the distress catalogue up to date, and add rules that nothing on record answers yet.

    A rule that people corrected, ended or narrowed stays theirs: it counts as unchanged, however often the system
    starts. New warranty terms settle every warranty, in the same transaction. Loading twice writes nothing.
    """
    actor.require(Permission.IMPORT_RULES)
    totals = _upsert(session, Region, "kato", command.regions)
    totals += _upsert(session, Distress, "code", command.distresses)
    known = rules_on_record(session)
    for rows in command.rules:
        missing = list(_missing(rows, known))
        with FirstRows() as first_rows:
            totals += import_rules(session, actor, ImportRules([missing], first_rows), say)
        totals += Totals(unchanged=len(rows) - len(missing))
    return totals


def _upsert(
    session: Session, table: type[Region] | type[Distress], key: str, rows: Sequence[Mapping[str, str]]
) -> Totals:
    """Write rows that are new or differ from the record; only columns of the table count."""
    names = [column.name for column in table.__table__.columns]
    added = insert(table).values([{name: row[name] for name in names} for row in rows])
    changing = [name for name in names if name != key]
    written = session.scalars(
        added.on_conflict_do_update(
            index_elements=[key],
            set_={name: added.excluded[name] for name in changing},
            where=or_(*(getattr(table, name).is_distinct_from(added.excluded[name]) for name in changing)),
        ).returning(getattr(table, key))
    ).all()
    return Totals(imported=len(written), unchanged=len(rows) - len(written))


def _missing(rows: Sequence[Row], known: Mapping[str, KnownRule]) -> Iterator[Row]:
    for row in rows:
        stated = read_rule_row(Cells(row.number, row.values, Ledger(_unheard)))
        # A row that cannot be read goes on to the import, which says why.
        if stated is None or not _is_answered(stated, known):
            yield row


def _unheard(_: Remark) -> None:
    """The import reads the row again, and says what is wrong with it."""


def _is_answered(stated: Stated, known: Mapping[str, KnownRule]) -> bool:
    if not isinstance(stated, TermStated):
        return stated.words in known
    return any(isinstance(one.stated, TermStated) and stated.collides(one.stated) for one in known.values())
