"""Working days by the shipped calendar: holidays and moved working days are data."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roads.domain.working_days import Calendar, add_working_days

SHIPPED = Path(__file__).parents[3] / "seed" / "data" / "calendar.csv"


def shipped() -> Calendar:
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        rows = [(row["table"], date.fromisoformat(row["day"])) for row in csv.DictReader(file)]
    return Calendar(
        frozenset(day for table, day in rows if table == "holiday"),
        frozenset(day for table, day in rows if table == "working_day"),
    )


CALENDAR = shipped()


@pytest.mark.parametrize(
    ("day", "count", "result"),
    [
        ("2024-12-30", 5, "2025-01-09"),  # Sunday 5 January was a working day, 3 January was off
        ("2025-03-19", 3, "2025-03-27"),
        ("2026-05-08", 1, "2026-05-12"),
        ("2024-05-06", 0, "2024-05-06"),
    ],
)
def test_vectors_hold_with_the_shipped_calendar(day: str, count: int, result: str) -> None:
    assert add_working_days(date.fromisoformat(day), count, CALENDAR) == date.fromisoformat(result)


def test_a_moved_working_day_is_worked_whatever_the_weekday() -> None:
    assert CALENDAR.is_working(date(2025, 1, 5))
    assert not CALENDAR.is_working(date(2025, 1, 3))


def test_a_year_without_rows_is_a_plain_one() -> None:
    assert add_working_days(date(2050, 1, 7), 1, CALENDAR) == date(2050, 1, 10)  # Friday to Monday


def test_a_deadline_never_lies_behind() -> None:
    with pytest.raises(ValueError, match="-1"):
        add_working_days(date(2024, 5, 6), -1, CALENDAR)


@given(st.dates(date(2019, 1, 1), date(2030, 12, 31)), st.integers(1, 60))
def test_so_many_working_days_lie_between_and_the_last_is_worked(day: date, count: int) -> None:
    result = add_working_days(day, count, CALENDAR)
    between = [day + timedelta(days=n + 1) for n in range((result - day).days)]
    assert sum(CALENDAR.is_working(one) for one in between) == count
    assert CALENDAR.is_working(result)
