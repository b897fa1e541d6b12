"""Which metres a file means: ends drawn in, parts of a multiline, chains of a road."""

import itertools
from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roads.domain.network import Direction
from roads.domain.places import NotThere, Piece, StatedPlace, Stretch, by_reference, by_source_id, chains

DAY = date(2024, 1, 1)
KM = 100_000


def place(from_cm: int | None = None, to_cm: int | None = None, direction: Direction | None = None) -> StatedPlace:
    return StatedPlace("x", None, direction, from_cm, to_cm, DAY)


def piece(
    id_: int, from_cm: int, to_cm: int, chain: int = 1, direction: Direction = Direction.SINGLE, is_part: bool = False
) -> Piece:
    return Piece(id_, direction, chain, from_cm, to_cm, is_part)


def refused(pieces: Sequence[Piece], where: StatedPlace) -> tuple[str, str]:
    with pytest.raises(NotThere) as found:
        by_reference(where, chains(pieces))
    return found.value.field, found.value.code


def test_without_chainages_the_whole_carriageway_is_meant() -> None:
    assert by_source_id(place(), [piece(7, 500, 9_000)]) == [Stretch(7, 500, 9_000)]


def test_without_chainages_every_part_of_a_multiline_is_meant() -> None:
    parts = [piece(8, 0, 700, chain=2, is_part=True), piece(7, 0, 900, is_part=True)]
    assert by_source_id(place(), parts) == [Stretch(7, 0, 900), Stretch(8, 0, 700)]


def test_chainages_on_a_multiline_of_several_parts_are_refused() -> None:
    parts = [piece(7, 0, 900, is_part=True), piece(8, 0, 700, chain=2, is_part=True)]
    with pytest.raises(NotThere, match="parts_share_no_chainage"):
        by_source_id(place(0, 100), parts)


def test_chainages_on_the_only_part_of_a_multiline_are_meant() -> None:
    assert by_source_id(place(0, 100), [piece(7, 0, 900, is_part=True)]) == [Stretch(7, 0, 100)]


def test_an_id_that_two_sources_use_is_nobodys_to_guess() -> None:
    with pytest.raises(NotThere, match="source_id_in_several_sources"):
        by_source_id(place(), [piece(7, 0, 900), piece(8, 0, 900, chain=2)])


def test_an_unknown_id_is_refused() -> None:
    with pytest.raises(NotThere, match="unknown_source_id"):
        by_source_id(place(), [])


def test_a_direction_that_the_carriageway_does_not_have_is_refused() -> None:
    with pytest.raises(NotThere, match="direction_not_there") as found:
        by_source_id(place(direction=Direction.REVERSE), [piece(7, 0, 900)])
    assert found.value.params == {"directions": "single"}


