"""Kilometre posts make chainage official between them."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.bbox import KAZAKHSTAN
from roads.domain.actors import Actor
from roads.domain.errors import NotAllowed
from roads.usecases import liability
from roads.usecases.first_rows import FirstRows
from roads.usecases.network_posts import ImportPosts, take_posts
from tests.factories import make_acceptance, make_contract, make_section
from tests.geo.lines import place
from tests.imports import as_rows, versions
from tests.network import current, feature, import_post_rows, post_row, segments, take_network, the, whole_metres
from tests.roads.usecases.test_network_successions import covered, on, sections

A3 = {"reference": "A-3", "significance": "republican", "kato": "11"}
ROAD = [feature((0, 0), (2500, 0), source_id="1", **A3), feature((5000, 0), (2500, 0), source_id="2", **A3)]
POSTS = [post_row("100", 0, 20), post_row("101", 1010, 20), post_row("103", 3010, 20), post_row("104", 4000, -20)]


def chainage_at(session: Session, east_m: float) -> float:
    """Chainage of the road at a place so many metres east of its start."""
    lon, lat = place(east_m, 0)
    asked = text(
        "SELECT ST_InterpolatePoint(geom, ST_Point(:lon, :lat, 4326)) FROM carriageway WHERE retired_at IS NULL "
        "ORDER BY ST_Force2D(geom) <-> ST_Point(:lon, :lat, 4326) LIMIT 1"
    )
    return float(session.scalar(asked, {"lon": lon, "lat": lat}) or 0)


def test_only_those_who_may_import(session: Session) -> None:
    with FirstRows() as first_rows, pytest.raises(NotAllowed):
        take_posts(session, Actor("nobody"), ImportPosts(as_rows([]), KAZAKHSTAN, first_rows), print)


def test_chainage_is_interpolated_between_posts_and_runs_on_by_length_beyond_them(session: Session) -> None:
    take_network(session, *ROAD)
    outcome = import_post_rows(session, *POSTS)
    assert (outcome.counts, outcome.remarks) == ((4, 0, 0), [])
    expected = {0: 100_000, 505: 100_500, 1010: 101_000, 2010: 102_000, 3010: 103_000, 3505: 103_500, 4900: 104_900}
    for east_m, chainage_m in expected.items():
        assert chainage_at(session, east_m) == pytest.approx(chainage_m, abs=1), east_m
    assert [row.measured_by for row in current(session)] == ["posts", "posts"]


def test_segments_of_a_calibrated_road_end_at_round_kilometres(session: Session) -> None:
    take_network(session, *ROAD)
    import_post_rows(session, *POSTS)
    pieces = whole_metres([*segments(session, "1"), *segments(session, "2")])
    assert [start for start, _ in pieces][1:] == [101_000, 102_000, 102_490, 103_000, 104_000]


def test_the_same_posts_again_write_nothing(session: Session) -> None:
    take_network(session, *ROAD)
    import_post_rows(session, *POSTS)
    before = versions(session)
    outcome = import_post_rows(session, *POSTS, chunk=1)
    assert outcome.counts == (0, 4, 0)
    assert versions(session) == before


def test_a_network_edition_keeps_the_posts(session: Session) -> None:
    take_network(session, *ROAD)
    import_post_rows(session, *POSTS)
    before = versions(session)
    assert take_network(session, *ROAD).counts == (0, 2, 0)
    assert versions(session) == before
    take_network(session, ROAD[0], feature((5000, 0), (3500, 30), (2500, 0), source_id="2", **A3))
    assert chainage_at(session, 3010) == pytest.approx(103_000, abs=2)


def test_sections_are_carried_over_to_official_chainage(session: Session) -> None:
    take_network(session, *ROAD)
    contract = make_contract(session)
    make_acceptance(session, make_section(session, contract, on(session, "1"), from_m=505, to_m=1010))
    liability.refresh(session, contract_ids=[contract.id])
    import_post_rows(session, *POSTS)
    assert sections(session) == [("1", 100_500, 101_000, True)]
    assert covered(session, the(session, "1").id) == [(100_500, 101_000, "warranty")]


def test_posts_that_count_down_turn_the_chain_round(session: Session) -> None:
    take_network(session, *ROAD)
    import_post_rows(session, post_row("12", 500, 0), post_row("11", 1500, 0), post_row("9", 3500, 0))
    assert chainage_at(session, 0) == pytest.approx(12_500, abs=1)
    assert chainage_at(session, 5000) == pytest.approx(7_500, abs=1)


def test_one_post_shifts_the_whole_chain(session: Session) -> None:
    take_network(session, *ROAD)
    import_post_rows(session, post_row("7", 1000, 5))
    assert chainage_at(session, 0) == pytest.approx(6000, abs=1)
    assert chainage_at(session, 5000) == pytest.approx(11_000, abs=1)


def test_chainage_before_the_first_post_may_be_below_zero(session: Session) -> None:
    take_network(session, *ROAD)
    import_post_rows(session, post_row("0", 300, 0), post_row("1", 1300, 0))
    assert the(session, "1").from_cm == pytest.approx(-30_000, abs=5)


def test_posts_without_a_direction_calibrate_both_carriageways(session: Session) -> None:
    take_network(
        session,
        feature((0, 0), (3000, 0), source_id="f", direction="forward", **A3),
        feature((3000, 20), (0, 20), source_id="r", direction="reverse", **A3),
    )
    import_post_rows(session, post_row("50", 1000, 10), post_row("51", 2000, 10))
    rows = {row.source_id: (round(row.start_m), round(row.end_m)) for row in current(session)}
    assert rows == {"f": (49_000, 52_000), "r": (52_000, 49_000)}
    import_post_rows(session, post_row("53", 2900, 10, direction="forward"))
    assert session.scalar(text("SELECT count(*) FROM kilometre_post WHERE direction = 'reverse'")) == 2


def test_a_post_that_was_put_elsewhere_moves(session: Session) -> None:
    take_network(session, *ROAD)
    import_post_rows(session, *POSTS)
    assert import_post_rows(session, post_row("101", 1100, 20)).counts == (1, 0, 0)
    assert chainage_at(session, 1100) == pytest.approx(101_000, abs=1)


def test_an_alias_of_the_road_serves_as_well(session: Session) -> None:
    take_network(session, feature((0, 0), (2500, 0), source_id="1", reference="KAZ03;A-3"))
    assert import_post_rows(session, post_row("7", 1000, 5, reference="а 3")).counts == (1, 0, 0)


@pytest.mark.parametrize(
    ("cells", "field", "code"),
    [
        ({"reference": "B-9"}, "reference", "unknown_road"),
        ({"reference": ""}, "reference", "cell_missing"),
        ({"direction": "north"}, "direction", "unknown_direction"),
        ({"direction": "reverse"}, "direction", "direction_not_there"),
        ({"km": "five"}, "km", "not_a_kilometre"),
        ({"km": "1.2345"}, "km", "not_a_kilometre"),
        ({"km": "99999999"}, "km", "not_a_kilometre"),
        ({"lon": ""}, "lon", "post_without_place"),
        ({"lat": "NaN"}, "lat", "post_without_place"),
        ({"lon": "43", "lat": "76"}, "lon", "post_axes_swapped"),
        ({"lon": "13", "lat": "52"}, "lon", "post_outside_area"),
        ({"lat": "43.01"}, "km", "post_off_road"),
    ],
)
def test_a_row_that_makes_no_sense_is_set_aside_and_the_rest_goes_in(
    session: Session, cells: dict[str, str], field: str, code: str
) -> None:
    take_network(session, *ROAD)
    outcome = import_post_rows(session, {**post_row("105", 1000, 0), **cells}, POSTS[0], area=KAZAKHSTAN)
    assert outcome.refusals == [(2, field, code)]
    assert outcome.counts == (1, 0, 1)


def test_a_post_out_of_order_is_set_aside(session: Session) -> None:
    take_network(session, *ROAD)
    outcome = import_post_rows(session, *POSTS, post_row("102", 4500, 0))
    assert outcome.refusals == [(6, "km", "post_out_of_order")]
    assert chainage_at(session, 3010) == pytest.approx(103_000, abs=1)


@pytest.mark.parametrize("chunk", [1, 1000])
def test_a_kilometre_stands_once(session: Session, chunk: int) -> None:
    take_network(session, *ROAD)
    outcome = import_post_rows(session, POSTS[0], POSTS[1], post_row("101.000", 1500, 0), chunk=chunk)
    assert outcome.refusals == [(4, "km", "repeated_post")]
    assert outcome.remarks[0].params == {"first_row": 3}


def test_a_road_beside_its_posts_is_measured_by_them_in_every_source(session: Session) -> None:
    take_network(session, *ROAD)
    take_network(session, feature((0, 5), (2500, 5), source_id="x", **A3), source="other")
    import_post_rows(session, *POSTS)
    assert round(the(session, "x").start_m) == 100_000
