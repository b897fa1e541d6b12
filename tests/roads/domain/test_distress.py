"""Severity where the standard gives numbers; an unknown depth is not a conforming one."""

import csv
from pathlib import Path

import pytest

from roads.domain.distress import (
    LIMITS,
    Interval,
    Measures,
    Severity,
    SeverityRule,
    measures_of,
    severity_of,
)

SEED = Path(__file__).parents[3] / "seed" / "data"


@pytest.mark.parametrize(
    ("depth", "severity"),
    [(5.9, None), (6, "low"), (13, "low"), (13.1, "medium"), (25, "medium"), (25.1, "high"), (300, "high")],
)
def test_a_rut_is_as_bad_as_it_is_deep(depth: float, severity: str | None) -> None:
    assert severity_of("rutting", Measures(depth_mm=depth), None) == (severity, SeverityRule.MEASURED)


@pytest.mark.parametrize(
    ("length", "width", "depth", "severity"),
    [
        (0.15, 0.15, 30, "low"),
        (0.30, 0.30, 30, "medium"),
        (0.20, 0.40, 60, "medium"),  # the mean is 300 mm
        (0.50, 0.60, 26, "high"),
        (0.90, 0.90, 20, "medium"),
        (0.90, 0.90, 26, "high"),
        (0.05, 0.05, 30, None),  # narrower than any hole of the standard
        (0.30, 0.30, 12, None),
    ],
)
def test_a_pothole_is_judged_by_diameter_and_depth(
    length: float, width: float, depth: float, severity: str | None
) -> None:
    assert severity_of("pothole", measures_of(length, width, depth), None)[0] == severity


def test_the_only_side_given_stands_for_the_diameter() -> None:
    assert measures_of(0.55, None, 30).diameter_mm == 550
    assert measures_of(None, None, 30).diameter_mm is None


def test_a_crack_of_ten_millimetres_is_medium() -> None:
    assert severity_of("longitudinal_transverse_cracking", measures_of(5, 0.01, None), None)[0] == "medium"


def test_what_is_computed_decides_over_what_was_stated() -> None:
    assert severity_of("rutting", Measures(depth_mm=30), Severity.LOW) == (Severity.HIGH, SeverityRule.MEASURED)
    assert severity_of("rutting", Measures(depth_mm=1), Severity.LOW) == (None, SeverityRule.MEASURED)


def test_an_unknown_depth_is_indeterminate_and_not_conforming() -> None:
    assert severity_of("rutting", Measures(), None) == (None, SeverityRule.INDETERMINATE)
    assert severity_of("pothole", Measures(diameter_mm=300), None) == (None, SeverityRule.INDETERMINATE)


def test_without_the_measure_the_inspector_decides() -> None:
    assert severity_of("rutting", Measures(), Severity.LOW) == (Severity.LOW, SeverityRule.STATED)


def test_a_distress_without_numbers_is_what_the_inspector_says() -> None:
    assert severity_of("bleeding", Measures(depth_mm=30), Severity.HIGH) == (Severity.HIGH, SeverityRule.STATED)
    assert severity_of("bleeding", Measures(), None) == (None, None)
    assert severity_of(None, Measures(), None) == (None, None)


def test_the_limits_are_those_that_ship_with_their_source() -> None:
    with (SEED / "distress_severity.csv").open(encoding="utf-8", newline="") as file:
        shipped = [
            tuple(row[n] for n in ("distress", "severity", "depth_mm", "width_mm", "diameter_mm"))
            for row in csv.DictReader(file)
        ]
    assert sorted(shipped) == sorted(LIMITS)


def test_no_measure_has_two_severities() -> None:
    for distress in {row[0] for row in LIMITS}:
        for depth in (0, 6, 13, 13.5, 25, 25.5, 50, 50.5, 100, 101):
            for width in (0, 5, 10, 40, 75, 76, 100, 200, 450, 750, 800):
                held = [
                    row[1]
                    for row in LIMITS
                    if row[0] == distress
                    and all(
                        not words or Interval.parse(words).holds(measure)
                        for words, measure in zip(row[2:], (depth, width, width), strict=True)
                    )
                ]
                assert len(held) <= 1


def test_what_is_no_interval_is_refused() -> None:
    with pytest.raises(ValueError, match="not an interval"):
        Interval.parse("13-25")
