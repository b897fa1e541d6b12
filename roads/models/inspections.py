"""Inspections, the defects they found as recorded, where those were placed, and who was found to answer."""

from datetime import date, datetime

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Computed,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import DATERANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from roads.domain.attribution import Confidence, Outcome, Reason
from roads.domain.corrections import Correction
from roads.domain.inspections import InspectionKind, InspectionOutcome
from roads.domain.warranty import Element
from roads.models.base import Base, Extent, Key, Moment, one_of

CURRENT = text("replaced_at = 'infinity'")


class Defect(Base):
    """A defect as it was recorded: the original coordinates, four dates never merged, raw measures.

    `covered_on` is the day that decides coverage: the day it occurred if known, else the day it was detected. Confirmed
    is what an inspector registered or accepted from a report. A mistaken one is withdrawn with a reason, a repeated one
    merged into another; nothing is deleted.
    """

    __tablename__ = "defect"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        one_of("element", Element),
        CheckConstraint("severity IN ('low', 'medium', 'high')", name="severity"),
        CheckConstraint("stated_severity IN ('low', 'medium', 'high')", name="stated_severity"),
        CheckConstraint("gps_accuracy_m >= 0", name="gps_accuracy_m"),
        CheckConstraint("occurred_on <= detected_on", name="occurred_on"),
        CheckConstraint("length_m >= 0 AND width_m >= 0 AND depth_mm >= 0 AND count >= 0", name="measures"),
        CheckConstraint("(withdrawn_on IS NULL) = (withdrawn_reason IS NULL)", name="withdrawn"),
        CheckConstraint("merged_into_id <> id", name="merged_into"),
    )

    id: Mapped[Key]
    source: Mapped[str] = mapped_column(Text)
    external_id: Mapped[str] = mapped_column(Text)
    # A point, or the two ends of a stretch.
    geom: Mapped[WKBElement] = mapped_column(Geometry("GEOMETRY", srid=4326, spatial_index=False, nullable=False))
    gps_accuracy_m: Mapped[float | None] = mapped_column(Float)
    # The carriageway the inspector chose, as written, and the ones (several, if it was a multiline) it stood for then.
    chosen_source_id: Mapped[str | None] = mapped_column(Text)
    chosen_carriageway_ids: Mapped[list[int] | None] = mapped_column(ARRAY(Integer))
    detected_on: Mapped[date]
    occurred_on: Mapped[date | None]
    covered_on: Mapped[date] = mapped_column(Computed("coalesce(occurred_on, detected_on)", persisted=True))
    reported_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    registered_at: Mapped[Moment] = mapped_column(DateTime(timezone=True), server_default=func.now())
    element: Mapped[str] = mapped_column(Text)
    distress: Mapped[str | None] = mapped_column(Text)
    severity: Mapped[str | None] = mapped_column(Text)
    severity_rule: Mapped[str | None] = mapped_column(Text)
    stated_severity: Mapped[str | None] = mapped_column(Text)
    length_m: Mapped[float | None] = mapped_column(Float)
    width_m: Mapped[float | None] = mapped_column(Float)
    depth_mm: Mapped[float | None] = mapped_column(Float)
    count: Mapped[int | None]
    note: Mapped[str | None] = mapped_column(Text)
    is_confirmed: Mapped[bool] = mapped_column(server_default=text("true"))
    settled_on: Mapped[date | None]
    withdrawn_on: Mapped[date | None]
    withdrawn_reason: Mapped[str | None] = mapped_column(Text)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("defect.id"))
    # Who recorded it, and on which inspection, where somebody did so in person.
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    inspection_id: Mapped[int | None] = mapped_column(ForeignKey("inspection.id"))


class DefectEvent(Base):
    """Who recorded a defect, and what people corrected about it and why; nobody changes or removes a row.

    `person` is a code.
    """

    __tablename__ = "defect_event"
    __table_args__ = (
        one_of("action", Correction),
        CheckConstraint("reason IS NOT NULL OR action = 'record'", name="reason"),
        Index("defect_event_defect_id_idx", "defect_id", "id"),
    )

    id: Mapped[Key]
    defect_id: Mapped[int] = mapped_column(ForeignKey("defect.id"))
    action: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    person: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    role: Mapped[str | None] = mapped_column(Text)
    happened_on: Mapped[date]
    recorded_at: Mapped[Moment] = mapped_column(DateTime(timezone=True), server_default=text("clock_timestamp()"))


