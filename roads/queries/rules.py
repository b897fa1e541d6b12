"""The rules on record: few enough to be read at once."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from roads.domain.deadlines import KnownDeadline
from roads.domain.distress import Severity
from roads.domain.network import Category, Significance
from roads.domain.rule_changes import KnownRule
from roads.domain.rules import (
    Basis,
    Bounds,
    CountedIn,
    DayStated,
    DeadlineKind,
    DeadlineStated,
    Table,
    TermKey,
    TermStated,
)
from roads.domain.warranty import Element, KindOfWorks
from roads.domain.working_days import Calendar
from roads.models import CalendarDay, DeadlineRule, TermRule

DAY = timedelta(days=1)


def rules_on_record(session: Session) -> dict[str, KnownRule]:
    """Term rules, deadline rules and calendar days as known now, by their words."""
    return {one.stated.words: one for of in (_terms, _deadlines, _days) for one in of(session)}


def _terms(session: Session) -> Iterator[KnownRule]:
    for rule in session.scalars(select(TermRule).where(func.upper_inf(TermRule.recorded)).order_by(TermRule.id)):
        key = TermKey(
            rule.kato,
            KindOfWorks(rule.kind_of_works),
            Significance(rule.significance) if rule.significance else None,
            Category(rule.category) if rule.category else None,
            Element(rule.element) if rule.element else None,
            _bounds(rule.traffic),
        )
        basis = Basis(rule.legal_basis, rule.is_confirmed)
        yield KnownRule(rule.id, TermStated(key, rule.signed.lower, _last(rule.signed), rule.months, basis))


def _bounds(traffic: Range[int] | None) -> Bounds | None:
    if traffic is None:
        return None
    return traffic.lower, None if traffic.upper is None else traffic.upper - 1


def _last(days: Range[date]) -> date | None:
    return None if days.upper is None else days.upper - DAY


def _deadlines(session: Session) -> Iterator[KnownRule]:
    for rule in deadline_rules(session):
        yield KnownRule(rule.id, rule.stated)


def deadline_rules(session: Session) -> list[KnownDeadline]:
    """The deadline rules as known now."""
    rules = session.scalars(select(DeadlineRule).where(func.upper_inf(DeadlineRule.recorded)).order_by(DeadlineRule.id))
    return [KnownDeadline(rule.id, _deadline(rule)) for rule in rules]


def _deadline(rule: DeadlineRule) -> DeadlineStated:
    return DeadlineStated(
        DeadlineKind(rule.kind),
        rule.kato,
        Category(rule.category) if rule.category else None,
        Element(rule.element) if rule.element else None,
        Severity(rule.severity) if rule.severity else None,
        rule.days,
        CountedIn(rule.counted_in),
        Basis(rule.legal_basis, rule.is_confirmed),
    )


def calendar(session: Session) -> Calendar:
    """The days on which the plain week does not hold."""
    kinds = {one.day: Table(one.kind) for one in session.scalars(select(CalendarDay))}
    return Calendar(
        frozenset(day for day, kind in kinds.items() if kind is Table.HOLIDAY),
        frozenset(day for day, kind in kinds.items() if kind is Table.WORKING_DAY),
    )


def _days(session: Session) -> Iterator[KnownRule]:
    for one in session.scalars(select(CalendarDay)):
        yield KnownRule(0, DayStated(one.day, Table(one.kind), Basis(one.legal_basis, one.is_confirmed)))


def term_rules(session: Session) -> list[TermStated]:
    """The terms of warranty as known now."""
    return [one.stated for one in _terms(session) if isinstance(one.stated, TermStated)]


def calendar_days(session: Session, first: date, last: date) -> Sequence[CalendarDay]:
    """Holidays and worked weekends between two days, in order."""
    asked = select(CalendarDay).where(CalendarDay.day.between(first, last)).order_by(CalendarDay.day)
    return session.scalars(asked).all()
