"""What a network file may say, and what is said of it."""

import struct

import pytest
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.bbox import KAZAKHSTAN
from geo.errors import UnusableFile
from roads.usecases.network_columns import choose_columns, language_of, significance_of, traffic_of
from tests.geo.lines import place
from tests.network import Feature, current, feature, multiline, take_network, the

GOOD = feature((0, 900), (500, 900), source_id="good")
WITH_NAN = struct.pack("<BIIdddd", 1, 2, 2, 76, 43, float("nan"), 43)

BROKEN = {
    "empty_geometry": None,
    "broken_geometry": b"\x01\x02no line",
    "not_a_line": shapely.Point(76, 43),
    "coordinate_not_a_number": WITH_NAN,
    "outside_area": shapely.LineString([(13, 52), (13.1, 52)]),
    "axes_swapped": shapely.LineString([(43, 76), (43.1, 76)]),
    "too_short": shapely.LineString([(76, 43), (76.00000001, 43)]),
}


@pytest.mark.parametrize("code", BROKEN)
def test_a_geometry_that_cannot_go_in_is_set_aside_and_the_rest_goes_in(session: Session, code: str) -> None:
    outcome = take_network(session, Feature(BROKEN[code], {"source_id": "bad"}), GOOD, area=KAZAKHSTAN)
    assert outcome.refusals == [(1, "geometry", code)]
    assert outcome.counts == (1, 0, 1)
    assert [row.source_id for row in current(session)] == ["good"]


def test_an_empty_line_and_an_empty_collection_have_no_geometry(session: Session) -> None:
    empty = [shapely.LineString(), shapely.MultiLineString(), shapely.GeometryCollection()]
    outcome = take_network(session, *(Feature(shape, {}) for shape in empty))
    assert outcome.refusals == [(row, "geometry", "empty_geometry") for row in (1, 2, 3)]


@pytest.mark.parametrize(
    ("field", "words", "code"),
    [
        ("significance", "national", "unknown_significance"),
        ("category", "II", "unknown_category"),
        ("direction", "north", "unknown_direction"),
        ("chainage_from", "start", "not_a_chainage"),
        ("chainage_from", "12,5", "decimal_comma"),
        ("kato", "Almaty", "not_kato"),
    ],
)
def test_words_that_mean_nothing_are_named_and_the_rest_goes_in(
    session: Session, field: str, words: str, code: str
) -> None:
    outcome = take_network(session, feature((0, 0), (500, 0), source_id="bad", **{field: words}), GOOD)
    assert outcome.refusals == [(1, field, code)]
    assert outcome.counts == (1, 0, 1)


def test_a_row_may_be_wrong_in_several_ways_and_counts_once(session: Session) -> None:
    outcome = take_network(session, Feature(None, {"source_id": "1", "category": "x", "kato": "y"}))
    assert sorted(outcome.refusals) == [
        (1, "category", "unknown_category"),
        (1, "geometry", "empty_geometry"),
        (1, "kato", "not_kato"),
    ]
    assert outcome.counts == (0, 0, 1)


def test_rows_are_counted_through_all_chunks(session: Session) -> None:
    features = [feature((0, n), (500, n), source_id=str(n)) for n in range(5)]
    features[3] = Feature(None, {"source_id": "3"})
    outcome = take_network(session, *features, chunk=2)
    assert outcome.refusals == [(4, "geometry", "empty_geometry")]
    assert outcome.counts == (4, 0, 1)


def test_a_place_the_crs_does_not_know_is_set_aside(session: Session) -> None:
    far = shapely.LineString([(1e9, 1e9), (2e9, 1e9)])
    assert take_network(session, Feature(far, {}), crs="EPSG:32643").refusals == [
        (1, "geometry", "no_such_place_in_crs")
    ]


def test_any_crs_comes_to_longitude_and_latitude(session: Session) -> None:
    line = shapely.LineString([(500_000, 4_761_000), (501_000, 4_761_000)])
    take_network(session, Feature(line, {"source_id": "1"}), crs="EPSG:32643")
    lon, lat = session.execute(text("SELECT ST_X(p), ST_Y(p) FROM carriageway, ST_StartPoint(geom) AS p")).one()
    assert (lon, lat) == (pytest.approx(75.0, abs=1e-6), pytest.approx(43.0, abs=0.01))
    assert the(session, "1").end_m == pytest.approx(1000.4, abs=0.3)


def test_a_line_that_crosses_itself_is_imported_and_said(session: Session) -> None:
    outcome = take_network(session, feature((0, 0), (300, 0), (300, 200), (100, -200), source_id="loop"))
    assert outcome.notes == [(1, "geometry", "crosses_itself")]
    assert outcome.counts == (1, 0, 0)


def test_a_closed_line_is_no_crossing(session: Session) -> None:
    outcome = take_network(session, feature((0, 0), (300, 0), (300, 200), (0, 0), source_id="ring"))
    assert (outcome.notes, outcome.counts) == ([], (1, 0, 0))


# --- repeated features