class Placement(Base):
    """Derived: where on the network a defect lies; a stretch over several carriageways has a part on each.

    Element, day and accuracy of the defect are repeated here, so that attribution reads one compact part of one
    table for each carriageway instead of a million scattered defects; and no foreign keys, because checking them row
    by row takes longer than placing does. Only the placing statements write it.
    """

    __tablename__ = "placement"
    __table_args__ = (
        one_of("confidence", Confidence),
        Index("placement_defect_id_key", "defect_id", "part", unique=True, postgresql_where=CURRENT),
        Index("placement_carriageway_id_idx", "carriageway_id", "defect_id", postgresql_where=CURRENT),
    )
    __mapper_args__ = {"primary_key": ["defect_id", "part", "recorded_at"]}

    defect_id: Mapped[int] = mapped_column(Integer)
    part: Mapped[int] = mapped_column(Integer)
    carriageway_id: Mapped[int | None]
    from_cm: Mapped[int | None]
    to_cm: Mapped[int | None]
    offset_cm: Mapped[int | None]
    distance_cm: Mapped[int | None]
    accuracy_cm: Mapped[int]
    covered_on: Mapped[date]
    element: Mapped[str] = mapped_column(Text)
    confidence: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[Moment] = mapped_column(DateTime(timezone=True), server_default=text("clock_timestamp()"))
    replaced_at: Mapped[Moment] = mapped_column(DateTime(timezone=True), server_default=text("'infinity'"))


class Attribution(Base):
    """Derived: who was found to answer for a part of a defect, and when that was the answer.

    With outcome `needs_review` the likely answer stands beside the reason: `likely_outcome`, `source_id` and
    `contract_id` are then what is likely, not what is decided. Written only by the attribution statements. The answers
    for one defect are found by its place, in the view `standing_answer`.
    """

    __tablename__ = "attribution"
    __table_args__ = (
        one_of("outcome", Outcome),
        one_of("reason", Reason),
        one_of("likely_outcome", Outcome),
        CheckConstraint("(outcome = 'needs_review') = (reason IS NOT NULL)", name="reason_of_review"),
        Index(
            "attribution_current_key",
            "carriageway_id",
            "defect_id",
            "from_cm",
            unique=True,
            postgresql_where=CURRENT,
            postgresql_nulls_not_distinct=True,
        ),
        # What waits for a person is little among millions.
        Index(
            "attribution_review_idx",
            "defect_id",
            postgresql_where=text("replaced_at = 'infinity' AND outcome = 'needs_review'"),
        ),
    )
    __mapper_args__ = {"primary_key": ["defect_id", "carriageway_id", "from_cm", "recorded_at"]}

    defect_id: Mapped[int] = mapped_column(Integer)
    carriageway_id: Mapped[int | None]
    from_cm: Mapped[int | None]
    to_cm: Mapped[int | None]
    source_id: Mapped[int | None]
    contract_id: Mapped[int | None]
    decided_on: Mapped[date]
    rule_version: Mapped[int]
    outcome: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    likely_outcome: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[Moment] = mapped_column(DateTime(timezone=True))
    replaced_at: Mapped[Moment] = mapped_column(DateTime(timezone=True), server_default=text("'infinity'"))


class PlannedInspection(Base):
    """An inspection that is to take place: why, of what, and on which days (`due`). Each is planned once.

    Whether it took place is a question about inspections: a completed one of that stretch since the first day.
    """

    __tablename__ = "planned_inspection"
    __table_args__ = (
        one_of("kind", InspectionKind),
        UniqueConstraint("contract_id", "carriageway_id", "extent", "kind", "due"),
        CheckConstraint("NOT isempty(extent) AND NOT isempty(due)", name="ranges"),
        Index("planned_inspection_carriageway_id_idx", "carriageway_id"),
    )

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(Text)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    carriageway_id: Mapped[int] = mapped_column(ForeignKey("carriageway.id"))
    extent: Mapped[Extent]
    due: Mapped[Range[date]] = mapped_column(DATERANGE)
    planned_on: Mapped[date]


class Inspection(Base):
    """An inspection as it was recorded, with the place as it was stated; `inspector` is a code or as written.

    `organisation_id` is who recorded it; an import on the server acts for nobody.
    """

    __tablename__ = "inspection"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        one_of("kind", InspectionKind),
        one_of("outcome", InspectionOutcome),
    )

    id: Mapped[Key]
    source: Mapped[str] = mapped_column(Text)
    external_id: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    inspected_on: Mapped[date]
    inspector: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    # The last day on which it is no older than twelve months: months are added once, and then only compared.
    counts_until: Mapped[date] = mapped_column(
        Computed("CAST(inspected_on + INTERVAL '12 months' AS date)", persisted=True)
    )
    note: Mapped[str | None] = mapped_column(Text)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    stated_source_id: Mapped[str] = mapped_column(Text)
    stated_from_cm: Mapped[int | None]
    stated_to_cm: Mapped[int | None]
    registered_at: Mapped[Moment] = mapped_column(DateTime(timezone=True), server_default=func.now())


class InspectedStretch(Base):
    """A stretch of a carriageway that an inspection looked at: several where it was a multiline."""

    __tablename__ = "inspected_stretch"
    __table_args__ = (
        CheckConstraint("NOT isempty(extent)", name="extent"),
        Index("inspected_stretch_carriageway_id_idx", "carriageway_id"),
    )

    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"), primary_key=True)
    carriageway_id: Mapped[int] = mapped_column(ForeignKey("carriageway.id"), primary_key=True)
    extent: Mapped[Extent]
