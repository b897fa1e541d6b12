"""What the pages of a segment and of a contract tell: each list by one statement, however long it is."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from roads.domain.attribution import Outcome
from roads.domain.explanation import Answer, explain
from roads.domain.warranty import Element
from roads.queries.candidates import candidate
from roads.queries.moments import NOW
from roads.queries.public import Public, rows_of_each, type_of_row, type_of_rows

ROWS_OF_A_LIST = 20
ROWS_OF_MANY_LISTS = 10
"""A contract has six lists, and who looks for the last of them on a phone passes by all the others."""
FARTHEST_PART = 10_000
"""The last part of a list that can be asked for: to skip rows costs as much as to read them."""

ANSWERING = frozenset({Outcome.UNDER_WARRANTY, Outcome.NOT_YET_ACCEPTED, Outcome.EXCLUDED})


Lists = Mapping[str, str]
"""The lists of a page by their names, and the statements that fill them."""

OF_A_SEGMENT: Lists = {
    "contracts": "public_segment_contracts",
    "defects": "public_segment_open_defects",
    "claims": "public_segment_claim_lines",
    "timeline": "public_segment_timeline",
}
OF_A_CONTRACT: Lists = {
    "parts": "public_contract_parts",
    "segments": "public_contract_segments",
    "changes": "public_contract_changes",
    "defects": "public_contract_open_defects",
    "claims": "public_contract_claims",
    "timeline": "public_contract_timeline",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a list, and whether there is another one before and after it. Parts count from 1."""

    rows: type_of_rows
    number: int
    has_next: bool

    @property
    def has_previous(self) -> bool:
        """Whether something was skipped."""
        return self.number > 1

    @property
    def is_whole(self) -> bool:
        """Whether this is all there is."""
        return not (self.has_next or self.has_previous)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a segment with one answer for one element, explained; centimetres from the start of the road.

    `legal_basis` is where the term comes from that a rule gave.
    """

    element: str
    from_cm: int
    to_cm: int
    answer: Answer
    legal_basis: str | None

    @property
    def is_answered_for(self) -> bool:
        """Whether somebody answers today, or is likely to."""
        return (self.answer.likely_outcome or self.answer.outcome) in ANSWERING


@dataclass(frozen=True, slots=True)
class SegmentFacts:
    """All that the page of a segment tells."""

    segment: type_of_row
    stretches: Sequence[Stretch]
    contracts: Part
    defects: Part
    claims: Part
    timeline: Part

    @property
    def pavement(self) -> Sequence[Stretch]:
        """Who answers for what one drives on."""
        return [one for one in self.stretches if one.element == Element.PAVEMENT]

    @property
    def other_elements(self) -> Sequence[Stretch]:
        """Who answers for the rest of the road."""
        return [one for one in self.stretches if one.element != Element.PAVEMENT]


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """All that the page of a contract tells."""

    contract: type_of_row
    parts: Part
    segments: Part
    changes: Part
    defects: Part
    claims: Part
    timeline: Part


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of each list is wanted (by the list's name; the first unless said), of how many rows, and what day it
    is."""

    today: date
    parts: dict[str, int]
    rows: int = field(default_factory=lambda: ROWS_OF_A_LIST)

    @property
    def key(self) -> Hashable:
        """The same for all who want the same."""
        return self.today, self.rows, *sorted(self.parts.items())

    def number(self, name: str) -> int:
        """The part of a list, within reason."""
        return min(max(self.parts.get(name, 1), 1), FARTHEST_PART)

    def limits(self, name: str, parameters: Mapping[str, object]) -> dict[str, object]:
        """What a list is asked with: one row more than a part has, to know whether there is another."""
        skipped = (self.number(name) - 1) * self.rows
        return {**parameters, "today": self.today, "skipped": skipped, "at_most": self.rows + 1}

    def part(self, name: str, found: type_of_rows) -> Part:
        """The part of a list, of what was found within its limits."""
        return Part(found[: self.rows], self.number(name), len(found) > self.rows)

    def asked(self, lists: Lists, parameters: Mapping[str, object]) -> dict[str, tuple[str, Mapping[str, object]]]:
        """What is asked for the lists of a page; each statement takes of the parameters what it knows."""
        return {name: (statement, self.limits(name, parameters)) for name, statement in lists.items()}

    def found(self, lists: Lists, found: Mapping[str, type_of_rows]) -> dict[str, Part]:
        """The parts of the lists of a page."""
        return {name: self.part(name, found[name]) for name in lists}


async def facts_of_segments(connection: Public, numbers: Sequence[int], wanted: Wanted) -> dict[int, SegmentFacts]:
    """Everything about each segment that there is; not where its carriageway was drawn anew: its contracts moved."""
    of_each = await rows_of_each(
        connection,
        numbers,
        ("id",),
        {
            "segment": ("public_segment", {}),
            "stretches": ("public_segment_stretches", {"decided_on": wanted.today, "known_at": NOW}),
            **wanted.asked(OF_A_SEGMENT, {}),
        },
    )
    return {
        number: SegmentFacts(
            segment=row,
            stretches=_stretches(found["stretches"], wanted.today),
            **wanted.found(OF_A_SEGMENT, found),
        )
        for number, found in of_each.items()
        for row in found["segment"]
        if not row.is_retired
    }


async def facts_of_contracts(connection: Public, numbers: Sequence[int], wanted: Wanted) -> dict[int, ContractFacts]:
    """Everything about each contract that there is."""
    of_each = await rows_of_each(
        connection,
        numbers,
        ("id",),
        {
            "contract": ("public_contract_figures", {"today": wanted.today}),
            **wanted.asked(OF_A_CONTRACT, {}),
        },
    )
    return {
        number: ContractFacts(contract=row, **wanted.found(OF_A_CONTRACT, found))
        for number, found in of_each.items()
        for row in found["contract"]
    }


def _stretches(found: type_of_rows, today: date) -> list[Stretch]:
    return [_stretch(list(causes), today) for _, causes in groupby(found, lambda row: (row.element, row.from_cm))]


def _stretch(causes: Sequence[type_of_row], today: date) -> Stretch:
    first = causes[0]
    told = [(candidate(row), row) for row in causes if row.kind is not None]
    answer = explain((one for one, _ in told), today)
    basis = _basis((row for one, row in told if one is answer.chosen))
    return Stretch(first.element, first.from_cm, first.to_cm, answer, basis)


def _basis(chosen: Iterable[type_of_row]) -> str | None:
    return next((row.legal_basis for row in chosen), None)
