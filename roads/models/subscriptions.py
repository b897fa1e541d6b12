"""Who follows what by e-mail, and what they were told. No role of the pages reads it: they go by functions."""

from datetime import date, datetime

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    DateTime,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from roads.domain.subscriptions import Frequency, NewsKind
from roads.models.base import Base, Key, Moment, one_of

BOX = """
    coalesce(
        ST_Envelope(area),
        ST_Expand(around, within_m / (110000 * cos(radians(least(ST_Y(around) + 1, 89)))), within_m / 110000.0)
    )
"""


class Subscription(Base):
    """Somebody's wish to hear of a place, a road, a contractor or a report. `key` opens it from a mail; `reach` is a
    box that holds all that is followed by its place, for the index."""

    __tablename__ = "subscription"
    __table_args__ = (
        UniqueConstraint("key"),
        UniqueConstraint(
            "email",
            "area",
            "around",
            "within_m",
            "road_id",
            "contractor_id",
            "report_id",
            name="subscription_what_key",
            postgresql_nulls_not_distinct=True,
        ),
        one_of("frequency", Frequency),
        CheckConstraint("num_nonnulls(area, around, road_id, contractor_id, report_id) = 1", name="what"),
        CheckConstraint("(around IS NULL) = (within_m IS NULL) AND within_m BETWEEN 100 AND 50000", name="within_m"),
        CheckConstraint("email = lower(email) AND email ~ '^[^@[:space:]]+@[^@[:space:]]+$'", name="email"),
        CheckConstraint("language IN ('kk', 'ru', 'en')", name="language"),
        Index("subscription_reach_idx", "reach", postgresql_using="gist"),
        Index("subscription_road_id_idx", "road_id", postgresql_where=text("road_id IS NOT NULL")),
        Index("subscription_contractor_id_idx", "contractor_id", postgresql_where=text("contractor_id IS NOT NULL")),
        Index("subscription_report_id_idx", "report_id", postgresql_where=text("report_id IS NOT NULL")),
        Index("subscription_asked_at_idx", "asked_at", postgresql_where=text("confirmed_at IS NULL")),
    )

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(
        Text, server_default=text("left(encode(sha256(convert_to(gen_random_uuid()::text, 'UTF8')), 'hex'), 32)")
    )
    email: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    frequency: Mapped[str] = mapped_column(Text)
    area: Mapped[WKBElement | None] = mapped_column(Geometry("POLYGON", srid=4326, spatial_index=False))
    around: Mapped[WKBElement | None] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    within_m: Mapped[int | None]
    road_id: Mapped[int | None] = mapped_column(ForeignKey("road.id"))
    contractor_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"))
    asked_at: Mapped[Moment] = mapped_column(DateTime(timezone=True))
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    told_on: Mapped[date | None]
    reach: Mapped[WKBElement | None] = mapped_column(
        Geometry("POLYGON", srid=4326, spatial_index=False), Computed(BOX, persisted=True)
    )


class SubscriptionTold(Base):
    """What a follower was told, and in which mail: each thing once."""

    __tablename__ = "subscription_told"
    __table_args__ = (
        one_of("kind", NewsKind),
        Index("subscription_told_notice_id_idx", "notice_id"),
        Index("subscription_told_happened_on_idx", "happened_on"),
    )

    subscription_id: Mapped[int] = mapped_column(ForeignKey("subscription.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    thing: Mapped[str] = mapped_column(Text, primary_key=True)
    happened_on: Mapped[date]
    notice_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("notice.id"))
    defect_id: Mapped[int | None] = mapped_column(ForeignKey("defect.id"))
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"))
    carriageway_id: Mapped[int | None] = mapped_column(ForeignKey("carriageway.id"))
    from_cm: Mapped[int | None]
