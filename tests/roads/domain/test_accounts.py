"""Passwords, lifetimes and waiting."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roads.domain.accounts import (
    COMMONEST,
    IDLE,
    LONGEST_SESSION,
    OF_ONE_LOGIN,
    OF_ONE_ORIGIN,
    SHORTEST_PASSWORD,
    Failure,
    Lifetime,
    Limit,
    PasswordProblem,
    WeakPassword,
    as_typed,
    demand_good,
    login_of,
    origin_of,
    password_problem,
    wait_after,
)

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("elevenchars", PasswordProblem.TOO_SHORT),
        ("twelve chars", None),
        ("x" * 201, PasswordProblem.TOO_LONG),
        ("Engineer@Example.KZ", PasswordProblem.IS_LOGIN),
        ("Password1234", PasswordProblem.TOO_COMMON),
        ("ЙЦУКЕНГШЩЗХЪ", PasswordProblem.TOO_COMMON),
        ("ababababababab", PasswordProblem.TOO_PLAIN),
        ("қара жол ұзын", None),
    ],
)
def test_a_password_is_long_uncommon_and_not_the_login(password: str, problem: PasswordProblem | None) -> None:
    assert password_problem(password, "engineer@example.kz") is problem


def test_a_weak_password_says_what_is_wrong() -> None:
    with pytest.raises(WeakPassword) as said:
        demand_good("short", "a@b.kz")
    assert said.value.params == {"problem": "too_short"}


def test_the_list_of_the_commonest_has_none_that_is_refused_anyhow() -> None:
    assert [one for one in COMMONEST if len(one) < SHORTEST_PASSWORD or one != one.casefold()] == []


def test_one_letter_typed_in_two_ways_is_one_password() -> None:
    assert as_typed("и\u0306") == as_typed("й")
    assert login_of("  Инженер@Example.KZ ") == "инженер@example.kz"


def life(*, age: timedelta, idle: timedelta, revoked: bool = False, valid_from: datetime | None = None) -> Lifetime:
    begun = NOW - age
    return Lifetime(begun, NOW - idle, begun + LONGEST_SESSION, NOW if revoked else None, valid_from or begun)


@pytest.mark.parametrize(
    ("lived", "is_open"),
    [
        (life(age=timedelta(days=6), idle=timedelta(hours=11)), True),
        (life(age=timedelta(days=1), idle=IDLE), False),
        (life(age=LONGEST_SESSION, idle=timedelta(0)), False),
        (life(age=timedelta(hours=1), idle=timedelta(0), revoked=True), False),
        (life(age=timedelta(hours=1), idle=timedelta(0), valid_from=NOW - timedelta(minutes=1)), False),
    ],
)
def test_a_session_ends_by_idleness_by_age_by_hand_or_with_the_password(lived: Lifetime, is_open: bool) -> None:
    assert lived.is_open(NOW) is is_open


def failures(count: int, *, same: bool = True, ago: timedelta = timedelta(0)) -> list[Failure]:
    return [Failure(NOW - ago, same)] * count


def test_the_first_failures_cost_nothing_and_each_further_one_doubles_the_wait() -> None:
    waits = [wait_after(failures(count), NOW).total_seconds() for count in range(4, 12)]
    assert waits == [0, 30, 60, 120, 240, 480, 900, 900]


def test_waiting_passes() -> None:
    assert wait_after(failures(5, ago=timedelta(seconds=20)), NOW) == timedelta(seconds=10)
    assert wait_after(failures(5, ago=timedelta(seconds=30)), NOW) == timedelta(0)
    assert wait_after(failures(100, ago=Limit.WINDOW), NOW) == timedelta(0)


def test_failures_for_other_logins_count_for_the_origin_only() -> None:
    assert wait_after(failures(OF_ONE_LOGIN.free, same=False), NOW) == timedelta(0)
    assert wait_after(failures(OF_ONE_ORIGIN.free, same=False), NOW) > timedelta(0)


@given(st.lists(st.tuples(st.integers(0, 2000), st.booleans()), max_size=60))
def test_nobody_waits_longer_than_the_window(ages: list[tuple[int, bool]]) -> None:
    told = [Failure(NOW - timedelta(seconds=age), same) for age, same in ages]
    assert timedelta(0) <= wait_after(told, NOW) <= Limit.WINDOW


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("a socket", "a socket"),
    ],
)
def test_a_subscriber_is_one_origin(address: str, origin: str) -> None:
    assert origin_of(address) == origin
