"""What shows a reader where the roads lie when there is no basemap: outlines of the regions, and towns."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import mapping, shape

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


def _names(known: Mapping[str, str]) -> dict[str, str]:
    return {language: known[f"name_{language}"] for language in LANGUAGES}
