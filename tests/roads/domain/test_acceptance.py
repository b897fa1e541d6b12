"""Whether a stated acceptance is new, known, a correction, or at odds with what is on record."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roads.domain.acceptance import Part, Recorded, Verdict, covers, decide
from roads.domain.contracts import Handover
from roads.domain.warranty import Element

JUNE, JULY = date(2023, 6, 1), date(2023, 7, 1)
PAVEMENT, BASE = Element.PAVEMENT, Element.BASE


def part(
    start: int, end: int, on: date = JUNE, *elements: Element, act: str | None = None, conclusion: str | None = None
) -> Part:
    return Part(1, start, end, elements or (PAVEMENT,), Handover(on, act, conclusion))


def recorded(*parts: Part) -> list[Recorded]:
    return [Recorded(number, one) for number, one in enumerate(parts, start=1)]


@pytest.mark.parametrize(
    ("stated", "known", "verdict"),
    [
        (part(0, 10), [], Verdict.NEW),
        (part(0, 10), [part(10, 20)], Verdict.NEW),
        (part(0, 10), [part(0, 10, JUNE, BASE)], Verdict.NEW),
        (part(0, 10), [part(0, 10)], Verdict.KNOWN),
        (part(0, 10), [part(0, 10, act="7")], Verdict.KNOWN),
        (part(0, 10, act="7"), [part(0, 10)], Verdict.CORRECTION),
        (part(0, 10, JULY), [part(0, 10)], Verdict.CORRECTION),
        (part(2, 8), [part(0, 10)], Verdict.KNOWN),
        (part(2, 8), [part(0, 5), part(5, 10)], Verdict.KNOWN),
        (part(2, 8), [part(0, 5)], Verdict.OTHERWISE),
        (part(2, 8, JULY), [part(0, 10)], Verdict.OTHERWISE),
        (part(2, 8), [part(0, 5), part(5, 10, JULY)], Verdict.OTHERWISE),
        (part(0, 10, JUNE, PAVEMENT, BASE), [part(0, 10)], Verdict.OTHERWISE),
        (part(0, 10, JUNE, PAVEMENT, BASE), [part(0, 10), part(0, 10, JUNE, BASE)], Verdict.KNOWN),
    ],
)
def test_a_stated_part_against_the_record(stated: Part, known: list[Part], verdict: Verdict) -> None:
    assert decide(stated, recorded(*known)).verdict is verdict


def test_a_correction_replaces_the_row_it_corrects_and_keeps_its_papers() -> None:
    decision = decide(part(0, 10, JULY, act="8"), recorded(part(0, 10, act="7", conclusion="Q-1")))
    assert decision.against is not None
    assert decision.against.id == 1
    assert decision.part.handover == Handover(JULY, "8", "Q-1")


def test_ends_that_a_mapping_rounded_are_the_same_part() -> None:
    decision = decide(part(3, 1007, JULY), recorded(part(0, 1010)), slack_cm=3)
    assert decision.verdict is Verdict.CORRECTION
    assert (decision.part.from_cm, decision.part.to_cm) == (0, 1010)


ranges = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 10)).map(lambda r: (r[0], r[0] + r[1])))


@given(ranges, st.integers(0, 30), st.integers(1, 10))
def test_ranges_cover_a_stretch_when_every_point_of_it_lies_in_one(
    given_ranges: list[tuple[int, int]], start: int, length: int
) -> None:
    every = all(any(a <= at < b for a, b in given_ranges) for at in range(start, start + length))
    assert covers(given_ranges, start, start + length) is every
