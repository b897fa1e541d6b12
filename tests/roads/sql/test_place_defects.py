"""Where defects lie: nearest within reach, ambiguous when another place is nearly as near, nothing lost."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from geoalchemy2 import WKTElement
from sqlalchemy import text
from sqlalchemy.orm import Session

from roads.domain.actors import OPERATOR
from roads.models import Carriageway, Defect, Segment
from roads.sql import statement
from roads.usecases.attribution import PlaceDefects, place_defects
from tests.factories import extent, make_carriageway, make_defect, make_road, point_beside

SNAP_M = 30.0
LAT = 50.0


def placed(session: Session, *defects: Defect, **instead: str) -> list[Any]:
    """The places of defects by the statement, in order of defect and part."""
    rows = session.execute(
        statement("place_defects", **instead),
        {"defect_ids": [defect.id for defect in defects], "snap_m": SNAP_M, "known_at": "infinity"},
    ).all()
    return sorted(rows, key=lambda row: (row.defect_id, row.part))


def beside(session: Session, m: float, offset_m: float = 0.0, **facts: Any) -> Defect:
    lon, lat = point_beside(m, offset_m, lat=facts.pop("lat", LAT))
    return make_defect(session, lon=lon, lat=lat, **facts)


def draw(
    session: Session, metres: Sequence[tuple[float, float]], *, is_folded: bool = False, name: str = "bent"
) -> Carriageway:
    """A carriageway of one segment through points given in metres east and north of 70 E, 50 N."""
    east, north = 71_696.0, 111_229.0  # metres in a degree there
    m = np.append(0, np.cumsum(np.hypot(*np.diff(np.array(metres), axis=0).T)))
    words = ", ".join(
        f"{70 + x / east:.9f} {LAT + y / north:.9f} {along:.3f}" for (x, y), along in zip(metres, m, strict=True)
    )
    geom = WKTElement(f"LINESTRINGM ({words})", srid=4326)
    whole = extent(0, float(m[-1]))
    carriageway = Carriageway(
        source="test", source_id=name, direction="single", geom=geom, extent=whole, measured_by="geodesic",
        geometry_key=name, content_key=name,
    )  # fmt: skip
    session.add(carriageway)
    session.flush()
    session.add(Segment(carriageway_id=carriageway.id, extent=whole, geom=geom, is_folded=is_folded))
    session.flush()
    return carriageway


def at(session: Session, x: float, y: float, **facts: Any) -> Defect:
    return make_defect(session, lon=70 + x / 71_696.0, lat=LAT + y / 111_229.0, **facts)


@pytest.mark.parametrize(("offset_m", "sign"), [(6.0, 1), (-6.0, -1)])
def test_a_point_has_its_chainage_and_lies_right_of_growing_chainage_with_a_plus(
    session: Session, offset_m: float, sign: int
) -> None:
    line = make_carriageway(session, lat=LAT)
    (place,) = placed(session, beside(session, 4321.5, offset_m))
    assert (place.carriageway_id, place.confidence) == (line.id, "certain")
    assert abs(place.from_cm - 432_150) <= 2
    assert place.to_cm == place.from_cm + 1
    assert abs(place.offset_cm - sign * 600) <= 2


def test_a_reverse_carriageway_carries_forward_chainage_and_its_right_is_that_of_growing_chainage(
    session: Session,
) -> None:
    make_carriageway(session, make_road(session), lat=LAT, direction="reverse")
    (place,) = placed(session, beside(session, 2500, 4))
    assert abs(place.from_cm - 250_000) <= 2
    assert place.offset_cm > 0


def test_feet_are_found_in_metres_not_in_degrees(session: Session) -> None:
    # Along a diagonal at 55 N a foot found in degrees is off by metres for a 25 m offset.
    make_carriageway(session, lat=55, azimuth=45)
    lon, lat = point_beside(5000, 25, lat=55, azimuth=45)
    (place,) = placed(session, make_defect(session, lon=lon, lat=lat))
    assert abs(place.from_cm - 500_000) <= 10
    assert abs(place.offset_cm - 2500) <= 3


@pytest.mark.parametrize(
    ("away_m", "accuracy_m", "confidence"),
    [
        (29, None, "certain"),
        (31, None, "off_network"),
        (55, 60, "certain"),
        (99, 500, "certain"),
        (101, 500, "off_network"),
    ],
)
def test_reach_is_the_snapping_distance_or_the_accuracy_but_at_most_100_m(
    session: Session, away_m: float, accuracy_m: float | None, confidence: str
) -> None:
    make_carriageway(session, lat=LAT)
    (place,) = placed(session, beside(session, 4321, away_m, gps_accuracy_m=accuracy_m))
    assert place.confidence == confidence


def test_what_lies_off_the_network_is_kept_without_a_place(session: Session) -> None:
    (place,) = placed(session, make_defect(session, lon=60, lat=45))
    assert (place.carriageway_id, place.from_cm, place.confidence) == (None, None, "off_network")


def test_beyond_the_end_it_is_the_last_centimetre(session: Session) -> None:
    make_carriageway(session, lat=LAT, length_m=5000)
    (place,) = placed(session, beside(session, 5010))
    assert (place.from_cm, place.to_cm) == (499_999, 500_000)


@pytest.mark.parametrize(
    ("second_m", "accuracy_m", "confidence"), [(4, None, "ambiguous"), (8, None, "certain"), (8, 10, "ambiguous")]
)
def test_a_second_carriageway_nearly_as_near_makes_it_ambiguous(
    session: Session, second_m: float, accuracy_m: float | None, confidence: str
) -> None:
    make_carriageway(session, lat=LAT)
    _, parallel = point_beside(0, second_m)
    make_carriageway(session, lat=parallel)
    (place,) = placed(session, beside(session, 4321, 0, gps_accuracy_m=accuracy_m))
    assert place.confidence == confidence


def test_a_chosen_carriageway_is_not_ambiguous_with_another(session: Session) -> None:
    make_carriageway(session, lat=LAT)
    _, parallel = point_beside(0, 4)
    chosen = make_carriageway(session, lat=parallel)
    (place,) = placed(session, beside(session, 4321, 0, chosen=[chosen]))
    assert (place.carriageway_id, place.confidence) == (chosen.id, "certain")


def test_a_chosen_carriageway_out_of_reach_is_off_network(session: Session) -> None:
    make_carriageway(session, lat=LAT)
    far = make_carriageway(session, lat=52)
    (place,) = placed(session, beside(session, 4321, 0, chosen=[far]))
    assert place.confidence == "off_network"


def test_a_retired_carriageway_takes_no_new_defects(session: Session) -> None:
    make_carriageway(session, lat=LAT, is_retired=True)
    (place,) = placed(session, beside(session, 4321))
    assert place.confidence == "off_network"


HAIRPIN = [(0.0, 0.0), (300.0, 0.0), (300.0, 8.0), (0.0, 8.0)]


def test_between_the_legs_of_a_hairpin_it_is_ambiguous(session: Session) -> None:
    draw(session, HAIRPIN, is_folded=True)
    (between, at_the_bend) = placed(session, at(session, 100, 3), at(session, 303, 4))
    assert between.confidence == "ambiguous"
    assert at_the_bend.confidence == "certain"


@pytest.mark.parametrize("x", [-8, 0, 20, 480, 500, 508])
def test_near_the_end_of_a_bent_segment_there_is_no_second_leg(session: Session, x: float) -> None:
    draw(session, [(0, 0), (250, 0), (260, 100), (250, 200), (500, 200)], is_folded=True)
    (place,) = placed(session, at(session, x, 6 if x < 250 else 206, gps_accuracy_m=12))
    assert place.confidence == "certain"


def test_the_second_leg_of_a_hairpin_may_be_another_segment(session: Session) -> None:
    carriageway = draw(session, HAIRPIN[:2])
    second = WKTElement(
        f"LINESTRINGM (70.004184334 50 300, 70.004184334 {LAT + 8 / 111_229:.9f} 308, 70 {LAT + 8 / 111_229:.9f} 608)",
        srid=4326,
    )
    session.add(Segment(carriageway_id=carriageway.id, extent=extent(300, 608), geom=second))
    session.flush()
    session.execute(text("UPDATE carriageway SET extent = int4range(0, 60800) WHERE id = :id"), {"id": carriageway.id})
    assert [row.confidence for row in placed(session, at(session, 100, 3))] == ["ambiguous"]


def test_a_straight_line_is_not_ambiguous_with_its_own_next_segment(session: Session) -> None:
    make_carriageway(session, lat=LAT)
    (place,) = placed(session, beside(session, 2940, 0, gps_accuracy_m=90))
    assert place.confidence == "certain"


def test_a_stretch_covers_what_lies_between_its_ends(session: Session) -> None:
    line = make_carriageway(session, lat=LAT)
    (place,) = placed(session, beside(session, 3200, 2, to=point_beside(1500, 2)))
    assert (place.carriageway_id, place.confidence) == (line.id, "certain")
    assert abs(place.from_cm - 150_000) <= 2
    assert abs(place.to_cm - 320_000) <= 2


def test_a_stretch_with_an_end_off_the_network_is_off_it_as_a_whole(session: Session) -> None:
    make_carriageway(session, lat=LAT)
    (place,) = placed(session, beside(session, 3200, 2, to=point_beside(1500, 2000)))
    assert place.confidence == "off_network"


def test_a_stretch_over_carriageways_that_touch_has_a_part_on_each(session: Session) -> None:
    first = draw(session, [(0, 0), (400, 0)], name="first")
    middle = draw(session, [(400, 0), (500, 0)], name="middle")
    last = draw(session, [(900, 0), (500, 0)], name="last")  # drawn against the others
    parts = placed(session, at(session, 300, 1, to=(70 + 600 / 71_696.0, LAT + 1 / 111_229.0)))
    assert [(part.carriageway_id, part.confidence) for part in parts] == [
        (first.id, "certain"), (middle.id, "certain"), (last.id, "certain"),
    ]  # fmt: skip
    lengths = [part.to_cm - part.from_cm for part in parts]
    assert lengths == pytest.approx([10_000, 10_000, 10_000], abs=60)
    assert abs(parts[2].from_cm - 30_000) <= 60


def test_a_stretch_whose_way_is_much_longer_than_the_straight_line_is_ambiguous(session: Session) -> None:
    draw(session, [(0, 0), (300, 0)], name="there")
    draw(session, [(300, 0), (300, 100)], name="across")
    back = draw(session, [(300, 100), (0, 100)], name="back")
    (place,) = placed(session, at(session, 50, 1, to=(70 + 50 / 71_696.0, LAT + 101 / 111_229.0)))
    assert place.confidence == "ambiguous"
    assert place.carriageway_id != back.id


def test_a_stretch_between_carriageways_that_do_not_touch_is_ambiguous(session: Session) -> None:
    draw(session, [(0, 0), (300, 0)], name="here")
    draw(session, [(320, 0), (600, 0)], name="there")
    (place,) = placed(session, at(session, 250, 1, to=(70 + 400 / 71_696.0, LAT + 1 / 111_229.0)))
    assert place.confidence == "ambiguous"


def test_placing_again_writes_nothing_and_a_moved_defect_keeps_its_old_place(session: Session) -> None:
    line = make_carriageway(session, lat=LAT)
    defect = beside(session, 1000, 1)
    assert place_defects(session, OPERATOR, PlaceDefects([defect.id], SNAP_M)) == [line.id]
    assert place_defects(session, OPERATOR, PlaceDefects([defect.id], SNAP_M)) == []
    lon, lat = point_beside(2000, 1)
    session.execute(
        text("UPDATE defect SET geom = ST_Point(:lon, :lat, 4326) WHERE id = :id"),
        {"lon": lon, "lat": lat, "id": defect.id},
    )
    assert place_defects(session, OPERATOR, PlaceDefects([defect.id], SNAP_M)) == [line.id]
    kept = session.execute(
        text("SELECT from_cm, replaced_at = 'infinity' AS is_current FROM placement WHERE defect_id = :id ORDER BY 1"),
        {"id": defect.id},
    ).all()
    assert [row.is_current for row in kept] == [False, True]


def test_an_empty_accuracy_counts_as_none_at_all(session: Session) -> None:
    make_carriageway(session, lat=LAT)
    defect = beside(session, 1000, 1, gps_accuracy_m=None)
    place_defects(session, OPERATOR, PlaceDefects([defect.id], SNAP_M))
    accuracy = session.scalar(text("SELECT accuracy_cm FROM placement WHERE defect_id = :id"), {"id": defect.id})
    assert accuracy == 0
