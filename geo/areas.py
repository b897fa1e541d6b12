"""An area as somebody drew or typed it: corners in degrees, one to a line, or a polygon of GeoJSON."""

import json
import re
from collections.abc import Sequence

import numpy as np
from shapely.geometry import Polygon

from geo.errors import BadValue
from geo.frames import metres_per_degree

MOST_CORNERS = 100
WIDEST_KM = 50
LONGEST_WORDS = 8_000
_PAIR = re.compile(r"\s*(-?\d{1,3}(?:\.\d{1,12})?)[\s,;]+(-?\d{1,3}(?:\.\d{1,12})?)\s*")


def read_area(words: str) -> Polygon:
    """The area (EPSG:4326), longitude first. Errors: BadValue (`not_an_area`, `area_corners`, `area_crosses_itself`,
    `area_too_wide`), with what is allowed among its params."""
    corners = _corners(words.strip())
    if corners and corners[0] == corners[-1]:
        corners = corners[:-1]
    if not 3 <= len(corners) <= MOST_CORNERS:
        raise BadValue("area_corners", words[:50], most=MOST_CORNERS)
    area = Polygon(corners)
    if not area.is_valid or area.area == 0:
        raise BadValue("area_crosses_itself", words[:50])
    west, south, east, north = area.bounds
    east_m, north_m = (float(one[0]) for one in metres_per_degree(np.array([(south + north) / 2])))
    if max((east - west) * east_m, (north - south) * north_m) > WIDEST_KM * 1000:
        raise BadValue("area_too_wide", words[:50], most=WIDEST_KM)
    return area


def _corners(words: str) -> Sequence[tuple[float, float]]:
    if len(words) > LONGEST_WORDS:
        raise BadValue("area_corners", words[:50], most=MOST_CORNERS)
    corners = _of_geojson(words) if words.startswith("{") else _of_lines(words)
    if not corners or not all(abs(lon) <= 180 and abs(lat) <= 85 for lon, lat in corners):
        raise BadValue("not_an_area", words[:50])
    return corners


def _of_lines(words: str) -> list[tuple[float, float]]:
    pairs = [_PAIR.fullmatch(line) for line in words.splitlines() if line.strip()]
    return [(float(one[1]), float(one[2])) for one in pairs if one] if all(pairs) else []


def _of_geojson(words: str) -> list[tuple[float, float]]:
    """The outer ring of a polygon, alone or in a feature; holes are not followed apart."""
    try:
        told = json.loads(words)
        told = told.get("geometry", told)
        ring = told["coordinates"][0] if told["type"] == "Polygon" else []
        return [(float(one[0]), float(one[1])) for one in ring]
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as wrong:
        raise BadValue("not_an_area", words[:50]) from wrong
