"""The demonstration's works: 150 contracts of seven and a half years, and what happened to them since.

Every day counts back from the day of loading; the rest is drawn from one fixed seed. The rows are those of
`import-contracts` and `import-events`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeVar

import numpy as np

from roads.domain.events import Kind
from roads.domain.network import Direction
from roads.domain.warranty import KindOfWorks, add_months
from seed.network import Line
from seed.organisations import CABLES, CONTRACTORS, HAULIER, HEAT, SUPERVISORS, WATER, Party, customer

SEED = 2026
OLDEST_DAYS = 2780
"""The oldest contract was signed so many days before the day of loading."""
INDICES_CHANGED_ON = date(2025, 1, 1)
NORM_ON = date(2025, 12, 18)
T = TypeVar("T")
Cells = dict[str, str]


@dataclass(frozen=True, slots=True)
class Programme:
    """Contracts of one kind: how many, how long in kilometres, at what price, for how many days of work."""

    kind: KindOfWorks
    on_streets: bool
    contracts: int
    km: tuple[float, float]
    million_tenge_per_km: float
    days: tuple[int, int]
    elements: str
    usual_months: int | None


_ALL_ELEMENTS = "pavement|base|drainage|structures|furniture|marking"
_REPAIRED = "pavement|furniture|marking"
PROGRAMMES = (
    Programme(KindOfWorks.CONSTRUCTION, False, 6, (12, 30), 950, (500, 800), _ALL_ELEMENTS, 60),
    Programme(KindOfWorks.RECONSTRUCTION, False, 14, (15, 45), 640, (380, 680), _ALL_ELEMENTS, 60),
    Programme(KindOfWorks.CAPITAL_REPAIR, False, 14, (10, 30), 360, (200, 420), "pavement|base|drainage|marking", 36),
    Programme(KindOfWorks.MEDIUM_REPAIR, False, 36, (8, 30), 130, (70, 170), _REPAIRED, 36),
    Programme(KindOfWorks.CURRENT_REPAIR, False, 8, (3, 12), 18, (25, 60), "pavement", 12),
    Programme(
        KindOfWorks.MAINTENANCE, False, 4, (60, 120), 3.2, (330, 365), "pavement|drainage|furniture|marking", None
    ),
    Programme(KindOfWorks.RECONSTRUCTION, True, 10, (1.2, 4), 780, (250, 420), _ALL_ELEMENTS, 36),
    Programme(KindOfWorks.CAPITAL_REPAIR, True, 8, (1, 3.5), 420, (150, 300), "pavement|base|drainage|marking", 36),
    Programme(KindOfWorks.MEDIUM_REPAIR, True, 42, (0.8, 5), 190, (40, 110), _REPAIRED, 36),
    Programme(KindOfWorks.CURRENT_REPAIR, True, 6, (0.5, 2), 25, (15, 40), "pavement", 12),
    Programme(KindOfWorks.MAINTENANCE, True, 2, (3, 8), 6, (330, 365), "pavement|drainage|furniture|marking", None),
)


@dataclass(frozen=True, slots=True)
class Part:
    """Metres of a carriageway that a contract works on."""

    line: Line
    from_m: float
    to_m: float

    def cells(self, *, whole: bool = False) -> Cells:
        """The place as a file names it; the whole carriageway has no chainages."""
        if whole:
            return {"source_id": self.line.source_id}
        return {
            "source_id": self.line.source_id,
            "chainage_from": f"{self.from_m:.0f}",
            "chainage_to": f"{self.to_m:.0f}",
        }


@dataclass(frozen=True, slots=True)
class Works:
    """A contract with where it works, when it was signed and, unless that is still to come, accepted.

    `accepted_in_parts`: the acceptances come as events of their own.
    """

    number: str
    programme: Programme
    customer: Party
    contractor: Party
    supervisor: Party | None
    signed_on: date
    accepted_on: date | None
    months: int | None
    value_tenge: int
    parts: tuple[Part, ...]
    accepted_in_parts: bool = False

    @property
    def first(self) -> Part:
        """The part that events speak of."""
        return self.parts[0]


@dataclass(frozen=True, slots=True)
class History:
    """All works, and the events as rows of a file."""

    works: Sequence[Works]
    events: Sequence[Cells]

    def contract_rows(self) -> Iterator[Cells]:
        """The contracts as rows of a file, one for each part."""
        for works in self.works:
            for part in works.parts:
                yield _contract_row(works, part)


def tell(lines: Sequence[Line], region_names: Mapping[str, str], today: date) -> History:
    """The demonstration's works until `today`. The same lines and day give the same works."""
    teller = _Teller(lines, region_names, today)
    works = _with_partial_acceptances(teller.works())
    return History(works, list(_events(works, today)))


