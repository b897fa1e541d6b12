"""Claims: what a contractor was asked to mend, what was answered, until when, and who saw it mended."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Numeric,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import INT4RANGE, JSONB, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from roads.domain.claims import Action, LineState, Rung
from roads.domain.deadlines import DeadlineOrigin
from roads.domain.rules import CountedIn
from roads.domain.warranty import Element
from roads.models.base import Base, Extent, Key, Moment, Recorded, one_of

NOW = func.clock_timestamp()


class ClaimTerms(Base):
    """What a contract says of claims, or (without a contract) what its customer does: days to repair, and silence.

    The contract's word beats the customer's, and both beat the deadline rules; what is empty is not said.
    """

    __tablename__ = "claim_terms"
    __table_args__ = (
        one_of("safety_counted_in", CountedIn),
        one_of("rectify_counted_in", CountedIn),
        CheckConstraint("safety_days > 0 AND rectify_days > 0", name="days"),
        CheckConstraint("(safety_days IS NULL) = (safety_counted_in IS NULL)", name="safety"),
        CheckConstraint("(rectify_days IS NULL) = (rectify_counted_in IS NULL)", name="rectify"),
        Index(
            "claim_terms_current_key",
            "customer_id",
            "contract_id",
            unique=True,
            postgresql_where=text("upper_inf(recorded)"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"))
    safety_days: Mapped[int | None]
    safety_counted_in: Mapped[str | None] = mapped_column(Text)
    rectify_days: Mapped[int | None]
    rectify_counted_in: Mapped[str | None] = mapped_column(Text)
    silence_is_acceptance: Mapped[bool | None]
    document: Mapped[str] = mapped_column(Text)
    stated_by: Mapped[str] = mapped_column(Text)
    recorded: Mapped[Recorded]


class Claim(Base):
    """What one contract is asked to mend of what was detected on one day. Without `issued_on` it is a draft.

    Addressees are frozen with the issue. `silence_by` is the last day for an answer; what silence then means says
    `silence_is_acceptance`.
    """

    __tablename__ = "claim"
    __table_args__ = (
        UniqueConstraint("id", "contract_id"),
        UniqueConstraint("number"),
        CheckConstraint(
            "(issued_on IS NULL) = (number IS NULL) AND (issued_on IS NULL) = (issued_at IS NULL)"
            " AND (issued_on IS NULL) = (contractor_id IS NULL) AND (issued_on IS NULL) = (silence_by IS NULL)",
            name="issued",
        ),
        CheckConstraint("issued_on >= detected_on AND drafted_on >= detected_on", name="days"),
        Index(
            "claim_draft_key",
            "contract_id",
            "detected_on",
            unique=True,
            postgresql_where=text("issued_on IS NULL"),
        ),
        Index("claim_contractor_id_idx", "contractor_id"),
    )

    id: Mapped[Key]
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    detected_on: Mapped[date]
    drafted_on: Mapped[date]
    number: Mapped[str | None] = mapped_column(Text(collation="C"))
    issued_on: Mapped[date | None]
    issued_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    contractor_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    supervisor_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    designer_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    silence_is_acceptance: Mapped[bool] = mapped_column(server_default=text("false"))
    silence_by: Mapped[date | None]
    delivered_on: Mapped[date | None]
    acknowledged_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ClaimLine(Base):
    """One part of a defect that one contract answers for, and how far it has come.

    `clock_from` is the day both clocks started (issue, or reopening, which also starts a new `round`); the days
    `safety_by` and `rectify_by` were worked out then and are only compared since. `facts` are frozen with the issue.
    A verified line names the repair that was verified, and a constraint demands that this very repair was. Both sides
    meet at the place on `visit_on`; the last visit was on `visited_on` with the act `visit_act`.
    """

    __tablename__ = "claim_line"
    __table_args__ = (
        one_of("state", LineState),
        one_of("element", Element),
        one_of("safety_origin", DeadlineOrigin),
        one_of("rectify_origin", DeadlineOrigin),
        UniqueConstraint("claim_id", "number"),
        ForeignKeyConstraint(["claim_id", "contract_id"], ["claim.id", "claim.contract_id"]),
        ForeignKeyConstraint(
            ["verified_repair_id", "id", "demanded_verdict"],
            ["repair.id", "repair.line_id", "repair.verdict"],
            name="claim_line_verified_repair_fkey",
            use_alter=True,
        ),
        ExcludeConstraint(
            ("defect_id", "="),
            ("carriageway_id", "="),
            ("extent", "&&"),
            name="claim_line_one_live_excl",
            using="gist",
            where=text("state <> 'withdrawn'"),
        ),
        CheckConstraint("NOT isempty(extent)", name="extent"),
        CheckConstraint("state IN ('drafted', 'withdrawn') OR facts IS NOT NULL", name="facts"),
        CheckConstraint("(facts IS NULL) = (clock_from IS NULL)", name="clock_from"),
        CheckConstraint("(state = 'verified') = (verified_repair_id IS NOT NULL)", name="verified_repair"),
        CheckConstraint("state NOT IN ('repaired', 'verified') OR repaired_on IS NOT NULL", name="repaired_on"),
        CheckConstraint("safety_by >= clock_from AND rectify_by >= clock_from", name="deadlines"),
        CheckConstraint("rectify_by_before_winter < rectify_by", name="winter"),
        CheckConstraint("others_cost_tenge >= 0", name="others_cost_tenge"),
        CheckConstraint("(visited_on IS NULL) = (visit_act IS NULL)", name="visit_act"),
        # Codes only: what people write stands in the events, which the public does not see.
        CheckConstraint("reason ~ '^[a-z_]+$'", name="reason"),
        Index("claim_line_defect_id_idx", "defect_id"),
        Index("claim_line_carriageway_id_idx", "carriageway_id"),
        Index("claim_line_contract_id_idx", "contract_id"),
        Index(
            "claim_line_owed_idx",
            "rectify_by",
            postgresql_where=text("state IN ('issued', 'accepted')"),
        ),
    )

    id: Mapped[Key]
    claim_id: Mapped[int]
    contract_id: Mapped[int]
    number: Mapped[int]
    defect_id: Mapped[int] = mapped_column(ForeignKey("defect.id"))
    carriageway_id: Mapped[int] = mapped_column(ForeignKey("carriageway.id"))
    extent: Mapped[Extent]
    element: Mapped[str] = mapped_column(Text)
    warranty_id: Mapped[int] = mapped_column(ForeignKey("warranty.id"))
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(server_default=text("0"))
    changed_on: Mapped[date]
    changed_at: Mapped[Moment] = mapped_column(DateTime(timezone=True), server_default=NOW)
    round: Mapped[int] = mapped_column(server_default=text("1"))
    clock_from: Mapped[date | None]
    safety_by: Mapped[date | None]
    safety_origin: Mapped[str | None] = mapped_column(Text)
    safety_rule_id: Mapped[int | None] = mapped_column(ForeignKey("deadline_rule.id"))
    rectify_by: Mapped[date | None]
    rectify_origin: Mapped[str | None] = mapped_column(Text)
    rectify_rule_id: Mapped[int | None] = mapped_column(ForeignKey("deadline_rule.id"))
    rectify_by_before_winter: Mapped[date | None]
    visit_on: Mapped[date | None]
    visited_on: Mapped[date | None]
    visit_act: Mapped[str | None] = mapped_column(Text)
    repair_planned_on: Mapped[date | None]
    patched_on: Mapped[date | None]
    repaired_on: Mapped[date | None]
    verified_repair_id: Mapped[int | None]
    demanded_verdict: Mapped[str | None] = mapped_column(
        Text, Computed("CASE WHEN state = 'verified' THEN 'verified' END", persisted=True)
    )
    others_cost_tenge: Mapped[Decimal | None] = mapped_column(Numeric(18, 2))
    facts: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class ClaimEvent(Base):
    """Everything that was ever done to a claim or one of its lines; nobody changes or removes a row.

    `person` is a code and never a name. Without a line it is about the whole claim; without `to_state` nothing changed.
    """

    __tablename__ = "claim_event"
    __table_args__ = (
        one_of("action", Action),
        one_of("from_state", LineState),
        one_of("to_state", LineState),
        CheckConstraint("to_state IS NULL OR line_id IS NOT NULL", name="line"),
        Index("claim_event_claim_id_idx", "claim_id"),
        Index("claim_event_line_id_idx", "line_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"))
    line_id: Mapped[int | None] = mapped_column(ForeignKey("claim_line.id"))
    action: Mapped[str] = mapped_column(Text)
    from_state: Mapped[str | None] = mapped_column(Text)
    to_state: Mapped[str | None] = mapped_column(Text)
    person: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    role: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    evidence: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    happened_on: Mapped[date]
    recorded_at: Mapped[Moment] = mapped_column(DateTime(timezone=True), server_default=NOW)


class Repair(Base):
    """A repair as its contractor reported it, and as somebody else of another organisation judged it."""

    __tablename__ = "repair"
    __table_args__ = (
        # What a verified line refers to: this repair, of that line, and verified.
        UniqueConstraint("id", "line_id", "verdict"),
        # What a photo refers to, so that the line it serves is the repair's.
        UniqueConstraint("id", "line_id"),
        # What a citizen's "not fixed" refers to, so that its verifier is the repair's.
        UniqueConstraint("id", "line_id", "verifier"),
        CheckConstraint("verdict IN ('verified', 'rejected')", name="verdict"),
        CheckConstraint(
            "(verdict IS NULL) = (verifier IS NULL) AND (verdict IS NULL) = (verifier_organisation_id IS NULL)"
            " AND (verdict IS NULL) = (judged_on IS NULL)",
            name="judged",
        ),
        CheckConstraint("verifier <> reporter", name="other_person"),
        CheckConstraint("verifier_organisation_id <> reporter_organisation_id", name="other_organisation"),
        CheckConstraint("judged_on >= reported_on", name="days"),
        Index("repair_open_key", "line_id", unique=True, postgresql_where=text("verdict IS NULL")),
        Index("repair_line_id_idx", "line_id"),
    )

    id: Mapped[Key]
    line_id: Mapped[int] = mapped_column(ForeignKey("claim_line.id"))
    reported_on: Mapped[date]
    reporter: Mapped[str] = mapped_column(Text)
    reporter_organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    verdict: Mapped[str | None] = mapped_column(Text)
    judged_on: Mapped[date | None]
    verifier: Mapped[str | None] = mapped_column(Text)
    verifier_organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))


class VerificationOffer(Base):
    """A repair that people of another organisation may verify: its line becomes visible to their engineers."""

    __tablename__ = "verification_offer"
    __table_args__ = (UniqueConstraint("repair_id", "organisation_id"),)

    id: Mapped[Key]
    repair_id: Mapped[int] = mapped_column(ForeignKey("repair.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    offered_by: Mapped[str] = mapped_column(Text)
    offered_on: Mapped[date]


class LadderStep(Base):
    """A rung that the silence of a contractor has reached: once for each deadline. Letters follow from it."""

    __tablename__ = "ladder_step"
    __table_args__ = (one_of("rung", Rung), UniqueConstraint("line_id", "round", "rung"))

    id: Mapped[Key]
    line_id: Mapped[int] = mapped_column(ForeignKey("claim_line.id"))
    round: Mapped[int]
    rung: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date]
    recorded_at: Mapped[Moment] = mapped_column(DateTime(timezone=True), server_default=NOW)


class Recurrence(Base):
    """A defect that came back within 10 m of a verified fix of the same distress: the link to the line before it."""

    __tablename__ = "recurrence"
    __table_args__ = (UniqueConstraint("defect_id"), Index("recurrence_line_id_idx", "line_id"))

    id: Mapped[Key]
    defect_id: Mapped[int] = mapped_column(ForeignKey("defect.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("claim_line.id"))
    distance_cm: Mapped[int]
    linked_on: Mapped[date]


class LostWarranty(Base):
    """A warranty that ended with a confirmed open defect of which the contractor was never notified, and its cost.

    The cost is the contract's value by its share of length; empty where that cannot be told.
    """

    __tablename__ = "lost_warranty"
    __table_args__ = (
        UniqueConstraint("defect_id", "contract_id", "carriageway_id", "extent"),
        CheckConstraint("NOT isempty(extent)", name="extent"),
        CheckConstraint("cost_tenge >= 0", name="cost_tenge"),
        Index("lost_warranty_contract_id_idx", "contract_id"),
        Index("lost_warranty_carriageway_id_idx", "carriageway_id"),
    )

    id: Mapped[Key]
    defect_id: Mapped[int] = mapped_column(ForeignKey("defect.id"))
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    carriageway_id: Mapped[int] = mapped_column(ForeignKey("carriageway.id"))
    extent: Mapped[Extent]
    warranty_id: Mapped[int] = mapped_column(ForeignKey("warranty.id"))
    ended_on: Mapped[date]
    cost_tenge: Mapped[Decimal | None] = mapped_column(Numeric(18, 2))
    recorded_at: Mapped[Moment] = mapped_column(DateTime(timezone=True), server_default=NOW)


class StatusMark(Base):
    """A stretch whose status may have become another: claims and inspections add marks, `refresh-status` takes them.

    There may be many for one stretch, because nobody who adds one may have to wait for somebody else who did.
    """

    __tablename__ = "status_mark"
    __table_args__ = (Index("status_mark_carriageway_id_idx", "carriageway_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    carriageway_id: Mapped[int] = mapped_column(Integer)
    extent: Mapped[Range[int]] = mapped_column(INT4RANGE, nullable=False)
    marked_at: Mapped[Moment] = mapped_column(DateTime(timezone=True), server_default=NOW)
