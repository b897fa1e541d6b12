"""The files that ship with the system: complete, consistent with each other, and plausible on the ground."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

import pytest
import shapely
from holidays import country_holidays
from pyproj import Geod
from shapely.geometry import LineString, Point, shape
from shapely.geometry.base import BaseGeometry

from roads.domain.network import Category, Direction, Significance
from roads.domain.warranty import Element, KindOfWorks
from roads.i18n import LANGUAGES, catalogue

DATA = Path(__file__).parents[2] / "seed" / "data"
NAMES = ("name_kk", "name_ru", "name_en")
ON_EARTH = Geod(ellps="WGS84")


@dataclass(frozen=True)
class Drawn:
    """A feature of a GeoJSON file."""

    properties: dict[str, str]
    chainage_from: float
    points: list[tuple[float, float]]

    @property
    def length_m(self) -> float:
        return float(ON_EARTH.line_length([x for x, _ in self.points], [y for _, y in self.points]))


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def drawn(name: str) -> list[Drawn]:
    features = json.loads((DATA / name).read_text(encoding="utf-8"))["features"]
    return [
        Drawn(
            {key: str(value) for key, value in feature["properties"].items()},
            float(feature["properties"]["chainage_from"]),
            [(x, y) for x, y in feature["geometry"]["coordinates"]],
        )
        for feature in features
    ]


def outlines() -> dict[str, BaseGeometry]:
    features = json.loads((DATA / "regions.geojson").read_text(encoding="utf-8"))["features"]
    return {feature["properties"]["kato"]: shape(feature["geometry"]) for feature in features}


HIGHWAYS, STREETS = "highways.geojson", "almaty_streets.geojson"
NETWORK = {HIGHWAYS: 25, STREETS: 60}


@pytest.mark.parametrize(("name", "at_least"), NETWORK.items())
def test_the_network_has_enough_roads_each_named_in_three_languages(name: str, at_least: int) -> None:
    features = drawn(name)

    assert len({feature.properties["name_en"] for feature in features}) >= at_least
    assert len({feature.properties["source_id"] for feature in features}) == len(features)
    for feature in features:
        assert all(feature.properties[language].strip() for language in NAMES)


@pytest.mark.parametrize("name", NETWORK)
def test_the_network_speaks_the_words_of_the_domain(name: str) -> None:
    regions = {row["kato"] for row in rows("regions.csv")}

    for feature in drawn(name):
        Significance(feature.properties["significance"])
        Category(feature.properties["category"])
        Direction(feature.properties["direction"])
        assert len(feature.properties["kato"]) == 9
        assert feature.properties["kato"][:2] in regions


@pytest.mark.parametrize("name", NETWORK)
def test_no_line_repeats_a_vertex_or_crosses_itself(name: str) -> None:
    for feature in drawn(name):
        assert all(a != b for a, b in zip(feature.points, feature.points[1:], strict=False)), feature.properties
        assert LineString(feature.points).is_simple, feature.properties


def test_highways_stay_inside_the_country() -> None:
    country = shapely.union_all(list(outlines().values())).buffer(0.02)

    for feature in drawn(HIGHWAYS):
        assert country.contains(LineString(feature.points)), feature.properties["source_id"]


def test_the_region_of_a_highway_is_the_one_that_holds_most_of_it() -> None:
    regions = outlines()
    by_reference: dict[str, list[LineString]] = {}
    for feature in drawn(HIGHWAYS):
        if feature.properties["direction"] != "reverse":
            by_reference.setdefault(feature.properties["reference"], []).append(LineString(feature.points))
    kato = {feature.properties["reference"]: feature.properties["kato"] for feature in drawn(HIGHWAYS)}

    for reference, lines in by_reference.items():
        road = shapely.union_all(lines)
        assert max(regions, key=lambda code: road.intersection(regions[code]).length) == kato[reference][:2], reference


def pairs_of_carriageways() -> Iterator[tuple[Drawn, Drawn]]:
    features = {feature.properties["source_id"]: feature for feature in drawn(HIGHWAYS)}
    for source_id, forward in features.items():
        if forward.properties["direction"] == "forward":
            yield forward, features[source_id.replace("-forward", "-reverse")]


def test_twin_carriageways_run_side_by_side_and_carry_the_same_chainage() -> None:
    pairs = list(pairs_of_carriageways())

    assert len(pairs) >= 3
    for forward, reverse in pairs:
        assert (forward.points[0], forward.points[-1]) == (reverse.points[-1], reverse.points[0])
        assert reverse.chainage_from - reverse.length_m == pytest.approx(forward.chainage_from, abs=0.02)
        assert reverse.length_m == pytest.approx(forward.length_m, rel=0.001)
        middle = len(forward.points) // 2
        here, there = forward.points[middle], reverse.points[len(reverse.points) - 1 - middle]
        assert ON_EARTH.inv(*here, *there)[2] == pytest.approx(25, abs=2)


def test_forward_traffic_keeps_to_the_right() -> None:
    for forward, reverse in pairs_of_carriageways():
        ring = shapely.LinearRing([*forward.points, *reverse.points[1:-1]])
        assert ring.is_ccw, forward.properties["source_id"]


def test_chainage_runs_on_where_two_carriageways_become_one() -> None:
    features = drawn(HIGHWAYS)
    ends = {feature.points[-1]: feature for feature in features if feature.properties["direction"] != "reverse"}
    followers = [f for f in features if f.properties["direction"] != "reverse" and f.chainage_from > 0]

    assert followers
    for feature in followers:
        before = ends[feature.points[0]]
        assert before.properties["reference"] == feature.properties["reference"]
        assert before.chainage_from + before.length_m == pytest.approx(feature.chainage_from, abs=0.02)


def test_streets_that_cross_share_a_vertex() -> None:
    streets = drawn(STREETS)
    crossings = 0
    for one, other in combinations(streets, 2):
        for point in shapely.get_parts(LineString(one.points).intersection(LineString(other.points))):
            if point.is_empty:
                continue
            crossings += 1
            assert point.geom_type == "Point", (one.properties, other.properties)
            assert (point.x, point.y) in one.points
            assert (point.x, point.y) in other.points
    assert crossings > 300


def test_abay_avenue_meets_its_crossings_in_the_order_they_have_on_the_ground() -> None:
    streets = {feature.properties["source_id"].removeprefix("almaty-"): feature for feature in drawn(STREETS)}
    avenue = streets["abay"].points
    order = ["dostyk", "kunaev", "nazarbayev", "abylai-khan", "seifullin", "baitursynov", "manas", "auezov"]
    order += ["zharokov", "gagarin", "rozybakiev", "altynsarin", "sain", "momyshuly", "yassawi"]

    places = [next(i for i, point in enumerate(avenue) if point in streets[name].points) for name in order]

    assert places == sorted(places)


def test_aliases_name_roads_of_the_file_and_no_index_twice() -> None:
    references = {feature.properties["reference"] for feature in drawn(HIGHWAYS)}
    aliases = rows("road_aliases.csv")

    assert {row["road_reference"] for row in aliases} <= references
    assert len({row["alias"] for row in aliases}) == len(aliases)
    assert not references & {row["alias"] for row in aliases}
    assert all(date.fromisoformat(row["valid_to"]) < date(2025, 1, 1) for row in aliases)


def test_there_are_twenty_regions_that_fit_together_and_hold_their_towns() -> None:
    regions = outlines()

    assert {row["kato"] for row in rows("regions.csv")} == set(regions)
    assert len(regions) == 20
    assert len({row["plate_code"] for row in rows("regions.csv")}) == 20
    assert shapely.coverage_is_valid(list(regions.values()))
    for town in rows("towns.csv"):
        place = Point(float(town["lon"]), float(town["lat"]))
        assert regions[town["kato"]].distance(place) < 0.02, town
        assert all(town[language] for language in NAMES)


class Calendar:
    """Working days by the file alone."""

    def __init__(self) -> None:
        self.off = {date.fromisoformat(row["day"]) for row in rows("calendar.csv") if row["table"] == "holiday"}
        self.on = {date.fromisoformat(row["day"]) for row in rows("calendar.csv") if row["table"] == "working_day"}

    def is_working(self, day: date) -> bool:
        return day in self.on or (day.weekday() < 5 and day not in self.off)

    def after(self, day: date, working_days: int) -> date:
        while working_days:
            day += timedelta(days=1)
            working_days -= self.is_working(day)
        return day


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (date(2024, 12, 30), 5, date(2025, 1, 9)),
        (date(2025, 3, 19), 3, date(2025, 3, 27)),
        (date(2026, 5, 8), 1, date(2026, 5, 12)),
    ],
)
def test_deadlines_in_working_days_fall_as_published(start: date, days: int, due: date) -> None:
    assert Calendar().after(start, days) == due


def test_a_moved_working_day_is_a_day_of_the_weekend_and_no_holiday() -> None:
    calendar = Calendar()

    assert all(day.weekday() >= 5 for day in calendar.on)
    assert not calendar.on & calendar.off
    assert len(rows("calendar.csv")) == len(calendar.on | calendar.off)


def test_constitution_day_moves_with_the_constitution() -> None:
    calendar = Calendar()

    assert not calendar.is_working(date(2024, 8, 30))
    assert calendar.is_working(date(2026, 8, 31))
    assert not calendar.is_working(date(2027, 3, 15))


def test_the_calendar_differs_from_the_package_only_where_the_constitution_changed() -> None:
    package, calendar = country_holidays("KZ", years=range(2019, 2028)), Calendar()
    days = (date(2019, 1, 1) + timedelta(days=n) for n in range((date(2028, 1, 1) - date(2019, 1, 1)).days))

    differing = {day for day in days if package.is_working_day(day) != calendar.is_working(day)}

    assert differing == {date(2026, 8, 31), date(2027, 3, 15), date(2027, 8, 30)}


def test_term_rules_are_those_of_the_design() -> None:
    found = {
        (row["kato"], row["kind_of_works"], row["signed_from"], row["signed_to"], row["months"])
        for row in rows("term_rules.csv")
    }

    national = ("construction", "reconstruction", "capital_repair", "medium_repair")
    assert found == {
        *(("", kind, "", "2025-12-17", "36") for kind in national),
        ("75", "construction", "2025-01-01", "", "84"),
        ("75", "reconstruction", "2025-01-01", "", "84"),
        ("75", "medium_repair", "2025-01-01", "", "60"),
        ("", "current_repair", "", "", "none"),
        ("", "maintenance", "", "", "none"),
    }
    assert {row["kind_of_works"] for row in rows("term_rules.csv")} == set(KindOfWorks)
    assert {row["confirmed"] for row in rows("term_rules.csv")} == {"no"}


def test_a_hole_is_patched_the_sooner_the_higher_the_category() -> None:
    patches = [row for row in rows("deadline_rules.csv") if row["kind"] == "temporary"]
    repairs = [row for row in rows("deadline_rules.csv") if row["kind"] == "rectification"]

    categories = ["cat_1a", "cat_1b", "cat_1c", "cat_2", "cat_3", "cat_4", "cat_5"]
    assert [(row["category"], row["days"]) for row in patches] == [
        *zip(categories, ["1", "3", "3", "5", "7", "10", "12"], strict=True)
    ]
    assert [(row["days"], row["counted_in"]) for row in repairs] == [("14", "working")]


CATALOGUE = """
    alligator_cracking bleeding block_cracking bumps_and_sags corrugation depression edge_cracking
    joint_reflection_cracking lane_shoulder_drop_off longitudinal_transverse_cracking patching polished_aggregate
    pothole railroad_crossing rutting shoving slippage_cracking swell raveling weathering
    worn_marking missing_sign damaged_barrier blocked_drainage settled_manhole damaged_structure
