"""Roads, their carriageways with chainage, and the segments shown on maps."""

from datetime import date, datetime

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    DateTime,
    Double,
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
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from roads.domain.network import Direction, Significance
from roads.models.base import Base, Extent, Key, Moment, Words, one_of


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
        Index("carriageway_road_id_idx", "road_id", postgresql_where=text("road_id IS NOT NULL")),
        Index("carriageway_stale_idx", "id", postgresql_where=text("revision <> attributed_revision")),
    )

    id: Mapped[Key]
    road_id: Mapped[int | None] = mapped_column(ForeignKey("road.id"))
    # The carriageways of one road and direction that touch share a chain, and chainage runs through it.
    chain_id: Mapped[int | None] = mapped_column(Integer)
    # Compared byte by byte: a good part of what an import takes is the index on these.
    source: Mapped[str] = mapped_column(Text(collation="C"))
    source_id: Mapped[str] = mapped_column(Text(collation="C"))
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

    @hybrid_property
    def is_stale(self) -> bool:
        """Whether its answers were given for an earlier state of it."""
        return self.revision != self.attributed_revision


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
    near itself; only there does placing look for a second leg. Derived, and written only together with its carriageway:
    a foreign key would take as long to check as the segment takes to write.
    """

    __tablename__ = "segment"
    __table_args__ = (
        Index("segment_geom_idx", "geom", postgresql_using="gist"),
        Index("segment_carriageway_id_idx", "carriageway_id"),
    )

    id: Mapped[Key]
    carriageway_id: Mapped[int]
    extent: Mapped[Range[int]] = mapped_column(INT4RANGE, nullable=False)
    geom: Mapped[WKBElement] = mapped_column(
        Geometry("LINESTRINGM", srid=4326, dimension=3, spatial_index=False, nullable=False)
    )
    is_folded: Mapped[bool] = mapped_column(server_default=text("false"))


class SegmentCutAgain(Base):
    """A segment that is gone because its street was cut again at a new junction: whoever keeps a copy is told."""

    __tablename__ = "segment_cut_again"

    segment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    carriageway_id: Mapped[int]
    removed_at: Mapped[Moment] = mapped_column(DateTime(timezone=True), server_default=func.now())


class KilometrePost(Base):
    """Where a kilometre post stands: official chainage is interpolated between posts."""

    __tablename__ = "kilometre_post"
    __table_args__ = (UniqueConstraint("road_id", "direction", "km"), one_of("direction", Direction))

    id: Mapped[Key]
    road_id: Mapped[int] = mapped_column(ForeignKey("road.id"))
    direction: Mapped[str] = mapped_column(Text)
    km: Mapped[float] = mapped_column(Numeric(9, 3))
    geom: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False, nullable=False))


# Below: what one import has read and not yet settled. Imports run one after the other, and each begins by emptying
# these tables; nothing else reads them, so they are not logged: after a crash of the server the file is read again.


class StagedFeature(Base):
    """A carriageway as the file has it, numbered in the order of the file; M is geodesic length from its first vertex.

    `row` is the feature in the file, 0 for a carriageway that is in the network but not in the file. `base_id` is the
    feature's id, `source_id` adds the part of a multiline. Keys of places are longitude and latitude in 1e-7 degrees.
    Only one-way features of a road have headings. `is_doubtful`: its id or line may stand earlier in the file too.
    """

    __tablename__ = "staged_feature"
    __table_args__ = {"prefixes": ["UNLOGGED"]}

    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    row: Mapped[int]
    base_id: Mapped[Words]
    source_id: Mapped[Words]
    road_key: Mapped[str | None] = mapped_column(Text)
    reference: Mapped[str | None] = mapped_column(Text)
    aliases: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    name_kk: Mapped[str | None] = mapped_column(Text)
    name_ru: Mapped[str | None] = mapped_column(Text)
    name_en: Mapped[str | None] = mapped_column(Text)
    significance: Mapped[str | None] = mapped_column(Text)
    category: Mapped[str | None] = mapped_column(Text)
    direction: Mapped[str | None] = mapped_column(Text)
    is_oneway: Mapped[bool]
    kato: Mapped[str | None] = mapped_column(Text)
    chainage_from_m: Mapped[float | None] = mapped_column(Double)
    length_m: Mapped[float] = mapped_column(Double)
    start_key: Mapped[int] = mapped_column(BigInteger)
    end_key: Mapped[int] = mapped_column(BigInteger)
    start_heading: Mapped[float | None] = mapped_column(Double)
    end_heading: Mapped[float | None] = mapped_column(Double)
    is_folded: Mapped[bool]
    is_doubtful: Mapped[bool]
    geometry_key: Mapped[Words]
    content_key: Mapped[Words]
    geom: Mapped[WKBElement] = mapped_column(
        Geometry("LINESTRINGM", srid=4326, dimension=3, spatial_index=False, nullable=False)
    )


class StagedWritten(Base):
    """A plain new line that was written while the rest of the file was being read: what tells features that repeat it,
    and where others may join it. The columns are those of `staged_feature`.
    """

    __tablename__ = "staged_written"
    __table_args__ = {"prefixes": ["UNLOGGED"]}
    __mapper_args__ = {"primary_key": ["n"]}

    n: Mapped[int]
    row: Mapped[int]
    base_id: Mapped[Words]
    start_key: Mapped[int] = mapped_column(BigInteger)
    end_key: Mapped[int] = mapped_column(BigInteger)
    geometry_key: Mapped[Words]
    content_key: Mapped[Words]


class StagedAside(Base):
    """The id of a feature that stands in the file, but whose row was set aside."""

    __tablename__ = "staged_aside"
    __table_args__ = {"prefixes": ["UNLOGGED"]}

    base_id: Mapped[str] = mapped_column(Text, primary_key=True)


class StagedVertex(Base):
    """An inner vertex of a staged feature, where another line may join it; n below 0 for lines not in the file."""

    __tablename__ = "staged_vertex"
    __table_args__ = {"prefixes": ["UNLOGGED"]}
    __mapper_args__ = {"primary_key": ["n", "m"]}

    n: Mapped[int]
    m: Mapped[float] = mapped_column(Double)
    place_key: Mapped[int] = mapped_column(BigInteger)


class StagedCut(Base):
    """Where a street is cut, because another carriageway joins it there: own M of the staged feature."""

    __tablename__ = "staged_cut"
    __table_args__ = {"prefixes": ["UNLOGGED"]}

    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    m: Mapped[float] = mapped_column(Double, primary_key=True)


class StagedChange(Base):
    """What becomes of a staged feature that the network knows already, or that is more than a line of its own.

    `state`: `new`; `same` as the carriageway it is; `updated` in place (its id or a fact about it changed, not its
    shape); `moved`: measured anew as `carriageway_id`, which succeeds `old_id`; `leaving` (n is minus the carriageway's
    id): in the network, not in the file, and to be retired. Chainage at the first vertex is `at_m`, and grows or falls
    from there by geodesic length; with knots, `at_m` is instead how far along its chain the first vertex lies, and
    chainage is interpolated between them.
    """

    __tablename__ = "staged_change"
    __table_args__ = (
        CheckConstraint("state IN ('new', 'same', 'updated', 'moved', 'leaving')", name="state"),
        {"prefixes": ["UNLOGGED"]},
    )

    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[Words]
    carriageway_id: Mapped[int]
    old_id: Mapped[int | None]
    road_id: Mapped[int | None]
    direction: Mapped[Words]
    chain_id: Mapped[int]
    at_m: Mapped[float] = mapped_column(Double)
    is_falling: Mapped[bool]
    knots_at_m: Mapped[list[float] | None] = mapped_column(ARRAY(Double))
    knots_m: Mapped[list[float] | None] = mapped_column(ARRAY(Double))
    measured_by: Mapped[Words]
