"""Which slots of a job are due."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from roads.domain.operations import KnownRun, RunState, latest_due, lock_number, pause_after, slots_to_run

ALMATY = ZoneInfo("Asia/Almaty")
NOW = datetime(2026, 3, 10, 6, 0, tzinfo=UTC)
TODAY = date(2026, 3, 10)


def finished(slot: date) -> KnownRun:
    return KnownRun(slot, RunState.FINISHED, 1, NOW)


def failed(slot: date, *, attempts: int, ago: timedelta) -> KnownRun:
    return KnownRun(slot, RunState.FAILED, attempts, NOW - ago)


def test_a_job_that_never_ran_begins_today() -> None:
    assert slots_to_run([], TODAY, NOW) == [TODAY]


def test_nothing_is_due_after_todays_slot_finished() -> None:
    assert slots_to_run([finished(TODAY)], TODAY, NOW) == []


def test_days_missed_since_the_last_finished_slot_come_oldest_first() -> None:
    assert slots_to_run([finished(date(2026, 3, 7))], TODAY, NOW) == [date(2026, 3, 8), date(2026, 3, 9), TODAY]


def test_a_slot_of_a_later_day_does_not_hide_todays() -> None:
    assert slots_to_run([finished(date(2026, 3, 9)), finished(date(2030, 1, 1))], TODAY, NOW) == [TODAY]


def test_a_killed_run_is_due_at_once_before_later_days() -> None:
    killed = KnownRun(date(2026, 3, 8), RunState.RUNNING, 1, None)
    assert slots_to_run([killed, finished(date(2026, 3, 9))], TODAY, NOW) == [date(2026, 3, 8), TODAY]


def test_a_failed_slot_keeps_no_later_one_from_running() -> None:
    just_failed = failed(date(2026, 3, 9), attempts=3, ago=timedelta(minutes=1))
    assert slots_to_run([just_failed], TODAY, NOW) == [TODAY]


@pytest.mark.parametrize(("ago_minutes", "due"), [(7, []), (8, [TODAY])])
def test_a_failed_slot_is_tried_again_after_a_pause_that_doubles(ago_minutes: int, due: list[date]) -> None:
    assert slots_to_run([failed(TODAY, attempts=3, ago=timedelta(minutes=ago_minutes))], TODAY, NOW) == due


def test_the_pause_between_attempts_never_exceeds_half_a_day() -> None:
    assert [pause_after(n) for n in (1, 2, 9, 10, 500)] == [
        timedelta(minutes=2),
        timedelta(minutes=4),
        timedelta(minutes=512),
        timedelta(hours=12),
        timedelta(hours=12),
    ]


@pytest.mark.parametrize(
    ("moment", "slot"),
    [
        (datetime(2026, 3, 10, 1, 59, tzinfo=ALMATY), date(2026, 3, 9)),
        (datetime(2026, 3, 10, 2, 0, tzinfo=ALMATY), date(2026, 3, 10)),
    ],
)
def test_a_slot_is_due_from_its_time_of_day_on(moment: datetime, slot: date) -> None:
    assert latest_due(moment, time(2, 0)) == slot


def test_the_hour_that_almaty_had_twice_belongs_to_one_slot() -> None:
    twice = [datetime(2024, 2, 29, 23, 30, fold=fold, tzinfo=ALMATY) for fold in (0, 1)]
    assert twice[0].utcoffset() != twice[1].utcoffset()
    assert {latest_due(moment, time(23, 30)) for moment in twice} == {date(2024, 2, 29)}


def test_lock_numbers_differ_by_name_and_fit_what_postgresql_shows() -> None:
    numbers = {lock_number(name) for name in ("run of place-defects", "run of attribute-defects", "leader")}
    assert len(numbers) == 3
    assert all(0 <= number < 2**63 for number in numbers)