"""


def test_the_catalogue_holds_every_distress_with_its_element_and_names() -> None:
    catalogue = rows("distress.csv")

    assert sorted(row["code"] for row in catalogue) == sorted(CATALOGUE.split())
    for row in catalogue:
        Element(row["element"])
        assert row["measured_in"] in {"area_m2", "length_m", "count"}
        assert all(row[language] for language in NAMES)
    assert [row["element"] for row in catalogue].count("pavement") == 20


def holds(interval: str, value: float) -> bool:
    """Whether a value lies in an interval written like `(25,50]`; an empty one asks nothing."""
    if not interval:
        return True
    low, high = interval[1:-1].split(",")
    above = value >= float(low) if interval[0] == "[" else value > float(low)
    below = not high or (value <= float(high) if interval[-1] == "]" else value < float(high))
    return above and below


def severities(distress: str, depth_mm: float, width_mm: float, diameter_mm: float) -> list[str]:
    return [
        row["severity"]
        for row in rows("distress_severity.csv")
        if row["distress"] == distress
        and holds(row["depth_mm"], depth_mm)
        and holds(row["width_mm"], width_mm)
        and holds(row["diameter_mm"], diameter_mm)
    ]


@pytest.mark.parametrize(
    ("distress", "depth_mm", "width_mm", "diameter_mm", "severity"),
    [
        ("pothole", 20, 0, 300, ["low"]),
        ("pothole", 30, 0, 300, ["medium"]),
        ("pothole", 60, 0, 600, ["high"]),
        ("pothole", 25, 0, 200, ["low"]),
        ("pothole", 12, 0, 300, []),
        ("rutting", 13, 0, 0, ["low"]),
        ("rutting", 14, 0, 0, ["medium"]),
        ("rutting", 26, 0, 0, ["high"]),
        ("depression", 50, 0, 0, ["medium"]),
        ("longitudinal_transverse_cracking", 0, 9, 0, ["low"]),
        ("longitudinal_transverse_cracking", 0, 10, 0, ["medium"]),
        ("slippage_cracking", 0, 41, 0, ["high"]),
    ],
)
def test_severity_follows_the_standard(
    distress: str, depth_mm: float, width_mm: float, diameter_mm: float, severity: list[str]
) -> None:
    assert severities(distress, depth_mm, width_mm, diameter_mm) == severity


def test_no_measure_has_two_severities() -> None:
    measured = {row["code"] for row in rows("distress.csv") if row["severity_rule"] == "measured"}

    assert {row["distress"] for row in rows("distress_severity.csv")} == measured
    depths, diameters = (13, 25, 25.5, 50, 50.5, 100, 300), (100, 200, 200.5, 450, 450.5, 750, 900)
    for depth in depths:
        for diameter in diameters:
            assert len(severities("pothole", depth, 0, diameter)) == 1, (depth, diameter)
    for distress in measured - {"pothole"}:
        for size in (30, 60, 200):
            assert len(severities(distress, size, size, 0)) == 1, (distress, size)


SOURCED = {
    "regions.csv": "source",
    "road_aliases.csv": "source",
    "distress.csv": "source",
    "distress_severity.csv": "source",
    "term_rules.csv": "legal_basis",
    "deadline_rules.csv": "legal_basis",
    "calendar.csv": "legal_basis",
}


@pytest.mark.parametrize(("name", "column"), SOURCED.items())
def test_every_row_names_a_source_that_reads_in_three_languages(name: str, column: str) -> None:
    for language in LANGUAGES:
        assert {f"source.{row[column]}" for row in rows(name)} <= set(catalogue(language))
    assert all(row.get("confirmed", "yes") in {"yes", "no"} for row in rows(name))


def test_the_readme_explains_every_file() -> None:
    readme = (DATA / "README.md").read_text(encoding="utf-8")

    for file in DATA.iterdir():
        assert file.name == "README.md" or f"`{file.name}`" in readme, file.name
