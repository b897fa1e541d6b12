"""When a repair is under warranty, and until which day: the cases of the domain page and the edges beside them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roads.domain.warranty import (
    NO_WARRANTY,
    UNKNOWN_TERM,
    Amendment,
    DateRange,
    Term,
    TermOrigin,
    TermState,
    add_months,
    contract_term,
    merged,
    rule_term,
    terms_in_force,
    warranty_period,
)


def days(first: str, last: str) -> DateRange:
    return DateRange(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("accepted", "months", "last"),
    [
        ("2022-06-01", 36, "2025-06-01"),
        ("2024-02-29", 36, "2027-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2023-01-31", 1, "2023-02-28"),
        ("2023-12-31", 2, "2024-02-29"),
        ("2023-08-31", 84, "2030-08-31"),
    ],
)
def test_the_last_day_is_the_anniversary_and_a_missing_day_becomes_the_months_last(
    accepted: str, months: int, last: str
) -> None:
    assert warranty_period(date.fromisoformat(accepted), months) == days(accepted, last)


def test_months_are_added_once_never_chained() -> None:
    start = date(2023, 1, 31)
    assert add_months(start, 2) == date(2023, 3, 31) != add_months(add_months(start, 1), 1)


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(1, 600))
def test_the_end_lies_in_the_month_so_many_months_later(accepted: date, months: int) -> None:
    end = add_months(accepted, months)
    assert (end.year * 12 + end.month) - (accepted.year * 12 + accepted.month) == months
    assert end.day in (accepted.day, (end + timedelta(days=1)).day - 1 or end.day)
    assert end.day <= accepted.day


def test_a_suspension_extends_the_end_by_its_length_both_days_counted() -> None:
    suspended = warranty_period(date(2022, 6, 1), 12, [days("2022-08-01", "2022-08-10")])
    assert suspended.last == date(2023, 6, 11)


def test_overlapping_suspensions_count_their_common_days_once() -> None:
    suspended = warranty_period(
        date(2022, 6, 1), 12, [days("2022-08-01", "2022-08-10"), days("2022-08-06", "2022-08-15")]
    )
    assert suspended.last == date(2023, 6, 16)


def test_a_suspension_that_starts_after_the_end_has_no_effect() -> None:
    suspended = warranty_period(date(2022, 6, 1), 12, [days("2023-06-02", "2023-07-01")])
    assert suspended.last == date(2023, 6, 1)


def test_a_suspension_on_the_last_day_still_extends_it() -> None:
    assert warranty_period(date(2022, 6, 1), 12, [days("2023-06-01", "2023-06-03")]).last == date(2023, 6, 4)


def test_a_suspension_inside_the_extension_extends_it_further() -> None:
    suspended = warranty_period(
        date(2022, 6, 1), 12, [days("2023-05-01", "2023-05-10"), days("2023-06-08", "2023-06-09")]
    )
    assert suspended.last == date(2023, 6, 13)


def test_days_suspended_before_acceptance_do_not_count() -> None:
    assert warranty_period(date(2022, 6, 1), 12, [days("2022-05-20", "2022-06-03")]).last == date(2023, 6, 4)


def test_merged_periods_are_in_order_and_apart() -> None:
    assert merged(
        [days("2022-03-01", "2022-03-05"), days("2022-01-01", "2022-01-10"), days("2022-01-05", "2022-02-01")]
    ) == [
        days("2022-01-01", "2022-02-01"),
        days("2022-03-01", "2022-03-05"),
    ]


def test_the_contracts_own_term_beats_the_rule() -> None:
    assert contract_term(24, rule_term(7, 36)) == Term(TermState.KNOWN, 24, TermOrigin.CONTRACT)


def test_a_rule_of_no_months_says_that_there_is_no_warranty() -> None:
    assert contract_term(None, rule_term(7, None)) is NO_WARRANTY


def test_without_a_rule_the_term_is_unknown_and_not_none() -> None:
    assert contract_term(None, None) is UNKNOWN_TERM


THREE_YEARS = Term(TermState.KNOWN, 36, TermOrigin.RULE, 1)
ACCEPTED = date(2020, 1, 1)


def ends(term: Term, *amendments: Amendment, longest: int = 96) -> list[tuple[date, date | None, date]]:
    return [(t.first, t.last, t.ends_on) for t in terms_in_force(ACCEPTED, term, amendments, [], longest)]


def test_an_amendment_works_from_its_date() -> None:
    assert ends(THREE_YEARS, Amendment(date(2021, 5, 1), 60)) == [
        (ACCEPTED, date(2021, 4, 30), date(2023, 1, 1)),
        (date(2021, 5, 1), None, date(2025, 1, 1)),
    ]


def test_an_amendment_after_the_end_never_revives_the_days_between() -> None:
    first, second = ends(THREE_YEARS, Amendment(date(2024, 1, 1), 60))
    assert first[2] == date(2023, 1, 1)
    assert second[0] == date(2024, 1, 1)


def test_an_amendment_before_acceptance_is_the_term_from_the_start() -> None:
    assert ends(THREE_YEARS, Amendment(date(2019, 5, 1), 12)) == [(ACCEPTED, None, date(2021, 1, 1))]


def test_of_two_amendments_of_one_day_the_later_given_holds() -> None:
    day = date(2020, 6, 1)
    assert ends(THREE_YEARS, Amendment(day, 12), Amendment(day, 24))[-1] == (day, None, date(2022, 1, 1))


def test_an_unknown_term_may_last_as_long_as_the_longest_any_rule_gives() -> None:
    assert ends(UNKNOWN_TERM, longest=84) == [(ACCEPTED, None, date(2027, 1, 1))]


def test_works_without_warranty_have_no_term_until_an_amendment_gives_one() -> None:
    assert ends(NO_WARRANTY) == []
    assert ends(NO_WARRANTY, Amendment(date(2020, 6, 1), 12)) == [(date(2020, 6, 1), None, date(2021, 1, 1))]


def test_a_period_cannot_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="before it starts"):
        days("2022-01-02", "2022-01-01")