def test_of_a_repeated_feature_one_goes_in(session: Session) -> None:
    outcome = take_network(session, GOOD, feature((0, 0), (9, 9), source_id="other"), GOOD, chunk=1)
    assert outcome.refusals == [(3, "source_id", "repeated")]
    assert outcome.remarks[0].params == {"first_row": 1}
    assert outcome.counts == (2, 0, 1)


def test_an_id_with_other_content_is_set_aside(session: Session) -> None:
    outcome = take_network(session, GOOD, feature((0, 0), (9, 9), source_id="good"), chunk=1)
    assert outcome.refusals == [(2, "source_id", "repeated_id")]
    assert the(session, "good").end_m == pytest.approx(500, abs=0.1)


def test_the_same_line_and_content_under_another_id_is_repeated(session: Session) -> None:
    outcome = take_network(session, GOOD, feature((0, 900), (500, 900), source_id="copy"))
    assert outcome.refusals == [(2, "geometry", "repeated")]


def test_two_directions_may_be_drawn_on_one_line(session: Session) -> None:
    there = feature((0, 0), (500, 0), source_id="1", direction="forward")
    back = feature((500, 0), (0, 0), source_id="2", direction="reverse")
    outcome = take_network(session, there, back)
    assert outcome.notes == [(2, "geometry", "same_line")]
    assert outcome.counts == (2, 0, 0)


def test_without_ids_the_line_is_the_identity(session: Session) -> None:
    features = [feature((0, 0), (500, 0)), feature((0, 9), (500, 9)), feature((0, 0), (500, 0))]
    outcome = take_network(session, *features)
    assert outcome.refusals == [(3, "source_id", "repeated")]
    assert all(row.source_id.startswith("shape/") for row in current(session))
    assert take_network(session, *features[:2]).counts == (0, 2, 0)


# --- multilines


def test_a_multiline_becomes_numbered_carriageways_of_one_row(session: Session) -> None:
    outcome = take_network(session, multiline([(0, 0), (300, 0)], [(900, 0), (1000, 0)], source_id="m"))
    assert [row.source_id for row in current(session)] == ["m#1", "m#2"]
    assert outcome.counts == (1, 0, 0)


def test_a_multiline_of_one_part_is_numbered_too(session: Session) -> None:
    take_network(session, multiline([(0, 0), (300, 0)], source_id="m"))
    assert [row.source_id for row in current(session)] == ["m#1"]


def test_a_part_without_length_is_left_out_and_said(session: Session) -> None:
    outcome = take_network(
        session, multiline([(0, 0), (300, 0)], [(5, 5), (5, 5)], [(900, 0), (950, 0)], source_id="m")
    )
    assert outcome.notes == [(1, "geometry", "part_too_short")]
    assert [row.source_id for row in current(session)] == ["m#1", "m#2"]


def test_a_multiline_with_one_bad_part_is_set_aside_whole(session: Session) -> None:
    outside = shapely.MultiLineString([[(76, 43), (76.1, 43)], [(13, 52), (13.1, 52)]])
    outcome = take_network(session, Feature(outside, {"source_id": "m"}), area=KAZAKHSTAN)
    assert outcome.refusals == [(1, "geometry", "outside_area")]
    assert current(session) == []


# --- what columns mean


def test_facts_are_kept_with_carriageway_and_road(session: Session) -> None:
    take_network(
        session,
        feature(
            (0, 0), (500, 0), source_id="1", reference="А 3; М-36", name_kk="Ә", name_ru="Я", name_en="Y",
            significance="Republican", category="cat_2", direction="forward", kato=750000000,
        ),
    )  # fmt: skip
    row = the(session, "1")
    assert (row.road, row.direction, row.significance, row.category, row.kato) == (
        "A-3", "forward", "republican", "cat_2", "750000000",
    )  # fmt: skip
    road = session.execute(text("SELECT reference, name_kk, name_ru, name_en, significance, category, kato FROM road"))
    assert tuple(road.one()) == ("A-3", "Ә", "Я", "Y", "republican", "cat_2", "750000000")
    assert session.scalars(text("SELECT reference FROM road_alias")).all() == ["M-36"]


def test_a_street_is_known_by_its_name_within_source_and_region(session: Session) -> None:
    abay = {"name": "Абай", "kato": "75"}
    take_network(session, feature((0, 0), (9, 0), **abay), feature((9, 0), (20, 0), **abay))
    take_network(session, feature((0, 0), (9, 9), name="АБАЙ", kato="71"), source="other")
    keys = session.scalars(text("SELECT key FROM road ORDER BY key")).all()
    assert keys == ["other/71/абай", "test/75/абай"]


def test_a_road_keeps_what_the_first_feature_says_and_is_filled_in_by_others(session: Session) -> None:
    take_network(
        session,
        feature((0, 0), (9, 0), source_id="1", reference="A-3", category="cat_1a"),
        feature((9, 0), (20, 0), source_id="2", reference="A-3", category="cat_2", name_en="West"),
    )
    road = session.execute(text("SELECT category, name_en FROM road")).one()
    assert tuple(road) == ("cat_1a", "West")


