"""What a row of an events file says: an acceptance, a suspension, an amendment, a termination or a carve-out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from roads.domain.cells import Cells, code_of, day_until, elements, months, possible_day
from roads.domain.contracts import ContractKey
from roads.domain.places import StatedPlace, stated_place
from roads.domain.warranty import Element

REQUIRED_COLUMNS = ("kind", "from_on")
OTHER_COLUMNS = (
    "customer_bin",
    "contract_number",
    "source_id",
    "road_reference",
    "direction",
    "chainage_from",
    "chainage_to",
    "elements",
    "to_on",
    "months",
    "liable_bin",
    "document",
    "note",
)


class Kind(StrEnum):
    """What may happen to a contract, or to the road it worked on."""

    ACCEPTANCE = "acceptance"
    SUSPENSION = "suspension"
    AMENDMENT = "amendment"
    TERMINATION = "termination"
    CARVE_OUT = "carve_out"


SAID_OF: Mapping[str, frozenset[Kind]] = {
    "to_on": frozenset({Kind.SUSPENSION, Kind.CARVE_OUT}),
    "months": frozenset({Kind.AMENDMENT}),
    "liable_bin": frozenset({Kind.CARVE_OUT}),
}
"""Cells that mean something for some kinds only; elsewhere they are left out, and that is said."""


@dataclass(frozen=True, slots=True)
class EventRow:
    """A row that can be understood. No place: all of the contract. No elements: all of the section's."""

    row: int
    kind: Kind
    key: ContractKey | None
    place: StatedPlace | None
    elements: tuple[Element, ...] | None
    from_on: date
    to_on: date | None
    months: int | None
    liable_bin: str | None
    document: str | None
    note: str | None


def read_event_row(cells: Cells, today: date) -> EventRow | None:
    """The row, or None when a cell of it could not be understood and the row was set aside."""
    kind = cells.need("kind", code_of(Kind))
    if kind is None:
        return None
    key = _key(cells, kind)
    from_on = cells.need("from_on", day_until(today) if kind is Kind.ACCEPTANCE else possible_day)
    to_on = _to_on(cells, kind, from_on)
    term = cells.need("months", months) if kind is Kind.AMENDMENT else None
    liable = cells.bin("liable_bin") if kind is Kind.CARVE_OUT else None
    covered = cells.read("elements", elements)
    place = stated_place(cells, from_on, required=kind is Kind.CARVE_OUT) if from_on else None
    document, note = cells.name("document"), cells.text("note")
    _note_what_is_left_out(cells, kind)
    if not cells.is_good or from_on is None:
        return None
    return EventRow(cells.row, kind, key, place, covered, from_on, to_on, term, liable, document, note)


def _key(cells: Cells, kind: Kind) -> ContractKey | None:
    """The contract it happened to. A carve-out happens to the road, whoever works there."""
    if kind is Kind.CARVE_OUT:
        return None
    customer, number = cells.bin("customer_bin"), cells.key("contract_number")
    return ContractKey(customer, number) if customer and number else None


def _to_on(cells: Cells, kind: Kind, from_on: date | None) -> date | None:
    """The last day; a suspension has one, a carve-out may be open."""
    if kind not in SAID_OF["to_on"]:
        return None
    to_on = (cells.need if kind is Kind.SUSPENSION else cells.read)("to_on", possible_day)
    if to_on and from_on and to_on < from_on:
        cells.refuse("to_on", "ends_before_it_begins", from_on=from_on)
    return to_on


def _note_what_is_left_out(cells: Cells, kind: Kind) -> None:
    for field, kinds in SAID_OF.items():
        if kind not in kinds and cells.text(field):
            cells.note(field, "means_nothing_here", kind=kind)
