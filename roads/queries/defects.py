"""Defects for those who record them: where one lies or would lie, who answers there, and what was recorded nearby."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from roads.domain.attribution import RULE_VERSION, Confidence, Outcome, Reason
from roads.domain.defects import DefectRow
from roads.domain.errors import NotFound
from roads.domain.explanation import Answer
from roads.domain.warranty import Element
from roads.models import Defect, Distress
from roads.queries.attribution import Asked, explained
from roads.queries.candidates import road_name
from roads.queries.moments import NOW
from roads.sql import statement

SAME_WITHIN_CM = 1000
"""An open defect of the same type within 10 m of another one may be the same."""

MOST_ACCURACY_M = 100_000


def distress_catalogue(session: Session) -> dict[str, Element]:
    """Element by code, in order of code."""
    rows = session.execute(select(Distress.code, Distress.element).order_by(Distress.code))
    return {code: Element(element) for code, element in rows}


@dataclass(frozen=True, slots=True)
class NamedDistress:
    """A type of defect and what it is called in one language."""

    code: str
    name: str


def distress_names(session: Session, language: str) -> list[NamedDistress]:
    """What the types of defect are called, in order of name."""
    name = {"kk": Distress.name_kk, "ru": Distress.name_ru, "en": Distress.name_en}[language]
    rows = session.execute(select(Distress.code, name).order_by(name))
    return [NamedDistress(code, called) for code, called in rows]


@dataclass(frozen=True, slots=True)
class DefectPart:
    """A part of a defect: where it lies (empty off the network), who answers for it, and why.

    Centimetres of chainage; `distance_m` is how far from the carriageway the spot is, `offset_m` the same with + to
    the right.
    """

    carriageway_id: int | None
    source_id: str | None
    direction: str | None
    road: str | None
    from_cm: int | None
    to_cm: int | None
    distance_m: float | None
    offset_m: float | None
    confidence: Confidence
    outcome: Outcome
    reason: Reason | None
    likely_outcome: Outcome | None
    decided_on: date
    explained: Answer | None


@dataclass(frozen=True, slots=True)
class SimilarDefect:
    """An open defect that may be the same one."""

    id: int
    distress: str | None
    severity: str | None
    detected_on: date
    from_cm: int
    to_cm: int
    distance_m: float


@dataclass(frozen=True, slots=True)
class SeenDefect:
    """A defect as those see it who record it: what it is, its parts, and what it may repeat."""

    id: int
    source: str
    external_id: str
    detected_on: date
    element: str
    distress: str | None
    severity: str | None
    severity_rule: str | None
    parts: Sequence[DefectPart]
    similar: Sequence[SimilarDefect]


def see_defect(session: Session, defect_id: int, language: str) -> SeenDefect:
    """A defect on record, roads without a reference named in a language. Errors: NotFound."""
    columns = (
        Defect.id,
        Defect.source,
        Defect.external_id,
        Defect.detected_on,
        Defect.element,
        Defect.distress,
        Defect.severity,
        Defect.severity_rule,
    )
    row = session.execute(select(*columns).where(Defect.id == defect_id)).one_or_none()
    if row is None:
        raise NotFound(thing="defect", key=defect_id)
    by_id = {"defect_id": defect_id}
    places = session.execute(statement("standing_places"), by_id).all()
    answers = session.execute(statement("standing_answers"), by_id).all()
    parts = _parts(session, places, answers, Asked(row.element, NOW, language))
    similar = similar_defects(session, places, row.distress, defect_id)
    return SeenDefect(**row._mapping, parts=parts, similar=similar)


def foresee_defect(
    session: Session, told: DefectRow, chosen_ids: Sequence[int] | None, snap_m: float, language: str
) -> tuple[list[DefectPart], list[SimilarDefect]]:
    """Where a defect would lie if it were recorded, who would answer for it, and what it may repeat.

    By the statements that place and attribute what is on record, so that both say the same.
    """
    places = session.execute(
        statement("place_defects", spots_of_defects="spots_of_given"), _spots(told, chosen_ids, snap_m)
    ).all()
    answers = session.execute(
        statement("answer_places", places_of_carriageways="places_as_given"), _as_given(places, told)
    ).all()
    ordered = sorted(answers, key=lambda answer: (answer.carriageway_id or 0, answer.from_cm or 0))
    parts = _parts(session, places, ordered, Asked(told.element, NOW, language))
    return parts, similar_defects(session, places, told.distress)


def _spots(told: DefectRow, chosen_ids: Sequence[int] | None, snap_m: float) -> dict[str, Any]:
    return {
        "lon": told.lon,
        "lat": told.lat,
        "lon_to": told.lon_to,
        "lat_to": told.lat_to,
        "accuracy_m": told.gps_accuracy_m,
        "chosen_carriageway_ids": list(chosen_ids) if chosen_ids else None,
        "snap_m": snap_m,
        "known_at": NOW,
    }


def _as_given(places: Sequence[Row[Any]], told: DefectRow) -> dict[str, Any]:
    return {
        "carriageway_ids": [place.carriageway_id for place in places],
        "from_cms": [place.from_cm for place in places],
        "to_cms": [place.to_cm for place in places],
        "confidences": [place.confidence for place in places],
        "element": told.element.value,
        "covered_on": told.occurred_on or told.detected_on,
        "accuracy_cm": round(min(told.gps_accuracy_m or 0, MOST_ACCURACY_M) * 100),
        "rule_version": RULE_VERSION,
    }


def _parts(session: Session, places: Sequence[Row[Any]], answers: Sequence[Row[Any]], asked: Asked) -> list[DefectPart]:
    ids = sorted({answer.carriageway_id for answer in answers if answer.carriageway_id})
    named = {row.carriageway_id: row for row in session.execute(statement("describe_places"), {"carriageway_ids": ids})}
    return [
        _part(session, answer, _place_of(answer, places), named.get(answer.carriageway_id), asked) for answer in answers
    ]


def _place_of(answer: Row[Any], places: Sequence[Row[Any]]) -> Row[Any]:
    """The place that an answer is about: a stretch on one carriageway may have several answers."""
    return next(
        place
        for place in places
        if place.carriageway_id == answer.carriageway_id
        and (place.from_cm is None or place.from_cm <= answer.from_cm < place.to_cm)
    )


def _part(session: Session, answer: Row[Any], place: Row[Any], named: Row[Any] | None, asked: Asked) -> DefectPart:
    return DefectPart(
        answer.carriageway_id,
        named.source_id if named else None,
        named.direction if named else None,
        road_name(named, asked.language) if named else None,
        answer.from_cm,
        answer.to_cm,
        _metres(place.distance_cm),
        _metres(place.offset_cm),
        Confidence(place.confidence),
        Outcome(answer.outcome),
        Reason(answer.reason) if answer.reason else None,
        Outcome(answer.likely_outcome) if answer.likely_outcome else None,
        answer.decided_on,
        explained(session, answer, asked) if named else None,
    )


def _metres(centimetres: int | None) -> float | None:
    return None if centimetres is None else centimetres / 100


def similar_defects(
    session: Session, places: Sequence[Row[Any]], distress: str | None, defect_id: int | None = None
) -> list[SimilarDefect]:
    """Open defects of the same type within 10 m of these places or overlapping them, nearest first; of any type where
    none is named. Rows of places have `carriageway_id`, `from_cm` and `to_cm`."""
    found: dict[int, SimilarDefect] = {}
    for place in places:
        for row in _near(session, place, distress, defect_id):
            found.setdefault(row.id, row)
    return sorted(found.values(), key=lambda one: (one.distance_m, one.id))


def _near(session: Session, place: Row[Any], distress: str | None, defect_id: int | None) -> Iterator[SimilarDefect]:
    if place.carriageway_id is None:
        return
    around: Mapping[str, Any] = {
        "carriageway_id": place.carriageway_id,
        "from_cm": place.from_cm,
        "to_cm": place.to_cm,
        "reach_cm": SAME_WITHIN_CM,
        "distress": distress,
        "defect_id": defect_id,
    }
    for row in session.execute(statement("similar_defects"), around):
        if distress is None or row.is_same_distress:
            yield SimilarDefect(
                row.id, row.distress, row.severity, row.detected_on, row.from_cm, row.to_cm, row.distance_cm / 100
            )


def similar_to(session: Session, defect_id: int) -> list[SimilarDefect]:
    """Open defects that may be the same as one on record. Errors: NotFound."""
    row = session.execute(select(Defect.distress).where(Defect.id == defect_id)).one_or_none()
    if row is None:
        raise NotFound(thing="defect", key=defect_id)
    places = session.execute(statement("standing_places"), {"defect_id": defect_id}).all()
    return similar_defects(session, places, row.distress, defect_id)
