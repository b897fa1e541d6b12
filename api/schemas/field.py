"""What inspectors send and are told: inspections, defects, corrections."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from api.schemas.liability import ContractBrief, PartyShape, WarrantyShape, WhyShape, contract_brief, warranty_shape
from api.schemas.questions import LARGEST_ID, IsoDay, Line, PageQuery, Strict, no_nul
from geo.chainage import format_cm
from roads.domain.distress import Severity
from roads.domain.inspections import InspectionKind, InspectionOutcome
from roads.domain.warranty import Element
from roads.queries.defects import DefectPart, SeenDefect, SimilarDefect
from roads.queries.inspections import DueInspection, OwnInspection
from roads.usecases.defects_recording import Foreseen

LARGEST = 1_000_000


Lon = Annotated[float, Field(strict=True, ge=-180, le=180, allow_inf_nan=False, examples=[76.9286])]
Lat = Annotated[float, Field(strict=True, ge=-90, le=90, allow_inf_nan=False, examples=[43.2567])]
Measure = Annotated[float, Field(strict=True, ge=0, le=LARGEST, allow_inf_nan=False)]
Id = Annotated[int, Field(strict=True, ge=1, le=LARGEST_ID)]
Day = Annotated[
    str, Field(max_length=40, json_schema_extra={"format": "date"}, examples=["2026-11-22"]), AfterValidator(no_nul)
]
Moment = Annotated[
    str,
    Field(max_length=40, json_schema_extra={"format": "date-time"}, examples=["2026-11-22T10:30:00+05:00"]),
    AfterValidator(no_nul),
]
Note = Annotated[str, Field(max_length=2000), AfterValidator(no_nul)]
Reason = Annotated[str, Field(min_length=1, max_length=2000, examples=["a shadow, not a hole"]), AfterValidator(no_nul)]
Chainage = Annotated[
    Annotated[str, Field(max_length=40), AfterValidator(no_nul)] | Measure, Field(examples=["212+600", 212600])
]


class Body(BaseModel):
    """Nothing is ignored: a field that is not known is refused."""

    model_config = ConfigDict(extra="forbid")

    def in_words(self) -> dict[str, str]:
        """By column, as in a file: what reads files reads this."""
        return {name: str(value) for name, value in self if value is not None}


class DefectSketch(Body):
    """A defect in the making: only where it is must be known."""

    lon: Lon
    lat: Lat
    lon_to: Lon | None = None
    lat_to: Lat | None = None
    gps_accuracy_m: Measure | None = Field(default=None, examples=[4.5])
    source_id: Line | None = Field(default=None, description="The carriageway the inspector chose.")
    detected_on: Day | None = None
    occurred_on: Day | None = None
    reported_at: Moment | None = None
    element: Element | None = None
    distress: Line | None = Field(default=None, examples=["pothole"])
    severity: Severity | None = Field(default=None, description="As stated; measures decide where the standard does.")
    length_m: Measure | None = Field(default=None, examples=[0.4])
    width_m: Measure | None = Field(default=None, examples=[0.3])
    depth_mm: Measure | None = Field(default=None, examples=[55])
    count: Annotated[int, Field(strict=True, ge=0, le=LARGEST)] | None = None
    note: Note | None = None


class DefectBody(DefectSketch):
    """A defect that an inspector recorded; `inspection_id` is the inspection on which it was found."""

    detected_on: Day
    inspection_id: Id | None = None


class PartSeen(BaseModel):
    """A part of a defect: where it landed, and who answers there until when.

    Off the network everything about the place is empty. `offset_m` is + to the right of growing chainage.
    """

    road: str | None
    carriageway: str | None
    direction: str | None
    chainage_from: str | None = Field(examples=["212+600"])
    chainage_to: str | None
    from_m: float | None
    to_m: float | None
    distance_m: float | None
    offset_m: float | None
    confidence: str = Field(examples=["certain"])
    outcome: str = Field(examples=["under_warranty"])
    reason: str | None
    likely_outcome: str | None
    decided_on: date
    contract: ContractBrief | None
    liable: PartyShape | None
    warranty: WarrantyShape | None
    why: list[WhyShape]

    @classmethod
    def of(cls, part: DefectPart, language: str) -> Self:
        """The shape of a part, sentences in a language."""
        answer = part.explained
        chosen = answer.chosen if answer else None
        party = chosen.party if chosen else None
        return cls(
            road=part.road,
            carriageway=part.source_id,
            direction=part.direction,
            chainage_from=_chainage(part.from_cm),
            chainage_to=_chainage(part.to_cm),
            from_m=_metres(part.from_cm),
            to_m=_metres(part.to_cm),
            distance_m=part.distance_m,
            offset_m=part.offset_m,
            confidence=part.confidence,
            outcome=part.outcome,
            reason=part.reason,
            likely_outcome=part.likely_outcome,
            decided_on=part.decided_on,
            contract=contract_brief(chosen),
            liable=PartyShape(name=party.name, bin=party.bin) if party else None,
            warranty=warranty_shape(chosen, answer.days_left if answer else None),
            why=[WhyShape.of(why, language) for why in answer.why] if answer else [],
        )


def _metres(centimetres: int | None) -> float | None:
    return None if centimetres is None else centimetres / 100


def _chainage(centimetres: int | None) -> str | None:
    return None if centimetres is None else format_cm(centimetres)


class SimilarShape(BaseModel):
    """An open defect of the same type within 10 m, or on the same stretch: perhaps the same one."""

    id: int
    distress: str | None
    severity: str | None
    detected_on: date
    chainage_from: str | None
    distance_m: float

    @classmethod
    def of(cls, one: SimilarDefect) -> Self:
        """The shape of one."""
        return cls(
            id=one.id,
            distress=one.distress,
            severity=one.severity,
            detected_on=one.detected_on,
            chainage_from=_chainage(one.from_cm),
            distance_m=one.distance_m,
        )


class SimilarList(BaseModel):
    """What a defect may repeat."""

    items: list[SimilarShape]
    next: None = None

    @classmethod
    def of(cls, similar: list[SimilarDefect]) -> Self:
        """The shape of a list."""
        return cls(items=[SimilarShape.of(one) for one in similar])


class DefectForeseen(BaseModel):
    """What would be recorded: the severity and the rule that gave it, where it would land, what it may repeat."""

    element: str
    distress: str | None
    severity: str | None
    severity_rule: str | None = Field(examples=["astm_d6433_18"])
    parts: list[PartSeen]
    similar: list[SimilarShape]

    @classmethod
    def of(cls, seen: Foreseen, language: str) -> Self:
        """The shape of what would be recorded."""
        return cls(
            element=seen.told.element,
            distress=seen.told.distress,
            severity=seen.told.severity,
            severity_rule=seen.told.severity_rule,
            parts=[PartSeen.of(part, language) for part in seen.parts],
            similar=[SimilarShape.of(one) for one in seen.similar],
        )


class DefectRecorded(DefectForeseen):
    """A defect on record."""

    id: int
    source: str = Field(examples=["field:990000000004"])
    external_id: str
    detected_on: date

    @classmethod
    def seen(cls, seen: SeenDefect, language: str) -> Self:
        """The shape of a defect on record."""
        return cls(
            id=seen.id,
            source=seen.source,
            external_id=seen.external_id,
            detected_on=seen.detected_on,
            element=seen.element,
            distress=seen.distress,
            severity=seen.severity,
            severity_rule=seen.severity_rule,
            parts=[PartSeen.of(part, language) for part in seen.parts],
            similar=[SimilarShape.of(one) for one in seen.similar],
        )


# --- corrections


class WithdrawBody(Body):
    """There was no such defect, because."""

    reason: Reason


class MergeBody(Body):
    """The defect was recorded before, as this one."""

    into_id: Id
    reason: Reason


class PlaceBody(Body):
    """The defect lies on this carriageway, because."""

    source_id: Annotated[Line, Field(min_length=1, examples=["way/4242"])]
    reason: Reason


class Corrected(BaseModel):
    """What became of a defect's record."""

    id: int
    state: str = Field(examples=["withdrawn"])
    merged_into: int | None = None


