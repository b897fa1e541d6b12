"""How bad a defect is, where the standard gives numbers."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Degrees of the standard."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class SeverityRule(StrEnum):
    """By which rule a defect has its severity, or has none.

    `indeterminate`: the standard asks for a measure that nobody took, which does not mean that the road conforms.
    """

    MEASURED = "astm_d6433_18"
    STATED = "stated"
    INDETERMINATE = "indeterminate"


@dataclass(frozen=True, slots=True)
class Measures:
    """What was measured, in millimetres; None: nobody measured it."""

    depth_mm: float | None = None
    width_mm: float | None = None
    diameter_mm: float | None = None


# ASTM D6433-18: distress, severity, and the depth, width and diameter in millimetres for which it holds, written as in
# mathematics: (25,50] is more than 25 and at most 50. Below the first limit a defect has no severity.
LIMITS = (
    ("depression", "low", "[13,25]", "", ""),
    ("depression", "medium", "(25,50]", "", ""),
    ("depression", "high", "(50,)", "", ""),
    ("rutting", "low", "[6,13]", "", ""),
    ("rutting", "medium", "(13,25]", "", ""),
    ("rutting", "high", "(25,)", "", ""),
    ("lane_shoulder_drop_off", "low", "[25,50]", "", ""),
    ("lane_shoulder_drop_off", "medium", "(50,100]", "", ""),
    ("lane_shoulder_drop_off", "high", "(100,)", "", ""),
    ("longitudinal_transverse_cracking", "low", "", "(0,10)", ""),
    ("longitudinal_transverse_cracking", "medium", "", "[10,75]", ""),
    ("longitudinal_transverse_cracking", "high", "", "(75,)", ""),
    ("joint_reflection_cracking", "low", "", "(0,10)", ""),
    ("joint_reflection_cracking", "medium", "", "[10,75]", ""),
    ("joint_reflection_cracking", "high", "", "(75,)", ""),
    ("slippage_cracking", "low", "", "(0,10)", ""),
    ("slippage_cracking", "medium", "", "[10,40]", ""),
    ("slippage_cracking", "high", "", "(40,)", ""),
    ("pothole", "low", "[13,25]", "", "[100,200]"),
    ("pothole", "low", "[13,25]", "", "(200,450]"),
    ("pothole", "medium", "[13,25]", "", "(450,750]"),
    ("pothole", "low", "(25,50]", "", "[100,200]"),
    ("pothole", "medium", "(25,50]", "", "(200,450]"),
    ("pothole", "high", "(25,50]", "", "(450,750]"),
    ("pothole", "medium", "(50,)", "", "[100,200]"),
    ("pothole", "medium", "(50,)", "", "(200,450]"),
    ("pothole", "high", "(50,)", "", "(450,750]"),
    # Wider than 750 mm the area counts as several holes, each as deep as this one.
    ("pothole", "medium", "[13,25]", "", "(750,)"),
    ("pothole", "high", "(25,)", "", "(750,)"),
)

MEASURED = ("depth_mm", "width_mm", "diameter_mm")


@dataclass(frozen=True, slots=True)
class Interval:
    """Millimetres between two limits, each of which may belong to it or not."""

    first: float
    last: float
    has_first: bool
    has_last: bool

    @classmethod
    def parse(cls, words: str) -> "Interval":
        """`[13,25]`, `(25,50]`, `(50,)`. Errors: ValueError."""
        found = re.fullmatch(r"([\[(])([0-9.]+),([0-9.]*)([\])])", words)
        if not found:
            raise ValueError(f"not an interval: {words!r}")
        opening, first, last, closing = found.groups()
        return cls(float(first), float(last or "inf"), opening == "[", closing == "]")

    def holds(self, measure: float) -> bool:
        """Whether a measure lies within."""
        begins = measure >= self.first if self.has_first else measure > self.first
        return begins and (measure <= self.last if self.has_last else measure < self.last)


@dataclass(frozen=True, slots=True)
class Degree:
    """A severity and the limits that all must hold for it, by the name of the measure."""

    severity: Severity
    limits: tuple[tuple[str, Interval], ...]


def _by_distress() -> Mapping[str, Sequence[Degree]]:
    table: dict[str, list[Degree]] = defaultdict(list)
    for distress, severity, *limits in LIMITS:
        intervals = [(name, Interval.parse(words)) for name, words in zip(MEASURED, limits, strict=True) if words]
        table[distress].append(Degree(Severity(severity), tuple(intervals)))
    return dict(table)


_TABLE = _by_distress()


def severity_of(
    distress: str | None, measures: Measures, stated: Severity | None
) -> tuple[Severity | None, SeverityRule | None]:
    """The severity and the rule that gave it. What the standard computes decides, else what the inspector stated."""
    table = _TABLE.get(distress or "")
    if table is None:
        return stated, SeverityRule.STATED if stated else None
    for name, _ in table[0].limits:
        if getattr(measures, name) is None:
            return stated, SeverityRule.STATED if stated else SeverityRule.INDETERMINATE
    for degree in table:
        if all(interval.holds(getattr(measures, name)) for name, interval in degree.limits):
            return degree.severity, SeverityRule.MEASURED
    return None, SeverityRule.MEASURED


MM = 1000


def measures_of(length_m: float | None, width_m: float | None, depth_mm: float | None) -> Measures:
    """What a standard asks for, from what a file gives: the diameter of a hole is the mean of its length and width."""
    given = [metres for metres in (length_m, width_m) if metres is not None]
    return Measures(depth_mm, _mm(width_m), _mm(sum(given) / len(given) if given else None))


def _mm(metres: float | None) -> float | None:
    # 0.55 m are 550.0000000000001 mm, which no limit means.
    return None if metres is None else round(metres * MM, 6)
