"""The demonstration's defects: 2,000 of the last two years, most on worked stretches, some where a person must look.

The rows are those of `import-defects`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import TypeVar

import numpy as np

from roads.domain.warranty import Element
from seed.history import Cells, History, Works
from seed.network import Line

T = TypeVar("T")

SEED = 20262
DEFECTS = 2000
DAYS = 730
SHARE_OF_STRETCHES = 0.05
SHARE_OF_REPORTS = 0.12
CAMPAIGN_MONTHS = (3, 4, 5, 9, 10)
"""The spring and the autumn campaign find most."""
ALMATY_TIME = timezone(timedelta(hours=5))


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a defect lies: chainage and metres to the right of a line, seen with a GPS of such accuracy."""

    line: Line
    m: float
    aside_m: float
    accuracy_m: float | None


@dataclass(frozen=True, slots=True)
class Distress:
    """A type of defect: how often it is met, where, and its usual measures (from, to); None: not measured."""

    code: str
    element: Element
    often: float
    length_m: tuple[float, float] | None
    width_m: tuple[float, float] | None
    depth_mm: tuple[float, float] | None
    is_judged: bool
    on_streets: bool = True
    on_highways: bool = True


DISTRESSES = (
    Distress("pothole", Element.PAVEMENT, 30, (0.15, 1.0), (0.15, 0.9), (15, 95), False),
    Distress("rutting", Element.PAVEMENT, 12, (8, 120), (0.6, 1.1), (6, 38), False),
    Distress("longitudinal_transverse_cracking", Element.PAVEMENT, 14, (2, 60), (0.002, 0.03), None, False),
    Distress("alligator_cracking", Element.PAVEMENT, 10, (1, 25), (0.5, 3), None, True),
    Distress("depression", Element.PAVEMENT, 6, (1, 6), (1, 3), (14, 70), False),
    Distress("raveling", Element.PAVEMENT, 5, (5, 80), (1, 3.5), None, True),
    Distress("patching", Element.PAVEMENT, 4, (1, 8), (1, 3), None, True),
    Distress("edge_cracking", Element.PAVEMENT, 4, (3, 40), None, None, True, on_streets=False),
    Distress("lane_shoulder_drop_off", Element.PAVEMENT, 3, (5, 60), None, (26, 120), False, on_streets=False),
    Distress("worn_marking", Element.MARKING, 5, (20, 400), None, None, True),
    Distress("missing_sign", Element.FURNITURE, 3, None, None, None, True),
    Distress("damaged_barrier", Element.FURNITURE, 3, (2, 12), None, None, True, on_streets=False),
    Distress("blocked_drainage", Element.DRAINAGE, 3, None, None, None, True),
    Distress("settled_manhole", Element.STRUCTURES, 5, (0.6, 0.9), (0.6, 0.9), (10, 60), True, on_highways=False),
)


def defect_rows(lines: Sequence[Line], history: History, today: date) -> list[Cells]:
    """The demonstration's defects as rows of a file, in the order in which they were detected."""
    finder = _Finder(lines, history, today)
    found = sorted(finder.all(), key=lambda one: one["detected_on"])
    return [{"external_id": f"demo-{number:04d}", **one} for number, one in enumerate(found, start=1)]


