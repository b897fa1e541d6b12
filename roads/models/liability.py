"""The heart: term rules, the periods worked out from them, and the partition of place and time made of those."""

from datetime import date

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import DATERANGE, INT4RANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from roads.domain.network import Significance
from roads.domain.warranty import Element, KindOfWorks, LiabilityKind, TermOrigin, TermState
from roads.models.base import Base, Extent, Key, Recorded, one_of


class TermRule(Base):
    """How long works are under warranty, by where, what and when they were signed. `months` empty: no warranty.

    Never two answers for one key and signing day: the exclusion constraint holds it, for every recorded moment.
    """

    __tablename__ = "term_rule"
    __table_args__ = (
        one_of("kind_of_works", KindOfWorks),
        one_of("significance", Significance),
        one_of("element", Element),
        CheckConstraint("kato ~ '^[0-9]{0,9}$'", name="kato"),
        CheckConstraint("months BETWEEN 1 AND 600", name="months"),
        CheckConstraint("NOT isempty(signed)", name="signed"),
        ExcludeConstraint(
            ("kato", "="),
            ("kind_of_works", "="),
            (text("coalesce(significance, '')"), "="),
            (text("coalesce(category, '')"), "="),
            (text("coalesce(element, '')"), "="),
            # A rule for every traffic and a rule for a band are two keys: the band is the more specific one.
            (text("((traffic IS NULL)::integer)"), "="),
            (text("coalesce(traffic, int4range(NULL, NULL))"), "&&"),
            ("signed", "&&"),
            ("recorded", "&&"),
            name="term_rule_one_answer_excl",
            using="gist",
        ),
    )

    id: Mapped[Key]
    kato: Mapped[str] = mapped_column(Text, server_default=text("''"))
    kind_of_works: Mapped[str] = mapped_column(Text)
    significance: Mapped[str | None] = mapped_column(Text)
    category: Mapped[str | None] = mapped_column(Text)
    traffic: Mapped[Range[int] | None] = mapped_column(INT4RANGE)
    element: Mapped[str | None] = mapped_column(Text)
    signed: Mapped[Range[date]] = mapped_column(DATERANGE)
    months: Mapped[int | None]
    legal_basis: Mapped[str] = mapped_column(Text)
    is_confirmed: Mapped[bool]
    recorded: Mapped[Recorded]


class Warranty(Base):
    """Derived: the days on which a contractor answers for an element of an accepted stretch.

    Worked out in Python from acceptance, term, amendments and suspensions, one row for each term that was in force:
    on the days `in_force` the last covered day was `ends_on`, so `period` (the days covered) is what of `in_force`
    lies before it, and may be empty. With `term_state` unknown `ends_on` is as late as the longest term any rule
    gives: until then the answer needs a person.
    """

    __tablename__ = "warranty"
    __table_args__ = (
        one_of("element", Element),
        one_of("term_state", TermState),
        one_of("term_origin", TermOrigin),
        CheckConstraint("(term_state = 'known') = (months IS NOT NULL)", name="months"),
        CheckConstraint("NOT isempty(in_force) AND NOT lower_inf(in_force)", name="in_force"),
        CheckConstraint("ends_on >= accepted_on", name="ends_on"),
        Index("warranty_carriageway_id_idx", "carriageway_id"),
        Index("warranty_contract_id_idx", "contract_id"),
        Index("warranty_acceptance_id_idx", "acceptance_id"),
    )

    id: Mapped[Key]
    acceptance_id: Mapped[int] = mapped_column(ForeignKey("acceptance.id"))
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    carriageway_id: Mapped[int] = mapped_column(ForeignKey("carriageway.id"))
    element: Mapped[str] = mapped_column(Text)
    extent: Mapped[Extent]
    accepted_on: Mapped[date]
    in_force: Mapped[Range[date]] = mapped_column(DATERANGE)
    ends_on: Mapped[date]
    period: Mapped[Range[date]] = mapped_column(
        DATERANGE, Computed("in_force * daterange(NULL, ends_on, '[]')", persisted=True)
    )
    months: Mapped[int | None]
    term_state: Mapped[str] = mapped_column(Text)
    term_origin: Mapped[str | None] = mapped_column(Text)
    term_rule_id: Mapped[int | None] = mapped_column(ForeignKey("term_rule.id"))
    recorded: Mapped[Recorded]


class Works(Base):
    """Derived: the days on which works were under way at a place, from signing to acceptance or termination."""

    __tablename__ = "works"
    __table_args__ = (
        one_of("element", Element),
        CheckConstraint("NOT isempty(period) AND NOT lower_inf(period)", name="period"),
        Index("works_carriageway_id_idx", "carriageway_id"),
        Index("works_contract_id_idx", "contract_id"),
    )

    id: Mapped[Key]
    section_id: Mapped[int] = mapped_column(ForeignKey("contract_section.id"))
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    carriageway_id: Mapped[int] = mapped_column(ForeignKey("carriageway.id"))
    element: Mapped[str] = mapped_column(Text)
    extent: Mapped[Extent]
    signed_on: Mapped[date]
    period: Mapped[Range[date]] = mapped_column(DATERANGE)
    recorded: Mapped[Recorded]


class Liability(Base):
    """Derived: who answers for each metre on each day, as known today. Never two for one metre and day.

    `source_id` is a carve_out, warranty or works row, by `kind`; `contract_id` is empty for a carve-out. What no row
    covers has no warranty. It has no foreign keys: it is written only by the statement that reads those rows.
    """

    __tablename__ = "liability"
    __table_args__ = (
        one_of("kind", LiabilityKind),
        ExcludeConstraint(
            ("carriageway_id", "="),
            ("element", "="),
            ("extent", "&&"),
            ("period", "&&"),
            name="liability_one_answer_excl",
            using="gist",
        ),
        Index("liability_carriageway_id_idx", "carriageway_id"),
    )

    id: Mapped[Key]
    carriageway_id: Mapped[int]
    element: Mapped[str] = mapped_column(Text)
    extent: Mapped[Extent]
    period: Mapped[Range[date]] = mapped_column(DATERANGE)
    kind: Mapped[str] = mapped_column(Text)
    source_id: Mapped[int]
    contract_id: Mapped[int | None]
