"""Until when a defect must be made safe, and until when it must be mended for good.

Two clocks: a temporary repair stops the first, a permanent one stops both. Whether something is overdue is a question
about a date and never a state.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from roads.domain.distress import Severity
from roads.domain.network import Category
from roads.domain.rules import CountedIn, DeadlineKind, DeadlineStated
from roads.domain.warranty import Element
from roads.domain.working_days import Calendar, add_working_days


class DeadlineOrigin(StrEnum):
    """Who set the days: the contract's own term beats the customer's, and that one beats the rule."""

    CONTRACT = "contract"
    CUSTOMER = "customer"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class KnownDeadline:
    """A deadline rule on record."""

    id: int
    stated: DeadlineStated


@dataclass(frozen=True, slots=True)
class Site:
    """What decides which rule applies: where the defect lies, on what kind of road, and how bad it is."""

    kato: str | None
    category: Category | None
    element: Element
    severity: Severity | None


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many days there are, how they are counted, and who set them."""

    days: int
    counted_in: CountedIn
    origin: DeadlineOrigin
    rule_id: int | None = None
    is_confirmed: bool = True


@dataclass(frozen=True, slots=True)
class Winter:
    """From `begins` on cold works stop, and on `ends` the season starts again: month and day, of any year."""

    begins: tuple[int, int]
    ends: tuple[int, int]

    @classmethod
    def parse(cls, begins: str, ends: str) -> "Winter":
        """From two days written as MM-DD. Errors: ValueError."""
        return cls(_month_and_day(begins), _month_and_day(ends))

    def season_start(self, day: date) -> date:
        """The first day of works on or after a day: the day itself, outside winter."""
        begins, ends = date(day.year, *self.begins), date(day.year, *self.ends)
        if day >= begins:
            return date(day.year + 1, *self.ends)
        return max(day, ends)


def _month_and_day(words: str) -> tuple[int, int]:
    month, day = words.split("-")
    # In a plain year, so that 29 February is refused: most years have none.
    found = date(2023, int(month), int(day))
    return found.month, found.day


@dataclass(frozen=True, slots=True)
class Deadline:
    """A last day, and where it came from. `unmoved` is the day it would have been but for the winter."""

    by: date
    allowance: Allowance
    unmoved: date | None = None


def rule_for(kind: DeadlineKind, site: Site, rules: Iterable[KnownDeadline]) -> KnownDeadline | None:
    """The rule that applies: the longest matching region wins, then the one that says more; None if there is none.

    Of two that say equally much the one by category, then by severity, then by element wins, at last the older one.
    """
    fitting = [rule for rule in rules if rule.stated.kind is kind and _fits(rule.stated, site)]
    return max(fitting, key=_precedence, default=None)


def _fits(rule: DeadlineStated, site: Site) -> bool:
    return (
        (site.kato or "").startswith(rule.kato)
        and rule.category in (None, site.category)
        and rule.element in (None, site.element)
        and rule.severity in (None, site.severity)
    )


def _precedence(rule: KnownDeadline) -> tuple[int, ...]:
    given = [one is not None for one in (rule.stated.category, rule.stated.severity, rule.stated.element)]
    return len(rule.stated.kato), sum(given), *given, -rule.id


def allowance(own: Allowance | None, rule: KnownDeadline | None) -> Allowance | None:
    """The days there are: what the contract (or its customer) states beats the rule. None: nobody has said."""
    if own is not None or rule is None:
        return own
    stated = rule.stated
    return Allowance(stated.days, stated.counted_in, DeadlineOrigin.RULE, rule.id, stated.basis.is_confirmed)


def safety_deadline(start: date, given: Allowance | None, calendar: Calendar) -> Deadline | None:
    """Until when the place must be made safe. Unknown stays unknown: never at once and never endless."""
    return Deadline(_counted(start, given, calendar), given) if given else None


def rectification_deadline(
    start: date, given: Allowance | None, calendar: Calendar, winter: Winter | None
) -> Deadline | None:
    """Until when the defect must be mended for good; a day in winter moves to the season's start.

    Without a known winter (the region is not known) nothing moves. The warranty's end never moves for winter.
    """
    if given is None:
        return None
    unmoved = _counted(start, given, calendar)
    by = winter.season_start(unmoved) if winter else unmoved
    return Deadline(by, given, unmoved if by != unmoved else None)


def _counted(start: date, given: Allowance, calendar: Calendar) -> date:
    if given.counted_in is CountedIn.WORKING:
        return add_working_days(start, given.days, calendar)
    return start + timedelta(days=given.days)


def is_overdue(by: date | None, done_on: date | None, on: date) -> bool:
    """Whether on that day the deadline had passed with nothing done; an unknown deadline never passes."""
    return by is not None and on > by and (done_on is None or done_on > on)


def is_on_time(by: date | None, done_on: date) -> bool | None:
    """Done on the last day is on time. None where nobody knows the deadline."""
    return None if by is None else done_on <= by