class _Teller:
    """Draws works one after the other, oldest first, so that a later one may lie over an earlier one."""

    def __init__(self, lines: Sequence[Line], region_names: Mapping[str, str], today: date) -> None:
        self._lines = {
            on_streets: [line for line in lines if line.is_street is on_streets] for on_streets in (True, False)
        }
        self._by_id = {line.source_id: line for line in lines}
        self._region_names = region_names
        self._today = today
        self._random = np.random.default_rng(SEED)
        self._told: list[Works] = []
        self._overlaid: set[str] = set()

    def works(self) -> list[Works]:
        for age, programme in sorted(self._ages(), key=lambda pair: -pair[0]):
            self._told.append(self._one(programme, self._today - timedelta(days=age)))
        return self._told

    def _ages(self) -> Iterator[tuple[int, Programme]]:
        """How many days ago each contract was signed: spread evenly within each programme."""
        for programme in PROGRAMMES:
            step = (OLDEST_DAYS - 20) / programme.contracts
            for n in range(programme.contracts):
                yield 20 + int((n + self._random.random()) * step), programme

    def _one(self, programme: Programme, signed_on: date) -> Works:
        parts = self._overlay(programme, signed_on) or self._fresh_place(programme)
        km = sum(part.to_m - part.from_m for part in parts) / 1000
        price = programme.million_tenge_per_km * self._random.uniform(0.85, 1.2)
        kato = parts[0].line.kato
        in_year = sum(one.signed_on.year == signed_on.year for one in self._told)
        return Works(
            f"{signed_on.year}-{in_year + 1:03d}",
            programme,
            customer(kato[:2], self._region_names[kato[:2]]),
            self._pick(CONTRACTORS),
            self._pick(SUPERVISORS) if programme.usual_months != 12 else None,
            signed_on,
            self._accepted_on(programme, signed_on),
            self._months(programme, signed_on),
            round(km * price) * 1_000_000,
            parts,
        )

    def _months(self, programme: Programme, signed_on: date) -> int | None:
        """Half of the contracts state their term; outside Almaty none does since the norm, which is to give it."""
        is_stated = self._random.random() < 0.5
        left_to_norm = signed_on >= NORM_ON and not programme.on_streets
        return programme.usual_months if is_stated and not left_to_norm else None

    def _pick(self, of: Sequence[T]) -> T:
        return of[int(self._random.integers(len(of)))]

    def _accepted_on(self, programme: Programme, signed_on: date) -> date | None:
        due = signed_on + timedelta(days=int(self._random.integers(*programme.days)))
        accepted_on = due if programme.usual_months is None else in_season(due, signed_on)
        return accepted_on if accepted_on <= self._today else None

    def _fresh_place(self, programme: Programme) -> tuple[Part, ...]:
        """A stretch of a road; of a divided road, both carriageways as often as one."""
        km = self._random.uniform(*programme.km)
        long_enough = [line for line in self._lines[programme.on_streets] if line.length_m > 1000 * km + 500]
        line = self._pick(long_enough)
        step = 10 if line.is_street else 100
        spare = line.length_m - 1000 * km
        start = line.from_m + spare * self._random.random()
        start = max(np.ceil(line.from_m), np.ceil(start / step) * step)
        part = Part(line, float(start), float(min(start + round(1000 * km / step) * step, np.floor(line.to_m))))
        both = line.direction is not Direction.SINGLE and self._random.random() < 0.5
        return (part, self._twin(part)) if both else (part,)

    def _twin(self, part: Part) -> Part:
        """The same chainage of the other carriageway; the twins differ by a few metres in length."""
        names = ("forward", "reverse") if part.line.direction is Direction.FORWARD else ("reverse", "forward")
        line = self._by_id[part.line.source_id.replace(*names)]
        return Part(line, part.from_m, min(part.to_m, float(np.floor(line.to_m))))

    def _overlay(self, programme: Programme, signed_on: date) -> tuple[Part, ...] | None:
        """For every fifth repair a piece of a stretch that was worked on at least a year before."""
        is_repair = programme.kind in (KindOfWorks.MEDIUM_REPAIR, KindOfWorks.CURRENT_REPAIR)
        if not is_repair or self._random.random() > 0.2:
            return None
        earlier = [
            one
            for one in self._told
            if one.programme.on_streets is programme.on_streets
            and one.accepted_on
            and one.accepted_on + timedelta(days=365) < signed_on
            and one.programme.usual_months
            and one.number not in self._overlaid
        ]
        if not earlier:
            return None
        chosen = self._pick(earlier)
        self._overlaid.add(chosen.number)
        under = chosen.first
        length = under.to_m - under.from_m
        return (Part(under.line, round(under.from_m + 0.3 * length), round(under.from_m + 0.85 * length)),)


