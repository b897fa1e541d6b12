"""Contracts, the stretches they work on, how those were accepted, and what happened to the contract since."""

from datetime import date
from decimal import Decimal

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Numeric, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import DATERANGE, INT4RANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from roads.domain.warranty import Element, EventKind, KindOfWorks
from roads.models.base import Base, Extent, Key, Recorded, all_of, one_of


class Organisation(Base):
    """A legal entity (or a person in trade), known by its 12-digit BIN (IIN)."""

    __tablename__ = "organisation"
    __table_args__ = (UniqueConstraint("bin"), CheckConstraint("bin ~ '^[0-9]{12}$'", name="bin"))

    id: Mapped[Key]
    bin: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)


class Contract(Base):
    """Works ordered by a customer from a contractor. Numbers compare as written (`COLLATE "C"`)."""

    __tablename__ = "contract"
    __table_args__ = (
        UniqueConstraint("customer_id", "number"),
        one_of("kind_of_works", KindOfWorks),
        CheckConstraint("stated_term_months BETWEEN 1 AND 600", name="stated_term_months"),
        CheckConstraint("value_tenge >= 0", name="value_tenge"),
        Index("contract_contractor_id_idx", "contractor_id"),
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    number: Mapped[str] = mapped_column(Text(collation="C"))
    contractor_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    supervisor_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    designer_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    kind_of_works: Mapped[str] = mapped_column(Text)
    signed_on: Mapped[date]
    value_tenge: Mapped[Decimal | None] = mapped_column(Numeric(18, 2))
    stated_term_months: Mapped[int | None]
    kato: Mapped[str | None] = mapped_column(Text)
    is_monitored: Mapped[bool] = mapped_column(server_default=text("false"))


class ContractSection(Base):
    """The stretch of a carriageway that a contract works on, and the elements of the road it covers.

    `origin_id` is the section this one was carried over from when its carriageway was measured anew.
    """

    __tablename__ = "contract_section"
    __table_args__ = (
        all_of("elements", Element),
        CheckConstraint("NOT isempty(extent)", name="extent"),
        Index("contract_section_contract_id_idx", "contract_id"),
        Index("contract_section_carriageway_id_idx", "carriageway_id"),
        Index(
            "contract_section_current_key",
            "contract_id",
            "carriageway_id",
            "extent",
            "elements",
            unique=True,
            postgresql_where=text("upper_inf(recorded)"),
        ),
    )

    id: Mapped[Key]
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    carriageway_id: Mapped[int] = mapped_column(ForeignKey("carriageway.id"))
    extent: Mapped[Extent]
    elements: Mapped[list[str]] = mapped_column(ARRAY(Text))
    origin_id: Mapped[int | None] = mapped_column(ForeignKey("contract_section.id"))
    recorded: Mapped[Recorded]


class Acceptance(Base):
    """A part of a section was handed over on a day: its warranties start to run, the rest stays under way."""

    __tablename__ = "acceptance"
    __table_args__ = (
        all_of("elements", Element),
        CheckConstraint("NOT isempty(extent)", name="extent"),
        Index("acceptance_section_id_idx", "section_id"),
    )

    id: Mapped[Key]
    section_id: Mapped[int] = mapped_column(ForeignKey("contract_section.id"))
    extent: Mapped[Extent]
    elements: Mapped[list[str]] = mapped_column(ARRAY(Text))
    accepted_on: Mapped[date]
    act_number: Mapped[str | None] = mapped_column(Text)
    conclusion_number: Mapped[str | None] = mapped_column(Text)
    conclusion_on: Mapped[date | None]
    recorded: Mapped[Recorded]


class ContractEvent(Base):
    """An amendment of the term, a suspension of the warranty or a termination; without a place, of the whole contract.

    An amendment has `months` and works from `from_on`; a suspension runs `from_on` to `to_on`, both days inclusive;
    a termination ends the works under way on `from_on`.
    """

    __tablename__ = "contract_event"
    __table_args__ = (
        one_of("kind", EventKind),
        CheckConstraint("(kind = 'amendment') = (months IS NOT NULL)", name="months_of_amendment"),
        CheckConstraint("(kind = 'suspension') = (to_on IS NOT NULL)", name="to_on_of_suspension"),
        CheckConstraint("to_on >= from_on", name="days"),
        CheckConstraint("months BETWEEN 1 AND 600", name="months"),
        CheckConstraint("extent IS NULL OR carriageway_id IS NOT NULL", name="place"),
        CheckConstraint("NOT isempty(extent)", name="extent"),
        Index("contract_event_contract_id_idx", "contract_id"),
    )

    id: Mapped[Key]
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    kind: Mapped[str] = mapped_column(Text)
    carriageway_id: Mapped[int | None] = mapped_column(ForeignKey("carriageway.id"))
    extent: Mapped[Range[int] | None] = mapped_column(INT4RANGE)
    elements: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    months: Mapped[int | None]
    document: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    recorded: Mapped[Recorded]


class CarveOut(Base):
    """A registered dig, accident or other cause for which somebody else answers at that place and time."""

    __tablename__ = "carve_out"
    __table_args__ = (
        all_of("elements", Element),
        CheckConstraint("NOT isempty(extent)", name="extent"),
        CheckConstraint("NOT isempty(period) AND NOT lower_inf(period)", name="period"),
        Index("carve_out_carriageway_id_idx", "carriageway_id"),
    )

    id: Mapped[Key]
    carriageway_id: Mapped[int] = mapped_column(ForeignKey("carriageway.id"))
    extent: Mapped[Extent]
    elements: Mapped[list[str]] = mapped_column(ARRAY(Text))
    period: Mapped[Range[date]] = mapped_column(DATERANGE)
    liable_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    document: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    recorded: Mapped[Recorded]