def test_openstreetmap_tags_are_understood(session: Session) -> None:
    tags = '"name:kk"=>"Абай даңғылы","oneway"=>"yes","name:ru"=>"Проспект \\"Абая\\""'
    way = {"osm_id": 42, "highway": "primary", "name": "Абай даңғылы", "other_tags": tags}
    path = {"osm_id": 43, "highway": "footway", "name": None, "other_tags": None}
    river = {"osm_id": 44, "highway": None, "name": "Есік", "other_tags": None}
    outcome = take_network(
        session,
        feature((0, 0), (500, 0), **way),
        feature((0, 9), (500, 9), **path),
        feature((0, 99), (500, 99), **river),
        only_highways=True,
    )
    assert outcome.counts == (1, 0, 0)
    row = the(session, "way/42")
    assert (row.direction, row.significance) == ("forward", "street")
    names = session.execute(text("SELECT name_kk, name_ru, name_en FROM road")).one()
    assert tuple(names) == ("Абай даңғылы", 'Проспект "Абая"', None)


def test_what_is_not_for_motor_traffic_is_no_road_and_no_error(session: Session) -> None:
    kinds = ["residential", "footway", "path", "cycleway", "steps", "pedestrian", "track"]
    features = [feature((0, n), (500, n), source_id=kind, highway=kind) for n, kind in enumerate(kinds)]
    outcome = take_network(session, *features)
    assert (outcome.counts, outcome.remarks) == ((1, 0, 0), [])
    assert [row.source_id for row in current(session)] == ["residential"]


def test_a_way_driven_against_its_drawing_is_turned_round(session: Session) -> None:
    take_network(session, feature((0, 0), (500, 0), osm_id=1, highway="residential", oneway="-1"))
    lon = session.scalar(text("SELECT ST_X(ST_StartPoint(geom)) FROM carriageway"))
    assert lon == pytest.approx(place(500, 0)[0])
    assert (the(session, "way/1").direction, the(session, "way/1").start_m) == ("forward", 0)


def test_roundabouts_and_motorways_are_driven_one_way(session: Session) -> None:
    take_network(
        session,
        feature((0, 0), (50, 0), (50, 50), (0, 0), osm_id=1, highway="residential", junction="roundabout", oneway=None),
        feature((0, 90), (50, 90), osm_id=2, highway="motorway", junction=None, oneway=None),
        feature((0, 99), (50, 99), osm_id=3, highway="motorway", junction=None, oneway="no"),
    )
    assert [row.direction for row in current(session)] == ["forward", "forward", "single"]


@pytest.mark.parametrize(
    ("highway", "with_reference", "without"),
    [
        ("motorway", "republican", "republican"),
        ("trunk_link", "republican", "republican"),
        ("primary", "republican", "street"),
        ("secondary", "oblast", "street"),
        ("tertiary", "district", "street"),
        ("residential", "street", "street"),
    ],
)
def test_significance_follows_the_class_of_roads_with_a_reference(
    highway: str, with_reference: str, without: str
) -> None:
    assert significance_of(highway, has_reference=True) == with_reference
    assert significance_of(highway, has_reference=False) == without


def test_letters_tell_the_language_of_a_name() -> None:
    assert [language_of(name) for name in ("Төле би", "Абая", "Abay Ave")] == ["name_kk", "name_ru", "name_en"]


def test_how_a_way_is_driven() -> None:
    words = ["yes", "true", "1", "-1", "reverse", "no", "reversible"]
    assert [traffic_of(word) for word in words] == [1, 1, 1, -1, -1, 0, 0]


# --- which columns are read


def test_columns_are_found_without_regard_to_case_and_shapefile_truncation() -> None:
    columns = choose_columns("a.shp", ["SOURCE_ID", "chainage_f", "significan", "NAME"], {})
    assert columns.of == {
        "source_id": "SOURCE_ID", "chainage_from": "chainage_f", "significance": "significan", "name": "NAME",
    }  # fmt: skip


def test_a_column_can_be_given_another_meaning() -> None:
    columns = choose_columns(
        "a.shp", ["ROUTE_ID", "reference", "osm_id"], {"reference": "route_id", "source_id": "ROUTE_ID"}
    )
    assert columns.of == {"reference": "ROUTE_ID", "source_id": "ROUTE_ID"}
    assert not columns.is_openstreetmap_id


@pytest.mark.parametrize(
    ("renamed", "problem"), [({"route": "ROUTE_ID"}, "no_such_field"), ({"reference": "ROAD"}, "no_such_column")]
)
def test_a_mapping_that_leads_nowhere_is_refused(renamed: dict[str, str], problem: str) -> None:
    with pytest.raises(UnusableFile) as refused:
        choose_columns("a.shp", ["ROUTE_ID"], renamed)
    assert refused.value.params["problem"] == problem


def test_numbers_serve_as_ids_and_blank_cells_are_missing(session: Session) -> None:
    take_network(session, feature((0, 0), (9, 0), source_id=7.0, name=" "), feature((0, 9), (9, 9), source_id=None))
    ids = [row.source_id for row in current(session)]
    assert ids[0] == "7"
    assert ids[1].startswith("shape/")
    assert session.scalar(text("SELECT count(*) FROM road")) == 0
