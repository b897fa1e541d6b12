"""A network keeps its identity through editions, and nothing is written that need not be."""

from itertools import pairwise

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from roads.domain.actors import Actor
from roads.domain.errors import NotAllowed
from roads.usecases import network
from tests.geo.lines import place
from tests.imports import versions
from tests.network import Feature, current, feature, multiline, segments, take_network, the, whole_metres

ROAD = [
    feature((0, 0), (800, 0), source_id="1", reference="A-3", significance="republican"),
    feature((800, 0), (1600, 0), source_id="2", reference="A-3", significance="republican"),
]
STREET = feature((0, 500), (300, 500), (600, 500), source_id="s", name="Абай", significance="street")


def ids(session: Session) -> dict[str, int]:
    return {row.source_id: row.id for row in current(session)}


def retired(session: Session) -> list[str]:
    return list(
        session.scalars(text("SELECT source_id FROM carriageway WHERE retired_at IS NOT NULL ORDER BY source_id"))
    )


def test_only_those_who_may_import(session: Session) -> None:
    with pytest.raises(NotAllowed):
        network.begin(session, Actor("nobody"))


def test_the_same_file_again_writes_nothing(session: Session) -> None:
    features = [*ROAD, STREET, feature((0, 900), (300, 900), source_id="x"), multiline([(0, 1), (9, 1)], source_id="m")]
    assert take_network(session, *features).counts == (5, 0, 0)
    before = versions(session)
    outcome = take_network(session, *features, retires=True)
    assert (outcome.counts, outcome.remarks) == ((0, 5, 0), [])
    assert versions(session) == before


def test_a_file_in_another_order_writes_nothing(session: Session) -> None:
    features = [*ROAD, STREET, feature((0, 900), (300, 900), source_id="x")]
    take_network(session, *features)
    before = versions(session)
    assert take_network(session, *features[::-1]).counts == (0, 4, 0)
    assert versions(session) == before


def test_chunks_make_no_difference(session: Session) -> None:
    take_network(session, *ROAD, STREET, chunk=1)
    before = versions(session)
    assert take_network(session, *ROAD, STREET, chunk=2).counts == (0, 3, 0)
    assert versions(session) == before


def test_an_import_killed_half_way_is_completed_by_the_next(session: Session) -> None:
    moved = feature((0, 0), (400, 60), (800, 0), source_id="1", reference="A-3", significance="republican")
    take_network(session, *ROAD, STREET)
    edition = [moved, ROAD[1], STREET, feature((300, 500), (300, 900), source_id="new")]
    for phase in ("write", "replace"):
        take_network(session, *edition, stop_before=phase)
    take_network(session, *edition)
    found = [(row.source_id, row.from_cm, row.to_cm, segments(session, row.source_id)) for row in current(session)]
    take_network(session, *edition, source="at once")
    at_once = [
        (row.source_id, row.from_cm, row.to_cm)
        for row in current(session)
        if session.scalar(text("SELECT source FROM carriageway WHERE id = :id"), {"id": row.id}) == "at once"
    ]
    assert [row[:3] for row in found] == at_once
    assert whole_metres(segments_of(session, "test", "s")) == [(0, 300), (300, 600)]


def segments_of(session: Session, source: str, source_id: str) -> list[tuple[float, float]]:
    rows = session.execute(
        text(
            "SELECT lower(s.extent) / 100.0, upper(s.extent) / 100.0 FROM segment s "
            "JOIN carriageway c ON c.id = s.carriageway_id "
            "WHERE c.source = :source AND c.source_id = :id AND c.retired_at IS NULL ORDER BY s.extent"
        ),
        {"source": source, "id": source_id},
    )
    return [(float(start), float(end)) for start, end in rows]


# --- facts that change


def test_a_fact_that_changed_changes_the_carriageway_in_place(session: Session) -> None:
    take_network(session, *ROAD)
    before = ids(session)
    changed = Feature(ROAD[0].geometry, {**ROAD[0].facts, "category": "cat_1a", "kato": "19"})
    outcome = take_network(session, changed, ROAD[1])
    assert outcome.counts == (1, 1, 0)
    assert ids(session) == before
    assert (the(session, "1").category, the(session, "1").kato) == ("cat_1a", "19")
    assert session.scalar(text("SELECT category FROM road")) == "cat_1a"


def test_a_road_that_is_renamed_takes_its_carriageways_along(session: Session) -> None:
    take_network(session, *ROAD)
    before = ids(session)
    renamed = [Feature(one.geometry, {**one.facts, "reference": "KAZ03; A-3"}) for one in ROAD]
    assert take_network(session, *renamed).counts == (2, 0, 0)
    assert ids(session) == before
    assert {row.road for row in current(session)} == {"KAZ03"}
    assert session.scalars(text("SELECT reference FROM road_alias")).all() == ["A-3"]


