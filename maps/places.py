"""What shows a reader where the roads lie when there is no basemap: outlines of the regions, and towns."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import mapping, shape

from roads.domain.searching import is_found, search_patterns
from roads.i18n import LANGUAGES

DATA = Path(__file__).parents[1] / "seed" / "data"
SIMPLER_BY_DEGREES = 0.06
DECIMALS = 2


def places() -> bytes:
    """Regions and towns as JSON, coordinates as longitude and latitude (EPSG:4326) to about a kilometre.

    Towns keep the order of their file, the largest first: that decides whose name is left out where names would meet.
    """
    found = {"regions": list(regions()), "towns": list(towns())}
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()


def regions() -> Iterator[dict[str, Any]]:
    """Regions with names by language and outlines, which are rings."""
    features = json.loads((DATA / "regions.geojson").read_text(encoding="utf-8"))["features"]
    # As a coverage: what two regions share stays shared, or the map would show gaps between them.
    outlines = shapely.coverage_simplify([shape(one["geometry"]) for one in features], SIMPLER_BY_DEGREES)
    for feature, outline in zip(features, outlines, strict=True):
        known = feature["properties"]
        yield {"kato": known["kato"], "name": _names(known), "rings": _rings(outline)}


def _rings(outline: Any) -> list[list[list[float]]]:
    parts = mapping(outline)["coordinates"]
    polygons = [parts] if outline.geom_type == "Polygon" else parts
    return [[[round(x, DECIMALS), round(y, DECIMALS)] for x, y in ring] for polygon in polygons for ring in polygon]


def towns() -> Iterator[dict[str, Any]]:
    """Towns with names by language and a coordinate, the largest first."""
    with (DATA / "towns.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            at = [round(float(row["lon"]), 4), round(float(row["lat"]), 4)]
            yield {"kato": row["kato"], "name": _names(row), "at": at}


def search_towns(words: str, at_most: int) -> Sequence[dict[str, Any]]:
    """Towns by what somebody typed, whatever the keyboard was: first those that begin with it, the largest of them."""
    patterns = search_patterns(words)
    found = [town for town in _all_towns() if is_found(patterns, town["name"].values())]
    return sorted(found, key=lambda town: not _begins(patterns[0], town["name"].values()))[:at_most]


def _begins(pattern: str, names: Iterable[str]) -> bool:
    return any(re.match(pattern, name) for name in names)


@cache
def _all_towns() -> Sequence[dict[str, Any]]:
    return tuple(towns())


def _names(known: Mapping[str, str]) -> dict[str, str]:
    return {language: known[f"name_{language}"] for language in LANGUAGES}
