"""Lines for tests, drawn in metres east and north of a place."""

from collections.abc import Sequence

import numpy as np
from pyproj import Geod

from geo.linear_referencing import Lines, measure, offsets

GEOD = Geod(ellps="WGS84")
Vertices = Sequence[tuple[float, float]]


def place(east_m: float, north_m: float, *, lon: float = 76.0, lat: float = 43.0) -> tuple[float, float]:
    """Longitude and latitude so many metres east, then north."""
    x, y, _ = GEOD.fwd(lon, lat, 90, east_m)
    x, y, _ = GEOD.fwd(x, y, 0, north_m)
    return x, y


def drawn(*lines: Vertices) -> Lines:
    """Measured lines with vertices in metres."""
    places = np.array([place(east, north) for line in lines for east, north in line])
    return measure(places[:, 0], places[:, 1], offsets(np.array([len(line) for line in lines])))