def test_another_direction_measures_anew(session: Session) -> None:
    take_network(session, feature((0, 0), (500, 0), source_id="x"))
    first = the(session, "x")
    take_network(session, feature((0, 0), (500, 0), source_id="x", direction="reverse"))
    assert the(session, "x").id != first.id
    assert (round(the(session, "x").start_m), the(session, "x").end_m) == (500, 0)
    assert retired(session) == ["x"]


# --- ids that vanish


def test_an_id_that_vanished_is_known_again_by_its_line(session: Session) -> None:
    take_network(session, *ROAD, STREET)
    before = ids(session)
    renamed = Feature(STREET.geometry, {**STREET.facts, "source_id": "other"})
    assert take_network(session, *ROAD, renamed, retires=True).counts == (1, 2, 0)
    assert ids(session)["other"] == before["s"]
    assert retired(session) == []


def test_two_carriageways_on_one_line_keep_their_own_identity(session: Session) -> None:
    there = feature((0, 0), (500, 0), source_id="1", direction="forward")
    back = feature((0, 0), (500, 0), source_id="2", direction="reverse")
    take_network(session, there, back)
    before = ids(session)
    renamed = [
        Feature(one.geometry, {**one.facts, "source_id": f"new {one.facts['source_id']}"}) for one in (there, back)
    ]
    take_network(session, *renamed)
    assert sorted(ids(session).values()) == sorted(before.values())


def test_a_line_drawn_from_its_other_end_is_the_same_carriageway_measured_anew(session: Session) -> None:
    take_network(session, feature((0, 0), (500, 0), source_id="x"))
    take_network(session, feature((500, 0), (0, 0), source_id="y"))
    assert list(ids(session)) == ["y"]
    succession = session.execute(text("SELECT is_reversed, old_extent, new_extent FROM carriageway_succession")).one()
    assert succession.is_reversed
    assert succession.old_extent == succession.new_extent


def test_an_id_that_comes_back_with_another_line_is_a_new_measurement(session: Session) -> None:
    take_network(session, feature((0, 0), (500, 0), source_id="x"))
    old = the(session, "x").id
    take_network(session, feature((0, 0), (250, 40), (500, 0), source_id="x"))
    assert the(session, "x").id != old
    assert retired(session) == ["x"]
    assert session.scalars(text("SELECT old_id FROM carriageway_succession")).all()[0] == old


def test_the_content_of_other_sources_is_nobodys_business_here(session: Session) -> None:
    take_network(session, *ROAD, STREET)
    before = ids(session)
    take_network(session, feature((0, 0), (9, 0), source_id="1"), source="other", retires=True)
    assert {key: before[key] for key in ("2", "s")} == {key: ids(session)[key] for key in ("2", "s")}
    assert retired(session) == []


# --- what is no longer there


def test_what_is_not_in_the_file_stays_unless_told_otherwise(session: Session) -> None:
    take_network(session, *ROAD, STREET)
    assert take_network(session, *ROAD).counts == (0, 2, 0)
    assert retired(session) == []
    take_network(session, *ROAD, retires=True)
    assert retired(session) == ["s"]


def test_a_retired_carriageway_keeps_its_segments_for_those_who_ask_what_was_known(session: Session) -> None:
    take_network(session, *ROAD, STREET)
    take_network(session, *ROAD, retires=True)
    asked = (
        "SELECT count(*) FROM segment s JOIN carriageway c ON c.id = s.carriageway_id WHERE c.retired_at IS NOT NULL"
    )
    assert session.scalar(text(asked)) == 1


def test_a_row_set_aside_does_not_retire_what_it_speaks_of(session: Session) -> None:
    """A broken row is a mistake of the file, not the end of a road."""
    take_network(session, *ROAD, STREET)
    broken = Feature(None, STREET.facts)
    take_network(session, *ROAD, broken, retires=True)
    assert retired(session) == []


def test_parts_of_a_multiline_that_is_cut_otherwise_are_succeeded(session: Session) -> None:
    take_network(session, multiline([(0, 0), (500, 0)], [(500, 0), (900, 0)], source_id="m"))
    take_network(session, feature((0, 0), (500, 0), (900, 0), source_id="m"))
    assert [row.source_id for row in current(session)] == ["m"]
    assert retired(session) == ["m#1", "m#2"]
    assert session.scalar(text("SELECT count(DISTINCT old_id) FROM carriageway_succession")) == 2


# --- segments


