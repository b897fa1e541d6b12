"""Who has to wait at the letterbox, and which forms no person has filled in."""

from datetime import UTC, datetime, timedelta

import pytest

from roads.domain.reports import (
    DAY,
    FormExpired,
    FormTooFast,
    Quota,
    code_of,
    demand_human_pace,
)

NOW = datetime(2024, 6, 3, 12, tzinfo=UTC)
QUOTA = Quota(in_hour=2, in_day=3, of_all_in_hour=4)


def ago(*minutes: int) -> list[datetime]:
    return [NOW - timedelta(minutes=one) for one in minutes]


@pytest.mark.parametrize(
    ("own", "of_all", "wait_min"),
    [
        ([], [], 0),
        ([10], [10], 0),
        ([10, 30], [], 30),
        ([10, 61], [], 0),
        ([10, 100, 200], [], 1440 - 200),
        ([1, 2, 3], [], 1440 - 3),
        ([], [1, 2, 3, 40], 20),
        ([], [1, 2, 3, 61], 0),
    ],
)
def test_whoever_sends_much_waits_until_the_oldest_is_forgotten(
    own: list[int], of_all: list[int], wait_min: int
) -> None:
    assert QUOTA.wait(ago(*own), ago(*of_all), NOW) == timedelta(minutes=wait_min)


def test_a_form_is_filled_in_by_a_person_and_on_the_same_day() -> None:
    demand_human_pace(NOW - timedelta(seconds=3), NOW)
    demand_human_pace(NOW - DAY, NOW)
    with pytest.raises(FormTooFast):
        demand_human_pace(NOW - timedelta(seconds=2.9), NOW)
    for sent in (NOW - DAY - timedelta(seconds=1), NOW + timedelta(seconds=1)):
        with pytest.raises(FormExpired):
            demand_human_pace(sent, NOW)


def test_a_code_is_read_as_people_write_it() -> None:
    assert code_of(" abcde-23456 ") == "ABCDE23456"
    assert code_of("ABCDE2345") is None
    assert code_of("ABCDE2345O") is None
