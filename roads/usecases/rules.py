"""Rules come in by file: warranty terms, repair deadlines, holidays and worked weekends."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.dialects.postgresql import insert as insert_or_update
from sqlalchemy.orm import Session

from geo.tables import Row
from roads.domain.actors import Actor, Permission
from roads.domain.cells import Cells, Ledger
from roads.domain.remarks import Say, Totals
from roads.domain.rule_changes import RuleChanges, RuleToWrite, changes_terms
from roads.domain.rules import DayStated, DeadlineStated, Stated, TermStated, read_rule_row
from roads.models import CalendarDay, DeadlineRule, TermRule
from roads.queries.rules import rules_on_record
from roads.usecases.acting import acts
from roads.usecases.file_rows import readable
from roads.usecases.first_rows import FirstRows
from roads.usecases.liability import refresh_everything
from roads.usecases.recording import close


@dataclass(frozen=True, slots=True)
class ImportRules:
    """All of a file of rules, in chunks. `update` lets a row move the last day of signing of a rule on record."""

    chunks: Iterable[Sequence[Row]]
    first_rows: FirstRows
    update: bool = False


def import_rules(session: Session, actor: Actor, command: ImportRules, say: Say) -> Totals:
    """Take in rules, and when a warranty term is among them work out every warranty anew, in the same transaction.

    A rule is known by its key and days of signing: one that says otherwise of them corrects it by date. A rule that
    would give a second answer for a key and day is set aside.
    """
    actor.require(Permission.IMPORT_RULES)
    acts(session, actor, "import_rules")
    # Readers go on; nobody else may add a rule between our look and our writing.
    session.execute(text("LOCK TABLE term_rule, deadline_rule, calendar_day IN SHARE ROW EXCLUSIVE MODE"))
    changes = RuleChanges(rules_on_record(session), command.first_rows.earlier, command.update)
    totals = Totals()
    for rows in command.chunks:
        ledger = Ledger(say)
        for cells, stated in _understood(rows, ledger):
            changes.consider(cells, stated)
        totals += ledger.totals(len(rows))
    _write(session, changes.written)
    if changes_terms(changes.written):
        refresh_everything(session)
    return totals


def _understood(rows: Sequence[Row], ledger: Ledger) -> Iterator[tuple[Cells, Stated]]:
    for cells in readable(rows, ledger):
        if understood := read_rule_row(cells):
            yield cells, understood


def _write(session: Session, written: Sequence[RuleToWrite]) -> None:
    terms = [one.stated for one in written if isinstance(one.stated, TermStated)]
    deadlines = [one.stated for one in written if isinstance(one.stated, DeadlineStated)]
    days = [one.stated for one in written if isinstance(one.stated, DayStated)]
    close(session, TermRule, _replaced(written, TermStated))
    close(session, DeadlineRule, _replaced(written, DeadlineStated))
    if terms:
        session.execute(insert(TermRule), [_term_values(one) for one in terms])
    if deadlines:
        session.execute(insert(DeadlineRule), [_deadline_values(one) for one in deadlines])
    if days:
        _store_days(session, days)


def _replaced(written: Sequence[RuleToWrite], kind: type[Stated]) -> list[int]:
    known = [one.replaces for one in written if one.replaces and isinstance(one.stated, kind)]
    return [one.id for one in known if one.id is not None]


def _term_values(rule: TermStated) -> dict[str, object]:
    traffic = rule.key.traffic
    return {
        "kato": rule.key.kato,
        "kind_of_works": rule.key.kind_of_works,
        "significance": rule.key.significance,
        "category": rule.key.category,
        "element": rule.key.element,
        "traffic": Range(*traffic, bounds="[]") if traffic else None,
        "signed": Range(rule.signed_from, rule.signed_to, bounds="[]"),
        "months": rule.months,
        "legal_basis": rule.basis.legal_basis,
        "is_confirmed": rule.basis.is_confirmed,
    }


def _deadline_values(rule: DeadlineStated) -> dict[str, object]:
    return {
        "kind": rule.kind,
        "kato": rule.kato,
        "category": rule.category,
        "element": rule.element,
        "severity": rule.severity,
        "days": rule.days,
        "counted_in": rule.counted_in,
        "legal_basis": rule.basis.legal_basis,
        "is_confirmed": rule.basis.is_confirmed,
    }


def _store_days(session: Session, days: Sequence[DayStated]) -> None:
    """The calendar is edited by people: a day on record takes what the file says of it."""
    rows = [
        {
            "day": one.day,
            "kind": one.kind,
            "legal_basis": one.basis.legal_basis,
            "is_confirmed": one.basis.is_confirmed,
        }
        for one in days
    ]
    added = insert_or_update(CalendarDay)
    changed = {name: added.excluded[name] for name in ("kind", "legal_basis", "is_confirmed")}
    session.execute(added.on_conflict_do_update(index_elements=["day"], set_=changed), rows)
