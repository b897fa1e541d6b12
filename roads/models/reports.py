"""What people without an account tell: reports of defects, who saw the same, and repairs that are none.

Who they are stands apart from what they tell, and nobody who decides reads it: of an address a keyed hash is kept.
"""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from roads.domain.reports import Channel, LetterKind, RejectReason, ReopeningState, ReportState
from roads.models.base import Base, Key, Moment, one_of

NOW = func.clock_timestamp()
DECIDED = (
    "(state = 'open') = (decided_on IS NULL) AND (state = 'open') = (decided_by IS NULL)"
    " AND (state = 'open') = (decided_organisation_id IS NULL)"
)


class Report(Base):
    """What somebody saw, and what became of it. The place on the network, and whose contract answers there, are those
    of the day on which it came; the defect that it became is placed anew. `form_key` is the hash of the form that
    brought it: sent twice, it is one report."""

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("code"),
        UniqueConstraint("form_key"),
        one_of("state", ReportState),
        one_of("channel", Channel),
        one_of("reason", RejectReason),
        CheckConstraint("code ~ '^[2-9A-HJKMNP-Z]{10}$'", name="code"),
        CheckConstraint("language IN ('kk', 'ru', 'en')", name="language"),
        CheckConstraint("char_length(words) BETWEEN 1 AND 4000", name="words"),
        CheckConstraint("(carriageway_id IS NULL) = (at_cm IS NULL)", name="place"),
        CheckConstraint("gps_accuracy_m >= 0", name="gps_accuracy_m"),
        CheckConstraint(DECIDED, name="decided"),
        CheckConstraint(
            "(state = 'rejected') = (reason IS NOT NULL)"
            " AND (state IN ('accepted', 'merged')) = (defect_id IS NOT NULL)",
            name="outcome",
        ),
        Index("report_open_idx", "id", postgresql_where=text("state = 'open'")),
        Index("report_carriageway_id_idx", "carriageway_id", "at_cm"),
        Index("report_defect_id_idx", "defect_id", postgresql_where=text("defect_id IS NOT NULL")),
        Index("report_reported_at_idx", "reported_at"),
    )

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(Text)
    form_key: Mapped[str | None] = mapped_column(Text)
    lon: Mapped[float] = mapped_column(Float)
    lat: Mapped[float] = mapped_column(Float)
    gps_accuracy_m: Mapped[float | None] = mapped_column(Float)
    carriageway_id: Mapped[int | None] = mapped_column(ForeignKey("carriageway.id"))
    at_cm: Mapped[int | None]
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"))
    distress: Mapped[str | None] = mapped_column(ForeignKey("distress.code"))
    words: Mapped[str | None] = mapped_column(Text)
    seen_on: Mapped[date]
    reported_at: Mapped[Moment] = mapped_column(DateTime(timezone=True))
    language: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default=text("'open'"))
    reason: Mapped[str | None] = mapped_column(Text)
    defect_id: Mapped[int | None] = mapped_column(ForeignKey("defect.id"))
    decided_on: Mapped[date | None]
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))


class ReportPhoto(Base):
    """A photo that came with a report."""

    __tablename__ = "report_photo"
    __table_args__ = (Index("report_photo_photo_id_idx", "photo_id"),)

    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), primary_key=True)
    photo_id: Mapped[int] = mapped_column(ForeignKey("photo.id"), primary_key=True)


class ReportWitness(Base):
    """Somebody saw what is reported or recorded: each address once, whoever sent the report included."""

    __tablename__ = "report_witness"
    __table_args__ = (
        CheckConstraint("num_nonnulls(report_id, defect_id) = 1", name="what"),
        CheckConstraint("origin_hash ~ '^[0-9a-f]{64}$'", name="origin_hash"),
        UniqueConstraint("report_id", "origin_hash"),
        UniqueConstraint("defect_id", "origin_hash"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"))
    defect_id: Mapped[int | None] = mapped_column(ForeignKey("defect.id"))
    origin_hash: Mapped[str] = mapped_column(Text)
    seen_at: Mapped[Moment] = mapped_column(DateTime(timezone=True))


class LetterboxEntry(Base):
    """Something came from an address, whatever became of it: kept for a day, for quotas that hold over all workers."""

    __tablename__ = "letterbox_entry"
    __table_args__ = (
        one_of("kind", LetterKind),
        CheckConstraint("origin_hash ~ '^[0-9a-f]{64}$'", name="origin_hash"),
        Index("letterbox_entry_origin_hash_idx", "origin_hash", "kind", "at"),
        Index("letterbox_entry_at_idx", "kind", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    origin_hash: Mapped[str] = mapped_column(Text)
    at: Mapped[Moment] = mapped_column(DateTime(timezone=True))


class ReopenRequest(Base):
    """Somebody says that a verified repair is none. Another person than who verified it decides: the verifier stands in
    the row as the repair has it, and the row refuses their name below the decision."""

    __tablename__ = "reopen_request"
    __table_args__ = (
        one_of("state", ReopeningState),
        ForeignKeyConstraint(["repair_id", "line_id", "verifier"], ["repair.id", "repair.line_id", "repair.verifier"]),
        CheckConstraint("decided_by <> verifier", name="own_verdict"),
        CheckConstraint(DECIDED, name="decided"),
        CheckConstraint("char_length(words) BETWEEN 1 AND 4000", name="words"),
        CheckConstraint("asked > 0", name="asked"),
        Index("reopen_request_open_key", "repair_id", unique=True, postgresql_where=text("state = 'open'")),
        Index("reopen_request_line_id_idx", "line_id"),
    )

    id: Mapped[Key]
    line_id: Mapped[int] = mapped_column(ForeignKey("claim_line.id"))
    repair_id: Mapped[int]
    verifier: Mapped[str] = mapped_column(Text)
    words: Mapped[str | None] = mapped_column(Text)
    asked_on: Mapped[date]
    asked: Mapped[int] = mapped_column(server_default=text("1"))
    state: Mapped[str] = mapped_column(Text, server_default=text("'open'"))
    note: Mapped[str | None] = mapped_column(Text)
    decided_on: Mapped[date | None]
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
