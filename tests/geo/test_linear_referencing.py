"""Lines measured on the ellipsoid, and cut at a chainage."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from pyproj import Geod

from geo.ewkb import from_ewkb, to_ewkb_hex
from geo.linear_referencing import LONGEST_EDGE_M, Lines, cut, fold_range, measure, offsets, with_vertices
from tests.geo.lines import Vertices, drawn

GEOD = Geod(ellps="WGS84")

longitudes = st.floats(46.5, 87)
latitudes = st.floats(41, 55)
azimuths = st.floats(-180, 180)


@st.composite
def bent_lines(draw: st.DrawFn) -> tuple[list[float], list[float]]:
    """A line of 1 m to 300 km in Kazakhstan, bent up to five times."""
    lon, lat = draw(longitudes), draw(latitudes)
    length_m = 10 ** draw(st.floats(0, np.log10(300_000)))
    edges = draw(st.integers(1, 6))
    lons, lats = [lon], [lat]
    for _ in range(edges):
        lon, lat, _ = GEOD.fwd(lon, lat, draw(azimuths), length_m / edges)
        lons.append(lon)
        lats.append(lat)
    return lons, lats


@given(bent_lines())
def test_chainage_is_geodesic_length_within_a_thousandth(line: tuple[list[float], list[float]]) -> None:
    lons, lats = line
    measured = measure(np.array(lons), np.array(lats), np.array([0, len(lons)]))
    assert measured.lengths[0] == pytest.approx(GEOD.line_length(lons, lats), rel=1e-3)
    assert (np.diff(measured.m) > 0).all()


@given(bent_lines(), st.floats(0, 1))
def test_a_chainage_finds_its_place_within_a_thousandth(line: tuple[list[float], list[float]], share: float) -> None:
    """A fraction of a line in degrees is not a distance: on a 200 km road at 50 N it is 21 km wrong."""
    lons, lats = line
    measured = measure(np.array(lons), np.array(lats), np.array([0, len(lons)]))
    at = share * measured.lengths[0]
    pieces, _ = cut(measured, np.array([0]), np.array([at]))
    first = pieces.vertices_of(0)
    found = GEOD.line_length(pieces.lon[first], pieces.lat[first])
    whole = measured.lengths[0]
    assert found == pytest.approx(at if 1e-6 < at < whole - 1e-6 else whole, rel=1e-3, abs=1e-3)


def test_a_long_edge_follows_the_geodesic() -> None:
    """A chord of 100 km runs 257 m beside it."""
    start, end = (66.0, 50.0), GEOD.fwd(66.0, 50.0, 90, 100_000)[:2]
    line = measure(np.array([start[0], end[0]]), np.array([start[1], end[1]]), np.array([0, 2]))
    assert np.diff(line.m).max() <= LONGEST_EDGE_M * (1 + 1e-6)
    azimuth, _, _ = GEOD.inv(*start, *end)
    middle = GEOD.fwd(*start, azimuth, 50_000)
    nearest = np.argmin(np.abs(line.m - 50_000))
    assert GEOD.inv(line.lon[nearest], line.lat[nearest], middle[0], middle[1])[2] < 0.01


def test_measuring_again_adds_no_vertex() -> None:
    line = drawn([(0, 0), (3000, 0), (3000, 2500)])
    again = measure(line.lon, line.lat, line.first)
    assert len(again.lon) == len(line.lon)
    assert_allclose(again.m, line.m, atol=1e-6)


def test_a_vertex_that_repeats_the_one_before_is_dropped() -> None:
    lon, lat = np.array([76.0, 76.0, 76.001, 76.001, 76.0]), np.array([43.0] * 5)
    line = measure(lon, lat, np.array([0, 5]))
    assert line.lon.tolist() == [76.0, 76.001, 76.0]


def test_a_line_that_is_one_place_has_no_length() -> None:
    line = measure(np.array([76.0, 76.0, 77.0, 77.1]), np.array([43.0] * 4), np.array([0, 2, 4]))
    assert line.lengths[0] == 0
    assert line.lengths[1] > 0


def test_lines_do_not_run_into_each_other() -> None:
    many = drawn([(0, 0), (100, 0)], [(5000, 0), (5000, 200), (5300, 200)], [(0, 0), (0, 50)])
    assert many.lengths.tolist() == pytest.approx([100, 500, 50], abs=0.01)
    assert many.m[many.first[:-1]].tolist() == [0, 0, 0]


def test_some_lines_can_be_taken_in_any_order() -> None:
    many = drawn([(0, 0), (100, 0)], [(0, 0), (0, 200), (300, 200)])
    taken = many.take(np.array([1, 0, 1]))
    assert taken.lengths.tolist() == pytest.approx([500, 100, 500], abs=0.01)


def ends(lines: Lines) -> list[tuple[float, float]]:
    return [
        (round(float(start), 3), round(float(end), 3))
        for start, end in zip(lines.m[lines.first[:-1]], lines.m[lines.first[1:] - 1], strict=True)
    ]


def test_pieces_meet_at_the_cuts_in_the_order_of_the_line() -> None:
    line = Lines(np.array([0.0, 1, 2]), np.array([0.0] * 3), np.array([0.0, 10, 20]), np.array([0, 3]))
    pieces, owner = cut(line, np.array([0, 0, 0]), np.array([15.0, 10, 2]))
    assert ends(pieces) == [(0, 2), (2, 10), (10, 15), (15, 20)]
    assert owner.tolist() == [0, 0, 0, 0]
    assert pieces.lon[pieces.first[:-1]].tolist() == pytest.approx([0, 0.2, 1, 1.5])


def test_a_line_on_which_measure_falls_is_cut_too() -> None:
    line = Lines(np.array([0.0, 1, 2]), np.array([0.0] * 3), np.array([120.0, 110, 100]), np.array([0, 3]))
    pieces, _ = cut(line, np.array([0]), np.array([105.0]))
    assert ends(pieces) == [(120, 105), (105, 100)]
    assert pieces.lon[pieces.first[1]] == pytest.approx(1.5)


@given(
    st.lists(st.lists(st.floats(0.5, 500), min_size=1, max_size=6), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 3), st.floats(0.01, 0.99)), max_size=8),
    st.booleans(),
)
def test_pieces_make_up_the_whole(edges: list[list[float]], wanted: list[tuple[int, float]], is_falling: bool) -> None:
    m = [np.concatenate([[0], np.cumsum(lengths)]) for lengths in edges]
    m = [own[-1] - own for own in m] if is_falling else m
    first = offsets(np.array([len(own) for own in m]))
    flat = np.concatenate(m)
    lines = Lines(flat / 1000, flat / 2000, flat, first)
    cuts = {(line, round(share * m[line].max(), 3)) for line, share in wanted if line < len(m)}
    which, at = np.array([line for line, _ in cuts], dtype=int), np.array([where for _, where in cuts])
    pieces, owner = cut(lines, which, at)
    for line in range(len(m)):
        own = [(min(piece), max(piece)) for piece, of in zip(ends(pieces), owner.tolist(), strict=True) if of == line]
        own.sort()
        inner = sorted({where for of, where in cuts if of == line and 1e-3 < where < m[line].max() - 1e-3})
        assert own[0][0] == 0
        assert own[-1][1] == pytest.approx(m[line].max(), abs=1e-3)
        assert all(before[1] == after[0] for before, after in pairwise(own))
        assert len(own) <= len(inner) + 2
    assert pieces.lengths.sum() == pytest.approx(lines.lengths.sum(), abs=1e-6)


def test_vertices_can_be_put_in_without_cutting() -> None:
    line = Lines(np.array([0.0, 1, 2]), np.array([0.0] * 3), np.array([0.0, 10, 20]), np.array([0, 3]))
    more, wanted = with_vertices(line, np.array([0, 0]), np.array([10.0, 12]))
    assert more.m.tolist() == [0, 10, 12, 20]
    assert wanted.tolist() == [False, True, True, False]


@pytest.mark.parametrize(
    ("vertices", "degrees"),
    [
        ([(0, 0), (100, 0), (200, 0)], 0),
        ([(0, 0), (100, 0), (100, 100)], 90),
        ([(0, 0), (100, 0), (200, 100), (300, 100), (400, 0)], 90),
        ([(0, 0), (100, 0), (100, 20), (0, 20)], 180),
        ([(0, 0), (100, 0), (100, 100), (0, 100), (0, -100)], 270),
    ],
)
def test_how_far_headings_span_tells_a_fold(vertices: Vertices, degrees: float) -> None:
    assert fold_range(drawn(vertices))[0] == pytest.approx(degrees, abs=0.1)


def test_the_fold_of_one_line_is_not_that_of_its_neighbour() -> None:
    span = fold_range(drawn([(0, 0), (100, 0)], [(0, 0), (100, 0), (100, 20), (0, 20)], [(0, 0), (0, 50), (1, 99)]))
    assert span.tolist() == pytest.approx([0, 180, 1.2], abs=0.1)


def test_lines_survive_being_written_for_postgis() -> None:
    lines = drawn([(0, 0), (100, 0)], [(0, 0), (0, 200), (300, 200)])
    again = from_ewkb([bytes.fromhex(words) for words in to_ewkb_hex(lines).to_pylist()])
    assert (again.lon == lines.lon).all()
    assert (again.lat == lines.lat).all()
    assert (again.m == lines.m).all()
    assert again.first.tolist() == lines.first.tolist()
