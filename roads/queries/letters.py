"""Letters as they stand: what one says, which wait to be drawn up, and what became of those of a claim."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, exists, select
from sqlalchemy.orm import Session

from roads.domain.errors import NotFound
from roads.domain.letters import (
    MOST_PHOTOS,
    Basis,
    Drawn,
    LetterFacts,
    LetterLine,
    NamedParty,
    Sizes,
    Sketch,
    number_of,
)
from roads.domain.notices import DOCUMENTS, Channel, NoticeKind
from roads.models.claims import Claim
from roads.models.contracts import Organisation
from roads.models.notices import Letter, LetterDocument, Notice, Untold
from roads.sql import statement

MARGIN_M = 400.0
"""A sketch shows so much of the roads around its places."""
LANGUAGES = ("kk", "ru", "en")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A document that has to be drawn up, in a language somebody reads."""

    letter_id: int
    language: str


def documents_wanted(session: Session, fallback: str, *, within: tuple[int, int], most: int) -> list[Wanted]:
    """Letters that are documents and lack one in the language of a recipient; where nobody has an address, in the
    `fallback` language, so that it can be handed over. Of letters from one id to another, in order."""
    rows = session.execute(
        statement("documents_wanted"),
        {
            "documents": sorted(DOCUMENTS),
            "fallback": fallback,
            "first": within[0],
            "last": within[1],
            "most": most,
        },
    )
    return [Wanted(row.letter_id, row.language) for row in rows]


def letter_facts(session: Session, letter_id: int) -> LetterFacts:
    """What a letter says. Errors: NotFound."""
    row = session.execute(statement("letter_parties"), {"letter_id": letter_id}).one_or_none()
    if row is None:
        raise NotFound(thing="letter", key=letter_id)
    told = list(session.execute(statement("letter_lines"), {"letter_ids": [letter_id]}))
    return LetterFacts(
        kind=NoticeKind(row.kind),
        number=number_of(row.claim_number, row.ordinal),
        claim_number=row.claim_number,
        claim_issued_on=row.issued_on,
        written_on=row.written_on,
        person=row.person,
        code=row.code,
        customer=NamedParty(row.customer, row.customer_bin),
        contractor=NamedParty(row.contractor, row.contractor_bin),
        supervisor=_party(row.supervisor, row.supervisor_bin),
        designer=_party(row.designer, row.designer_bin),
        contract_number=row.contract_number,
        signed_on=row.signed_on,
        kind_of_works=row.kind_of_works,
        answer_by=row.silence_by,
        silence_is_acceptance=row.silence_is_acceptance,
        lines=[_line(one) for one in told],
        sketch=_sketch(session, [one.line_id for one in told]),
    )


def photos_of_letter(session: Session, letter_id: int) -> list[tuple[int, str]]:
    """The line and the hash of the small copy of each photo that goes with a letter."""
    rows = session.execute(statement("letter_photos"), {"letter_id": letter_id, "most": MOST_PHOTOS})
    return [(row.number, row.small_hash) for row in rows]


def told_lines(session: Session, letter_ids: Sequence[int]) -> dict[int, list[LetterLine]]:
    """The lines that letters tell of, by letter."""
    rows = session.execute(statement("letter_lines"), {"letter_ids": list(letter_ids)})
    found: dict[int, list[LetterLine]] = {}
    for row in rows:
        found.setdefault(row.letter_id, []).append(_line(row))
    return found


def _party(name: str | None, number: str | None) -> NamedParty | None:
    return NamedParty(name, number) if name and number else None


def _line(row: Row[Any]) -> LetterLine:
    place, defect, warranty = row.facts["place"], row.facts["defect"], row.facts["warranty"]
    return LetterLine(
        number=row.number,
        road=place["road_reference"] or place["source_id"],
        names={code: place[f"name_{code}"] for code in LANGUAGES if place[f"name_{code}"]},
        direction=place["direction"],
        from_cm=place["from_cm"],
        to_cm=place["to_cm"],
        element=row.element,
        distress={code: getattr(row, f"name_{code}") for code in LANGUAGES} if row.name_kk else None,
        severity=defect["severity"],
        sizes=_sizes(defect),
        detected_on=date.fromisoformat(defect["detected_on"]),
        covered_until=date.fromisoformat(warranty["ends_on"]),
        months=warranty["months"],
        term=Basis(row.term_origin or "rule", row.term_basis, row.term_confirmed is not False),
        safety_by=row.safety_by,
        safety=_basis(row.safety_origin, row.safety_basis, row.safety_confirmed),
        rectify_by=row.rectify_by,
        rectify=_basis(row.rectify_origin, row.rectify_basis, row.rectify_confirmed),
        is_moved_by_winter=row.rectify_by_before_winter is not None,
        state=row.state,
        note=row.note,
        reason=row.reason,
        reported_on=row.reported_on,
        reporter=row.reporter,
        reported_by=row.reported_by,
        judged_on=row.judged_on,
        verifier=row.verifier,
        verified_by=row.verified_by,
    )


def _sizes(defect: Mapping[str, Any]) -> Sizes:
    measured = {name: defect.get(name) for name in ("length_m", "width_m", "depth_mm")}
    known = {name: None if value is None else float(value) for name, value in measured.items()}
    return Sizes(count=defect.get("count"), **known)


def _basis(origin: str | None, rule: str | None, is_confirmed: bool | None) -> Basis | None:
    return Basis(origin, rule, is_confirmed is not False) if origin else None