def test_a_highway_is_cut_in_equal_parts_of_about_a_kilometre(session: Session) -> None:
    take_network(session, feature((0, 0), (2600, 0), source_id="h", significance="republican"))
    pieces = segments(session, "h")
    assert whole_metres(pieces) == [(0, 867), (867, 1733), (1733, 2600)] or len(pieces) == 3
    assert pieces[0][0] == 0
    assert pieces[-1][1] == the(session, "h").to_cm / 100
    assert all(before[1] == after[0] for before, after in pairwise(pieces))


def test_a_street_is_cut_where_another_carriageway_joins_it(session: Session) -> None:
    take_network(session, STREET, feature((300, 500), (300, 900), source_id="side"))
    assert whole_metres(segments(session, "s")) == [(0, 300), (300, 600)]
    assert len(segments(session, "side")) == 1


def test_a_street_without_junctions_is_whole(session: Session) -> None:
    take_network(session, feature((0, 0), (900, 0), (1900, 0), source_id="s", significance="street"))
    assert len(segments(session, "s")) == 1


def test_streets_that_cross_without_a_common_vertex_do_not_meet(session: Session) -> None:
    take_network(session, STREET, feature((200, 400), (200, 600), source_id="bridge", significance="street"))
    assert len(segments(session, "s")) == 1


def test_a_street_that_is_joined_later_is_cut_then(session: Session) -> None:
    take_network(session, STREET)
    before = the(session, "s").id
    whole = session.scalar(text("SELECT id FROM segment WHERE carriageway_id = :id"), {"id": before})
    take_network(session, STREET, feature((300, 500), (300, 900), source_id="side"))
    assert the(session, "s").id == before
    assert session.execute(text("SELECT segment_id, carriageway_id FROM segment_cut_again")).all() == [(whole, before)]
    assert whole_metres(segments(session, "s")) == [(0, 300), (300, 600)]


def test_a_part_of_a_network_meets_the_rest_that_is_there_already(session: Session) -> None:
    take_network(session, feature((300, 500), (300, 900), source_id="side"))
    take_network(session, STREET)
    assert whole_metres(segments(session, "s")) == [(0, 300), (300, 600)]


def test_a_long_road_of_unknown_significance_is_cut_like_a_highway(session: Session) -> None:
    take_network(session, feature((0, 0), (5000, 0), source_id="x"))
    assert len(segments(session, "x")) == 5


def test_segments_lie_on_their_carriageway_with_its_chainage(session: Session) -> None:
    take_network(session, feature((0, 0), (2500, 700), source_id="h", significance="oblast", direction="reverse"))
    rows = session.execute(
        text(
            "SELECT least(ST_M(ST_StartPoint(s.geom)), ST_M(ST_EndPoint(s.geom))) AS low, "
            "greatest(ST_M(ST_StartPoint(s.geom)), ST_M(ST_EndPoint(s.geom))) AS high, s.extent, "
            "ST_M(ST_StartPoint(s.geom)) > ST_M(ST_EndPoint(s.geom)) AS is_falling, "
            "ST_DWithin(ST_Force2D(ST_StartPoint(s.geom)), ST_Force2D(c.geom), 1e-9) AS is_there "
            "FROM segment s JOIN carriageway c ON c.id = s.carriageway_id"
        )
    ).all()
    assert len(rows) == 3
    for row in rows:
        assert (round(row.low * 100), round(row.high * 100)) == (row.extent.lower, row.extent.upper)
        assert row.is_falling
        assert row.is_there


def test_a_segment_that_turns_back_is_folded(session: Session) -> None:
    hairpin = feature((0, 0), (300, 0), (300, 20), (0, 20), source_id="hairpin", significance="street")
    bend = feature((0, 100), (300, 100), (330, 300), source_id="bend", significance="street")
    take_network(session, hairpin, bend)
    folded = session.execute(
        text("SELECT c.source_id, s.is_folded FROM segment s JOIN carriageway c ON c.id = s.carriageway_id ORDER BY 1")
    )
    assert [tuple(row) for row in folded] == [("bend", False), ("hairpin", True)]


def test_a_line_of_centimetres_has_an_extent(session: Session) -> None:
    take_network(session, feature((0, 0), (0.016, 0), source_id="short"))
    row = the(session, "short")
    assert (row.from_cm, row.to_cm) == (0, 2)
    assert segments(session, "short") == [(0, 0.02)]


def test_the_line_keeps_its_places(session: Session) -> None:
    take_network(session, feature((0, 0), (300, 0), (300, 400), source_id="x"))
    points = session.execute(
        text("SELECT ST_X(p.geom) AS x, ST_Y(p.geom) AS y FROM carriageway, ST_DumpPoints(geom) AS p ORDER BY p.path")
    ).all()
    assert [tuple(point) for point in points] == [place(0, 0), place(300, 0), place(300, 400)]
