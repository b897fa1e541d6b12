"""Who answers, and why, as the API says it."""

from datetime import date, datetime
from typing import Any, Self

from pydantic import BaseModel, Field

from api.schemas.network import Names, PlaceShape
from geo.chainage import format_cm
from roads.domain.attribution import Outcome
from roads.domain.explanation import OUTCOME_OF, Answer, Candidate, Neighbour, Why
from roads.domain.warranty import LiabilityKind
from roads.i18n import say
from roads.queries.candidates import road_name
from roads.queries.public import Place, type_of_row


class PartyShape(BaseModel):
    """An organisation."""

    name: str
    bin: str = Field(examples=["990000000004"])


class ContractBrief(BaseModel):
    """The contract that answers."""

    id: int
    number: str = Field(examples=["2023-118"])
    contractor: PartyShape
    kind_of_works: str = Field(examples=["medium_repair"])


class WarrantyShape(BaseModel):
    """The warranty: first and last covered day, months and where they came from, days left on the day asked for.

    `extended_days` of suspensions lie between the months' anniversary and the last day.
    """

    from_on: date = Field(serialization_alias="from")
    to: date | None
    months: int | None
    term_from: str | None = Field(examples=["rule"])
    term_confirmed: bool | None
    extended_days: int = Field(examples=[0])
    days_left: int | None


class WhyShape(BaseModel):
    """The verdict on one candidate: a code, what fills it, and the sentence."""

    contract: str | None
    party: PartyShape | None
    verdict: str = Field(examples=["chosen"])
    code: str = Field(examples=["chosen_warranty"])
    params: dict[str, Any]
    because: str

    @classmethod
    def of(cls, why: Why, language: str) -> Self:
        """The shape of a verdict, its sentence in a language."""
        party = why.candidate.party
        return cls(
            contract=why.candidate.number,
            party=PartyShape(name=party.name, bin=party.bin) if party else None,
            verdict=why.verdict,
            code=why.code,
            params=dict(why.params),
            because="; ".join(say(key, language, why.params) for key in why.sentences),
        )


class LiabilityShape(BaseModel):
    """Who answers at a place on a day. With `needs_review` the likely outcome stands beside the reason."""

    outcome: str = Field(examples=["under_warranty"])
    reason: str | None
    likely_outcome: str | None
    decided_on: date
    place: PlaceShape
    contract: ContractBrief | None
    liable: PartyShape | None
    warranty: WarrantyShape | None
    why: list[WhyShape]

    @classmethod
    def of(cls, place: Place, answer: Answer, language: str) -> Self:
        """The shape of an answer at a place."""
        chosen = answer.chosen
        return cls(
            outcome=answer.outcome,
            reason=answer.reason,
            likely_outcome=answer.likely_outcome,
            decided_on=answer.decided_on,
            place=PlaceShape.of(place),
            contract=contract_brief(chosen),
            liable=PartyShape(name=chosen.party.name, bin=chosen.party.bin) if chosen and chosen.party else None,
            warranty=warranty_shape(chosen, answer.days_left),
            why=[WhyShape.of(why, language) for why in answer.why],
        )


def contract_brief(chosen: Candidate | None) -> ContractBrief | None:
    """The contract that answers, if one does."""
    if chosen is None or chosen.contract_id is None or chosen.party is None:
        return None
    return ContractBrief(
        id=chosen.contract_id,
        number=chosen.number or "",
        contractor=PartyShape(name=chosen.party.name, bin=chosen.party.bin),
        kind_of_works=chosen.kind_of_works or "",
    )


def warranty_shape(chosen: Candidate | None, days_left: int | None) -> WarrantyShape | None:
    """The warranty of the works that were accepted, if there are such."""
    if chosen is None or chosen.accepted_on is None:
        return None
    known = chosen.months is not None
    return WarrantyShape(
        from_on=chosen.accepted_on,
        to=chosen.ends_on if known else None,
        months=chosen.months,
        term_from=chosen.term_from,
        term_confirmed=chosen.term_confirmed,
        extended_days=chosen.extended_days,
        days_left=days_left,
    )


class NeighbourShape(BaseModel):
    """The nearest other answer along the carriageway, and how many metres away it begins."""

    outcome: str = Field(examples=["no_warranty"])
    contract: str | None
    party: PartyShape | None
    distance_m: float

    @classmethod
    def of(cls, neighbour: Neighbour) -> Self:
        """The shape of a neighbouring answer."""
        party = neighbour.party
        return cls(
            outcome=neighbour.outcome,
            contract=neighbour.number,
            party=PartyShape(name=party.name, bin=party.bin) if party else None,
            distance_m=neighbour.distance_m,
        )


class PartShape(BaseModel):
    """One part of a defect with the answer that was stored for it."""

    road: str | None
    names: Names
    carriageway: str | None
    direction: str | None
    chainage_from: str | None
    chainage_to: str | None
    from_m: float | None
    to_m: float | None
    outcome: str
    reason: str | None
    likely_outcome: str | None
    decided_on: date
    rule_version: int
    recorded_at: datetime
    contract: ContractBrief | None
    warranty: WarrantyShape | None
    neighbour: NeighbourShape | None
    why: list[WhyShape]

    @classmethod
    def of(cls, row: type_of_row, answer: Answer | None, neighbour: Neighbour | None, language: str) -> Self:
        """The shape of a stored answer, its explanation (none off the network) and, near a boundary, its neighbour."""
        chosen = answer.chosen if answer else None
        return cls(
            road=road_name(row, language),
            names=Names.of(row),
            carriageway=row.source_id,
            direction=row.direction,
            chainage_from=None if row.from_cm is None else format_cm(row.from_cm),
            chainage_to=None if row.to_cm is None else format_cm(row.to_cm),
            from_m=None if row.from_cm is None else row.from_cm / 100,
            to_m=None if row.to_cm is None else row.to_cm / 100,
            outcome=row.outcome,
            reason=row.reason,
            likely_outcome=row.likely_outcome,
            decided_on=row.decided_on,
            rule_version=row.rule_version,
            recorded_at=row.recorded_at,
            contract=contract_brief(chosen),
            warranty=warranty_shape(chosen, answer.days_left if answer else None),
            neighbour=NeighbourShape.of(neighbour) if neighbour else None,
            why=[WhyShape.of(why, language) for why in answer.why] if answer else [],
        )


class AttributionShape(BaseModel):
    """Who answers for each part of a defect."""

    defect: int
    parts: list[PartShape]


class SegmentPart(BaseModel):
    """Who answers for a part of a segment today."""

    from_m: float
    to_m: float
    outcome: str
    contract: ContractBrief | None
    ends_on: date | None
    days_left: int | None


def segment_part(row: type_of_row) -> SegmentPart:
    """The shape of a liability row on a segment; an unknown term needs a person."""
    kind = LiabilityKind(row.kind)
    unknown = kind is LiabilityKind.TERM_UNKNOWN
    contract = row.contract_id and ContractBrief(
        id=row.contract_id,
        number=row.number,
        contractor=PartyShape(name=row.contractor, bin=row.contractor_bin),
        kind_of_works=row.kind_of_works,
    )
    return SegmentPart(
        from_m=row.from_cm / 100,
        to_m=row.to_cm / 100,
        outcome=Outcome.NEEDS_REVIEW if unknown else OUTCOME_OF[kind],
        contract=contract or None,
        ends_on=None if unknown else row.ends_on,
        days_left=None if unknown else row.days_left,
    )
