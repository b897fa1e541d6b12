"""Whether what a file says of an acceptance is new, known, a correction, or at odds with what is on record."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from roads.domain.contracts import Handover
from roads.domain.warranty import Element


class Verdict(StrEnum):
    """What to do with a stated acceptance."""

    NEW = "new"
    KNOWN = "known"
    CORRECTION = "correction"
    OTHERWISE = "otherwise"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a section, in centimetres and elements, and how it was accepted."""

    section_id: int
    from_cm: int
    to_cm: int
    elements: tuple[Element, ...]
    handover: Handover

    @property
    def words(self) -> str:
        """The same words for the same part, however it was accepted."""
        return json.dumps(["part", self.section_id, self.from_cm, self.to_cm, *self.elements])

    def overlaps(self, other: "Part") -> bool:
        """Whether both hold one place and element in common."""
        return (
            self.from_cm < other.to_cm
            and other.from_cm < self.to_cm
            and not set(self.elements).isdisjoint(other.elements)
        )

    def is_same_part(self, other: "Part", slack_cm: int) -> bool:
        """Whether both are one range and the same elements; ends may differ by the slack."""
        return (
            abs(self.from_cm - other.from_cm) <= slack_cm
            and abs(self.to_cm - other.to_cm) <= slack_cm
            and set(self.elements) == set(other.elements)
        )


@dataclass(frozen=True, slots=True)
class Recorded:
    """A part on record. `id` is None while it was only stated earlier in the same chunk."""

    id: int | None
    part: Part


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict, the part as it is to be stored, and the row it replaces or contradicts."""

    verdict: Verdict
    part: Part
    against: Recorded | None = None

    @property
    def known_days(self) -> str:
        """When the part it contradicts was accepted."""
        return self.against.part.handover.accepted_on.isoformat() if self.against else "-"


def decide(stated: Part, recorded: Sequence[Recorded], slack_cm: int = 0) -> Decision:
    """Compare a stated acceptance with those on record for its section.

    Only the same part accepted otherwise is a correction. A part that lies in others accepted on the same day is known;
    any other overlap contradicts them, and a person must say what is true.
    """
    for one in recorded:
        if stated.is_same_part(one.part, slack_cm):
            return _same_part(stated, one)
    overlapping = [one for one in recorded if stated.overlaps(one.part)]
    if not overlapping:
        return Decision(Verdict.NEW, stated)
    same_day = [one.part for one in overlapping if one.part.handover.accepted_on == stated.handover.accepted_on]
    if len(same_day) == len(overlapping) and _is_covered(stated, same_day):
        return Decision(Verdict.KNOWN, stated)
    return Decision(Verdict.OTHERWISE, stated, overlapping[0])


def _same_part(stated: Part, one: Recorded) -> Decision:
    handover = stated.handover.completed(one.part.handover)
    if handover == one.part.handover:
        return Decision(Verdict.KNOWN, one.part, one)
    part = Part(one.part.section_id, one.part.from_cm, one.part.to_cm, one.part.elements, handover)
    return Decision(Verdict.CORRECTION, part, one)


def _is_covered(part: Part, by: Sequence[Part]) -> bool:
    return all(
        covers(((b.from_cm, b.to_cm) for b in by if element in b.elements), part.from_cm, part.to_cm)
        for element in part.elements
    )


def covers(ranges: Iterable[tuple[int, int]], start: int, end: int) -> bool:
    """Whether ranges (in any order, overlapping or not) leave no gap between two chainages."""
    reached = start
    for first, last in sorted(ranges):
        if first > reached:
            break
        reached = max(reached, last)
    return reached >= end