def _sketch(session: Session, line_ids: Sequence[int]) -> Sketch | None:
    rows = session.execute(statement("letter_sketch"), {"line_ids": list(line_ids), "margin_m": MARGIN_M})
    roads: list[Drawn] = []
    places: list[Drawn] = []
    box = None
    for row in rows:
        if row.kind == "box":
            corners = json.loads(row.geometry)["coordinates"][0]
            box = (corners[0][0], corners[0][1], corners[2][0], corners[2][1])
            continue
        shown = places if row.kind == "place" else roads
        shown.extend(Drawn(points, row.name, row.number, row.is_own) for points in _strokes(json.loads(row.geometry)))
    return Sketch(box, roads, places) if box else None


def _strokes(geometry: Mapping[str, Any]) -> list[list[tuple[float, float]]]:
    """The lines of a geometry; a point is a line of one point."""
    parts = geometry.get("geometries")
    if parts is not None:
        return [stroke for part in parts for stroke in _strokes(part)]
    at = geometry["coordinates"]
    kinds = {"Point": [[at]], "LineString": [at], "MultiPoint": [[one] for one in at], "MultiLineString": at}
    return [[(point[0], point[1]) for point in stroke] for stroke in kinds[geometry["type"]]]


# --- what became of them


@dataclass(frozen=True, slots=True)
class Document:
    """A letter as a file in a language."""

    language: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """How far a letter has come with one recipient."""

    organisation: str | None
    channel: Channel
    language: str | None
    is_for_information: bool
    state: str
    sent_at: datetime | None
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class KnownLetter:
    """A letter of a claim with its files and deliveries."""

    id: int
    kind: NoticeKind
    number: str
    written_on: date
    code: str
    documents: Sequence[Document]
    deliveries: Sequence[Delivery]


def letters_of_claim(session: Session, claim_id: int) -> list[KnownLetter]:
    """The letters of an issued claim that the actor may see, oldest first. Errors: NotFound."""
    number = session.scalar(select(Claim.number).where(Claim.id == claim_id, Claim.issued_on.is_not(None)))
    if number is None:
        raise NotFound(thing="claim", key=claim_id)
    letters = session.execute(
        select(Letter.id, Letter.kind, Letter.ordinal, Letter.written_on, Letter.code)
        .where(Letter.claim_id == claim_id)
        .order_by(Letter.ordinal)
    ).all()
    ids = [one.id for one in letters]
    documents, deliveries = _documents(session, ids), _deliveries(session, ids)
    return [
        KnownLetter(
            one.id,
            NoticeKind(one.kind),
            number_of(number, one.ordinal),
            one.written_on,
            one.code,
            documents.get(one.id, []),
            deliveries.get(one.id, []),
        )
        for one in letters
    ]


def _documents(session: Session, letter_ids: Sequence[int]) -> dict[int, list[Document]]:
    found: dict[int, list[Document]] = {}
    rows = session.execute(
        select(LetterDocument.letter_id, LetterDocument.language, LetterDocument.sha256)
        .where(LetterDocument.letter_id.in_(letter_ids))
        .order_by(LetterDocument.letter_id, LetterDocument.language)
    )
    for letter_id, language, sha256 in rows:
        found.setdefault(letter_id, []).append(Document(language, sha256))
    return found


def _deliveries(session: Session, letter_ids: Sequence[int]) -> dict[int, list[Delivery]]:
    found: dict[int, list[Delivery]] = {}
    rows = session.execute(
        select(
            Notice.letter_id,
            Organisation.name,
            Notice.channel,
            Notice.language,
            Notice.is_for_information,
            Notice.state,
            Notice.sent_at,
            Notice.read_at,
        )
        .outerjoin(Organisation, Organisation.id == Notice.organisation_id)
        .where(Notice.letter_id.in_(letter_ids))
        .order_by(Notice.letter_id, Notice.id)
    )
    for letter_id, organisation, channel, language, for_information, state, sent_at, read_at in rows:
        told = Delivery(organisation, Channel(channel), language, for_information, state, sent_at, read_at)
        found.setdefault(letter_id or 0, []).append(told)
    return found


@dataclass(frozen=True, slots=True)
class StoredLetter:
    """A letter's file as it was sent."""

    letter_id: int
    claim_id: int
    kind: NoticeKind
    number: str
    language: str
    sha256: str
    pdf: bytes


def stored_letter(session: Session, *, letter_id: int = 0, code: str = "", language: str) -> StoredLetter:
    """The file of a letter in this language, or in the one there is. Errors: NotFound, also for others' letters."""
    asked = (
        select(Letter, Claim.number, LetterDocument)
        .join(Claim, Claim.id == Letter.claim_id)
        .join(LetterDocument, LetterDocument.letter_id == Letter.id)
        .where(Letter.code == code if code else Letter.id == letter_id)
        .order_by((LetterDocument.language == language).desc(), LetterDocument.language)
        .limit(1)
    )
    row = session.execute(asked).one_or_none()
    if row is None or row.number is None:
        raise NotFound(thing="letter", key=code or letter_id)
    letter, file = row.Letter, row.LetterDocument
    number = number_of(row.number, letter.ordinal)
    return StoredLetter(
        letter.id, letter.claim_id, NoticeKind(letter.kind), number, file.language, file.sha256, file.pdf
    )


def has_untold(session: Session) -> bool:
    """Whether something happened of which nobody was told yet."""
    return bool(session.scalar(select(exists(select(Untold.id)))))
