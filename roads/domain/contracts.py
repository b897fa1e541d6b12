"""What a row of a contracts file says: the contract, one stretch it works on, and whether that was accepted."""

import json
from dataclasses import asdict, dataclass, fields
from datetime import date
from decimal import Decimal

from roads.domain.cells import Cells, code_of, day_until, elements, kato, key, months, tenge
from roads.domain.places import StatedPlace, Stretch, stated_place
from roads.domain.warranty import Element, KindOfWorks

REQUIRED_COLUMNS = ("contract_number", "customer_bin", "contractor_bin", "kind_of_works", "signed_on")
OTHER_COLUMNS = (
    "customer",
    "contractor",
    "supervisor",
    "supervisor_bin",
    "value_tenge",
    "stated_term_months",
    "kato",
    "source_id",
    "road_reference",
    "direction",
    "chainage_from",
    "chainage_to",
    "elements",
    "accepted_on",
    "act_number",
    "conclusion_number",
)

TERM = "stated_term_months"


@dataclass(frozen=True, slots=True)
class ContractKey:
    """A contract is its customer's BIN and its number as written."""

    customer_bin: str
    number: str


@dataclass(frozen=True, slots=True)
class Named:
    """An organisation as a file names it; the name may be missing."""

    bin: str
    name: str | None
    field: str


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """What every row of a contract must repeat alike."""

    contractor_bin: str
    supervisor_bin: str | None
    kind_of_works: KindOfWorks
    signed_on: date
    value_tenge: Decimal | None
    stated_term_months: int | None
    kato: str | None

    def differing(self, other: "ContractFacts") -> list[str]:
        """The columns in which two rows of one contract contradict each other."""
        return [field.name for field in fields(self) if getattr(self, field.name) != getattr(other, field.name)]

    def as_words(self) -> dict[str, str | None]:
        """The facts as they would stand in a file."""
        return {name: None if value is None else str(value) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Handover:
    """A section was accepted on a day, by an act and with the quality centre's conclusion, as far as they are given."""

    accepted_on: date
    act_number: str | None
    conclusion_number: str | None

    @property
    def words(self) -> str:
        """The same words for the same handover."""
        return json.dumps([self.accepted_on.isoformat(), self.act_number, self.conclusion_number])

    def completed(self, known: "Handover") -> "Handover":
        """The same with the numbers that are known where none is given: a number left out says nothing."""
        return Handover(
            self.accepted_on, self.act_number or known.act_number, self.conclusion_number or known.conclusion_number
        )


@dataclass(frozen=True, slots=True)
class ContractRow:
    """A row that can be understood. `handover` is None while the section is not accepted."""

    row: int
    key: ContractKey
    facts: ContractFacts
    organisations: tuple[Named, ...]
    place: StatedPlace
    elements: tuple[Element, ...]
    handover: Handover | None


@dataclass(frozen=True, slots=True)
class KnownContract:
    """A contract on record."""

    id: int
    key: ContractKey
    facts: ContractFacts


@dataclass(frozen=True, slots=True)
class KnownSection:
    """A section on record. `is_in_use` says whether its carriageway is, or was measured anew since."""

    id: int
    contract_id: int
    stretch: Stretch
    elements: tuple[Element, ...]
    is_in_use: bool
    chain_id: int | None = None


def read_contract_row(cells: Cells, today: date) -> ContractRow | None:
    """The row, or None when a cell of it could not be understood and the row was set aside."""
    key = _key(cells)
    facts = _facts(cells, today)
    handover = _handover(cells, facts.signed_on if facts else None, today)
    covered = cells.read("elements", elements) or (Element.PAVEMENT,)
    place = stated_place(cells, facts.signed_on) if facts else None
    parties = _organisations(cells, key, facts) if key and facts else ()
    if not cells.is_good or key is None or facts is None or place is None:
        return None
    return ContractRow(cells.row, key, facts, parties, place, covered, handover)


def _key(cells: Cells) -> ContractKey | None:
    customer, number = cells.bin("customer_bin"), cells.key("contract_number")
    return ContractKey(customer, number) if customer and number else None


def _facts(cells: Cells, today: date) -> ContractFacts | None:
    contractor = cells.bin("contractor_bin")
    supervisor = cells.bin("supervisor_bin", required=False)
    if cells.text("supervisor") and not cells.text("supervisor_bin"):
        cells.refuse("supervisor_bin", "name_without_bin")
    kind = cells.need("kind_of_works", code_of(KindOfWorks))
    signed_on = cells.need("signed_on", day_until(today))
    value, term = cells.read("value_tenge", tenge), cells.read(TERM, months)
    area = cells.read("kato", kato)
    if not contractor or kind is None or signed_on is None:
        return None
    return ContractFacts(contractor, supervisor, kind, signed_on, value, term, area)


def _handover(cells: Cells, signed_on: date | None, today: date) -> Handover | None:
    accepted_on = cells.read("accepted_on", day_until(today))
    if accepted_on is None:
        for number in ("act_number", "conclusion_number"):
            if cells.text(number) and not cells.text("accepted_on"):
                cells.note(number, "number_without_acceptance")
        return None
    if signed_on is not None and accepted_on < signed_on:
        cells.refuse("accepted_on", "accepted_before_signed", signed_on=signed_on)
    return Handover(accepted_on, cells.read("act_number", key), cells.read("conclusion_number", key))


def _organisations(cells: Cells, key: ContractKey, facts: ContractFacts) -> tuple[Named, ...]:
    named = (
        (key.customer_bin, "customer"),
        (facts.contractor_bin, "contractor"),
        (facts.supervisor_bin, "supervisor"),
    )
    return tuple(Named(number, cells.name(field), field) for number, field in named if number)
