"""Coordinate reference systems: everything is brought to longitude and latitude on WGS 84 (EPSG:4326)."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import CRSError, ProjError

from geo.errors import BadValue

Floats: TypeAlias = NDArray[np.float64]

WGS84 = Geod(ellps="WGS84")
LONGITUDE_LATITUDE = CRS.from_epsg(4326)


def parse_crs(words: str) -> CRS:
    """A CRS from `EPSG:32643`, WKT or PROJJSON. Errors: BadValue `unknown_crs`."""
    try:
        return CRS.from_user_input(words)
    except (CRSError, ValueError):
        raise BadValue("unknown_crs", words) from None


def to_longitude_latitude(x: Floats, y: Floats, crs: CRS) -> tuple[Floats, Floats]:
    """Coordinates in degrees; infinite where the CRS has no such place. x is always east or longitude.

    Files keep longitude first whatever the authority says about the axes, so that is how they are read.
    """
    if is_longitude_latitude(crs):
        return x, y
    try:
        lon, lat = Transformer.from_crs(crs, LONGITUDE_LATITUDE, always_xy=True).transform(x, y)
    except ProjError:
        raise BadValue("unknown_crs", crs.to_string()) from None
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


def is_longitude_latitude(crs: CRS) -> bool:
    """Whether coordinates need no transformation."""
    return bool(crs.equals(LONGITUDE_LATITUDE, ignore_axis_order=True))


def geodesic(lon: Floats, lat: Floats, lon_to: Floats, lat_to: Floats) -> tuple[Floats, Floats]:
    """Azimuths in degrees and lengths in metres of the shortest lines on the ellipsoid between pairs of points."""
    azimuth, _, metres = WGS84.inv(lon, lat, lon_to, lat_to)
    return np.asarray(azimuth), np.asarray(metres)
