"""Photos as evidence: what was kept, what each is evidence of, and what the public does not see of it."""

from datetime import date, datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    DateTime,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import BIT, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from roads.domain.photos import MaskKind, PhotoKind, PhotoSubject
from roads.models.base import Base, Key, Moment, one_of

NOW = func.clock_timestamp()


class Photo(Base):
    """A photo by its content (SHA-256, in hexadecimal): there is one row for one content.

    Without a kind nothing but the content is known: it came from before photos were kept. `looks` are of the whole
    picture and of windows of it, `look_keys` find them. The public copies lie under hashes of their own, so that a
    copy that was masked since has another address; who knows it learns nothing of the original's. The public sees
    a copy only after a person has looked at it and released it; `revision` counts what was masked and released.
    """

    __tablename__ = "photo"
    __table_args__ = (
        UniqueConstraint("content_hash"),
        one_of("kind", PhotoKind),
        CheckConstraint("content_hash ~ '^[0-9a-f]{64}$'", name="content_hash"),
        CheckConstraint(
            "num_nulls(kind, bytes, width, height, look_hash, looks, look_keys, full_hash, small_hash) IN (0, 9)",
            name="kept",
        ),
        CheckConstraint("bytes > 0 AND width > 0 AND height > 0", name="sizes"),
        CheckConstraint("(lon IS NULL) = (lat IS NULL)", name="position"),
        CheckConstraint(
            "(released_on IS NULL) = (released_by IS NULL) AND (released_on IS NULL OR full_hash IS NOT NULL)",
            name="released",
        ),
        Index("photo_full_hash_idx", "full_hash"),
        Index("photo_small_hash_idx", "small_hash"),
        Index("photo_look_keys_idx", "look_keys", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    )

    id: Mapped[Key]
    content_hash: Mapped[str] = mapped_column(Text)
    kind: Mapped[str | None] = mapped_column(Text)
    bytes: Mapped[int | None] = mapped_column(BigInteger)
    width: Mapped[int | None]
    height: Mapped[int | None]
    taken_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    lon: Mapped[float | None] = mapped_column(Float)
    lat: Mapped[float | None] = mapped_column(Float)
    look_hash: Mapped[str | None] = mapped_column(BIT(64))
    looks: Mapped[list[str] | None] = mapped_column(ARRAY(BIT(64)))
    look_keys: Mapped[list[int] | None] = mapped_column(ARRAY(Integer))
    full_hash: Mapped[str | None] = mapped_column(Text)
    small_hash: Mapped[str | None] = mapped_column(Text)
    kept_by: Mapped[str | None] = mapped_column(Text)
    kept_at: Mapped[Moment] = mapped_column(DateTime(timezone=True), server_default=NOW)
    revision: Mapped[int] = mapped_column(server_default=text("1"))
    released_on: Mapped[date | None]
    released_by: Mapped[str | None] = mapped_column(Text)


class PhotoUpload(Base):
    """Who sent a photo for whom, what they call it, and what the device said: phones leave that out of the file.

    The same photo may come from several; what somebody says first of it stands.
    """

    __tablename__ = "photo_upload"
    __table_args__ = (
        CheckConstraint("char_length(name) BETWEEN 1 AND 200", name="name"),
        CheckConstraint(
            "(device_lon IS NULL) = (device_lat IS NULL)"
            " AND (device_accuracy_m IS NULL OR device_accuracy_m >= 0 AND device_lon IS NOT NULL)",
            name="device",
        ),
        UniqueConstraint("photo_id", "sent_by", "organisation_id", postgresql_nulls_not_distinct=True),
    )

    id: Mapped[Key]
    photo_id: Mapped[int] = mapped_column(ForeignKey("photo.id"))
    name: Mapped[str | None] = mapped_column(Text)
    sent_by: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    device_lon: Mapped[float | None] = mapped_column(Float)
    device_lat: Mapped[float | None] = mapped_column(Float)
    device_accuracy_m: Mapped[float | None] = mapped_column(Float)
    device_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sent_at: Mapped[Moment] = mapped_column(DateTime(timezone=True), server_default=NOW)


class PhotoUse(Base):
    """What a photo is evidence of, as it was called by who sent it, and how well the two fit together.

    A photo of a repair serves one line of a claim for good: an exclusion constraint says so, whoever comes at the same
    moment. `device_*` is what the phone said when it was taken; the measures are empty where nothing can be compared.
    """

    __tablename__ = "photo_use"
    __table_args__ = (
        one_of("subject", PhotoSubject),
        CheckConstraint(
            "(subject = 'defect') = (defect_id IS NOT NULL) AND (subject = 'inspection') = (inspection_id IS NOT NULL)"
            " AND (subject = 'repair') = (repair_id IS NOT NULL)"
            " AND (subject IN ('repair', 'dispute')) = (line_id IS NOT NULL)",
            name="subject_key",
        ),
        CheckConstraint("(device_lon IS NULL) = (device_lat IS NULL)", name="device"),
        CheckConstraint("exif_m >= 0 AND device_m >= 0 AND hours_apart >= 0", name="measures"),
        UniqueConstraint(
            "photo_id",
            "defect_id",
            "inspection_id",
            "line_id",
            "repair_id",
            name="photo_use_once_key",
            postgresql_nulls_not_distinct=True,
        ),
        ForeignKeyConstraint(["repair_id", "line_id"], ["repair.id", "repair.line_id"]),
        ExcludeConstraint(
            ("photo_id", "="),
            ("line_id", "<>"),
            name="photo_use_one_line_excl",
            using="gist",
            where=text("subject = 'repair'"),
        ),
        Index("photo_use_defect_id_idx", "defect_id", postgresql_where=text("defect_id IS NOT NULL")),
        Index("photo_use_inspection_id_idx", "inspection_id", postgresql_where=text("inspection_id IS NOT NULL")),
        Index("photo_use_line_id_idx", "line_id", postgresql_where=text("line_id IS NOT NULL")),
        Index("photo_use_repair_id_idx", "repair_id", postgresql_where=text("repair_id IS NOT NULL")),
    )

    id: Mapped[Key]
    photo_id: Mapped[int] = mapped_column(ForeignKey("photo.id"))
    subject: Mapped[str] = mapped_column(Text)
    defect_id: Mapped[int | None] = mapped_column(ForeignKey("defect.id"))
    inspection_id: Mapped[int | None] = mapped_column(ForeignKey("inspection.id"))
    line_id: Mapped[int | None] = mapped_column(ForeignKey("claim_line.id"))
    repair_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(Text)
    used_on: Mapped[date]
    attached_by: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    device_lon: Mapped[float | None] = mapped_column(Float)
    device_lat: Mapped[float | None] = mapped_column(Float)
    device_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    exif_m: Mapped[float | None] = mapped_column(Float)
    device_m: Mapped[float | None] = mapped_column(Float)
    hours_apart: Mapped[float | None] = mapped_column(Float)
    recorded_at: Mapped[Moment] = mapped_column(DateTime(timezone=True), server_default=NOW)


class PhotoMask(Base):
    """A part of a photo that the public sees black, in fractions of its width and height, until somebody lifts it."""

    __tablename__ = "photo_mask"
    __table_args__ = (
        one_of("kind", MaskKind),
        CheckConstraint('0 <= "left" AND "left" < "right" AND "right" <= 1', name="across"),
        CheckConstraint("0 <= top AND top < bottom AND bottom <= 1", name="down"),
        CheckConstraint("(lifted_by IS NULL) = (lifted_on IS NULL)", name="lifted"),
        Index("photo_mask_photo_id_idx", "photo_id"),
    )

    id: Mapped[Key]
    photo_id: Mapped[int] = mapped_column(ForeignKey("photo.id"))
    left: Mapped[float] = mapped_column(Float)
    top: Mapped[float] = mapped_column(Float)
    right: Mapped[float] = mapped_column(Float)
    bottom: Mapped[float] = mapped_column(Float)
    kind: Mapped[str] = mapped_column(Text)
    masked_by: Mapped[str] = mapped_column(Text)
    masked_on: Mapped[date]
    lifted_by: Mapped[str | None] = mapped_column(Text)
    lifted_on: Mapped[date | None]
    recorded_at: Mapped[Moment] = mapped_column(DateTime(timezone=True), server_default=NOW)
