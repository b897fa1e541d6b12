"""Lines that touch are put in a row."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.chains import Chain, Link, against_the_course, chains
from geo.keys import place_keys


def key(east: float, north: float) -> int:
    """A place so many kilometres (about) east and north of 76 E 43 N."""
    return int(place_keys(np.array([76 + east / 81]), np.array([43 + north / 111]))[0])


def link(number: int, start: tuple[float, float], end: tuple[float, float], length: float | None = None) -> Link:
    length = float(np.hypot(end[0] - start[0], end[1] - start[1])) if length is None else length
    heading = float(np.degrees(np.arctan2(end[0] - start[0], end[1] - start[1])))
    return Link(number, key(*start), key(*end), length, heading, heading)


def shown(chain: Chain) -> list[int]:
    """Links by number, those passed against their drawing with a minus."""
    return [-step.link.id if step.is_flipped else step.link.id for step in chain]


def test_touching_links_are_one_row_whichever_way_each_is_drawn() -> None:
    links = [link(3, (2, 0), (3, 0)), link(1, (0, 0), (1, 0)), link(2, (2, 0), (1, 0))]
    assert [shown(chain) for chain in chains(links)] == [[1, -2, 3]]


def test_a_row_runs_the_way_most_of_it_is_drawn() -> None:
    links = [link(1, (1, 0), (0, 0)), link(2, (3, 0), (1, 0)), link(3, (3, 0), (4, 0))]
    assert [shown(chain) for chain in chains(links)] == [[-3, 2, 1]]


def test_a_row_drawn_as_much_each_way_begins_in_the_west() -> None:
    assert shown(chains([link(1, (2, 0), (1, 0)), link(2, (2, 0), (3, 0))])[0]) == [-1, 2]
    assert shown(chains([link(1, (0, 2), (0, 1)), link(2, (0, 2), (0, 3))])[0]) == [-1, 2]


def test_links_that_do_not_touch_are_rows_of_their_own() -> None:
    assert [shown(chain) for chain in chains([link(1, (0, 0), (1, 0)), link(2, (5, 0), (6, 0))])] == [[1], [2]]


def test_where_a_road_branches_the_longest_way_gets_the_row() -> None:
    links = [link(1, (0, 0), (5, 0)), link(2, (5, 0), (5, 1)), link(3, (5, 0), (9, 0))]
    assert [shown(chain) for chain in chains(links)] == [[1, 3], [2]]


def test_a_ring_is_opened_where_its_first_link_starts() -> None:
    links = [link(2, (1, 0), (1, 1)), link(3, (1, 1), (0, 0)), link(1, (0, 0), (1, 0))]
    assert [shown(chain) for chain in chains(links)] == [[1, 2, 3]]


def test_a_link_that_ends_where_it_starts_is_a_row_of_its_own() -> None:
    links = [link(1, (0, 0), (1, 0)), link(2, (1, 0), (1, 0), 3.0), link(3, (1, 0), (2, 0))]
    assert [shown(chain) for chain in chains(links)] == [[1, 3], [2]]


places = st.tuples(st.integers(0, 4), st.integers(0, 4))
networks = st.lists(st.tuples(places, places), min_size=1, max_size=25).map(
    lambda pairs: [link(number, start, end, 1.0) for number, (start, end) in enumerate(pairs, start=1)]
)


@given(networks)
def test_every_link_is_in_one_row_and_rows_hang_together(links: list[Link]) -> None:
    found = chains(links)
    assert sorted(step.link.id for chain in found for step in chain) == [one.id for one in links]
    for chain in found:
        assert all(step.ends == then.begins for step, then in pairwise(chain))


@given(networks, st.randoms())
def test_the_same_links_in_another_order_give_the_same_rows(links: list[Link], random: object) -> None:
    mixed = list(links)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert [shown(chain) for chain in chains(mixed)] == [shown(chain) for chain in chains(links)]


def test_ten_thousand_links_in_a_row_take_no_time() -> None:
    links = [link(number, (number / 10, 0), ((number + 1) / 10, 0)) for number in range(10_000)]
    assert [len(chain) for chain in chains(links)] == [10_000]


# --- dual carriageways


def test_of_a_dual_carriageway_the_one_against_the_course_is_found() -> None:
    there = [link(1, (0, 0), (2, 0.02)), link(2, (2, 0.02), (4, 0.02))]
    back = [link(3, (4, 0), (2, 0)), link(4, (2, 0), (0, 0))]
    assert against_the_course([*there, *back]) == {3, 4}


def test_a_road_driven_one_way_only_has_none_against_it() -> None:
    links = [link(1, (4, 0), (2, 1)), link(2, (2, 1), (3, 2)), link(3, (3, 2), (0, 2))]
    assert against_the_course(links) == set()


def test_a_bend_back_does_not_turn_a_carriageway_round() -> None:
    there = [link(1, (0, 0), (4, 0)), link(2, (4, 0), (3.8, 1)), link(3, (3.8, 1), (8, 1))]
    back = [link(4, (8, 1.1), (0, 1.1))]
    assert against_the_course([*there, *back]) == {4}


@pytest.mark.parametrize("turned", [False, True])
def test_the_course_is_east_or_north_however_the_road_lies(turned: bool) -> None:
    def lay(number: int, start: tuple[float, float], end: tuple[float, float]) -> Link:
        return link(number, start[::-1], end[::-1]) if turned else link(number, start, end)

    assert against_the_course([lay(1, (5, 0), (0, 0.5)), lay(2, (0, 0.51), (5, 0.01))]) == {1}
