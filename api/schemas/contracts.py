"""Contracts as the API shows them."""

from datetime import date
from decimal import Decimal
from typing import Any, Self

from pydantic import BaseModel, Field

from api.schemas.liability import PartyShape
from api.schemas.network import Names
from geo.chainage import format_cm
from roads.queries.candidates import road_name
from roads.queries.public import Page, type_of_row


class ContractShape(BaseModel):
    """A contract: who ordered which works from whom, and for how much (tenge)."""

    id: int
    number: str
    kind_of_works: str = Field(examples=["medium_repair"])
    signed_on: date
    value_tenge: Decimal | None
    stated_term_months: int | None
    kato: str | None
    customer: PartyShape
    contractor: PartyShape
    supervisor: PartyShape | None

    @classmethod
    def of(cls, row: type_of_row) -> Self:
        """The shape of a contract's row."""
        return cls(**_facts(row))


class SectionShape(BaseModel):
    """A stretch a contract works on, or the part of it that was accepted; the warranty's last day."""

    road: str | None
    names: Names
    carriageway: str
    direction: str
    chainage_from: str
    chainage_to: str
    elements: list[str]
    accepted_on: date | None
    act_number: str | None
    warranty_to: date | None
    months: int | None
    term_from: str | None

    @classmethod
    def of(cls, row: type_of_row, language: str) -> Self:
        """The shape of a section's row."""
        return cls(
            road=road_name(row, language),
            names=Names.of(row),
            carriageway=row.source_id,
            direction=row.direction,
            chainage_from=format_cm(row.from_cm),
            chainage_to=format_cm(row.to_cm),
            elements=row.elements,
            accepted_on=row.accepted_on,
            act_number=row.act_number,
            warranty_to=row.ends_on,
            months=row.months,
            term_from=row.term_origin,
        )


class ContractDetail(ContractShape):
    """A contract with the stretches it works on."""

    sections: list[SectionShape]

    @classmethod
    def with_sections(cls, row: type_of_row, sections: list[type_of_row], language: str) -> Self:
        """The shape of a contract and its sections."""
        return cls(**_facts(row), sections=[SectionShape.of(section, language) for section in sections])


class ContractList(BaseModel):
    """A page of contracts."""

    items: list[ContractShape]
    next: int | None

    @classmethod
    def of(cls, page: Page) -> Self:
        """The shape of a page."""
        return cls(items=[ContractShape.of(row) for row in page.items], next=page.next_after)


def _facts(row: type_of_row) -> dict[str, Any]:
    return {
        "id": row.id,
        "number": row.number,
        "kind_of_works": row.kind_of_works,
        "signed_on": row.signed_on,
        "value_tenge": row.value_tenge,
        "stated_term_months": row.stated_term_months,
        "kato": row.kato,
        "customer": PartyShape(name=row.customer, bin=row.customer_bin),
        "contractor": PartyShape(name=row.contractor, bin=row.contractor_bin),
        "supervisor": PartyShape(name=row.supervisor, bin=row.supervisor_bin) if row.supervisor else None,
    }