class _Finder:
    """Draws defects group by group."""

    def __init__(self, lines: Sequence[Line], history: History, today: date) -> None:
        self._random = np.random.default_rng(SEED)
        self._today = today
        self._streets = [line for line in lines if line.is_street]
        self._highways = [line for line in lines if not line.is_street]
        self._divided = [line for line in lines if line.direction == "forward"]
        self._crossings = list(crossings(self._streets))
        self._worked = [(works, part) for works in history.works for part in works.parts]
        self._by_id = {line.source_id: line for line in lines}
        self._carved = [event for event in history.events if event["kind"] == "carve_out"]
        self._days = [today - timedelta(days=back) for back in range(DAYS)]
        weights = np.array([4.0 if day.month in CAMPAIGN_MONTHS else 1.0 for day in self._days])
        self._weights = weights / weights.sum()

    def all(self) -> Iterator[Cells]:
        groups: Mapping[Callable[[], tuple[Spot, date]], int] = {
            self._on_works: 1310,
            self._on_a_street: 260,
            self._on_a_highway: 150,
            self._at_an_end_of_works: 90,
            self._in_a_dig: 60,
            self._near_a_crossing: 45,
            self._between_carriageways: 25,
            self._off_the_road: 60,
        }
        for draw, count in groups.items():
            for _ in range(count):
                yield self._row(*draw())

    # --- where and when

    def _on_works(self) -> tuple[Spot, date]:
        """On a stretch that was worked on; most often after it was accepted, for that is when people look."""
        works, part = self._pick(self._worked)
        return self._spot(part.line, self._random.uniform(part.from_m, part.to_m)), self._day_of(works)

    def _at_an_end_of_works(self) -> tuple[Spot, date]:
        """So near the end of a stretch that the GPS cannot tell on which side."""
        works, part = self._pick(self._worked)
        end = part.from_m if self._random.random() < 0.5 else part.to_m
        m = float(np.clip(end + self._random.uniform(-4, 4), part.line.from_m, part.line.to_m))
        return self._spot(part.line, m, accuracy_m=float(self._random.choice([8, 12, 15]))), self._day_of(works)

    def _in_a_dig(self) -> tuple[Spot, date]:
        event = self._pick(self._carved)
        first = max(date.fromisoformat(event["from_on"]), self._days[-1])
        last = min(date.fromisoformat(event.get("to_on") or self._today.isoformat()), self._today)
        day = first + timedelta(days=int(self._random.integers((last - first).days + 1)))
        m = self._random.uniform(float(event["chainage_from"]) + 15, float(event["chainage_to"]) - 15)
        return self._spot(self._by_id[event["source_id"]], m), day

    def _near_a_crossing(self) -> tuple[Spot, date]:
        """Where two streets cross and the inspector did not say which one was meant."""
        street, m = self._pick(self._crossings)
        beside = float(np.clip(m + self._random.uniform(2, 5), street.from_m, street.to_m))
        return self._spot(street, beside, aside_m=self._random.uniform(2, 5)), self._day()

    def _between_carriageways(self) -> tuple[Spot, date]:
        """On the strip between the carriageways of a divided road, 25 m apart: forward traffic keeps to the right."""
        line = self._pick(self._divided)
        m = self._random.uniform(line.from_m + 5000, line.to_m - 5000)
        return self._spot(line, m, aside_m=-12.5 + self._random.uniform(-1, 1)), self._day()

    def _off_the_road(self) -> tuple[Spot, date]:
        line = self._pick(self._highways)
        side = -1 if self._random.random() < 0.5 else 1
        m = self._random.uniform(line.from_m, line.to_m)
        return self._spot(line, m, aside_m=side * self._random.uniform(250, 900)), self._day()

    def _on_a_street(self) -> tuple[Spot, date]:
        return self._anywhere(self._streets)

    def _on_a_highway(self) -> tuple[Spot, date]:
        return self._anywhere(self._highways)

    def _anywhere(self, lines: Sequence[Line]) -> tuple[Spot, date]:
        line = self._pick(lines)
        return self._spot(line, self._random.uniform(line.from_m, line.to_m)), self._day()

    def _spot(self, line: Line, m: float, *, aside_m: float | None = None, accuracy_m: float | None = None) -> Spot:
        half_width = 5.0 if line.is_street else 4.0
        known = None if self._random.random() < 0.08 else float(self._random.choice([2, 3, 3, 5, 5, 8]))
        aside = self._random.uniform(-half_width, half_width) if aside_m is None else aside_m
        return Spot(line, m, aside, known if accuracy_m is None else accuracy_m)

    def _day(self) -> date:
        return self._days[int(self._random.choice(DAYS, p=self._weights))]

    def _day_of(self, works: Works) -> date:
        """A day of the last two years after signing, four times of five after the acceptance."""
        begun = works.accepted_on if works.accepted_on and self._random.random() < 0.8 else works.signed_on
        for _ in range(20):
            if (day := self._day()) >= begun:
                return day
        return self._today - timedelta(days=int(self._random.integers((self._today - begun).days + 1)))

    def _pick(self, of: Sequence[T]) -> T:
        return of[int(self._random.integers(len(of)))]

    # --- what

    def _row(self, spot: Spot, day: date) -> Cells:
        distress = self._distress(spot.line)
        measures = self._measures(distress)
        is_stretch = distress.length_m is not None and self._random.random() < SHARE_OF_STRETCHES / STRETCHABLE
        stretch = self._stretch(spot, measures) if is_stretch and spot.m + LONGEST_STRETCH_M < spot.line.to_m else {}
        lon, lat = spot.line.beside(spot.m, spot.aside_m)
        return {
            "lon": f"{lon:.7f}",
            "lat": f"{lat:.7f}",
            "gps_accuracy_m": "" if spot.accuracy_m is None else f"{spot.accuracy_m:g}",
            "detected_on": day.isoformat(),
            "element": distress.element,
            "distress": distress.code,
            "severity": str(self._random.choice(["low", "medium", "high"], p=[0.4, 0.4, 0.2]))
            if distress.is_judged
            else "",
            **measures,
            **self._report(day),
            **stretch,
        }

    def _distress(self, line: Line) -> Distress:
        known = STREET_DISTRESSES if line.is_street else HIGHWAY_DISTRESSES
        often = np.array([one.often for one in known])
        return known[int(self._random.choice(len(known), p=often / often.sum()))]

    def _measures(self, distress: Distress) -> Cells:
        ranges = {"length_m": distress.length_m, "width_m": distress.width_m, "depth_mm": distress.depth_mm}
        found = {name: f"{self._random.uniform(*usual):.3f}" for name, usual in ranges.items() if usual}
        # Of one in ten nobody took the depth: its severity is indeterminate.
        if "depth_mm" in found and self._random.random() < 0.1:
            del found["depth_mm"]
        return {**found, **({"count": "1"} if distress.length_m is None else {})}

    def _stretch(self, spot: Spot, measures: Cells) -> Cells:
        """The other end of the defect, and its length along the road."""
        length = self._random.uniform(60, LONGEST_STRETCH_M)
        lon, lat = spot.line.beside(spot.m + length, spot.aside_m)
        return {**measures, "lon_to": f"{lon:.7f}", "lat_to": f"{lat:.7f}", "length_m": f"{length:.1f}"}

    def _report(self, day: date) -> Cells:
        """A citizen saw it some days before an inspector confirmed it."""
        if self._random.random() > SHARE_OF_REPORTS:
            return {}
        occurred_on = day - timedelta(days=int(self._random.integers(2, 12)))
        hour, minute = int(self._random.integers(8, 21)), int(self._random.integers(60))
        reported_at = datetime(occurred_on.year, occurred_on.month, occurred_on.day, hour, minute, tzinfo=ALMATY_TIME)
        return {"occurred_on": occurred_on.isoformat(), "reported_at": reported_at.isoformat()}


STREET_DISTRESSES = tuple(one for one in DISTRESSES if one.on_streets)
HIGHWAY_DISTRESSES = tuple(one for one in DISTRESSES if one.on_highways)
STRETCHABLE = 0.85
"""About so many defects are of a kind that has a length."""
LONGEST_STRETCH_M = 1200.0


def crossings(streets: Sequence[Line]) -> Iterator[tuple[Line, float]]:
    """Streets and the chainages at which another one crosses them: crossing streets share a vertex."""
    at: dict[tuple[float, float], list[tuple[Line, float]]] = defaultdict(list)
    for street in streets:
        for lon, lat, m in zip(street.lon, street.lat, street.m, strict=True):
            at[round(float(lon), 6), round(float(lat), 6)].append((street, float(m)))
    return (met for meeting in at.values() if len(meeting) > 1 for met in meeting)