def in_season(day: date, signed_on: date) -> date:
    """Asphalt is not laid in winter: works due then were accepted in the November before, else in the May after."""
    if 5 <= day.month <= 11:
        return day
    before = date(day.year if day.month == 12 else day.year - 1, 11, 5 + day.day % 20)
    return before if before > signed_on + timedelta(days=14) else date(before.year + 1, 5, 10 + day.day % 20)


def _with_partial_acceptances(works: Sequence[Works]) -> list[Works]:
    """Every other long stretch of one part was accepted in two parts, or the second is still to come."""
    long_ones = [
        one.number for one in works if one.accepted_on and len(one.parts) == 1 and _km(one) > 15 and _is_big(one)
    ]
    chosen = set(long_ones[1::2])
    return [replace(one, accepted_in_parts=True) if one.number in chosen else one for one in works]


def _is_big(works: Works) -> bool:
    return works.programme.kind in (KindOfWorks.CONSTRUCTION, KindOfWorks.RECONSTRUCTION)


def _km(works: Works) -> float:
    return (works.first.to_m - works.first.from_m) / 1000


def _contract_row(works: Works, part: Part) -> Cells:
    return {
        "contract_number": works.number,
        "customer": works.customer.name,
        "customer_bin": works.customer.bin,
        "contractor": works.contractor.name,
        "contractor_bin": works.contractor.bin,
        "supervisor": works.supervisor.name if works.supervisor else "",
        "supervisor_bin": works.supervisor.bin if works.supervisor else "",
        "kind_of_works": works.programme.kind,
        "signed_on": works.signed_on.isoformat(),
        "value_tenge": str(works.value_tenge),
        "stated_term_months": str(works.months or ""),
        "kato": part.line.kato,
        "elements": works.programme.elements,
        **_stated_place(works, part),
        **(_handover(works) if works.accepted_on and not works.accepted_in_parts else {}),
    }


def _stated_place(works: Works, part: Part) -> Cells:
    """Highways by index and chainage as their administrations write them, by the index they had when it was signed."""
    line = part.line
    if line.reference is None or line.direction is not Direction.SINGLE:
        return part.cells()
    reference = line.former[0] if line.former and works.signed_on < INDICES_CHANGED_ON else line.reference
    cells = part.cells()
    return {
        "road_reference": reference,
        "direction": line.direction,
        **{k: cells[k] for k in cells if k != "source_id"},
    }


def _handover(works: Works) -> Cells:
    return {
        "accepted_on": works.accepted_on.isoformat() if works.accepted_on else "",
        "act_number": f"{works.number}/1",
        "conclusion_number": f"ҚО-{works.number}" if works.programme.usual_months else "",
    }


# --- what happened since


def _events(works: Sequence[Works], today: date) -> Iterator[Cells]:
    for number, one in enumerate(one for one in works if one.accepted_in_parts):
        yield from _acceptances(one, today, second_is_to_come=number == 0)
    running = [one for one in works if one.accepted_on and one.programme.usual_months and not one.accepted_in_parts]
    covered = [one for one in running if one.accepted_on and add_months(one.accepted_on, 30) > today]
    yield from _amendments(_some(running, lambda one: one.months == 36, 5))
    yield from _suspensions(_some(covered, lambda one: _days_since(one, today) > 250, 3), today)
    yield from _terminations(
        _some(works, lambda one: not one.accepted_on and (today - one.signed_on).days > 60, 3), today
    )
    yield from _carve_outs(
        _some(covered, lambda one: one.first.line.is_street and _days_since(one, today) > 430, 3), today
    )
    yield from _accidents(_some(covered, lambda one: not one.first.line.is_street, 1), today)


