"""Defects by file: kept as recorded, the first row wins, and nothing that cannot be true goes in."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from geo.bbox import WORLD
from roads.domain.actors import Actor
from roads.domain.errors import NotAllowed
from roads.models import Defect
from roads.usecases.defects import ImportDefects, import_defects
from tests.factories import make_carriageway, make_distress
from tests.imports import ALMATY, AREA, TODAY, defect_row, take_defects, versions


@pytest.fixture(autouse=True)
def catalogue(session: Session) -> None:
    make_distress(session, "pothole")
    make_distress(session, "rutting")
    make_distress(session, "worn_marking", element="marking")


def only(session: Session) -> Defect:
    return session.scalars(select(Defect)).one()


def shape(session: Session) -> str:
    return str(session.scalar(text("SELECT ST_AsText(geom) FROM defect")))


# --- what goes in


def test_a_point_is_kept_as_it_was_recorded(session: Session) -> None:
    assert take_defects(session, defect_row(gps_accuracy_m="4.5", note="at the kerb")).counts == (1, 0, 0)
    defect = only(session)
    assert (defect.source, defect.external_id) == ("survey", "d-1")
    assert (defect.gps_accuracy_m, defect.note) == (4.5, "at the kerb")
    assert shape(session) == "POINT(70.5 50.25)"


def test_a_stretch_has_two_ends(session: Session) -> None:
    assert take_defects(session, defect_row(lon_to="70.6", lat_to="50.3")).counts == (1, 0, 0)
    assert shape(session) == "LINESTRING(70.5 50.25,70.6 50.3)"


def test_a_stretch_that_ends_where_it_begins_is_a_point(session: Session) -> None:
    take_defects(session, defect_row(lon_to="70.5", lat_to="50.250"))
    assert shape(session) == "POINT(70.5 50.25)"


def test_the_dates_are_never_merged(session: Session) -> None:
    row = defect_row(occurred_on="28.04.2023", reported_at="2023-04-30T23:30:00+05:00")
    take_defects(session, row)
    defect = only(session)
    assert (defect.detected_on, defect.occurred_on) == (date(2023, 5, 1), date(2023, 4, 28))
    assert defect.covered_on == date(2023, 4, 28)
    assert defect.reported_at == datetime(2023, 4, 30, 18, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "hour"),
    [
        ("2024-02-29 22:30", 16),  # Almaty was six hours ahead
        ("2024-02-29 23:30", 17),  # this hour came twice: the first one counts
        ("2024-03-01 00:30", 19),  # and five from then on
        ("2024-02-29T23:30:00+05:00", 18),
        ("2024-02-29T18:30:00Z", 18),
    ],
)
def test_a_moment_without_an_offset_is_local_time(session: Session, words: str, hour: int) -> None:
    take_defects(session, defect_row(reported_at=words, detected_on="2024-03-05"))
    moment = only(session).reported_at
    assert moment is not None
    assert moment.astimezone(UTC).hour == hour


def test_the_distress_sets_the_element_unless_given(session: Session) -> None:
    rows = [
        defect_row(external_id="1", distress="worn_marking"),
        defect_row(external_id="2", distress="worn_marking", element="pavement"),
        defect_row(external_id="3", distress=""),
        defect_row(external_id="4", distress="", element="drainage"),
    ]
    assert take_defects(session, *rows).counts == (4, 0, 0)
    elements = session.scalars(select(Defect.element).order_by(Defect.external_id))
    assert elements.all() == ["marking", "pavement", "pavement", "drainage"]


def test_a_computed_severity_decides_and_the_stated_one_is_kept(session: Session) -> None:
    take_defects(session, defect_row(distress="rutting", depth_mm="30", severity="low"))
    defect = only(session)
    assert (defect.severity, defect.severity_rule, defect.stated_severity) == ("high", "astm_d6433_18", "low")


def test_an_unknown_depth_is_indeterminate(session: Session) -> None:
    take_defects(session, defect_row(distress="rutting"))
    defect = only(session)
    assert (defect.severity, defect.severity_rule) == (None, "indeterminate")


def test_the_measures_are_kept(session: Session) -> None:
    take_defects(session, defect_row(length_m="0.5", width_m="0.4", depth_mm="60", count="2"))
    defect = only(session)
    assert (defect.length_m, defect.width_m, defect.depth_mm, defect.count) == (0.5, 0.4, 60, 2)


def test_the_carriageway_the_inspector_chose_is_kept_with_what_it_stands_for(session: Session) -> None:
    parts = [make_carriageway(session, source_id=f"area#{n}").id for n in (1, 2)]
    line = make_carriageway(session, source_id="line/1").id
    rows = [defect_row(source_id="area"), defect_row(external_id="d-2", source_id="line/1")]
    assert take_defects(session, *rows).counts == (2, 0, 0)
    chosen = session.execute(select(Defect.chosen_source_id, Defect.chosen_carriageway_ids).order_by(Defect.id)).all()
    assert [tuple(one) for one in chosen] == [("area", parts), ("line/1", [line])]


def test_the_world_has_room_for_every_coordinate(session: Session) -> None:
    assert take_defects(session, defect_row(lon="-1.5", lat="42.5"), area=WORLD).counts == (1, 0, 0)


# --- identity


@pytest.mark.parametrize("chunk", [1, 10])
def test_the_first_row_of_a_file_wins(session: Session, chunk: int) -> None:
    outcome = take_defects(session, defect_row(), defect_row(note="another"), defect_row(), chunk=chunk)
    assert outcome.counts == (1, 1, 1)
    assert outcome.refusals[0][0] == 3
    assert only(session).note is None


def test_a_later_file_with_other_content_is_set_aside_and_says_what_differs(session: Session) -> None:
    take_defects(session, defect_row())
    outcome = take_defects(session, defect_row(lat="50.3", depth_mm="20"))
    assert outcome.refusals == [(2, "lon", "defect_differs")]
    assert outcome.remarks[0].params == {"columns": "lon, depth_mm"}
    assert outcome.counts == (0, 0, 1)


def test_two_sources_may_use_one_id(session: Session) -> None:
    take_defects(session, defect_row())
    assert take_defects(session, defect_row(lat="50.3"), source="camera").counts == (1, 0, 0)


def test_the_same_file_again_writes_nothing(session: Session) -> None:
    make_carriageway(session, source_id="line/1")
    rows = [
        defect_row(source_id="line/1", occurred_on="2023-04-28", reported_at="2023-05-02 10:00", length_m="0.3"),
        defect_row(external_id="d-2", lon_to="70.6", lat_to="50.3", severity="low", count="3", note="x"),
        defect_row(external_id="d-3", distress="rutting", depth_mm="0.1", gps_accuracy_m="3.3", width_m="0.7"),
    ]
    assert take_defects(session, *rows).counts == (3, 0, 0)
    before = versions(session)
    assert take_defects(session, *rows).counts == (0, 3, 0)
    assert versions(session) == before


def test_a_defect_on_record_stays_known_when_its_carriageway_is_no_more(session: Session) -> None:
    make_carriageway(session, source_id="line/1")
    take_defects(session, defect_row(source_id="line/1"))
    session.execute(text("UPDATE carriageway SET retired_at = now()"))
    assert take_defects(session, defect_row(source_id="line/1")).counts == (0, 1, 0)


# --- bad input

BAD = [
    ({"external_id": ""}, "external_id", "cell_missing"),
    ({"external_id": "x" * 201}, "external_id", "too_long"),
    ({"lon": ""}, "lon", "cell_missing"),
    ({"lat": "NaN"}, "lat", "not_a_number"),
    ({"lon": "inf"}, "lon", "not_a_number"),
    ({"lon": "70,5"}, "lon", "decimal_comma"),
    ({"lon": "50.25", "lat": "70.5"}, "lon", "defect_axes_swapped"),
    ({"lon": "7.5", "lat": "5.25"}, "lon", "defect_outside_area"),
    ({"lon_to": "70.6"}, "lat_to", "cell_missing"),
    ({"lon_to": "50.3", "lat_to": "70.6"}, "lon_to", "defect_axes_swapped"),
    ({"gps_accuracy_m": "-1"}, "gps_accuracy_m", "out_of_bounds"),
    ({"gps_accuracy_m": "nan"}, "gps_accuracy_m", "not_a_number"),
    ({"source_id": "nowhere"}, "source_id", "unknown_source_id"),
    ({"detected_on": ""}, "detected_on", "cell_missing"),
    ({"detected_on": "2205-05-01"}, "detected_on", "date_in_future"),
    ({"detected_on": "2026-06-02"}, "detected_on", "date_in_future"),
    ({"detected_on": "1949-12-31"}, "detected_on", "date_too_early"),
    ({"detected_on": "1 May"}, "detected_on", "not_a_date"),
    ({"occurred_on": "2023-05-02"}, "occurred_on", "occurred_after_detected"),
    ({"occurred_on": "2026-06-02"}, "occurred_on", "date_in_future"),
    ({"reported_at": "2026-06-02 00:30"}, "reported_at", "date_in_future"),
    ({"reported_at": "1923-05-01 10:00"}, "reported_at", "date_too_early"),
    ({"reported_at": "noon"}, "reported_at", "not_a_moment"),
    ({"reported_at": "0001-01-01T00:00:00+14:00"}, "reported_at", "not_a_moment"),
    ({"element": "roof"}, "element", "unknown_code"),
    ({"distress": "dragon"}, "distress", "unknown_distress"),
    ({"severity": "awful"}, "severity", "unknown_code"),
    ({"length_m": "-1"}, "length_m", "out_of_bounds"),
    ({"width_m": "wide"}, "width_m", "not_a_number"),
    ({"depth_mm": "NaN"}, "depth_mm", "not_a_number"),
    ({"count": "2.5"}, "count", "not_a_whole_number"),
    ({"count": "-1"}, "count", "out_of_bounds"),
]


@pytest.mark.parametrize(("cells", "field", "code"), BAD)
def test_a_bad_cell_sets_its_row_aside_and_the_rest_goes_in(
    session: Session, cells: dict[str, str], field: str, code: str
) -> None:
    outcome = take_defects(session, defect_row(**cells), defect_row(external_id="good"))
    assert (outcome.refusals, outcome.counts) == ([(2, field, code)], (1, 0, 1))
    assert only(session).external_id == "good"


def test_an_unknown_distress_is_told_which_there_are(session: Session) -> None:
    outcome = take_defects(session, defect_row(distress="dragon"))
    assert outcome.remarks[0].params == {"codes": "pothole, rutting, worn_marking"}


def test_a_day_counts_in_the_time_zone_of_the_system(session: Session) -> None:
    late = defect_row(reported_at="2026-06-01T20:00:00Z")  # already 2 June in Almaty
    assert take_defects(session, late).refusals == [(2, "reported_at", "date_in_future")]


def test_only_who_may_imports_defects(session: Session) -> None:
    with pytest.raises(NotAllowed):
        import_defects(session, Actor("nobody"), ImportDefects([], "survey", AREA, ALMATY), print, today=TODAY)


def test_nothing_is_stored_of_an_empty_chunk(session: Session) -> None:
    assert take_defects(session).counts == (0, 0, 0)
    assert session.scalar(select(func.count()).select_from(Defect)) == 0