@pytest.mark.parametrize(
    ("length", "past", "is_drawn"),
    [
        (10 * KM, 1_000, True),  # a thousandth of 10 km is 10 m
        (10 * KM, 1_001, False),
        (50_000, 100, True),  # 500 m: one metre counts
        (50_000, 101, False),
    ],
)
def test_a_chainage_a_little_past_an_end_means_that_end(length: int, past: int, is_drawn: bool) -> None:
    for stated in (place(length // 2, length + past), place(-past, length // 2)):
        if is_drawn:
            stretch = by_source_id(stated, [piece(7, 0, length)])[0]
            assert (stretch.from_cm, stretch.to_cm) in {(length // 2, length), (0, length // 2)}
        else:
            with pytest.raises(NotThere, match="chainage_beyond_road"):
                by_source_id(stated, [piece(7, 0, length)])


def test_the_remark_names_the_end_that_lies_beyond() -> None:
    pieces = [piece(7, KM, 10 * KM)]
    assert refused(pieces, place(2 * KM, 11 * KM)) == ("chainage_to", "chainage_beyond_road")
    assert refused(pieces, place(0, 2 * KM)) == ("chainage_from", "chainage_beyond_road")
    assert refused(pieces, place(20 * KM, 30 * KM)) == ("chainage_to", "chainage_beyond_road")


def test_a_range_runs_through_all_carriageways_of_a_chain() -> None:
    pieces = [piece(7, 0, 3 * KM), piece(9, 5 * KM, 9 * KM), piece(8, 3 * KM, 5 * KM)]
    assert by_reference(place(2 * KM, 6 * KM), chains(pieces)) == [
        Stretch(7, 2 * KM, 3 * KM),
        Stretch(8, 3 * KM, 5 * KM),
        Stretch(9, 5 * KM, 6 * KM),
    ]


def test_a_range_that_two_chains_of_one_direction_could_be_is_refused() -> None:
    pieces = [piece(7, 0, 3 * KM), piece(8, 2 * KM, 9 * KM, chain=2)]
    assert refused(pieces, place(KM, 3 * KM)) == ("chainage_from", "several_chains")


def test_a_range_on_one_of_two_chains_is_found() -> None:
    pieces = [piece(7, 0, 3 * KM), piece(8, 4 * KM, 9 * KM, chain=2)]
    assert by_reference(place(5 * KM, 6 * KM), chains(pieces)) == [Stretch(8, 5 * KM, 6 * KM)]


def test_a_chain_touched_by_less_than_a_metre_does_not_count_beside_another() -> None:
    pieces = [piece(7, 0, 3 * KM), piece(8, 3 * KM, 9 * KM, chain=2)]
    assert by_reference(place(KM, 3 * KM + 80), chains(pieces)) == [Stretch(7, KM, 3 * KM)]


def test_a_whole_road_of_two_chains_is_refused() -> None:
    pieces = [piece(7, 0, 3 * KM), piece(8, 4 * KM, 9 * KM, chain=2)]
    assert refused(pieces, place()) == ("road_reference", "several_chains")


def divided() -> list[Piece]:
    """Single to kilometre 10, then divided to kilometre 20."""
    return [
        piece(1, 0, 10 * KM),
        piece(2, 10 * KM, 20 * KM, chain=2, direction=Direction.FORWARD),
        piece(3, 10 * KM, 20 * KM - 900, chain=3, direction=Direction.REVERSE),
    ]


def test_without_a_direction_both_carriageways_of_a_divided_road_are_meant() -> None:
    assert by_reference(place(12 * KM, 13 * KM), chains(divided())) == [
        Stretch(2, 12 * KM, 13 * KM),
        Stretch(3, 12 * KM, 13 * KM),
    ]


def test_with_a_direction_only_that_carriageway_is_meant() -> None:
    where = place(12 * KM, 13 * KM, Direction.REVERSE)
    assert by_reference(where, chains(divided())) == [Stretch(3, 12 * KM, 13 * KM)]


def test_a_range_may_begin_before_the_road_parts() -> None:
    assert by_reference(place(9 * KM, 11 * KM), chains(divided())) == [
        Stretch(1, 9 * KM, 10 * KM),
        Stretch(2, 10 * KM, 11 * KM),
        Stretch(3, 10 * KM, 11 * KM),
    ]


def test_the_shorter_carriageway_ends_where_it_ends() -> None:
    assert by_reference(place(19 * KM, 20 * KM), chains(divided()))[-1] == Stretch(3, 19 * KM, 20 * KM - 900)


def test_single_and_divided_at_one_chainage_are_two_places() -> None:
    pieces = [piece(1, 0, 10 * KM), piece(2, 0, 10 * KM, chain=2, direction=Direction.FORWARD)]
    assert refused(pieces, place(KM, 2 * KM)) == ("chainage_from", "several_chains")


def test_a_gap_between_single_and_divided_is_refused() -> None:
    pieces = [piece(1, 0, 10 * KM), piece(2, 12 * KM, 20 * KM, chain=2, direction=Direction.FORWARD)]
    assert refused(pieces, place(9 * KM, 13 * KM)) == ("chainage_from", "road_has_gap")


@given(st.data())
def test_the_parts_of_a_range_on_a_chain_sum_to_the_range(data: st.DataObject) -> None:
    bounds = sorted(data.draw(st.sets(st.integers(0, 1000), min_size=2, max_size=9)))
    pieces = [piece(n, start, end) for n, (start, end) in enumerate(itertools.pairwise(bounds))]
    start = data.draw(st.integers(bounds[0], bounds[-1] - 1))
    end = data.draw(st.integers(start + 1, bounds[-1]))
    found = by_reference(place(start, end), chains(pieces))
    assert sum(one.to_cm - one.from_cm for one in found) == end - start
    assert all(a.to_cm == b.from_cm for a, b in itertools.pairwise(found))
