"""The second opinion: who answers for one centimetre on one day, slowly and obviously, from the rules as written.

It shares no code with the system: no ranges, no partition, no SQL; every question walks through every cause.
"""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta

LONGEST_MONTHS = 84
"""The longest term that RULES give."""

RULES: dict[tuple[str, str], list[tuple[date, date, int | None]]] = {
    ("", "medium_repair"): [(date(2000, 1, 1), date(2025, 12, 17), 36)],
    ("", "construction"): [(date(2000, 1, 1), date(2025, 12, 17), 36)],
    ("", "maintenance"): [(date(2000, 1, 1), date(2100, 1, 1), None)],
    ("75", "medium_repair"): [(date(2025, 1, 1), date(2100, 1, 1), 60)],
    ("75", "construction"): [(date(2025, 1, 1), date(2100, 1, 1), 84)],
}
"""(KATO prefix, kind of works) -> signed from, signed to (both days included), months (None: no warranty)."""

Scope = tuple[int, int] | None


@dataclass
class Event:
    """Amendment, suspension or termination; without a place it concerns the whole contract."""

    kind: str
    from_on: date
    to_on: date | None = None
    months: int | None = None
    extent: Scope = None
    elements: tuple[str, ...] | None = None


@dataclass
class AcceptedPart:
    """A part of a section that was handed over."""

    extent: tuple[int, int]
    elements: tuple[str, ...]
    accepted_on: date


@dataclass
class Section:
    """A stretch of works."""

    extent: tuple[int, int]
    elements: tuple[str, ...]
    acceptances: list[AcceptedPart] = field(default_factory=list)


@dataclass
class Agreement:
    """A contract. `rank` stands for its id: contracts are stored in this order."""

    rank: int
    number: str
    kind: str
    signed_on: date
    months: int | None
    kato: str | None
    sections: list[Section]
    events: list[Event] = field(default_factory=list)


@dataclass
class CarvedOut:
    """Somebody else answers here on these days (both included; no end: open). `rank` stands for its id."""

    rank: int
    extent: tuple[int, int]
    elements: tuple[str, ...]
    from_on: date
    to_on: date | None


@dataclass
class World:
    """One carriageway with everything that happened on it."""

    extent: tuple[int, int]
    agreements: list[Agreement]
    carved: list[CarvedOut]


@dataclass(frozen=True)
class Said:
    """The answer for one centimetre: outcome, the rank of the contract (or carve-out), whether its term is unknown."""

    outcome: str
    rank: int | None = None
    term_unknown: bool = False


def answer(world: World, cm: int, element: str, day: date) -> Said:
    """Excluded, under warranty, not yet accepted, expired, no warranty: the first that applies."""
    carved = [c for c in world.carved if _concerns(c.extent, c.elements, cm, element) and _in(day, c.from_on, c.to_on)]
    if carved:
        return Said("excluded", min(carved, key=lambda c: (-c.from_on.toordinal(), c.rank)).rank)
    held = [
        (agreement, part.accepted_on, *_end(agreement, part, cm, element, day))
        for agreement in world.agreements
        for section in agreement.sections
        for part in section.acceptances
        if _concerns(part.extent, part.elements, cm, element) and part.accepted_on <= day
    ]
    covering = [one for one in held if one[2] is not None and day <= one[2]]
    if covering:
        best = min(covering, key=_strength)
        return Said("under_warranty", best[0].rank, not best[3])
    under_way = [a for a in world.agreements if any(_under_way(a, s, cm, element, day) for s in a.sections)]
    if under_way:
        return Said("not_yet_accepted", min(under_way, key=lambda a: (-a.signed_on.toordinal(), a.rank)).rank)
    ended = [one for one in held if one[2] is not None and one[3]]
    if ended:
        last = min(ended, key=lambda o: (-o[2].toordinal(), -o[1].toordinal(), o[0].number, o[0].rank))  # type: ignore[union-attr]
        return Said("expired", last[0].rank)
    return Said("no_warranty")


