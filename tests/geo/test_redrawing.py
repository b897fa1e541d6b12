"""What lay on an old line lies on the new ones: metre for metre."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.linear_referencing import Lines
from geo.redrawing import Piece, redrawn, remeasured
from tests.geo.lines import Vertices, drawn

OLD = [(0.0, 0.0), (500, 0), (1000, 300), (2000, 300)]


def shown(pieces: list[Piece]) -> list[tuple[int, int, int, int, int]]:
    """New line, old and new chainage, to the metre."""
    return [(p.new, round(p.old_from), round(p.old_to), round(p.new_from), round(p.new_to)) for p in pieces]


def test_a_line_that_stayed_is_one_piece() -> None:
    assert shown(redrawn(drawn(OLD), drawn(OLD), 0)) == [(0, 0, 2083, 0, 2083)]


def test_a_line_cut_in_two_passes_into_both() -> None:
    new = drawn(OLD[:3], OLD[2:])
    assert shown(redrawn(drawn(OLD), new, 0)) == [(0, 0, 1083, 0, 1083), (1, 1083, 2083, 0, 1000)]
    assert shown(redrawn(drawn(OLD), new, None)) == [(0, 0, 1083, 0, 1083), (1, 1083, 2083, 0, 1000)]


def test_a_cut_between_two_vertices_loses_nothing() -> None:
    new = drawn([*OLD[:3], (1507, 300)], [(1507, 300), OLD[3]])
    assert shown(redrawn(drawn(OLD), new, 0)) == [(0, 0, 1590, 0, 1590), (1, 1590, 2083, 0, 493)]


def test_a_line_drawn_from_its_other_end_is_reversed() -> None:
    (piece,) = redrawn(drawn(OLD), drawn(OLD[::-1]), 0)
    assert shown([piece]) == [(0, 0, 2083, 2083, 0)]
    assert piece.is_reversed


def test_a_line_drawn_a_little_beside_keeps_its_ends() -> None:
    pieces = redrawn(drawn(OLD), drawn([(east, north + 5) for east, north in OLD]), 0)
    assert (pieces[0].old_from, pieces[0].new_from) == (0, 0)
    assert round(pieces[-1].old_to) == round(pieces[-1].new_to) == 2083
    assert all(before.old_to == after.old_from for before, after in pairwise(pieces))


def test_a_new_bend_is_carried_over_in_proportion() -> None:
    detour = [(0.0, 0.0), (500, 0), (700, 400), (1000, 300), (2000, 300)]
    pieces = redrawn(drawn(OLD), drawn(detour), 0)
    assert all(before.old_to == after.old_from for before, after in pairwise(pieces))
    assert shown(pieces)[-1][1:] == (1083, 2083, 1263, 2263)


def test_the_same_feature_somewhere_else_takes_all_of_it() -> None:
    pieces = redrawn(drawn(OLD), drawn([(east, north + 200) for east, north in OLD]), 0)
    assert shown(pieces) == [(0, 0, 2083, 0, 2083)]


def test_another_feature_somewhere_else_takes_nothing() -> None:
    assert redrawn(drawn(OLD), drawn([(east, north + 200) for east, north in OLD]), None) == []


def test_a_street_that_crosses_takes_nothing() -> None:
    assert redrawn(drawn(OLD), drawn([(1500, -500), (1500, 900)]), None) == []


def test_a_carriageway_beside_takes_nothing_from_the_one_that_stayed() -> None:
    new = drawn(OLD, [(east, north + 9) for east, north in OLD])
    assert shown(redrawn(drawn(OLD), new, 0)) == [(0, 0, 2083, 0, 2083)]


def test_a_feature_that_lost_its_end_does_not_stretch_over_it() -> None:
    (piece,) = redrawn(drawn(OLD), drawn(OLD[:3]), 0)
    assert shown([piece]) == [(0, 0, 1083, 0, 1083)]


def test_a_feature_that_grew_takes_no_more_than_there_was() -> None:
    (piece,) = redrawn(drawn(OLD), drawn([*OLD, (4000, 300)]), 0)
    assert shown([piece]) == [(0, 0, 2083, 0, 2083)]


def test_chainage_other_than_from_zero_is_carried_over_too() -> None:
    old, new = drawn(OLD), drawn(OLD[::-1])
    falling = Lines(old.lon, old.lat, 7000 - old.m, old.first)
    later = Lines(new.lon, new.lat, 100_000 + new.m, new.first)
    (piece,) = redrawn(falling, later, 0)
    assert shown([piece]) == [(0, 4917, 7000, 100_000, 102_083)]


def test_a_line_measured_anew_where_it_lies_is_exact() -> None:
    old = drawn(OLD)
    posts = Lines(old.lon, old.lat, np.interp(old.m, [0, 1083.1, 2083.1], [5000, 6100, 7000]), old.first)
    pieces = remeasured(old, posts)
    assert shown(pieces) == [(0, 0, 1083, 5000, 6100), (0, 1083, 2083, 6100, 7000)]


@given(
    st.lists(st.tuples(st.integers(50, 900), st.integers(-60, 60)), min_size=1, max_size=6),
    st.lists(st.integers(1, 99), max_size=3, unique=True),
    st.booleans(),
)
def test_however_a_line_is_cut_up_every_metre_is_found_again(
    bends: list[tuple[int, int]], shares: list[int], is_turned: bool
) -> None:
    """Roads run east here, so no two places of one lie near each other."""
    vertices: Vertices = [(0.0, 0.0), *np.cumsum(bends, axis=0).tolist()]
    east, north = (np.array(values, dtype=float) for values in zip(*vertices, strict=True))
    cuts = sorted(east[-1] * share / 100 for share in shares)
    bounds = [0.0, *cuts, float(east[-1])]
    parts = []
    for start, end in pairwise(bounds):
        inner = [(x, y) for x, y in zip(east, north, strict=True) if start + 0.5 < x < end - 0.5]
        part = [(start, float(np.interp(start, east, north))), *inner, (end, float(np.interp(end, east, north)))]
        parts.append(part[::-1] if is_turned else part)
    old = drawn(vertices)
    pieces = sorted(redrawn(old, drawn(*parts), None), key=lambda piece: piece.old_from)
    covered = sum(piece.old_to - piece.old_from for piece in pieces)
    moved = sum(abs(piece.new_to - piece.new_from) for piece in pieces)
    assert covered == pytest.approx(old.lengths[0], abs=0.1)
    assert moved == pytest.approx(old.lengths[0], abs=0.5)
    assert all(before.old_to <= after.old_from + 1e-6 for before, after in pairwise(pieces))
