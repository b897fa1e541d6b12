"""What is on record of contracts: their facts, their sections, and which parts of those were accepted."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from roads.domain.acceptance import Part, Recorded
from roads.domain.cells import in_order
from roads.domain.contracts import ContractFacts, ContractKey, Handover, KnownContract, KnownSection
from roads.domain.places import Stretch
from roads.domain.warranty import KindOfWorks
from roads.models import Acceptance, Carriageway, ContractSection
from roads.sql import statement


def find_contracts(session: Session, keys: Collection[ContractKey]) -> dict[ContractKey, KnownContract]:
    """The contracts there are of these."""
    return _contracts(session, keys, "contracts_by_key")


def lock_contracts(session: Session, keys: Collection[ContractKey]) -> dict[ContractKey, KnownContract]:
    """The contracts there are of these, held so that nobody else corrects them meanwhile."""
    return _contracts(session, keys, "lock_contracts")


def _contracts(session: Session, keys: Collection[ContractKey], asked: str) -> dict[ContractKey, KnownContract]:
    columns = {"customer_bins": [key.customer_bin for key in keys], "numbers": [key.number for key in keys]}
    known = {}
    for row in session.execute(statement(asked), columns):
        key = ContractKey(row.customer_bin, row.number)
        facts = ContractFacts(
            row.contractor_bin,
            row.supervisor_bin,
            KindOfWorks(row.kind_of_works),
            row.signed_on,
            row.value_tenge,
            row.stated_term_months,
            row.kato,
        )
        known[key] = KnownContract(row.id, key, facts)
    return known


def sections_of(session: Session, contract_ids: Collection[int]) -> dict[int, list[KnownSection]]:
    """The current sections of contracts, by contract, in order of id."""
    found: dict[int, list[KnownSection]] = defaultdict(list)
    for row in session.execute(
        select(
            ContractSection.id,
            ContractSection.contract_id,
            ContractSection.carriageway_id,
            func.lower(ContractSection.extent).label("from_cm"),
            func.upper(ContractSection.extent).label("to_cm"),
            ContractSection.elements,
            Carriageway.retired_at.is_(None).label("is_in_use"),
            Carriageway.chain_id,
        )
        .join(Carriageway, Carriageway.id == ContractSection.carriageway_id)
        .where(ContractSection.contract_id == func.any(list(contract_ids)), func.upper_inf(ContractSection.recorded))
        .order_by(ContractSection.id)
    ):
        stretch = Stretch(row.carriageway_id, row.from_cm, row.to_cm)
        elements = in_order(row.elements)
        section = KnownSection(row.id, row.contract_id, stretch, elements, row.is_in_use, row.chain_id)
        found[row.contract_id].append(section)
    return found


def acceptances_of(session: Session, section_ids: Collection[int]) -> dict[int, list[Recorded]]:
    """The current acceptances of sections, by section, in order of id."""
    found: dict[int, list[Recorded]] = defaultdict(list)
    for row in session.execute(
        select(
            Acceptance.id,
            Acceptance.section_id,
            func.lower(Acceptance.extent).label("from_cm"),
            func.upper(Acceptance.extent).label("to_cm"),
            Acceptance.elements,
            Acceptance.accepted_on,
            Acceptance.act_number,
            Acceptance.conclusion_number,
        )
        .where(Acceptance.section_id == func.any(list(section_ids)), func.upper_inf(Acceptance.recorded))
        .order_by(Acceptance.id)
    ):
        handover = Handover(row.accepted_on, row.act_number, row.conclusion_number)
        part = Part(row.section_id, row.from_cm, row.to_cm, in_order(row.elements), handover)
        found[row.section_id].append(Recorded(row.id, part))
    return found
