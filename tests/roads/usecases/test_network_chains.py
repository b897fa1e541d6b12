"""One chainage runs through the touching carriageways of a road and direction."""

from itertools import pairwise

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.network import Feature, current, feature, segments, take_network, the, whole_metres

A3 = {"reference": "A-3", "significance": "republican"}
FIRST = feature((0, 0), (800, 0), source_id="1", **A3)


def ends(session: Session) -> dict[str, tuple[int, int]]:
    """Chainage at the first and the last vertex, to the metre."""
    return {row.source_id: (round(row.start_m), round(row.end_m)) for row in current(session)}


def chain_count(session: Session) -> int:
    return len({row.chain_id for row in current(session)})


def test_touching_features_of_a_road_carry_one_chainage_and_stay_themselves(session: Session) -> None:
    take_network(
        session,
        feature((800, 0), (1600, 0), source_id="2", **A3),
        feature((0, 0), (800, 0), source_id="1", **A3),
        feature((1600, 0), (2000, 0), source_id="3", **A3),
    )
    assert ends(session) == {"1": (0, 800), "2": (800, 1600), "3": (1600, 2000)}
    assert chain_count(session) == 1


def test_a_chain_is_known_by_the_smallest_carriageway_in_it(session: Session) -> None:
    take_network(
        session, feature((0, 0), (800, 0), source_id="1", **A3), feature((800, 0), (900, 0), source_id="2", **A3)
    )
    rows = current(session)
    assert {row.chain_id for row in rows} == {min(row.id for row in rows)}


def test_a_feature_drawn_against_the_chain_has_falling_chainage(session: Session) -> None:
    take_network(
        session, feature((0, 0), (800, 0), source_id="1", **A3), feature((900, 0), (800, 0), source_id="2", **A3)
    )
    assert ends(session) == {"1": (0, 800), "2": (900, 800)}


def test_extents_of_a_chain_adjoin_to_the_centimetre(session: Session) -> None:
    take_network(
        session, *(feature((n * 333.337, 0), ((n + 1) * 333.337, 0), source_id=f"{n}", **A3) for n in range(9))
    )
    rows = sorted(current(session), key=lambda row: row.from_cm)
    assert all(before.to_cm == after.from_cm for before, after in pairwise(rows))


def test_another_road_or_another_source_is_another_chain(session: Session) -> None:
    take_network(
        session,
        feature((0, 0), (800, 0), source_id="1", **A3),
        feature((800, 0), (900, 0), source_id="2", reference="A-4"),
    )
    take_network(session, feature((800, 0), (950, 0), source_id="3", **A3), source="other")
    assert ends(session) == {"1": (0, 800), "2": (0, 100), "3": (0, 150)}
    assert chain_count(session) == 3


def test_nameless_features_are_not_chained(session: Session) -> None:
    take_network(session, feature((0, 0), (800, 0), source_id="1"), feature((800, 0), (900, 0), source_id="2"))
    assert ends(session) == {"1": (0, 800), "2": (0, 100)}
    assert [row.road_id for row in current(session)] == [None, None]
    assert [row.chain_id for row in current(session)] == [row.id for row in current(session)]


def test_features_of_a_street_are_chained_by_name_within_a_region(session: Session) -> None:
    abay = {"name": "Абай", "kato": "75"}
    take_network(
        session,
        feature((0, 0), (800, 0), source_id="1", **abay),
        feature((800, 0), (900, 0), source_id="2", **abay),
        feature((900, 0), (950, 0), source_id="3", name="Абай", kato="71"),
    )
    assert ends(session) == {"1": (0, 800), "2": (800, 900), "3": (0, 50)}


def test_a_branch_is_a_chain_of_its_own(session: Session) -> None:
    take_network(
        session,
        feature((0, 0), (900, 0), source_id="1", **A3),
        feature((900, 0), (900, 200), source_id="branch", **A3),
        feature((900, 0), (2000, 0), source_id="2", **A3),
    )
    assert ends(session) == {"1": (0, 900), "2": (900, 2000), "branch": (0, 200)}
    assert chain_count(session) == 2


# --- chainage that the file gives


def test_a_given_chainage_holds_at_the_first_vertex(session: Session) -> None:
    take_network(session, feature((0, 0), (800, 0), source_id="1", chainage_from="212+600"))
    row = the(session, "1")
    assert ends(session) == {"1": (212_600, 213_400)}
    assert row.measured_by == "given"


def test_a_given_chainage_carries_on_through_the_chain_both_ways(session: Session) -> None:
    take_network(
        session,
        feature((0, 0), (800, 0), source_id="1", chainage_from=None, **A3),
        feature((800, 0), (1600, 0), source_id="2", chainage_from=5000, **A3),
        feature((1600, 0), (1700, 0), source_id="3", chainage_from=None, **A3),
        feature((1700, 0), (1900, 0), source_id="4", chainage_from=6000.25, **A3),
    )
    assert ends(session) == {"1": (4200, 5000), "2": (5000, 5800), "3": (5800, 5900), "4": (6000, 6200)}


