"""The page of a segment: who answers for it, until when and why, what it cost, what is broken and what happened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response

from api.kept_facts import facts_of
from api.kept_pages import kept
from api.pages.things import not_found, number_of, shown, wanted, words_of
from api.pages.timeline import told
from api.pages.words import Words
from roads.queries.pages import OF_A_SEGMENT, SegmentFacts, Stretch, facts_of_segments

router = APIRouter(include_in_schema=False)

MAP_ZOOM = 14


@router.get("/{language}/segments/{number}")
@kept(*OF_A_SEGMENT)
async def segment_page(request: Request, language: str, number: str) -> Response:
    """A segment in one language, complete without scripts; a page that says so where there is none."""
    words = words_of(request, language)
    asked = wanted(request, OF_A_SEGMENT)
    segment_id = number_of(number)
    if segment_id is None:
        return not_found(request, words, f"segments/{number}")
    facts = await facts_of(request, facts_of_segments, segment_id, asked)
    if facts is None:
        return not_found(request, words, f"segments/{segment_id}")
    return shown(request, words, "segment.html", asked, _told(words, facts, asked.today))


@dataclass(frozen=True, slots=True)
class Alike:
    """Stretches with one answer: the same outcome by the same party, until the same day. They explain it alike, too."""

    stretches: Sequence[Stretch]

    @property
    def first(self) -> Stretch:
        """The one that speaks for all."""
        return self.stretches[0]

    @property
    def elements(self) -> Sequence[str]:
        """The elements of the road they are about, each once."""
        return list(dict.fromkeys(one.element for one in self.stretches))


def _told(words: Words, facts: SegmentFacts, today: date) -> dict[str, Any]:
    row = facts.segment
    place = f"{words.road_as_text(row)}, {words.stretch(row.from_cm, row.to_cm).striptags()}"
    return {
        "facts": facts,
        "segment": row,
        "reference": row.reference if words.name(row) else None,
        "answers": _alike(facts.pavement),
        "others": _alike_places(facts.other_elements),
        "title": place,
        "description": words.plain("segment.described", place=place),
        "page": f"segments/{row.id}",
        "json": f"/api/v1/segments/{row.id}",
        "map": f"/{words.language}/map/status#map={MAP_ZOOM}/{row.lat:.5f}/{row.lon:.5f}&segment={row.id}",
        "moments": told(words, facts.timeline, today),
    }


def _alike(stretches: Iterable[Stretch]) -> list[Alike]:
    """Stretches by their answer, the longest answer first: whoever answers for most of the segment."""
    found: dict[object, list[Stretch]] = {}
    for stretch in stretches:
        found.setdefault(_answer(stretch), []).append(stretch)
    return sorted(map(Alike, found.values()), key=lambda one: -sum(s.to_cm - s.from_cm for s in one.stretches))


def _alike_places(stretches: Iterable[Stretch]) -> list[Alike]:
    """Elements with one answer on one stretch, along the road."""
    found: dict[object, list[Stretch]] = {}
    for stretch in stretches:
        found.setdefault((stretch.from_cm, stretch.to_cm, _answer(stretch)), []).append(stretch)
    return sorted(map(Alike, found.values()), key=lambda one: (one.first.from_cm, one.first.to_cm))


def _answer(stretch: Stretch) -> object:
    answer, chosen = stretch.answer, stretch.answer.chosen
    return (
        answer.outcome,
        answer.reason,
        chosen and (chosen.contract_id, chosen.party, chosen.ends_on, chosen.accepted_on),
    )
