"""What may have been met before is doubted; what is called new is new."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.repeats import MaybeMet

DIGESTS = st.lists(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 20), max_size=20), max_size=10)


@given(DIGESTS)
def test_nothing_met_before_is_ever_called_new(calls: list[list[int]]) -> None:
    maybe, met = MaybeMet(places=2**10), set[int]()
    for digests in calls:
        doubted = maybe.meet(np.array(digests, dtype=np.uint64))
        for digest, is_doubted in zip(digests, doubted.tolist(), strict=True):
            assert is_doubted or digest not in met
            met.add(digest)


def test_the_first_of_a_kind_within_one_call_is_new_and_the_others_are_doubted() -> None:
    assert MaybeMet().meet(np.array([7, 8, 7, 7, 9], dtype=np.uint64)).tolist() == [False, False, True, True, False]


def test_new_things_are_seldom_doubted() -> None:
    maybe, numbers = MaybeMet(), np.random.default_rng(1)
    doubted = sum(int(maybe.meet(numbers.integers(0, 2**64, 50_000, dtype=np.uint64)).sum()) for _ in range(20))
    assert doubted < 20 * 50_000 / 500