def judge_point(world: World, cm: int, element: str, day: date, accuracy_cm: int) -> tuple[str, str | None, int | None]:
    """Outcome, reason and (likely) rank for a point, looking around as far as its accuracy reaches."""
    here = answer(world, cm, element, day)
    if here.term_unknown:
        return "needs_review", "term_unknown", here.rank
    first, end = world.extent
    for other in range(max(first, cm - accuracy_cm + 1), min(end, cm + accuracy_cm)):
        if _differs(answer(world, other, element, day), here):
            return "needs_review", "near_boundary", here.rank
    return here.outcome, None, here.rank


def judge_cell(world: World, cm: int, element: str, day: date) -> tuple[str, str | None, int | None]:
    """Outcome, reason and (likely) rank for one centimetre of a stretch."""
    here = answer(world, cm, element, day)
    if here.term_unknown:
        return "needs_review", "term_unknown", here.rank
    return here.outcome, None, here.rank


def _differs(there: Said, here: Said) -> bool:
    if there.outcome == here.outcome == "excluded":
        return False  # no contract either way
    return there != here


def _strength(one: tuple[Agreement, date, date | None, bool]) -> tuple[int, bool, int, str, int]:
    """Latest accepted; of one day a known term before an unknown one, then the later end, then the lower number."""
    agreement, accepted_on, end, known = one
    return (
        -accepted_on.toordinal(),
        not known,
        -(end or date.min).toordinal() if known else 0,
        agreement.number,
        agreement.rank,
    )


def _concerns(extent: Scope, elements: tuple[str, ...] | None, cm: int, element: str) -> bool:
    return (extent is None or extent[0] <= cm < extent[1]) and (elements is None or element in elements)


def _in(day: date, first: date, last: date | None) -> bool:
    return first <= day and (last is None or day <= last)


def _end(agreement: Agreement, part: AcceptedPart, cm: int, element: str, day: date) -> tuple[date | None, bool]:
    """The last covered day by the term in force on `day`, and whether that term is known. None: no warranty at all."""
    mine = [e for e in agreement.events if _concerns(e.extent, e.elements, cm, element)]
    amended = [e for e in mine if e.kind == "amendment" and e.from_on <= day]
    months, known = agreement.months, True
    if amended:
        # Of two on one day the later given holds; before acceptance they count from acceptance on, in order.
        months = max(enumerate(amended), key=lambda pair: (pair[1].from_on, pair[0]))[1].months
    elif months is None:
        found = _rule(agreement)
        if found == "none":
            return None, True
        known = isinstance(found, int)
        months = found if isinstance(found, int) else LONGEST_MONTHS
    assert months is not None
    suspended = {
        e.from_on + timedelta(days=n)
        for e in mine
        if e.kind == "suspension" and e.to_on
        for n in range((e.to_on - e.from_on).days + 1)
    }
    return _extended(part.accepted_on, _anniversary(part.accepted_on, months), suspended), known


def _rule(agreement: Agreement) -> int | str:
    """Months, 'none' for works without warranty, or 'unknown'."""
    if not agreement.kato:
        return "unknown"
    for prefix in sorted({p for p, _ in RULES}, key=len, reverse=True):
        if agreement.kato.startswith(prefix):
            for first, last, months in RULES.get((prefix, agreement.kind), []):
                if first <= agreement.signed_on <= last:
                    return "none" if months is None else months
    return "unknown"


def _anniversary(day: date, months: int) -> date:
    total = day.month - 1 + months
    year, month = day.year + total // 12, total % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _extended(accepted_on: date, end: date, suspended: set[date]) -> date:
    """Runs of suspended days, one after the other: each that begins by the end reached so far adds its length."""
    days = sorted(day for day in suspended if day >= accepted_on)
    while days:
        run = [days[0]]
        while len(run) < len(days) and days[len(run)] == run[-1] + timedelta(days=1):
            run.append(days[len(run)])
        days = days[len(run) :]
        if run[0] <= end:
            end += timedelta(days=len(run))
    return end


def _under_way(agreement: Agreement, section: Section, cm: int, element: str, day: date) -> bool:
    if not _concerns(section.extent, section.elements, cm, element) or day < agreement.signed_on:
        return False
    accepted = [p.accepted_on for p in section.acceptances if _concerns(p.extent, p.elements, cm, element)]
    ended = [
        e.from_on for e in agreement.events if e.kind == "termination" and _concerns(e.extent, e.elements, cm, element)
    ]
    return all(day < last for last in [*accepted, *ended])