def test_a_chain_runs_the_way_its_given_chainages_rise(session: Session) -> None:
    take_network(
        session,
        feature((0, 0), (800, 0), source_id="1", chainage_from=2000, **A3),
        feature((800, 0), (1600, 0), source_id="2", chainage_from=1200, **A3),
    )
    assert ends(session) == {"1": (2000, 1200), "2": (1200, 400)}


def test_calibrated_highways_are_cut_at_round_kilometres(session: Session) -> None:
    take_network(session, feature((0, 0), (3000, 0), source_id="1", chainage_from=4950, **A3))
    assert whole_metres(segments(session, "1")) == [(4950, 6000), (6000, 7000), (7000, 7950)]


# --- dual carriageways


def test_both_carriageways_of_a_dual_road_carry_the_forward_chainage(session: Session) -> None:
    take_network(
        session,
        feature((0, 0), (900, 0), source_id="f1", direction="forward", **A3),
        feature((900, 0), (2000, 0), source_id="f2", direction="forward", **A3),
        feature((2000, 25), (900, 25), source_id="r1", direction="reverse", **A3),
        feature((900, 25), (0, 25), source_id="r2", direction="reverse", **A3),
    )
    assert ends(session) == {"f1": (0, 900), "f2": (900, 2000), "r1": (2000, 900), "r2": (900, 0)}
    assert chain_count(session) == 2


def test_a_reverse_carriageway_by_itself_has_falling_chainage(session: Session) -> None:
    take_network(session, feature((800, 0), (0, 0), source_id="1", direction="reverse"))
    assert ends(session) == {"1": (800, 0)}


def test_one_way_ways_of_a_dual_road_are_told_apart_by_their_course(session: Session) -> None:
    take_network(
        session,
        feature((0, 0), (900, 0), osm_id=1, highway="trunk", ref="A-3", oneway="yes"),
        feature((900, 0), (2000, 0), osm_id=2, highway="trunk", ref="A-3", oneway="yes"),
        feature((2000, 25), (900, 25), osm_id=3, highway="trunk", ref="A-3", oneway="yes"),
        feature((900, 25), (0, 25), osm_id=4, highway="trunk", ref="A-3", oneway="yes"),
        feature((2000, 12), (3000, 12), osm_id=5, highway="trunk", ref="A-3", oneway="no"),
    )
    assert [row.direction for row in current(session)] == ["forward", "forward", "reverse", "reverse", "single"]
    assert ends(session) == {
        "way/1": (0, 900), "way/2": (900, 2000), "way/3": (2000, 900), "way/4": (900, 0), "way/5": (0, 1000),
    }  # fmt: skip


def test_a_street_driven_one_way_only_is_forward(session: Session) -> None:
    take_network(session, feature((800, 0), (0, 0), osm_id=1, highway="residential", name="Абай", oneway="yes"))
    assert [(row.direction, round(row.end_m)) for row in current(session)] == [("forward", 800)]


# --- chains that change


def test_a_feature_put_before_a_chain_shifts_it(session: Session) -> None:
    first = feature((800, 0), (1600, 0), source_id="1", **A3)
    take_network(session, first)
    outcome = take_network(session, feature((0, 0), (800, 0), source_id="0", **A3), first)
    assert outcome.counts == (1, 1, 0)
    assert outcome.notes == [(2, "chainage", "measured_anew")]
    assert ends(session) == {"0": (0, 800), "1": (800, 1600)}


def test_a_feature_put_after_a_chain_leaves_it_alone(session: Session) -> None:
    first = feature((0, 0), (800, 0), source_id="1", **A3)
    take_network(session, first)
    before = the(session, "1").id
    outcome = take_network(session, first, feature((800, 0), (900, 0), source_id="2", **A3))
    assert (outcome.notes, the(session, "1").id) == ([], before)
    assert {row.chain_id for row in current(session)} == {before}


def test_a_carriageway_that_the_file_leaves_out_stays_in_its_chain(session: Session) -> None:
    first, second = feature((0, 0), (800, 0), source_id="1", **A3), feature((800, 0), (900, 0), source_id="2", **A3)
    take_network(session, first, second)
    take_network(session, first, feature((900, 0), (950, 0), source_id="3", **A3))
    assert ends(session) == {"1": (0, 800), "2": (800, 900), "3": (900, 950)}
    assert chain_count(session) == 1


def test_what_leaves_is_missing_in_the_chain(session: Session) -> None:
    parts = [feature((n * 100, 0), (n * 100 + 100, 0), source_id=f"{n}", **A3) for n in range(4)]
    take_network(session, *parts)
    take_network(session, *parts[1:], retires=True)
    assert ends(session) == {"1": (0, 100), "2": (100, 200), "3": (200, 300)}


def test_a_carriageway_that_changes_its_road_changes_both_chains(session: Session) -> None:
    parts = [feature((n * 100, 0), (n * 100 + 100, 0), source_id=f"{n}", **A3) for n in range(3)]
    take_network(session, *parts)
    renamed = Feature(parts[0].geometry, {**parts[0].facts, "reference": "B-1"})
    take_network(session, renamed, *parts[1:])
    assert ends(session) == {"0": (0, 100), "1": (0, 100), "2": (100, 200)}
    roads = session.execute(text("SELECT reference FROM road ORDER BY 1")).scalars().all()
    assert roads == ["A-3", "B-1"]
