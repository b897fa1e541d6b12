"""The status of segments as the API shows it: the whole network in figures, and all that is known of one segment."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Self

from pydantic import BaseModel, Field

from api.schemas.liability import PartyShape, SegmentPart, segment_part
from api.schemas.network import Names, SegmentShape
from roads.domain.claims import LineState
from roads.domain.status import DefectState, SegmentStatus
from roads.queries.public import type_of_row


class StatusCount(BaseModel):
    """How many segments have a status, and how long they are together."""

    status: SegmentStatus
    segments: int
    km: float


class StatusShape(BaseModel):
    """The network in figures. `edition` names the tiles that show the same; no edition yet: 0, and no day."""

    edition: int
    as_of: date | None
    segments: int
    km: float
    statuses: list[StatusCount]

    @classmethod
    def of(cls, rows: Sequence[type_of_row]) -> Self:
        """The shape of the counts; a status that no segment has counts nothing."""
        found = {row.status: row for row in rows if row.status}
        counts = [
            StatusCount(status=status, segments=row.segments, km=round(row.length_m / 1000, 3))
            if (row := found.get(status.value))
            else StatusCount(status=status, segments=0, km=0)
            for status in SegmentStatus
        ]
        return cls(
            edition=rows[0].number,
            as_of=rows[0].made_on,
            segments=sum(one.segments for one in counts),
            km=round(sum(row.length_m for row in found.values()) / 1000, 3),
            statuses=counts,
        )


class BuiltBy(BaseModel):
    """Who laid the pavement that lies there: the latest accepted works, and what the whole contract cost (tenge)."""

    id: int
    number: str
    contractor: PartyShape
    kind_of_works: str = Field(examples=["medium_repair"])
    value_tenge: Decimal | None
    accepted_on: date

    @classmethod
    def of(cls, row: type_of_row) -> Self:
        """The shape of a contract in a row."""
        return cls(
            id=row.contract_id,
            number=row.number,
            contractor=PartyShape(name=row.contractor, bin=row.contractor_bin),
            kind_of_works=row.kind_of_works,
            value_tenge=row.value_tenge,
            accepted_on=row.accepted_on,
        )


class AnsweredBy(BaseModel):
    """Who answers for the pavement today, and until when; without `until` the works go on, or the term is unknown."""

    id: int
    number: str
    contractor: PartyShape
    kind: str = Field(examples=["warranty"])
    kind_of_works: str = Field(examples=["medium_repair"])
    until: date | None
    days_left: int | None

    @classmethod
    def of(cls, row: type_of_row) -> Self:
        """The shape of an answer in a row."""
        return cls(
            id=row.answering_id,
            number=row.answering_number,
            contractor=PartyShape(name=row.answering, bin=row.answering_bin),
            kind=row.kind,
            kind_of_works=row.answering_kind,
            until=row.ends_on,
            days_left=row.days_left,
        )


class OpenDefect(BaseModel):
    """An open defect, what its type is called, what is being done about it, and who was found to answer."""

    id: int
    distress: str | None = Field(examples=["pothole"])
    names: Names
    severity: str | None = Field(examples=["medium"])
    element: str
    detected_on: date
    state: DefectState
    outcome: str | None

    @classmethod
    def of(cls, row: type_of_row) -> Self:
        """The shape of a defect's row."""
        return cls(
            id=row.id,
            distress=row.distress,
            names=Names.of(row),
            severity=row.severity,
            element=row.element,
            detected_on=row.detected_on,
            state=row.state,
            outcome=row.outcome,
        )


class ClaimLineBrief(BaseModel):
    """A line of an issued claim; `due` is the last day for its permanent repair."""

    id: int
    number: str
    line: int
    state: LineState
    defect: int
    contract: int
    issued_on: date
    due: date | None
    safety_due: date | None
    is_overdue: bool

    @classmethod
    def of(cls, row: type_of_row) -> Self:
        """The shape of a line's row."""
        return cls(
            id=row.id,
            number=row.number,
            line=row.line,
            state=row.state,
            defect=row.defect_id,
            contract=row.contract_id,
            issued_on=row.issued_on,
            due=row.rectify_by,
            safety_due=row.safety_by,
            is_overdue=row.is_overdue,
        )


class SegmentDetail(SegmentShape):
    """All that is known of a segment. Built by and answered for: at its middle; `liability` has all of its parts.

    At most 200 defects and 200 lines are listed, the oldest defects and the newest claims first. `why` is the question
    that explains the answer.
    """

    built_by: BuiltBy | None
    answers: AnsweredBy | None
    defects: list[OpenDefect]
    claims: list[ClaimLineBrief]
    why: str = Field(examples=["/api/v1/liability?lon=76.9286&lat=43.2567"])
    liability: list[SegmentPart]

    @classmethod
    def with_all(
        cls,
        row: type_of_row,
        held: type_of_row,
        defects: Sequence[type_of_row],
        claims: Sequence[type_of_row],
        parts: Sequence[type_of_row],
        language: str,
    ) -> Self:
        """The shape of a segment with everything about it."""
        return cls(
            **dict(SegmentShape.of(row, language)),
            built_by=BuiltBy.of(held) if held.contract_id else None,
            answers=AnsweredBy.of(held) if held.answering_id else None,
            defects=[OpenDefect.of(defect) for defect in defects],
            claims=[ClaimLineBrief.of(claim) for claim in claims],
            why=f"/api/v1/liability?lon={row.lon:.7f}&lat={row.lat:.7f}",
            liability=[segment_part(part) for part in parts],
        )
