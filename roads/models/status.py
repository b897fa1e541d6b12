"""What maps show, as of an edition: written by `refresh-status` alone, so that nothing changes within an edition."""

from datetime import date
from decimal import Decimal

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import Date, Identity, Index, Integer, Numeric, Text, text
from sqlalchemy.dialects.postgresql import DATERANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from roads.domain.attribution import Outcome
from roads.domain.status import DefectState, SegmentStatus
from roads.domain.warranty import LiabilityKind
from roads.models.base import Base, Extent, Moment, one_of

WEB_MERCATOR = 3857
NOW = text("clock_timestamp()")


class MapEdition(Base):
    """A state of everything that maps show, and the business day it was worked out for. Only the last one is served."""

    __tablename__ = "map_edition"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    made_on: Mapped[date]
    made_at: Mapped[Moment] = mapped_column(server_default=NOW)


class SegmentState(Base):
    """Derived: the status of a segment in use, with what a list shows beside it.

    `contract_id` answers for the pavement at its middle on `status_on`, until `answers_until` where that is known.
    `status_on` is the day for which this status was first found, `changes_on` the next one on which the date alone may
    change something. The line is kept here in the projection of tiles: they read this table and no other.
    """

    __tablename__ = "segment_status"
    __table_args__ = (
        one_of("status", SegmentStatus),
        Index("segment_status_carriageway_id_idx", "carriageway_id"),
        Index("segment_status_status_idx", "status", "segment_id"),
        Index("segment_status_changes_on_idx", "changes_on", postgresql_where=text("changes_on IS NOT NULL")),
        Index("segment_status_geom_idx", "geom", postgresql_using="gist"),
    )

    segment_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    carriageway_id: Mapped[int]
    status: Mapped[str] = mapped_column(Text)
    open_defects: Mapped[int]
    overdue_lines: Mapped[int]
    contract_id: Mapped[int | None]
    answers_until: Mapped[date | None]
    inspected_on: Mapped[date | None]
    status_on: Mapped[date]
    changes_on: Mapped[date | None] = mapped_column(Date)
    length_m: Mapped[float]
    geom: Mapped[WKBElement] = mapped_column(
        Geometry("LINESTRING", srid=WEB_MERCATOR, spatial_index=False, nullable=False)
    )


class ShownDefect(Base):
    """Derived: a confirmed defect as maps show it, at its place or where its stretch begins.

    `planned_on` is the day for which its contractor has planned the repair.
    """

    __tablename__ = "defect_status"
    __table_args__ = (
        one_of("state", DefectState),
        one_of("outcome", Outcome),
        Index("defect_status_carriageway_id_idx", "carriageway_id", "from_cm"),
        Index("defect_status_detected_on_idx", "detected_on", "defect_id"),
        Index("defect_status_geom_idx", "geom", postgresql_using="gist"),
    )

    defect_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    carriageway_id: Mapped[int | None]
    from_cm: Mapped[int | None]
    state: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str | None] = mapped_column(Text)
    distress: Mapped[str | None] = mapped_column(Text)
    severity: Mapped[str | None] = mapped_column(Text)
    detected_on: Mapped[date]
    planned_on: Mapped[date | None]
    geom: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=WEB_MERCATOR, spatial_index=False, nullable=False))


class ShownWorks(Base):
    """Derived: a stretch on which a contract's works are under way."""

    __tablename__ = "works_under_way"
    __table_args__ = (
        Index("works_under_way_geom_idx", "geom", postgresql_using="gist"),
        Index("works_under_way_id_key", "id", unique=True),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(always=True))

    carriageway_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    contract_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    extent: Mapped[Extent] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    geom: Mapped[WKBElement] = mapped_column(
        Geometry("GEOMETRY", srid=WEB_MERCATOR, spatial_index=False, nullable=False)
    )


class AnswerStretch(Base):
    """Derived: `liability` of the pavement with its line: who answers for a stretch on which days.

    `ends_on` is the last day of the warranty that answers, or answered.
    """

    __tablename__ = "answer_stretch"
    __table_args__ = (
        one_of("kind", LiabilityKind),
        Index("answer_stretch_carriageway_id_idx", "carriageway_id"),
        Index("answer_stretch_geom_idx", "geom", postgresql_using="gist"),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    carriageway_id: Mapped[int]
    extent: Mapped[Extent]
    period: Mapped[Range[date]] = mapped_column(DATERANGE)
    kind: Mapped[str] = mapped_column(Text)
    contract_id: Mapped[int | None]
    ends_on: Mapped[date | None]
    geom: Mapped[WKBElement] = mapped_column(
        Geometry("GEOMETRY", srid=WEB_MERCATOR, spatial_index=False, nullable=False)
    )


class CostStretch(Base):
    """Derived: a stretch with the latest signed contract for it, and what that pays for a kilometre of its own.

    `tenge_per_km` is empty where the contract's value is not known.
    """

    __tablename__ = "cost_stretch"
    __table_args__ = (
        Index("cost_stretch_carriageway_id_idx", "carriageway_id"),
        Index("cost_stretch_geom_idx", "geom", postgresql_using="gist"),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    carriageway_id: Mapped[int]
    extent: Mapped[Extent]
    contract_id: Mapped[int]
    tenge_per_km: Mapped[Decimal | None] = mapped_column(Numeric)
    geom: Mapped[WKBElement] = mapped_column(
        Geometry("GEOMETRY", srid=WEB_MERCATOR, spatial_index=False, nullable=False)
    )
