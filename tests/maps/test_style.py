"""Every status has a look of its own, also for those who see no red or no green."""

import itertools
from collections.abc import Mapping

import pytest

from maps.style import ANSWERED, DEFECTS, FOUND, GROUND, KINDS, MONEY, PLANNED, SEGMENTS, SEVERITY, WARRANTY, Dots, Line

STATUSES = (
    "overdue", "open_under_warranty", "open", "works_under_way", "unknown", "sound_under_warranty", "sound",
)  # fmt: skip
STATES = {"open", "open_under_warranty", "claimed", "overdue", "contractor_says_fixed", "verified", "closed"}

# Machado, Oliveira and Fernandes (2009): what is left of linear RGB without one kind of cones.
NO_RED = ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998))
NO_GREEN = ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881))


def linear(colour: str) -> list[float]:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def luminance(colour: str) -> float:
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear(colour), strict=True))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def seen(colour: str, eyes: tuple[tuple[float, ...], ...]) -> list[float]:
    return [sum(weight * part for weight, part in zip(row, linear(colour), strict=True)) for row in eyes]


def pattern(line: Line) -> list[object]:
    return [stroke.pattern() for stroke in line]


def test_every_status_has_a_look_in_the_order_of_urgency() -> None:
    assert tuple(SEGMENTS) == STATUSES
    assert set(DEFECTS) == STATES
    assert next(iter(DEFECTS)) == "overdue"


def test_no_two_statuses_have_the_same_pattern() -> None:
    patterns = [pattern(line) for line in SEGMENTS.values()]
    assert all(one != other for one, other in itertools.combinations(patterns, 2))


@pytest.mark.parametrize("status", STATUSES)
def test_every_line_stands_out_from_the_ground(status: str) -> None:
    assert contrast(SEGMENTS[status][0].colour, GROUND) >= 3


def test_the_unknown_is_grey() -> None:
    red, green, blue = (int(SEGMENTS["unknown"][0].colour[i : i + 2], 16) for i in (1, 3, 5))
    assert max(red, green, blue) - min(red, green, blue) < 24


@pytest.mark.parametrize("eyes", [NO_RED, NO_GREEN])
@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(STATUSES, 2)))
def test_two_statuses_differ_without_red_or_green(one: str, other: str, eyes: tuple[tuple[float, ...], ...]) -> None:
    """By colour, or by a pattern that differs in dashes or in the number of strokes, not only in width."""
    colours = [seen(SEGMENTS[status][0].colour, eyes) for status in (one, other)]
    far = sum((a - b) ** 2 for a, b in zip(*colours, strict=True)) ** 0.5 > 0.1
    dashes = [[stroke.dash for stroke in SEGMENTS[status]] for status in (one, other)]
    assert far or dashes[0] != dashes[1]


@pytest.mark.parametrize("table", [WARRANTY, MONEY, KINDS, ANSWERED], ids=["warranty", "money", "works", "answered"])
def test_lines_of_every_map_can_be_told_apart_by_pattern_and_stand_out(table: Mapping[str, Line]) -> None:
    assert all(contrast(line[0].colour, GROUND) >= 3 for line in table.values())
    patterns = [[(stroke.dash, round(stroke.width, 1)) for stroke in line] for line in table.values()]
    assert all(one != other for one, other in itertools.combinations(patterns, 2))
    for eyes in (NO_RED, NO_GREEN):
        for one, other in itertools.combinations(table.values(), 2):
            colours = [seen(line[0].colour, eyes) for line in (one, other)]
            far = sum((a - b) ** 2 for a, b in zip(*colours, strict=True)) ** 0.5 > 0.1
            assert far or [stroke.dash for stroke in one] != [stroke.dash for stroke in other]


@pytest.mark.parametrize("table", [SEVERITY, PLANNED, FOUND], ids=["severity", "planned", "found"])
def test_points_of_every_map_differ_in_shape_and_stand_out(table: Mapping[str, Dots]) -> None:
    shapes = [[(dot.radius, dot.rim_width, dot.fill == "#ffffff") for dot in dots] for dots in table.values()]
    assert all(one != other for one, other in itertools.combinations(shapes, 2))
    for dots in table.values():
        assert max(contrast(dots[0].fill, GROUND), contrast(dots[0].rim, GROUND)) >= 3
