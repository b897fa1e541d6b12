"""The two clocks: which rule applies, what beats it, and what winter does."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roads.domain.deadlines import (
    Allowance,
    DeadlineOrigin,
    KnownDeadline,
    Site,
    Winter,
    allowance,
    is_on_time,
    is_overdue,
    rectification_deadline,
    rule_for,
    safety_deadline,
)
from roads.domain.distress import Severity
from roads.domain.network import Category
from roads.domain.rules import Basis, CountedIn, DeadlineKind, DeadlineStated
from roads.domain.warranty import Element
from roads.domain.working_days import Calendar
from seed.reference import rows_of
from tests.roads.domain.test_working_days import CALENDAR

PLAIN = Calendar()
NORTH, SOUTH = Winter.parse("10-15", "04-30"), Winter.parse("10-15", "04-15")
MONDAY = date(2024, 6, 3)


def rule(
    id_: int,
    days: int,
    *,
    kind: DeadlineKind = DeadlineKind.TEMPORARY,
    kato: str = "",
    category: Category | None = None,
    element: Element | None = None,
    severity: Severity | None = None,
) -> KnownDeadline:
    basis = Basis("Made up for a test", False)
    return KnownDeadline(id_, DeadlineStated(kind, kato, category, element, severity, days, CountedIn.CALENDAR, basis))


SITE = Site("111000000", Category.CAT_2, Element.PAVEMENT, Severity.HIGH)


@pytest.mark.parametrize(
    ("rules", "chosen"),
    [
        ([], None),
        ([rule(1, 9)], 1),
        ([rule(1, 9, kind=DeadlineKind.RECTIFICATION)], None),
        ([rule(1, 9), rule(2, 5, category=Category.CAT_2)], 2),
        ([rule(1, 9), rule(2, 5, category=Category.CAT_3)], 1),
        ([rule(1, 9, category=Category.CAT_2, element=Element.PAVEMENT), rule(2, 5, kato="11")], 2),
        ([rule(1, 9, kato="11"), rule(2, 5, kato="111")], 2),
        ([rule(1, 9, kato="75")], None),
        ([rule(1, 9, severity=Severity.HIGH), rule(2, 5, category=Category.CAT_2)], 2),
        ([rule(1, 9, element=Element.PAVEMENT), rule(2, 5, severity=Severity.HIGH)], 2),
        ([rule(1, 9, element=Element.MARKING)], None),
        ([rule(2, 9), rule(1, 5)], 1),
    ],
)
def test_the_longest_region_then_the_rule_that_says_more_applies(
    rules: list[KnownDeadline], chosen: int | None
) -> None:
    found = rule_for(DeadlineKind.TEMPORARY, SITE, rules)
    assert (found.id if found else None) == chosen


def test_an_unknown_severity_or_category_takes_no_rule_about_one() -> None:
    site = Site(None, None, Element.PAVEMENT, None)
    about = [rule(1, 9, category=Category.CAT_2), rule(2, 9, severity=Severity.LOW), rule(3, 9, kato="11")]
    assert rule_for(DeadlineKind.TEMPORARY, site, about) is None


def test_the_contracts_own_term_beats_the_rule() -> None:
    own = Allowance(3, CountedIn.CALENDAR, DeadlineOrigin.CONTRACT)
    assert allowance(own, rule(1, 9)) == own
    by_rule = allowance(None, rule(1, 9))
    assert by_rule == Allowance(9, CountedIn.CALENDAR, DeadlineOrigin.RULE, 1, is_confirmed=False)


def test_an_unknown_rule_is_an_unknown_deadline_never_at_once_and_never_endless() -> None:
    assert allowance(None, None) is None
    assert safety_deadline(MONDAY, None, PLAIN) is None
    assert rectification_deadline(MONDAY, None, PLAIN, NORTH) is None
    assert is_overdue(None, None, date(2099, 1, 1)) is False
    assert is_on_time(None, MONDAY) is None


def of(days: int, counted_in: CountedIn) -> Allowance:
    return Allowance(days, counted_in, DeadlineOrigin.CONTRACT)


@pytest.mark.parametrize(
    ("start", "given_", "winter", "by", "unmoved"),
    [
        ("2024-06-03", of(14, CountedIn.WORKING), NORTH, "2024-06-21", None),
        ("2024-06-03", of(14, CountedIn.CALENDAR), NORTH, "2024-06-17", None),
        ("2024-10-01", of(13, CountedIn.CALENDAR), NORTH, "2024-10-14", None),
        ("2024-10-01", of(14, CountedIn.CALENDAR), NORTH, "2025-04-30", "2024-10-15"),
        ("2024-12-01", of(14, CountedIn.CALENDAR), SOUTH, "2025-04-15", "2024-12-15"),
        ("2025-01-01", of(14, CountedIn.CALENDAR), SOUTH, "2025-04-15", "2025-01-15"),
        ("2025-04-16", of(14, CountedIn.CALENDAR), NORTH, "2025-04-30", None),
        ("2025-04-10", of(14, CountedIn.CALENDAR), NORTH, "2025-04-30", "2025-04-24"),
        ("2025-04-10", of(14, CountedIn.CALENDAR), SOUTH, "2025-04-24", None),
        ("2024-12-01", of(14, CountedIn.CALENDAR), None, "2024-12-15", None),
    ],
)
def test_winter_moves_the_permanent_deadline_to_the_seasons_start(
    start: str, given_: Allowance, winter: Winter | None, by: str, unmoved: str | None
) -> None:
    calendar = CALENDAR if given_.counted_in is CountedIn.WORKING else PLAIN
    deadline = rectification_deadline(date.fromisoformat(start), given_, calendar, winter)
    assert deadline is not None
    assert (deadline.by.isoformat(), deadline.unmoved and deadline.unmoved.isoformat()) == (by, unmoved)


def test_winter_never_moves_the_safety_deadline() -> None:
    deadline = safety_deadline(date(2024, 12, 1), of(5, CountedIn.CALENDAR), PLAIN)
    assert deadline is not None
    assert deadline.by == date(2024, 12, 6)


@given(st.dates(date(2019, 1, 1), date(2040, 12, 31)), st.sampled_from([NORTH, SOUTH]))
def test_a_moved_day_is_in_the_season_and_moves_no_further(day: date, winter: Winter) -> None:
    moved = winter.season_start(day)
    assert moved >= day
    assert winter.season_start(moved) == moved
    assert winter.ends <= (moved.month, moved.day) < winter.begins


@pytest.mark.parametrize("words", ["15-10", "04", "02-29", ""])
def test_a_winter_that_cannot_be_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Winter.parse("10-15", words)


@pytest.mark.parametrize(
    ("done", "on", "overdue"),
    [
        (None, "2024-06-10", False),  # the due day itself
        (None, "2024-06-11", True),
        ("2024-06-10", "2024-06-11", False),
        ("2024-06-11", "2024-06-11", False),
        ("2024-06-12", "2024-06-11", True),  # what was done later was overdue on that day
    ],
)
def test_overdue_is_a_question_about_a_date(done: str | None, on: str, overdue: bool) -> None:
    done_on = date.fromisoformat(done) if done else None
    assert is_overdue(date(2024, 6, 10), done_on, date.fromisoformat(on)) is overdue


def test_done_on_the_due_day_is_on_time() -> None:
    assert is_on_time(date(2024, 6, 10), date(2024, 6, 10)) is True
    assert is_on_time(date(2024, 6, 10), date(2024, 6, 11)) is False


def test_shipped_rows_give_days_by_category_and_fourteen_working_days() -> None:
    rows = [row.values for row in rows_of("deadline_rules.csv", "table", known=("kind", "category", "days"))]
    by_category = {row["category"]: int(row["days"]) for row in rows if row["kind"] == "temporary"}
    assert list(by_category.values()) == [1, 3, 3, 5, 7, 10, 12]
    assert [row["days"] for row in rows if row["kind"] == "rectification"] == ["14"]
