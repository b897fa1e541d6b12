"""Roads, their carriageways with chainage, and the segments shown on maps."""

from datetime import date, datetime

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import DATERANGE, INT4RANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from roads.domain.network import Direction, Significance
from roads.models.base import Base, Extent, Key, Moment, one_of


class Road(Base):
    """A road's identity. `key` is its reference, else its name within source and region."""

    __tablename__ = "road"
    __table_args__ = (
        UniqueConstraint("key"),
        one_of("significance", Significance),
        Index("road_reference_idx", "reference", postgresql_where=text("reference IS NOT NULL")),
    )

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(Text)
    reference: Mapped[str | None] = mapped_column(Text)
    name_kk: Mapped[str | None] = mapped_column(Text)
    name_ru: Mapped[str | None] = mapped_column(Text)
    name_en: Mapped[str | None] = mapped_column(Text)
    significance: Mapped[str | None] = mapped_column(Text)
    category: Mapped[str | None] = mapped_column(Text)
    kato: Mapped[str | None] = mapped_column(Text)
    owner: Mapped[str | None] = mapped_column(Text)
    maintainer: Mapped[str | None] = mapped_column(Text)


class RoadAlias(Base):
    """Another reference of a road, and the days on which it was the official one."""

    __tablename__ = "road_alias"
    __table_args__ = (UniqueConstraint("road_id", "reference"), Index("road_alias_reference_idx", "reference"))

    id: Mapped[Key]
    road_id: Mapped[int] = mapped_column(ForeignKey("road.id"))
    reference: Mapped[str] = mapped_column(Text)
    valid: Mapped[Range[date]] = mapped_column(DATERANGE, server_default=text("'(,)'::daterange"))


class TrafficCount(Base):
    """Vehicles per day on a road, as counted on a day: the figure that picks the traffic band of a term rule."""

    __tablename__ = "traffic_count"
    __table_args__ = (
        UniqueConstraint("road_id", "counted_on"),
        CheckConstraint("vehicles_per_day >= 0", name="vehicles"),
    )

    id: Mapped[Key]
    road_id: Mapped[int] = mapped_column(ForeignKey("road.id"))
    counted_on: Mapped[date]
    vehicles_per_day: Mapped[int]


class Carriageway(Base):
    """The linear element of a road: a LineStringM in EPSG:4326 whose M is chainage in metres.

    `extent` is the chainage from end to end in centimetres. `revision` grows whenever a placement or the liability
    on it changes; `attributed_revision` is the one its answers were given for, so the two differ where work waits.
    """

    __tablename__ = "carriageway"
    __table_args__ = (
        one_of("direction", Direction),
        one_of("significance", Significance),
        CheckConstraint("measured_by IN ('geodesic', 'given', 'posts')", name="measured_by"),
        CheckConstraint("NOT isempty(extent) AND lower_inc(extent) AND NOT upper_inf(extent)", name="extent"),
        Index(
            "carriageway_source_key", "source", "source_id", unique=True, postgresql_where=text("retired_at IS NULL")
        ),
        Index("carriageway_road_id_idx", "road_id"),
        Index("carriageway_chain_id_idx", "chain_id"),
        Index("carriageway_geometry_key_idx", "source", "geometry_key"),
        Index("carriageway_stale_idx", "id", postgresql_where=text("revision <> attributed_revision")),
    )

    id: Mapped[Key]
    road_id: Mapped[int | None] = mapped_column(ForeignKey("road.id"))
    # The carriageways of one road and direction that touch share a chain, and chainage runs through it.
    chain_id: Mapped[int | None] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(Text)
    source_id: Mapped[str] = mapped_column(Text)
    direction: Mapped[str] = mapped_column(Text)
    significance: Mapped[str | None] = mapped_column(Text)
    category: Mapped[str | None] = mapped_column(Text)
    kato: Mapped[str | None] = mapped_column(Text)
    geom: Mapped[WKBElement] = mapped_column(
        Geometry("LINESTRINGM", srid=4326, dimension=3, spatial_index=False, nullable=False)
    )
    extent: Mapped[Extent]
    measured_by: Mapped[str] = mapped_column(Text)
    # Identity by shape (when ids vanish between editions), and a digest of all that was read (when nothing changed).
    geometry_key: Mapped[str] = mapped_column(Text)
    content_key: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[Moment] = mapped_column(DateTime(timezone=True), server_default=func.now())
    retired_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revision: Mapped[int] = mapped_column(server_default=text("0"))
    attributed_revision: Mapped[int] = mapped_column(server_default=text("0"))


class CarriagewaySuccession(Base):
    """Which chainage of an old measurement is which chainage of the new one, piece by piece (linear inside a piece)."""

    __tablename__ = "carriageway_succession"
    __table_args__ = (
        Index("carriageway_succession_old_id_idx", "old_id"),
        Index("carriageway_succession_new_id_idx", "new_id"),
    )

    id: Mapped[Key]
    old_id: Mapped[int] = mapped_column(ForeignKey("carriageway.id"))
    new_id: Mapped[int] = mapped_column(ForeignKey("carriageway.id"))
    old_extent: Mapped[Extent]
    new_extent: Mapped[Extent]
    is_reversed: Mapped[bool] = mapped_column(server_default=text("false"))
    recorded_at: Mapped[Moment] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Segment(Base):
    """A carriageway between two chainages: the unit that is placed on, shown, inspected and counted.

    `is_folded` says that the line turns by more than a right angle inside the segment, so that it may come back
    near itself; only there does placing look for a second leg.
    """

    __tablename__ = "segment"
    __table_args__ = (
        Index("segment_geom_idx", "geom", postgresql_using="gist"),
        Index("segment_carriageway_id_idx", "carriageway_id"),
    )

    id: Mapped[Key]
    carriageway_id: Mapped[int] = mapped_column(ForeignKey("carriageway.id", ondelete="CASCADE"))
    extent: Mapped[Range[int]] = mapped_column(INT4RANGE, nullable=False)
    geom: Mapped[WKBElement] = mapped_column(
        Geometry("LINESTRINGM", srid=4326, dimension=3, spatial_index=False, nullable=False)
    )
    is_folded: Mapped[bool] = mapped_column(server_default=text("false"))


class KilometrePost(Base):
    """Where a kilometre post stands: official chainage is interpolated between posts."""

    __tablename__ = "kilometre_post"
    __table_args__ = (UniqueConstraint("road_id", "direction", "km"), one_of("direction", Direction))

    id: Mapped[Key]
    road_id: Mapped[int] = mapped_column(ForeignKey("road.id"))
    direction: Mapped[str] = mapped_column(Text)
    km: Mapped[float] = mapped_column(Numeric(9, 3))
    geom: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False, nullable=False))
