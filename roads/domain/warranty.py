"""When a repair is under warranty, and until which day."""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

DAY = timedelta(days=1)


class KindOfWorks(StrEnum):
    """What a contract does to a road."""

    CONSTRUCTION = "construction"
    RECONSTRUCTION = "reconstruction"
    CAPITAL_REPAIR = "capital_repair"
    MEDIUM_REPAIR = "medium_repair"
    CURRENT_REPAIR = "current_repair"
    MAINTENANCE = "maintenance"


class Element(StrEnum):
    """A part of the road that has its own warranty; `pavement` does not include `base`."""

    PAVEMENT = "pavement"
    BASE = "base"
    DRAINAGE = "drainage"
    STRUCTURES = "structures"
    FURNITURE = "furniture"
    MARKING = "marking"


class EventKind(StrEnum):
    """What may happen to a contract after it was signed."""

    AMENDMENT = "amendment"
    SUSPENSION = "suspension"
    TERMINATION = "termination"


class TermState(StrEnum):
    """`unknown` is never 0 and never endless; works with no warranty have no row at all."""

    KNOWN = "known"
    UNKNOWN = "unknown"


class TermOrigin(StrEnum):
    """Where the months came from."""

    CONTRACT = "contract"
    AMENDMENT = "amendment"
    RULE = "rule"


class LiabilityKind(StrEnum):
    """What makes somebody answer for a metre on a day, strongest first."""

    CARVE_OUT = "carve_out"
    WARRANTY = "warranty"
    TERM_UNKNOWN = "term_unknown"
    WORKS = "works"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class DateRange:
    """Days from `first` to `last`, both included. `last` may not lie before `first`."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"a period cannot end on {self.last}, before it starts on {self.first}")

    @property
    def days(self) -> int:
        """Number of days, both ends counted."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Term:
    """How long a warranty lasts by one source. Without `state` there is no warranty; unknown has no `months`."""

    state: TermState | None
    months: int | None = None
    origin: TermOrigin | None = None
    rule_id: int | None = None


NO_WARRANTY = Term(state=None)
"""Works of a kind that carries no warranty: not the same as an unknown term."""

UNKNOWN_TERM = Term(TermState.UNKNOWN)
"""Nobody has said how long: a person must find out."""

LONGEST_TERM_MONTHS = 96
"""How long an unknown term may last while no rule is loaded: the national norm's longest (8 years)."""


@dataclass(frozen=True, slots=True)
class Amendment:
    """The contract's term became `months`, working from the day `from_on`."""

    from_on: date
    months: int


@dataclass(frozen=True, slots=True)
class TermInForce:
    """On the days `first` to `last` (None: for good) this term was in force, and the last covered day was `ends_on`."""

    term: Term
    first: date
    last: date | None
    ends_on: date


def add_months(day: date, months: int) -> date:
    """The same day of the month so many months later; a day that does not exist becomes the month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def warranty_period(accepted_on: date, months: int, suspensions: Iterable[DateRange] = ()) -> DateRange:
    """Days on which the contractor answers: acceptance to anniversary, the anniversary included.

    Months are added once, never chained: 29 Feb 2024 + 36 months = 28 Feb 2027. Suspensions (both days inclusive)
    extend the end by their length, overlapping days once; the part before acceptance does not count, and one that
    starts after the end reached so far has no effect.
    """
    last = add_months(accepted_on, months)
    for suspension in merged(suspensions):
        counted = after(suspension, accepted_on)
        if counted and counted.first <= last:
            last += timedelta(days=counted.days)
    return DateRange(accepted_on, last)


def merged(periods: Iterable[DateRange]) -> list[DateRange]:
    """The same days as ranges that do not overlap, in order."""
    result: list[DateRange] = []
    for period in sorted(periods, key=lambda p: (p.first, p.last)):
        if result and period.first <= result[-1].last:
            result[-1] = DateRange(result[-1].first, max(result[-1].last, period.last))
        else:
            result.append(period)
    return result


def after(period: DateRange, day: date) -> DateRange | None:
    """The part of a period on and after a day."""
    return DateRange(max(period.first, day), period.last) if period.last >= day else None


def contract_term(stated_months: int | None, rule: Term | None) -> Term:
    """The contract's own term beats the rule; no rule means the term is unknown, never 0 and never endless."""
    if stated_months is not None:
        return Term(TermState.KNOWN, stated_months, TermOrigin.CONTRACT)
    return rule or UNKNOWN_TERM


def rule_term(rule_id: int, months: int | None) -> Term:
    """What a term rule answers: months, or that such works carry no warranty."""
    return NO_WARRANTY if months is None else Term(TermState.KNOWN, months, TermOrigin.RULE, rule_id)


def terms_in_force(
    accepted_on: date,
    term: Term,
    amendments: Sequence[Amendment],
    suspensions: Sequence[DateRange],
    longest_months: int,
) -> list[TermInForce]:
    """The terms of an acceptance, each with the days on which it was in force and the last day it covers.

    An amendment works from its date: days before it keep the term they had, and one dated after the end never revives
    the days between. An unknown term may cover as long as the longest term any rule gives (`longest_months`). Works
    with no warranty give no entry.
    """
    by_day = {accepted_on: term}
    for amendment in sorted(amendments, key=lambda a: a.from_on):
        by_day[max(amendment.from_on, accepted_on)] = Term(TermState.KNOWN, amendment.months, TermOrigin.AMENDMENT)
    starts: list[date | None] = [*sorted(by_day), None]
    return [
        TermInForce(by_day[first], first, following - DAY if following else None, ends_on)
        for first, following in pairwise(starts)
        if first is not None
        and by_day[first].state is not None
        and (ends_on := warranty_period(accepted_on, by_day[first].months or longest_months, suspensions).last)
    ]
