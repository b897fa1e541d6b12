"""How a contractor answers for its roads, in figures that say what they are made of."""

from dataclasses import dataclass
from decimal import Decimal
from math import sqrt

WINDOW_DAYS = 365
"""Defects are counted, and exposure with them, over the last year."""

Z_95 = 1.959964


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole; with nothing to divide there is no share."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        """Of a hundred."""
        return 100 * self.part / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class Rate:
    """Events for each unit of exposure, with a 95 % interval; without exposure there is no rate."""

    events: int
    exposure: Decimal

    @property
    def value(self) -> float | None:
        """The rate."""
        return self.events / float(self.exposure) if self.exposure > 0 else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the true rate lies with 95 % confidence (Byar's approximation of the exact Poisson interval)."""
        if self.exposure <= 0:
            return None
        exposure = float(self.exposure)
        return _byar(self.events, -Z_95) / exposure, _byar(self.events + 1, Z_95) / exposure


def _byar(events: int, z: float) -> float:
    return events * (1 - 1 / (9 * events) + z / (3 * sqrt(events))) ** 3 if events else 0.0


@dataclass(frozen=True, slots=True)
class Scorecard:
    """What became of the lines claimed from a contractor. The four ends are never added up.

    `covered_cm` is how much carriageway it answers for today, in centimetres.
    """

    lines: int
    withdrawn: int
    verified: int
    says_repaired: int
    owed: int
    overdue: int
    closed_unfixed: int
    done_by_others: int
    recurrences: int
    on_time: Share
    defects: Rate
    covered_cm: int

    @property
    def eliminated(self) -> Share:
        """Verified as repaired among all that were claimed and not withdrawn."""
        return Share(self.verified, self.lines - self.withdrawn)
