"""Shares without a whole and rates without exposure say nothing; intervals hold the true rate."""

from decimal import Decimal

import pytest

from roads.domain.scorecard import Rate, Share


def test_a_share_of_nothing_is_none() -> None:
    assert Share(0, 0).percent is None
    assert Share(1, 4).percent == 25


@pytest.mark.parametrize(
    ("events", "low", "high"),
    # Exact (Garwood) 95 % limits of a Poisson count, to the second decimal.
    [(0, 0.0, 3.69), (1, 0.03, 5.57), (5, 1.62, 11.67), (10, 4.80, 18.39), (100, 81.36, 121.63)],
)
def test_the_interval_is_close_to_the_exact_one(events: int, low: float, high: float) -> None:
    found = Rate(events, Decimal(1)).interval
    assert found == pytest.approx((low, high), abs=0.06)


def test_more_exposure_narrows_the_interval_and_without_any_there_is_none() -> None:
    assert Rate(3, Decimal(0)).value is None
    assert Rate(3, Decimal(0)).interval is None
    near, far = Rate(30, Decimal(30)), Rate(3, Decimal(3))
    assert near.value == far.value == 1
    assert near.interval is not None
    assert far.interval is not None
    assert near.interval[1] - near.interval[0] < far.interval[1] - far.interval[0]
