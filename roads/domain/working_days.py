"""Which days are worked: the plain week, changed by holidays and moved working days, which are data."""

from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days on which the plain week does not hold. A year without rows is a plain one: nobody has entered it yet."""

    holidays: frozenset[date] = frozenset()
    working: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        """Whether a day is worked; a moved working day is one whatever the weekday."""
        return day in self.working or (day.weekday() < SATURDAY and day not in self.holidays)


def add_working_days(day: date, count: int, calendar: Calendar) -> date:
    """The day so many working days later; the day itself does not count. Errors: ValueError for a count below 0."""
    if count < 0:
        raise ValueError(f"a deadline lies ahead, not {count} working days")
    while count:
        day += DAY
        count -= calendar.is_working(day)
    return day
