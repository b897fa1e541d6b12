"""Why a defect was attributed as it was, as known now or as known on any earlier day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from roads.domain.attribution import RULE_VERSION, Outcome, Reason
from roads.domain.errors import NotFound
from roads.domain.explanation import Answer, Neighbour, explain
from roads.i18n import FALLBACK
from roads.queries.candidates import candidate, neighbour, road_name
from roads.queries.moments import NOW
from roads.sql import statement


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a defect: its place (empty when off the network), the answer, and why.

    `neighbour` is the other answer within the accuracy of the position, for a part near a boundary.
    """

    source_id: str | None
    direction: str | None
    road: str | None
    from_cm: int | None
    to_cm: int | None
    outcome: Outcome
    reason: Reason | None
    likely_outcome: Outcome | None
    explained: Answer | None
    neighbour: Neighbour | None


@dataclass(frozen=True, slots=True)
class WhyDefect:
    """A defect with all its parts; `known_at` is empty for as known now."""

    source: str
    external_id: str
    detected_on: date
    covered_on: date
    element: str
    distress: str | None
    severity: str | None
    known_at: datetime | None
    rule_version: int
    parts: Sequence[Part]


def why(session: Session, called: str, known_at: datetime | None = None, *, language: str = FALLBACK) -> WhyDefect:
    """The answer for a defect with every candidate's verdict; roads without a reference are named in `language`.

    Worked out by the attribution statement from the places and causes known at that moment, so it can be given for any
    day, whether or not a job stored it then. Errors: NotFound, also when several sources have that external id.
    """
    defect = _the_defect(session, called)
    moment: Any = known_at or NOW
    places = session.execute(statement("places_of_defect"), {"defect_id": defect.id, "known_at": moment}).all()
    carriageways = sorted({place.carriageway_id for place in places if place.carriageway_id})
    answers = session.execute(
        statement("answer_places", places_of_carriageways="places_of_defect", liability_stored="liability_projection"),
        {
            "defect_id": defect.id,
            "carriageway_ids": carriageways,
            "known_at": moment,
            "rule_version": RULE_VERSION,
        },
    ).all()
    named = {
        row.carriageway_id: row
        for row in session.execute(statement("describe_places"), {"carriageway_ids": carriageways})
    }
    parts = [
        _part(session, answer, named.get(answer.carriageway_id), Asked(defect.element, moment, language))
        for answer in sorted(answers, key=lambda a: (a.carriageway_id or 0, a.from_cm or 0))
    ]
    return WhyDefect(
        defect.source,
        defect.external_id,
        defect.detected_on,
        defect.covered_on,
        defect.element,
        defect.distress,
        defect.severity,
        known_at,
        RULE_VERSION,
        parts,
    )


def _the_defect(session: Session, called: str) -> Row[Any]:
    found = session.execute(statement("find_defect"), {"called": called}).all()
    if not found:
        raise NotFound(thing="defect", key=called)
    if len(found) > 1:
        raise SeveralFound(key=called, names=", ".join(f"{row.source}/{row.external_id}" for row in found))
    return found[0]


class SeveralFound(NotFound):
    """Several things have this name. Carries `key` and their full `names`."""

    code = "several_found"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked about each part: for which element, as known when, for a reader of which language."""

    element: str
    known_at: Any
    language: str


def _part(session: Session, answer: Row[Any], place: Row[Any] | None, asked: Asked) -> Part:
    reason = Reason(answer.reason) if answer.reason else None
    return Part(
        place.source_id if place else None,
        place.direction if place else None,
        road_name(place, asked.language) if place else None,
        answer.from_cm,
        answer.to_cm,
        Outcome(answer.outcome),
        reason,
        Outcome(answer.likely_outcome) if answer.likely_outcome else None,
        explained(session, answer, asked) if place else None,
        _neighbour(session, answer, asked) if reason is Reason.NEAR_BOUNDARY else None,
    )


def explained(session: Session, answer: Row[Any], asked: Asked) -> Answer:
    """The verdict on every candidate at the beginning of a part. `answer` has its place and `decided_on`."""
    rows = session.execute(statement("explain_place"), _at(answer, asked))
    return explain([candidate(row) for row in rows], answer.decided_on)


def _neighbour(session: Session, answer: Row[Any], asked: Asked) -> Neighbour | None:
    around = statement("neighbours_of_place", liability_stored="liability_projection")
    row = session.execute(around, _at(answer, asked)).one_or_none()
    return neighbour(row) if row else None


def _at(answer: Row[Any], asked: Asked) -> dict[str, Any]:
    return {
        "carriageway_ids": [answer.carriageway_id],
        "at_cm": answer.from_cm,
        "element": asked.element,
        "decided_on": answer.decided_on,
        "known_at": asked.known_at,
    }