# --- inspections


class InspectionBody(Body):
    """An inspection that was made. Without chainages the whole carriageway was inspected."""

    kind: InspectionKind = InspectionKind.OTHER
    inspected_on: Day
    source_id: Annotated[Line, Field(min_length=1, examples=["way/4242"])]
    chainage_from: Chainage | None = None
    chainage_to: Chainage | None = None
    outcome: InspectionOutcome
    note: Note | None = None


class InspectionShape(BaseModel):
    """An inspection on record, with the place as it was stated."""

    id: int
    external_id: str
    kind: InspectionKind
    inspected_on: date
    inspector: str | None = Field(description="A code, not a name.")
    outcome: InspectionOutcome
    source_id: str
    chainage_from: str | None
    chainage_to: str | None
    note: str | None
    registered_at: datetime

    @classmethod
    def of(cls, row: OwnInspection) -> Self:
        """The shape of an inspection."""
        return cls(
            id=row.id,
            external_id=row.external_id,
            kind=row.kind,
            inspected_on=row.inspected_on,
            inspector=row.inspector,
            outcome=row.outcome,
            source_id=row.source_id,
            chainage_from=_chainage(row.from_cm),
            chainage_to=_chainage(row.to_cm),
            note=row.note,
            registered_at=row.registered_at,
        )


class InspectionList(BaseModel):
    """A page of inspections."""

    items: list[InspectionShape]
    next: int | None


class InspectionsQuery(PageQuery):
    """Which page of one's organisation's inspections."""


class PlanQuery(Strict):
    """Which day's list; with coordinates the nearest come first, else those that end first."""

    on: IsoDay | None = None
    lon: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False, examples=[76.9286])
    lat: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False, examples=[43.2567])
    limit: int = Field(default=100, ge=1, le=1000)

    @model_validator(mode="after")
    def _whole_place(self) -> Self:
        if (self.lon is None) != (self.lat is None):
            raise ValueError("lon and lat go together")
        return self


class DueShape(BaseModel):
    """An inspection whose days have come. `days_left`: 0 on its last day."""

    id: int
    kind: InspectionKind
    road: str | None
    carriageway: str
    direction: str
    chainage_from: str | None
    chainage_to: str | None
    from_m: float
    to_m: float
    contract: str
    contract_id: int
    contractor: str
    first_on: date
    last_on: date
    days_left: int
    distance_m: float | None

    @classmethod
    def of(cls, due: DueInspection) -> Self:
        """The shape of one."""
        return cls(
            id=due.id,
            kind=due.kind,
            road=due.road,
            carriageway=due.source_id,
            direction=due.direction,
            chainage_from=_chainage(due.from_cm),
            chainage_to=_chainage(due.to_cm),
            from_m=due.from_cm / 100,
            to_m=due.to_cm / 100,
            contract=due.contract,
            contract_id=due.contract_id,
            contractor=due.contractor,
            first_on=due.first_on,
            last_on=due.last_on,
            days_left=due.days_left,
            distance_m=due.distance_m,
        )


class DueList(BaseModel):
    """The list of a day."""

    on: date
    items: list[DueShape]
    next: None = None
