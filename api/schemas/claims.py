"""Claims as those who are concerned read them, and what they say when they act."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool

from api.schemas.liability import PartyShape
from api.schemas.network import Names
from api.schemas.questions import LARGEST_ID, Bin, IsoDay, PageQuery
from geo.chainage import format_cm
from roads.domain.claims import Action, DisputeReason, Finding, LineState, ReopenReason, claim_state
from roads.queries.claims_seen import SeenClaim, SeenLine
from roads.queries.public import type_of_row
from roads.usecases.claims_endings import CourtResult

LONGEST_NOTE = 4000
MOST_PHOTOS = 20
MOST_AT_ONCE = 200


def _clean(words: str) -> str:
    """No NUL: PostgreSQL has no such character."""
    if "\x00" in words:
        raise ValueError("a NUL character cannot be part of it")
    return words.strip()


Note = Annotated[str, Field(max_length=LONGEST_NOTE), AfterValidator(_clean)]
Short = Annotated[str, Field(max_length=200), AfterValidator(_clean)]
Id = Annotated[int, Field(strict=True, ge=1, le=LARGEST_ID)]
Photos = Annotated[list[Id], Field(max_length=MOST_PHOTOS)]


class Body(BaseModel):
    """What somebody says when they act; whatever is not named is refused."""

    model_config = ConfigDict(extra="forbid")


class Noted(Body):
    """Words that may be missing."""

    note: Note = Field(default="", examples=["Agreed by telephone."])


class Reasoned(Body):
    """Words that must be there."""

    note: Note = Field(examples=["The act of 3 June shows it."])


class Disputing(Body):
    """Why the contractor says that it does not answer; `photos` and `documents` are the evidence."""

    reason: DisputeReason
    note: Note = Field(examples=["The water company dug here in May."])
    photos: Photos = Field(default=[], examples=[[12]])
    documents: list[Short] = Field(default=[], max_length=MOST_PHOTOS, examples=[["Act 12 of 2026-05-03"]])


class Planning(Noted):
    """When the contractor will mend."""

    planned_on: IsoDay = Field(examples=["2026-12-01"])


class Repairing(Noted):
    """A repair with photos taken after it, by their ids."""

    photos: Photos = Field(examples=[[12, 13]])


class Verifying(Noted):
    """The repair was seen; its photos may be shown to the public."""

    is_released: StrictBool = False


class Asking(Noted):
    """A joint visit, on a day if one is named."""

    visit_on: IsoDay | None = None


class Meeting(Noted):
    """The day of a joint visit; the note says where and when."""

    visit_on: IsoDay = Field(examples=["2026-12-01"])


class Met(Reasoned):
    """A joint visit that has taken place, the number of its act, and what was found."""

    held_on: IsoDay = Field(examples=["2026-11-20"])
    act: Short = Field(examples=["17"])


class Offering(Noted):
    """Whose people may verify."""

    bin: Bin


class Reopening(Reasoned):
    """Why a verified repair is owed again; `defect_id` is the defect that came back."""

    reason: ReopenReason
    defect_id: Id | None = None


class ByOthers(Reasoned):
    """Somebody else mends it; what that costs, where it is known."""

    cost_tenge: Decimal | None = Field(default=None, ge=0, max_digits=18, decimal_places=2, examples=["185000.00"])


class FromCourt(Reasoned):
    """How the court decided."""

    result: CourtResult


class Reading(Body):
    """The contractor has read the claim."""

    evidence: Short = Field(default="", examples=["incoming letter 118"])


class IssuingSeveral(Body):
    """Which drafts to issue."""

    claim_ids: list[Id] = Field(min_length=1, max_length=MOST_AT_ONCE, examples=[[1, 2]])


# --- answers


class LinePlace(BaseModel):
    """Where a line is: the road and chainages in metres along the carriageway."""

    road: str | None = Field(examples=["A-3"])
    names: Names
    carriageway: str
    direction: str
    from_: str = Field(serialization_alias="from", examples=["212+600"])
    to: str
    segment_id: int | None
    lon: float | None
    lat: float | None

    @classmethod
    def of(cls, row: type_of_row) -> Self:
        """The place in a row; centimetres become chainages."""
        return cls(
            road=row.reference,
            names=Names.of(row),
            carriageway=row.source_id,
            direction=row.direction,
            from_=format_cm(row.from_cm),
            to=format_cm(row.to_cm),
            segment_id=row.segment_id,
            lon=row.lon,
            lat=row.lat,
        )


class Deadline(BaseModel):
    """A last day and where it comes from."""

    by: date | None
    origin: str | None = Field(examples=["rule"])


class ChangedSince(BaseModel):
    """What stands now where it is not what was issued: `parts` by outcome and contract, or the defect is no more."""

    stood: str = Field(examples=["under_warranty:118:2026-09-14"])
    stands: str = Field(examples=["excluded"])
    parts: list[dict[str, Any]]


class ClaimLineShape(BaseModel):
    """One line: what, where, until when, how far it has come, and what whoever asks may do now."""

    number: int
    id: int
    state: LineState
    reason: str | None
    revision: int
    round: int
    defect_id: int
    distress: str | None
    severity: str | None
    detected_on: date
    element: str
    place: LinePlace
    warranty_until: date | None
    safety: Deadline
    rectify: Deadline
    patched_on: date | None
    repair_planned_on: date | None
    repaired_on: date | None
    visit_on: date | None
    visited_on: date | None
    visit_act: str | None
    facts: dict[str, Any] | None = Field(description="As known at the issue; never changed.")
    changed_since: ChangedSince | None
    actions: list[Action]

    @classmethod
    def of(cls, line: SeenLine) -> Self:
        """The shape of a line."""
        row = line.row
        same = {name: getattr(row, name) for name in _SAME}
        return cls(
            **same,
            state=line.state,
            place=LinePlace.of(row),
            warranty_until=row.ends_on,
            safety=Deadline(by=row.safety_by, origin=row.safety_origin),
            rectify=Deadline(by=row.rectify_by, origin=row.rectify_origin),
            changed_since=None if line.changed is None else ChangedSince(**{k: line.changed[k] for k in _CHANGED}),
            actions=list(line.actions),
        )


_CHANGED = ("stood", "stands", "parts")
_SAME = (
    "number", "id", "reason", "revision", "round", "defect_id", "distress", "severity", "detected_on", "element",
    "patched_on", "repair_planned_on", "repaired_on", "visit_on", "visited_on", "visit_act", "facts",
)  # fmt: skip


class EventShape(BaseModel):
    """What was done, by whom, when and why; `person` is a code. Without a line it is about the whole claim."""

    line: int | None
    action: Action
    from_state: LineState | None
    to_state: LineState | None
    person: str
    role: str | None
    organisation: str | None
    reason: str | None
    note: str | None
    evidence: dict[str, Any] | None
    happened_on: date
    recorded_at: datetime


class ClaimBrief(BaseModel):
    """A claim in a list. Without a number it is a draft."""

    id: int
    number: str | None = Field(examples=["2026-000118"])
    state: LineState
    contract_id: int
    contract: str = Field(examples=["2023-118"])
    contractor: PartyShape
    customer: PartyShape
    detected_on: date
    issued_on: date | None
    lines: int
    owed: int
    overdue: int
    rectify_by: date | None
    safety_by: date | None

    @classmethod
    def of(cls, row: type_of_row) -> Self:
        """The shape of a row."""
        same = {name: getattr(row, name) for name in _BRIEF}
        return cls(
            **same,
            state=claim_state(LineState(state) for state in row.states),
            contractor=PartyShape(name=row.contractor, bin=row.contractor_bin),
            customer=PartyShape(name=row.customer, bin=row.customer_bin),
            lines=len(row.states),
        )


_BRIEF = (
    "id", "number", "contract_id", "contract", "detected_on", "issued_on", "owed", "overdue", "rectify_by", "safety_by",
)  # fmt: skip


class ClaimList(BaseModel):
    """A page of claims, the newest first; `next` goes into `after`."""

    items: list[ClaimBrief]
    next: int | None

    @classmethod
    def of(cls, rows: Sequence[type_of_row], limit: int) -> Self:
        """The page; one row more than `limit` says that there is another."""
        kept = rows[:limit]
        return cls(items=[ClaimBrief.of(row) for row in kept], next=kept[-1].id if len(rows) > limit else None)


class ClaimShape(BaseModel):
    """A claim with its lines and everything that was done, as far as whoever asks may see it."""

    id: int
    number: str | None
    state: LineState
    contract_id: int
    contract: str
    contractor: PartyShape
    customer: PartyShape
    supervisor: PartyShape | None
    detected_on: date
    drafted_on: date
    issued_on: date | None
    delivered_on: date | None
    acknowledged_at: datetime | None
    silence_by: date | None
    lines: list[ClaimLineShape]
    events: list[EventShape]

    @classmethod
    def of(cls, claim: SeenClaim) -> Self:
        """The shape of a claim."""
        row = claim.row
        same = {name: getattr(row, name) for name in _CLAIM}
        return cls(
            **same,
            state=claim.state,
            contractor=PartyShape(name=row.contractor, bin=row.contractor_bin),
            customer=PartyShape(name=row.customer, bin=row.customer_bin),
            supervisor=PartyShape(name=row.supervisor, bin=row.supervisor_bin) if row.supervisor_bin else None,
            lines=[ClaimLineShape.of(line) for line in claim.lines],
            events=[EventShape.model_validate(event, from_attributes=True) for event in claim.events],
        )


_CLAIM = (
    "id", "number", "contract_id", "contract", "detected_on", "drafted_on", "issued_on", "delivered_on",
    "acknowledged_at", "silence_by",
)  # fmt: skip


class DoneShape(BaseModel):
    """The line after what was done to it; of a dispute over works of others, what the register of works says."""

    line: ClaimLineShape
    finding: Finding | None = None


class IssuedShape(BaseModel):
    """A claim that was issued."""

    claim_id: int
    number: str
    lines: int


class NotIssued(BaseModel):
    """A draft that was not, and why."""

    claim_id: int
    status: int
    detail: str


class IssuedSeveral(BaseModel):
    """What became of each draft, in the order they were asked for."""

    issued: list[IssuedShape]
    refused: list[NotIssued]


class ClaimsQuery(PageQuery):
    """Filters of the list of claims: `state` of some line, contract, contractor, and whether something is overdue."""

    state: LineState | None = None
    contract: Id | None = None
    contractor: Bin | None = None
    overdue: bool | None = None
    issued: bool | None = None
