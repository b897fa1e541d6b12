"""A great many defects placed at once lie where the statement places each of them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from geoalchemy2 import WKTElement
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.frames import metres_per_degree
from roads.domain.actors import OPERATOR
from roads.models import Carriageway, Segment
from roads.usecases import placing
from roads.usecases.attribution import PlaceDefects, place_defects
from roads.usecases.placing import place_many_defects
from tests.factories import extent, make_carriageway, make_defect, point_beside

SNAP_M = 30.0
SIZE_M = 1500.0
LAT = 50.0

Metres = np.ndarray[Any, np.dtype[np.float64]]


def degrees(metres: Metres, lat: float) -> Metres:
    """Places given in metres east and north of 70 E on a latitude."""
    lon_m, lat_m = metres_per_degree(np.array([lat]))
    at: Metres = np.array([70, lat]) + metres / np.array([lon_m[0], lat_m[0]])
    return at


def draw(session: Session, name: str, corners: Metres, lat: float, *, is_falling: bool) -> None:
    """A carriageway through corners in metres, in segments of four edges; it may fold over itself."""
    m = np.append(0, np.cumsum(np.hypot(*np.diff(corners, axis=0).T)))
    if is_falling:
        m = m[-1] - m
    at = np.column_stack([degrees(corners, lat), m])
    low, high = min(m[0], m[-1]), max(m[0], m[-1])
    carriageway = Carriageway(
        source="test", source_id=name, direction="reverse" if is_falling else "single", geom=line(at),
        extent=extent(low, high), measured_by="geodesic", geometry_key=name, content_key=name,
    )  # fmt: skip
    session.add(carriageway)
    session.flush()
    for start in range(0, len(at) - 1, 4):
        part = at[start : start + 5]
        low, high = min(part[0, 2], part[-1, 2]), max(part[0, 2], part[-1, 2])
        session.add(Segment(carriageway_id=carriageway.id, extent=extent(low, high), geom=line(part), is_folded=True))
    session.flush()


def line(at: Metres) -> WKTElement:
    words = ", ".join(f"{lon:.12f} {lat:.12f} {m:.6f}" for lon, lat, m in at)
    return WKTElement(f"LINESTRINGM ({words})", srid=4326)


def crooked_network(session: Session, random: np.random.Generator, lat: float) -> list[int]:
    """Crossing, bending and folding carriageways with points and stretches strewn along them and elsewhere."""
    spots = [random.uniform(-SIZE_M, SIZE_M, (30, 2))]
    for number in range(8):
        heading = np.cumsum(random.normal(0, random.choice([0.1, 1.0]), 12)) + random.uniform(0, 6)
        steps = random.uniform(20, 250, (12, 1)) * np.column_stack([np.cos(heading), np.sin(heading)])
        corners = np.cumsum(steps, axis=0) + random.uniform(-SIZE_M, SIZE_M / 2, 2)
        draw(session, f"crooked {number}", corners, lat, is_falling=number % 3 == 0)
        edge, share = random.integers(0, 11, 12), random.uniform(0, 1, (12, 1))
        spots.append(corners[edge] + share * steps[edge + 1] + random.normal(0, 12, (12, 2)))
    here = degrees(np.concatenate(spots), lat)
    there = here + random.normal(0, 0.0004, here.shape)
    return [
        make_defect(
            session, lon=lon, lat=lat, to=(lon_to, lat_to) if random.random() < 0.3 else None,
            gps_accuracy_m=float(random.choice([0, 4, 40, 150])),
        ).id
        for (lon, lat), (lon_to, lat_to) in zip(here.tolist(), there.tolist(), strict=True)
    ]  # fmt: skip


def places(session: Session) -> Sequence[Any]:
    """The current places, but for the moment they were found."""
    return session.execute(
        text(
            "SELECT defect_id, part, carriageway_id, from_cm, to_cm, offset_cm, distance_cm, accuracy_cm, covered_on, "
            "element, confidence FROM placement WHERE replaced_at = 'infinity' ORDER BY 1, 2"
        )
    ).all()


@pytest.mark.parametrize("seed", range(12))
def test_many_lie_where_each_alone_does(session: Session, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    random = np.random.default_rng(seed)
    ids = crooked_network(session, random, lat=float(random.uniform(41, 55)))
    weighed: list[int] = []

    def weigh(session: Session, actor: Any, command: PlaceDefects) -> list[int]:
        weighed.extend(command.defect_ids)
        return place_defects(session, actor, command)

    undone = session.begin_nested()
    place_defects(session, OPERATOR, PlaceDefects(ids, SNAP_M))
    one_by_one = places(session)
    undone.rollback()
    monkeypatch.setattr(placing, "place_defects", weigh)
    place_many_defects(session, OPERATOR, PlaceDefects(ids, SNAP_M))
    assert places(session) == one_by_one
    assert 0 < len(weighed) < len(ids) * 0.75


def test_many_placed_again_change_nothing(session: Session) -> None:
    ids = crooked_network(session, np.random.default_rng(3), lat=43.0)
    place_many_defects(session, OPERATOR, PlaceDefects(ids, SNAP_M))
    before = places(session)
    again = place_many_defects(session, OPERATOR, PlaceDefects(ids, SNAP_M))
    assert places(session) == before
    assert again == []
    assert session.scalar(text("SELECT count(*) FROM placement")) == len(before)


def test_a_chosen_carriageway_is_heeded(session: Session) -> None:
    near, chosen = make_carriageway(session, lat=LAT), make_carriageway(session, lat=LAT + 0.0001)
    lon, lat = point_beside(1000, 0.5, lat=LAT)
    one = make_defect(session, lon=lon, lat=lat, chosen=[chosen])
    assert near.id not in place_many_defects(session, OPERATOR, PlaceDefects([one.id], SNAP_M))
    assert [place.carriageway_id for place in places(session)] == [chosen.id]


def test_without_a_network_everything_lies_off_it(session: Session) -> None:
    one = make_defect(session, lon=70.0, lat=50.0)
    assert place_many_defects(session, OPERATOR, PlaceDefects([one.id], SNAP_M)) == []
    assert [place.confidence for place in places(session)] == ["off_network"]


def test_nothing_to_place_is_nothing_done(session: Session) -> None:
    assert place_many_defects(session, OPERATOR, PlaceDefects([], SNAP_M)) == []


def test_places_touch_their_carriageway(session: Session) -> None:
    line = make_carriageway(session, lat=LAT)
    lon, lat = point_beside(1000, 2, lat=LAT)
    one = make_defect(session, lon=lon, lat=lat)
    assert place_many_defects(session, OPERATOR, PlaceDefects([one.id], SNAP_M)) == [line.id]
    assert session.scalar(text("SELECT revision > attributed_revision FROM carriageway")) is True
