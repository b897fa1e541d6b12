"""Rules as a file gives them: warranty terms, repair deadlines, and the days on which the plain week does not hold."""

import json
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from roads.domain.cells import Cells, code_of, kato, months, name, number_from, possible_day
from roads.domain.distress import Severity
from roads.domain.fields import FieldError, parse_yes_no
from roads.domain.network import Category, Significance
from roads.domain.warranty import Element, KindOfWorks

REQUIRED_COLUMNS = ("table", "legal_basis")
OTHER_COLUMNS = (
    "kato",
    "kind_of_works",
    "significance",
    "category",
    "traffic_from",
    "traffic_to",
    "element",
    "severity",
    "signed_from",
    "signed_to",
    "months",
    "days",
    "day",
    "confirmed",
    "kind",
    "counted_in",
)

MOST_VEHICLES = 10_000_000


class Table(StrEnum):
    """What a row is about."""

    TERM = "term"
    DEADLINE = "deadline"
    HOLIDAY = "holiday"
    WORKING_DAY = "working_day"


class DeadlineKind(StrEnum):
    """A temporary repair stops the safety clock, rectification the permanent one."""

    TEMPORARY = "temporary"
    RECTIFICATION = "rectification"


class CountedIn(StrEnum):
    """Days as they come, or working days of the calendar table."""

    CALENDAR = "calendar"
    WORKING = "working"


Bounds: TypeAlias = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Basis:
    """Where a rule stands, and whether that is confirmed."""

    legal_basis: str
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class TermKey:
    """What a term rule is about. Traffic in vehicles a day, both bounds included; None: whatever the traffic."""

    kato: str
    kind_of_works: KindOfWorks
    significance: Significance | None
    category: Category | None
    element: Element | None
    traffic: Bounds | None

    def collides(self, other: "TermKey") -> bool:
        """Whether both would answer for one road; a band and "whatever the traffic" are two keys."""
        mine = (self.kato, self.kind_of_works, self.significance, self.category, self.element)
        if mine != (other.kato, other.kind_of_works, other.significance, other.category, other.element):
            return False
        if self.traffic is None or other.traffic is None:
            return self.traffic == other.traffic
        return _meet(*self.traffic, *other.traffic)


@dataclass(frozen=True, slots=True)
class TermStated:
    """A warranty term; `months` None is no warranty. `signed_from`, `signed_to`: first and last day of signing."""

    key: TermKey
    signed_from: date | None
    signed_to: date | None
    months: int | None
    basis: Basis

    @property
    def words(self) -> str:
        """The same words for the same rule, whatever it says."""
        return _words("term", self.key.kato, self.key, self.signed_from, self.signed_to)

    @property
    def content(self) -> str:
        """What the rule says, as words."""
        return _words(self.months, self.basis)

    def collides(self, other: "TermStated") -> bool:
        """Whether both would answer for one road and day of signing."""
        mine, others = _ordinals(self), _ordinals(other)
        return self.key.collides(other.key) and _meet(*mine, *others)


@dataclass(frozen=True, slots=True)
class DeadlineStated:
    """How many days a repair may take, and where that holds."""

    kind: DeadlineKind
    kato: str
    category: Category | None
    element: Element | None
    severity: Severity | None
    days: int
    counted_in: CountedIn
    basis: Basis

    @property
    def words(self) -> str:
        """The same words for the same rule, whatever it says."""
        return _words("deadline", self.kind, self.kato, self.category, self.element, self.severity)

    @property
    def content(self) -> str:
        """What the rule says, as words."""
        return _words(self.days, self.counted_in, self.basis)


@dataclass(frozen=True, slots=True)
class DayStated:
    """A holiday, or a Saturday or Sunday that is worked."""

    day: date
    kind: Table
    basis: Basis

    @property
    def words(self) -> str:
        """The day."""
        return _words("day", self.day)

    @property
    def content(self) -> str:
        """What the day is, as words."""
        return _words(self.kind, self.basis)


Stated: TypeAlias = TermStated | DeadlineStated | DayStated


def read_rule_row(cells: Cells) -> Stated | None:
    """The rule, or None when a cell of it could not be understood and the row was set aside."""
    table = cells.need("table", code_of(Table))
    legal_basis = cells.need("legal_basis", name)
    is_confirmed = cells.read("confirmed", parse_yes_no) or False
    if table is None or legal_basis is None:
        return None
    basis = Basis(legal_basis, is_confirmed)
    if table is Table.TERM:
        return _term(cells, basis)
    return _deadline(cells, basis) if table is Table.DEADLINE else _day(cells, table, basis)


def _term(cells: Cells, basis: Basis) -> TermStated | None:
    kind = cells.need("kind_of_works", code_of(KindOfWorks))
    significance = cells.read("significance", code_of(Significance))
    category = cells.read("category", code_of(Category))
    element = cells.read("element", code_of(Element))
    traffic = _traffic(cells)
    first, last = cells.read("signed_from", possible_day), cells.read("signed_to", possible_day)
    if first and last and last < first:
        cells.refuse("signed_to", "ends_before_it_begins", from_on=first)
    term = cells.need("months", months_or_none)
    area = cells.read("kato", kato) or ""
    if not cells.is_good or kind is None or term is None:
        return None
    key = TermKey(area, kind, significance, category, element, traffic)
    return TermStated(key, first, last, term or None, basis)


def _traffic(cells: Cells) -> Bounds | None:
    vehicles = number_from(0, MOST_VEHICLES)
    first, last = cells.read("traffic_from", vehicles), cells.read("traffic_to", vehicles)
    if first is not None and last is not None and last < first:
        cells.refuse("traffic_to", "band_ends_before_it_begins")
    return None if first is None and last is None else (first, last)


NO_MONTHS = 0


def months_or_none(words: str) -> int:
    """Months of warranty; `none` says that there is no warranty (0 here), which is not the same as not knowing."""
    if words.lower() == "none":
        return NO_MONTHS
    try:
        return months(words)
    except FieldError as bad:
        raise FieldError("not_months_or_none", words) from bad


def _deadline(cells: Cells, basis: Basis) -> DeadlineStated | None:
    kind = cells.read("kind", code_of(DeadlineKind)) or DeadlineKind.RECTIFICATION
    usual = CountedIn.WORKING if kind is DeadlineKind.RECTIFICATION else CountedIn.CALENDAR
    counted_in = cells.read("counted_in", code_of(CountedIn)) or usual
    category = cells.read("category", code_of(Category))
    element = cells.read("element", code_of(Element))
    severity = cells.read("severity", code_of(Severity))
    days = cells.need("days", number_from(1, 3650))
    area = cells.read("kato", kato) or ""
    if not cells.is_good or days is None:
        return None
    return DeadlineStated(kind, area, category, element, severity, days, counted_in, basis)


def _day(cells: Cells, table: Table, basis: Basis) -> DayStated | None:
    day = cells.need("day", possible_day)
    return DayStated(day, table, basis) if cells.is_good and day else None


def _ordinals(rule: TermStated) -> Bounds:
    return (
        rule.signed_from.toordinal() if rule.signed_from else None,
        rule.signed_to.toordinal() if rule.signed_to else None,
    )


def _meet(first: int | None, last: int | None, other_first: int | None, other_last: int | None) -> bool:
    """Whether two ranges, bounds included and None for no bound, have a value in common."""
    return (first is None or other_last is None or first <= other_last) and (
        last is None or other_first is None or other_first <= last
    )


def _words(*parts: object) -> str:
    return json.dumps([str(part) for part in parts])
