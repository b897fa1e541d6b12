"""Reference rows: regions, the distress catalogue, deadlines and the working-day calendar, each with its source."""

from datetime import date

from sqlalchemy import CheckConstraint, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from roads.domain.warranty import Element
from roads.models.base import Base, Key, Recorded, one_of


class Region(Base):
    """A first-level region by the first two digits of KATO, with the season in which cold works stop (MM-DD)."""

    __tablename__ = "region"

    kato: Mapped[str] = mapped_column(Text, primary_key=True)
    name_kk: Mapped[str] = mapped_column(Text)
    name_ru: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    plate_code: Mapped[str | None] = mapped_column(Text)
    winter_from: Mapped[str] = mapped_column(Text)
    winter_to: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)


class Distress(Base):
    """A type of defect: the element it belongs to, how it is measured, its names."""

    __tablename__ = "distress"
    __table_args__ = (one_of("element", Element),)

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    element: Mapped[str] = mapped_column(Text)
    measured_in: Mapped[str] = mapped_column(Text)
    name_kk: Mapped[str] = mapped_column(Text)
    name_ru: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)


class DeadlineRule(Base):
    """How many days a repair may take. `kind` temporary stops the safety clock, rectification the permanent one."""

    __tablename__ = "deadline_rule"
    __table_args__ = (
        one_of("element", Element),
        CheckConstraint("kind IN ('temporary', 'rectification')", name="kind"),
        CheckConstraint("counted_in IN ('calendar', 'working')", name="counted_in"),
        CheckConstraint("days > 0", name="days"),
        UniqueConstraint(
            "kind", "kato", "category", "element", "severity", "recorded", postgresql_nulls_not_distinct=True
        ),
    )

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(Text)
    kato: Mapped[str] = mapped_column(Text, server_default=text("''"))
    category: Mapped[str | None] = mapped_column(Text)
    element: Mapped[str | None] = mapped_column(Text)
    severity: Mapped[str | None] = mapped_column(Text)
    days: Mapped[int]
    counted_in: Mapped[str] = mapped_column(Text)
    legal_basis: Mapped[str] = mapped_column(Text)
    is_confirmed: Mapped[bool]
    recorded: Mapped[Recorded]


class CalendarDay(Base):
    """A day on which the plain week does not hold: a holiday, or a working Saturday or Sunday."""

    __tablename__ = "calendar_day"
    __table_args__ = (CheckConstraint("kind IN ('holiday', 'working_day')", name="kind"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    legal_basis: Mapped[str] = mapped_column(Text)
    is_confirmed: Mapped[bool]
