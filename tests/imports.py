"""Rows of files as an import reads them, with lawful cells: a test names only the cells that matter to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.bbox import Box
from geo.tables import Row
from roads.domain.actors import OPERATOR
from roads.domain.remarks import Action, Remark, Totals
from roads.i18n import LANGUAGES, say
from roads.usecases.contracts import ImportContracts, import_contracts
from roads.usecases.defects import ImportDefects, import_defects
from roads.usecases.events import ImportEvents, import_events
from roads.usecases.first_rows import FirstRows
from roads.usecases.rules import ImportRules, import_rules
from tests.factories import lawful_bin

TODAY = date(2026, 6, 1)
CUSTOMER, CONTRACTOR, SUPERVISOR, OTHER = (lawful_bin(number) for number in (9001, 9002, 9003, 9004))


def contract_row(**cells: str) -> dict[str, str]:
    """A medium repair of `line/1`, signed on 1 April 2022 for 36 months, not accepted yet."""
    return {
        "contract_number": "2022-1",
        "customer": "Customer",
        "customer_bin": CUSTOMER,
        "contractor": "Contractor",
        "contractor_bin": CONTRACTOR,
        "kind_of_works": "medium_repair",
        "signed_on": "2022-04-01",
        "stated_term_months": "36",
        "kato": "11",
        "source_id": "line/1",
        **cells,
    }


@dataclass(slots=True)
class Outcome:
    """What an import did, and what it said. Every remark is looked up in three languages on the way."""

    totals: Totals = field(default_factory=Totals)
    remarks: list[Remark] = field(default_factory=list)

    def hear(self, remark: Remark) -> None:
        for language in LANGUAGES:
            assert say(f"problem.{remark.code}", language, remark.params)
            assert say(f"remedy.{remark.code}", language, remark.params)
        self.remarks.append(remark)

    @property
    def counts(self) -> tuple[int, int, int]:
        """Imported, unchanged, set aside."""
        return self.totals.imported, self.totals.unchanged, self.totals.set_aside

    @property
    def refusals(self) -> list[tuple[int, str, str]]:
        """Row, field and code of what was set aside."""
        return [(r.row, r.field, r.code) for r in self.remarks if r.action is Action.SET_ASIDE]

    @property
    def notes(self) -> list[tuple[int, str, str]]:
        """Row, field and code of what was only said."""
        return [(r.row, r.field, r.code) for r in self.remarks if r.action is not Action.SET_ASIDE]


def as_rows(cells: Sequence[Mapping[str, str]], first: int = 2) -> list[Row]:
    """Rows as read from a file whose header is line 1."""
    return [Row(number, values) for number, values in enumerate(cells, start=first)]


def take_contracts(
    session: Session, *cells: Mapping[str, str], update: bool = False, chunk: int = 1000, today: date = TODAY
) -> Outcome:
    """Import a contracts file of these rows, in chunks."""
    outcome, rows = Outcome(), as_rows(cells)
    with FirstRows() as first_rows:
        for at in range(0, len(rows), chunk):
            command = ImportContracts(rows[at : at + chunk], first_rows, update)
            outcome.totals += import_contracts(session, OPERATOR, command, outcome.hear, today=today)
    return outcome


def event_row(kind: str, **cells: str) -> dict[str, str]:
    """Something that happened on 1 June 2023 to the contract of `contract_row`."""
    return {
        "kind": kind,
        "customer_bin": CUSTOMER,
        "contract_number": "2022-1",
        "from_on": "2023-06-01",
        **cells,
    }


def carve_out_row(**cells: str) -> dict[str, str]:
    """A dig on `line/1` from kilometre 2 to 3, from 1 June 2023 until further notice."""
    return {
        "kind": "carve_out",
        "source_id": "line/1",
        "chainage_from": "2000",
        "chainage_to": "3000",
        "from_on": "2023-06-01",
        "liable_bin": OTHER,
        **cells,
    }


def take_events(session: Session, *cells: Mapping[str, str], chunk: int = 1000, today: date = TODAY) -> Outcome:
    """Import an events file of these rows, in chunks."""
    outcome, rows = Outcome(), as_rows(cells)
    with FirstRows() as first_rows:
        for at in range(0, len(rows), chunk):
            command = ImportEvents(rows[at : at + chunk], first_rows)
            outcome.totals += import_events(session, OPERATOR, command, outcome.hear, today=today)
    return outcome


def term_row(**cells: str) -> dict[str, str]:
    """36 months for medium repair everywhere, whenever signed."""
    return {"table": "term", "kind_of_works": "medium_repair", "months": "36", "legal_basis": "A norm", **cells}


def take_rules(session: Session, *cells: Mapping[str, str], update: bool = False, chunk: int = 1000) -> Outcome:
    """Import a file of rules, in chunks."""
    outcome, rows = Outcome(), as_rows(cells)
    with FirstRows() as first_rows:
        chunks = [rows[at : at + chunk] for at in range(0, len(rows), chunk)]
        outcome.totals = import_rules(session, OPERATOR, ImportRules(chunks, first_rows, update), outcome.hear)
    return outcome


AREA = Box(60, 40, 80, 55)
ALMATY = ZoneInfo("Asia/Almaty")


def defect_row(**cells: str) -> dict[str, str]:
    """A pothole detected on 1 May 2023."""
    return {
        "external_id": "d-1",
        "lon": "70.5",
        "lat": "50.25",
        "detected_on": "2023-05-01",
        "distress": "pothole",
        **cells,
    }


def take_defects(
    session: Session,
    *cells: Mapping[str, str],
    source: str = "survey",
    chunk: int = 1000,
    area: Box = AREA,
    today: date = TODAY,
) -> Outcome:
    """Import a defects file of these rows, in chunks."""
    outcome, rows = Outcome(), as_rows(cells)
    for at in range(0, len(rows), chunk):
        command = ImportDefects(rows[at : at + chunk], source, area, ALMATY)
        outcome.totals += import_defects(session, OPERATOR, command, outcome.hear, today=today)
    return outcome


def versions(session: Session) -> dict[str, list[str]]:
    """Which version of which row stands in the tables: equal before and after means that nothing was written.

    Where one may not look, one cannot write either.
    """
    tables = session.scalars(
        text(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND has_table_privilege(oid, 'SELECT') ORDER BY 1"
        )
    )
    return {
        name: list(session.scalars(text(f'SELECT ctid::text || xmin::text FROM "{name}" ORDER BY 1')))
        for name in tables
        if name not in ("spatial_ref_sys", "ledger_salt")  # nobody but the ledger's triggers reads salts
    }
