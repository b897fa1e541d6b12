"""Sections are handed over, in whole or in part; a correction closes what was recorded and never overwrites it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from roads.domain.acceptance import Decision, Part, Recorded, Verdict, decide
from roads.domain.cells import in_order
from roads.domain.contracts import KnownSection
from roads.domain.places import NEAR_END_CM, Stretch, snapped
from roads.models import Acceptance
from roads.queries.contracts import acceptances_of
from roads.queries.places import same_places
from roads.usecases.recording import close


def store_acceptances(session: Session, decisions: Iterable[Decision], sections: Sequence[KnownSection]) -> None:
    """Write what was decided, and the same on the measurements that the carriageways had before or have since.

    Defects placed long ago lie on those, so they too must learn that the section was accepted. `sections` are all
    sections of the contracts concerned. The caller holds the carriageways.
    """
    listed = [one for one in decisions if one.verdict in (Verdict.NEW, Verdict.CORRECTION)]
    _write(session, listed)
    _write(session, _elsewhere(session, listed, sections))


def _write(session: Session, decisions: Sequence[Decision]) -> None:
    replaced = [one.against.id for one in decisions if one.verdict is Verdict.CORRECTION and one.against]
    close(session, Acceptance, [id_ for id_ in replaced if id_ is not None])
    if decisions:
        session.execute(insert(Acceptance), [_values(one.part) for one in decisions])


def _values(part: Part) -> dict[str, object]:
    return {
        "section_id": part.section_id,
        "extent": Range(part.from_cm, part.to_cm),
        "elements": list(part.elements),
        "accepted_on": part.handover.accepted_on,
        "act_number": part.handover.act_number,
        "conclusion_number": part.handover.conclusion_number,
    }


def _elsewhere(session: Session, decisions: Sequence[Decision], sections: Sequence[KnownSection]) -> list[Decision]:
    """The same acceptances on other measurements; where somebody recorded otherwise there, that stays."""
    by_id = {section.id: section for section in sections}
    by_place: dict[tuple[int, int], list[KnownSection]] = {}
    for section in sections:
        by_place.setdefault((section.contract_id, section.stretch.carriageway_id), []).append(section)
    places = {one.part: _stretch(by_id[one.part.section_id], one.part) for one in decisions}
    linked = same_places(session, list(places.values()))
    stated = [
        part
        for one in decisions
        for place in linked.get(places[one.part], ())
        for section in by_place.get((by_id[one.part.section_id].contract_id, place.carriageway_id), ())
        for part in _mapped(one.part, place, section)
    ]
    return list(_decided(stated, acceptances_of(session, {part.section_id for part in stated})))


def _decided(stated: Iterable[Part], recorded: Mapping[int, Sequence[Recorded]]) -> Iterator[Decision]:
    for part in stated:
        decision = decide(part, recorded.get(part.section_id, ()), slack_cm=NEAR_END_CM)
        if decision.verdict in (Verdict.NEW, Verdict.CORRECTION):
            yield decision


def _stretch(section: KnownSection, part: Part) -> Stretch:
    return Stretch(section.stretch.carriageway_id, part.from_cm, part.to_cm)


def _mapped(part: Part, place: Stretch, section: KnownSection) -> Iterator[Part]:
    """The part of a section on another measurement that an acceptance means there, if any."""
    start = snapped(place.from_cm, section.stretch.from_cm)
    end = snapped(place.to_cm, section.stretch.to_cm)
    start, end = max(start, section.stretch.from_cm), min(end, section.stretch.to_cm)
    elements = in_order(set(part.elements) & set(section.elements))
    # What is left where mappings round is no part of the section.
    if elements and end - start > min(NEAR_END_CM, (part.to_cm - part.from_cm) // 2):
        yield Part(section.id, start, end, elements, part.handover)
