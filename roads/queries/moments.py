"""As known when: the moment by which something must have been recorded to count."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

NOW = "infinity"
"""Stands for everything known today: every current row is recorded for good."""


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The last moment of a day in a zone: what was known by then was known on that day."""
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC) - timedelta(microseconds=1)
