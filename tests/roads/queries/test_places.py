"""Places on the network: by id in every source, by any reference of a road, and on older measurements."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from roads.domain.fields import fold_reference
from roads.domain.places import NotThere, StatedPlace, Stretch
from roads.queries.places import find_carriageways, find_places, same_places
from tests.factories import cm, make_carriageway, make_road, make_succession

DAY = date(2024, 1, 1)


def by_id(source_id: str) -> StatedPlace:
    return StatedPlace(source_id, None, None, None, None, DAY)


def by_road(reference: str, on: date = DAY) -> StatedPlace:
    return StatedPlace(None, fold_reference(reference), None, None, None, on)


def whole(session: Session, place: StatedPlace) -> list[int]:
    """The carriageways that a place without chainages means."""
    return [stretch.carriageway_id for stretch in find_places(session, [place]).resolve(place)]


def test_an_id_is_looked_for_in_every_source(session: Session) -> None:
    one = make_carriageway(session, source="osm", source_id="way/1").id
    two = make_carriageway(session, source="survey", source_id="7").id
    assert find_carriageways(session, {"way/1", "7", "nowhere"}) == {"way/1": [one], "7": [two]}


def test_an_id_that_is_there_as_it_stands_is_no_multiline(session: Session) -> None:
    whole_line = make_carriageway(session, source_id="area").id
    make_carriageway(session, source_id="area#1")
    assert whole(session, by_id("area")) == [whole_line]


def test_only_numbered_parts_belong_to_a_multiline(session: Session) -> None:
    parts = [make_carriageway(session, source_id=name).id for name in ("a#1", "a#2")]
    for name in ("a#x", "ab#1", "a#1#1", "a"):
        make_carriageway(session, source_id=name, is_retired=name == "a")
    assert whole(session, by_id("a")) == parts
    assert whole(session, by_id("a#1")) == parts[:1]


@pytest.mark.parametrize("written", ["A-3", "а-3", "А 3", "a–3"])
def test_a_reference_may_be_written_in_either_alphabet(session: Session, written: str) -> None:
    line = make_carriageway(session, make_road(session, reference="А-3")).id  # Cyrillic on record
    assert whole(session, by_road(written)) == [line]


def test_an_alias_that_became_another_roads_reference_depends_on_the_day(session: Session) -> None:
    old = make_carriageway(session, make_road(session, reference="KAZ01", aliases=["A-1"])).id
    new = make_carriageway(session, make_road(session, reference="KAZ02", aliases=["A-1"])).id
    session.execute(text("UPDATE road_alias SET valid = '(,2025-01-01)' WHERE id = (SELECT min(id) FROM road_alias)"))
    session.execute(text("UPDATE road_alias SET valid = '[2025-01-01,)' WHERE id = (SELECT max(id) FROM road_alias)"))
    assert whole(session, by_road("A-1", date(2024, 12, 31))) == [old]
    assert whole(session, by_road("A-1", date(2025, 1, 1))) == [new]


def test_a_reference_that_two_roads_bear_is_nobodys_to_guess(session: Session) -> None:
    make_carriageway(session, make_road(session, reference="KAZ01", aliases=["A-1"]))
    make_carriageway(session, make_road(session, reference="A-1"))
    with pytest.raises(NotThere, match="several_chains"):
        whole(session, by_road("A-1"))


def test_a_carriageway_without_a_chain_is_one_by_itself(session: Session) -> None:
    road = make_road(session, reference="A-3")
    line = make_carriageway(session, road).id
    session.execute(text("UPDATE carriageway SET chain_id = NULL"))
    assert whole(session, by_road("A-3")) == [line]


# --- older measurements


def metres(stretch: Stretch) -> tuple[int, float, float]:
    return stretch.carriageway_id, stretch.from_cm / 100, stretch.to_cm / 100


def elsewhere(session: Session, carriageway_id: int, from_m: float, to_m: float) -> list[tuple[int, float, float]]:
    place = Stretch(carriageway_id, cm(from_m), cm(to_m))
    return [metres(one) for one in same_places(session, [place]).get(place, [])]


def test_a_stretch_is_found_on_every_measurement_before_and_since(session: Session) -> None:
    first, second, third = (make_carriageway(session, source_id=f"{n}", length_m=10_000) for n in range(3))
    make_succession(session, first, second, old_m=(0, 9000), new_m=(100, 9100))
    make_succession(session, second, third, old_m=(0, 10_000), new_m=(0, 9000))
    assert elsewhere(session, third.id, 1800, 2700) == [(first.id, 1900, 2900), (second.id, 2000, 3000)]
    assert elsewhere(session, first.id, 1900, 2900) == [(second.id, 2000, 3000), (third.id, 1800, 2700)]
    assert elsewhere(session, second.id, 2000, 3000) == [(first.id, 1900, 2900), (third.id, 1800, 2700)]


def test_a_line_drawn_the_other_way_round_has_its_stretch_mirrored(session: Session) -> None:
    old, new = (make_carriageway(session, source_id=f"{n}", length_m=10_000) for n in range(2))
    make_succession(session, old, new, old_m=(0, 10_000), new_m=(0, 10_000), is_reversed=True)
    assert elsewhere(session, new.id, 1000, 3000) == [(old.id, 7000, 9000)]


def test_pieces_of_the_mapping_that_adjoin_are_one_stretch(session: Session) -> None:
    old, new = (make_carriageway(session, source_id=f"{n}", length_m=10_000) for n in range(2))
    make_succession(session, old, new, old_m=(0, 5000), new_m=(0, 5010))
    make_succession(session, old, new, old_m=(5000, 10_000), new_m=(5010, 10_000))
    assert elsewhere(session, new.id, 0, 10_000) == [(old.id, 0, 10_000)]


def test_a_carriageway_that_was_divided_lies_on_both_and_neither_on_the_other(session: Session) -> None:
    old = make_carriageway(session, source_id="old", is_retired=True)
    forward = make_carriageway(session, source_id="f", direction="forward")
    reverse = make_carriageway(session, source_id="r", direction="reverse")
    for new in (forward, reverse):
        make_succession(session, old, new, old_m=(0, 10_000), new_m=(0, 10_000))
    assert elsewhere(session, forward.id, 0, 100) == [(old.id, 0, 100)]
    assert elsewhere(session, old.id, 0, 100) == [(forward.id, 0, 100), (reverse.id, 0, 100)]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(1, 900),
    st.integers(1, 900),
    st.integers(100, 2000),
    st.integers(0, 300),
    st.booleans(),
)
def test_there_and_back_again_is_the_same_stretch(
    session: Session, start: int, length: int, new_length: int, shift: int, is_reversed: bool
) -> None:
    with session.begin_nested() as undone:
        old, new = (make_carriageway(session, source_id=f"{n}", length_m=3000) for n in range(2))
        make_succession(session, old, new, old_m=(0, 2000), new_m=(shift, shift + new_length), is_reversed=is_reversed)
        there = elsewhere(session, old.id, start, start + length)
        back = elsewhere(session, *there[0])
        # A centimetre there is up to 20 here.
        assert back[0] == pytest.approx((old.id, start, start + length), abs=0.11)
        undone.rollback()