def _some(works: Sequence[Works], is_fit: Callable[[Works], bool], count: int) -> list[Works]:
    """So many of those that fit, spread evenly from the oldest to the newest."""
    fit = [one for one in works if is_fit(one)]
    return [fit[int((n + 0.5) * len(fit) / count)] for n in range(count)] if len(fit) >= count else fit


def _days_since(works: Works, today: date) -> int:
    return (today - works.accepted_on).days if works.accepted_on else 0


def _of(works: Works) -> Cells:
    return {"customer_bin": works.customer.bin, "contract_number": works.number}


def _acceptances(works: Works, today: date, *, second_is_to_come: bool) -> Iterator[Cells]:
    part, second_on = works.first, works.accepted_on or today
    halfway = max(works.signed_on + timedelta(days=90), second_on - timedelta(days=150))
    first_on = min(in_season(halfway, works.signed_on), second_on - timedelta(days=1))
    middle = round(part.from_m + 0.6 * (part.to_m - part.from_m), -2)
    halves = [(replace(part, to_m=middle), first_on), (replace(part, from_m=middle), second_on)]
    for number, (half, on) in enumerate(halves[: 1 if second_is_to_come else 2], start=1):
        yield {
            **_of(works),
            **half.cells(),
            "kind": Kind.ACCEPTANCE,
            "from_on": on.isoformat(),
            "document": f"{works.number}/{number}",
        }


def _amendments(works: Sequence[Works]) -> Iterator[Cells]:
    for one in works:
        on = (one.accepted_on or one.signed_on) - timedelta(days=10)
        document = f"{one.number}, № 1"
        yield {
            **_of(one),
            "kind": Kind.AMENDMENT,
            "from_on": max(on, one.signed_on).isoformat(),
            "months": "60",
            "document": document,
        }


def _suspensions(works: Sequence[Works], today: date) -> Iterator[Cells]:
    for one in works:
        begun = (one.accepted_on or today) + timedelta(days=180)
        ended = begun + timedelta(days=45)
        yield {
            **_of(one),
            "kind": Kind.SUSPENSION,
            "from_on": begun.isoformat(),
            "to_on": ended.isoformat(),
            "note": "Ақаулар жойылғанша қозғалыс жабылды",
        }


def _terminations(works: Sequence[Works], today: date) -> Iterator[Cells]:
    for one in works:
        yield {
            **_of(one),
            "kind": Kind.TERMINATION,
            "from_on": (today - timedelta(days=40)).isoformat(),
            "note": "Тараптардың келісімі",
        }


def _carve_outs(works: Sequence[Works], today: date) -> Iterator[Cells]:
    """Digs in streets that are under warranty: two that were filled again, one that is open."""
    digs = (
        (WATER, 420, 60, "Су құбырын жөндеу"),
        (HEAT, 240, 90, "Жылу желісін ауыстыру"),
        (CABLES, 75, None, "Кабель төсеу"),
    )
    for (liable, days_ago, lasted, note), one in zip(digs, works, strict=False):
        middle = (one.first.from_m + one.first.to_m) / 2
        place = replace(one.first, from_m=round(middle - 90), to_m=round(middle + 90))
        begun = today - timedelta(days=days_ago)
        ended = (begun + timedelta(days=lasted)).isoformat() if lasted else ""
        yield {
            **place.cells(),
            "kind": Kind.CARVE_OUT,
            "from_on": begun.isoformat(),
            "to_on": ended,
            "liable_bin": liable.bin,
            "elements": "pavement|base",
            "note": note,
        }


def _accidents(works: Sequence[Works], today: date) -> Iterator[Cells]:
    for one in works:
        middle = (one.first.from_m + one.first.to_m) / 2
        place = replace(one.first, from_m=round(middle), to_m=round(middle + 120))
        yield {
            **place.cells(),
            "kind": Kind.CARVE_OUT,
            "from_on": (today - timedelta(days=130)).isoformat(),
            "liable_bin": HAULIER.bin,
            "elements": "furniture|pavement",
            "note": "Жол-көлік оқиғасы",
        }
