"""Contracts come in by file: who works where under which contract, and which stretches were accepted."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import insert, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.dialects.postgresql import insert as insert_unless_there
from sqlalchemy.orm import Session

from geo.tables import Row
from roads.domain.acceptance import Decision, Part, Verdict
from roads.domain.actors import Actor, Permission
from roads.domain.cells import Cells, Ledger
from roads.domain.contract_changes import ContractChanges, NewSection, OnRecord, Sited
from roads.domain.contracts import (
    ContractFacts,
    ContractKey,
    ContractRow,
    KnownSection,
    read_contract_row,
)
from roads.domain.remarks import Say, Totals
from roads.models import Contract, ContractSection
from roads.queries.contracts import acceptances_of, find_contracts, lock_contracts, sections_of
from roads.queries.places import find_former_places, find_places, same_places
from roads.usecases.acceptances import store_acceptances
from roads.usecases.acting import acts
from roads.usecases.file_rows import readable
from roads.usecases.first_rows import FirstRows
from roads.usecases.liability import lock_carriageways, refresh
from roads.usecases.organisations import Met, store_organisations


@dataclass(frozen=True, slots=True)
class ImportContracts:
    """Some rows of a contracts file. `first_rows` lives as long as the file; `update` lets it overrule the record."""

    rows: Sequence[Row]
    first_rows: FirstRows
    update: bool = False


def import_contracts(session: Session, actor: Actor, command: ImportContracts, say: Say, *, today: date) -> Totals:
    """Take in contracts, their sections and acceptances, and settle who answers for the metres concerned.

    A filled or changed acceptance or term is a dated correction; any other difference from the record sets the row
    aside unless `update`. An acceptance is never withdrawn by an empty cell. Rows on record already write nothing.
    """
    actor.require(Permission.IMPORT_CONTRACTS)
    acts(session, actor, "import_contracts", today=today)
    ledger = Ledger(say)
    rows = list(_understood(command.rows, ledger, today))
    keys = {row.key for _, row in rows}
    sections = sections_of(session, [contract.id for contract in find_contracts(session, keys).values()])
    sited = _sited(session, rows, [section for of in sections.values() for section in of])
    record = _hold(session, sited, keys, sections)
    changes = ContractChanges(record, command.first_rows.earlier, ledger, command.update)
    for one in sited:
        changes.consider(one)
    _write(session, changes, [one for one in sited if not ledger.is_aside(one.row.row)])
    command.first_rows.keep(changes.fresh)
    return ledger.totals(len(command.rows))


def _understood(rows: Sequence[Row], ledger: Ledger, today: date) -> Iterator[tuple[Cells, ContractRow]]:
    for cells in readable(rows, ledger):
        if understood := read_contract_row(cells, today):
            yield cells, understood


def _sited(
    session: Session, rows: Sequence[tuple[Cells, ContractRow]], sections: Sequence[KnownSection]
) -> list[Sited]:
    places = find_places(session, [row.place for _, row in rows])
    replaced = {section.stretch.carriageway_id for section in sections if not section.is_in_use}
    former = find_former_places(session, places, replaced)
    return [Sited(cells, row, *places.look(row.place), former.meanings(row.place)) for cells, row in rows]


def _hold(
    session: Session,
    sited: Sequence[Sited],
    keys: Collection[ContractKey],
    sections: Mapping[int, Sequence[KnownSection]],
) -> OnRecord:
    """What is on record of the contracts, with them and every carriageway concerned locked against other writers."""
    stretches = {stretch for one in sited for of in (one.stretches, *one.former) for stretch in of}
    stretches |= {section.stretch for of in sections.values() for section in of}
    elsewhere = {place for linked in same_places(session, list(stretches)).values() for place in linked}
    lock_carriageways(session, sorted({place.carriageway_id for place in stretches | elsewhere}))
    # Asked again: another import may have brought some of them while we waited.
    contracts = lock_contracts(session, keys)
    held = sections_of(session, [contract.id for contract in contracts.values()])
    acceptances = acceptances_of(session, [section.id for of in held.values() for section in of])
    return OnRecord(contracts, held, acceptances)


def _write(session: Session, changes: ContractChanges, taken: Sequence[Sited]) -> None:
    met = [Met(one.row.row, named) for one in taken for named in one.row.organisations]
    organisations = store_organisations(session, met, changes.ledger)
    ids = {key: contract.id for key, contract in changes.record.contracts.items()}
    _correct(session, changes.corrected, ids, organisations)
    ids |= _add(session, changes.added, organisations)
    sections = _add_sections(session, changes.sections, ids)
    known = [section for of in changes.record.sections.values() for section in of]
    accepted = [decision for _, decision in changes.accepted]
    accepted += [decision for new, section in sections for decision in _accepted_at_once(new, section)]
    added = [section for _, section in sections]
    added += _add_elsewhere(session, added, known)
    store_acceptances(session, accepted, known + added)
    touched = {
        *changes.corrected,
        *changes.added,
        *(new.key for new in changes.sections),
        *(key for key, _ in changes.accepted),
    }
    if touched:
        refresh(session, contract_ids=sorted(ids[key] for key in touched))


def _correct(
    session: Session,
    corrected: Mapping[ContractKey, ContractFacts],
    ids: Mapping[ContractKey, int],
    organisations: Mapping[str, int],
) -> None:
    rows = [{"id": ids[key], **_columns(facts, organisations)} for key, facts in corrected.items()]
    if rows:
        session.execute(update(Contract), rows)


def _add(
    session: Session, added: Mapping[ContractKey, ContractFacts], organisations: Mapping[str, int]
) -> dict[ContractKey, int]:
    """Ids of the new contracts. In order of key, and one that another import added meanwhile is taken as it is."""
    if not added:
        return {}
    ordered = sorted(added, key=lambda key: (key.customer_bin, key.number))
    rows = [
        {"customer_id": organisations[key.customer_bin], "number": key.number, **_columns(added[key], organisations)}
        for key in ordered
    ]
    session.execute(
        insert_unless_there(Contract).on_conflict_do_nothing(index_elements=["customer_id", "number"]), rows
    )
    return {key: contract.id for key, contract in lock_contracts(session, ordered).items()}


def _columns(facts: ContractFacts, organisations: Mapping[str, int]) -> dict[str, object]:
    return {
        "contractor_id": organisations[facts.contractor_bin],
        "supervisor_id": organisations[facts.supervisor_bin] if facts.supervisor_bin else None,
        "kind_of_works": facts.kind_of_works,
        "signed_on": facts.signed_on,
        "value_tenge": facts.value_tenge,
        "stated_term_months": facts.stated_term_months,
        "kato": facts.kato,
    }


def _add_sections(
    session: Session, added: Sequence[NewSection], ids: Mapping[ContractKey, int]
) -> list[tuple[NewSection, KnownSection]]:
    wanted = [KnownSection(0, ids[new.key], new.stretch, new.elements, is_in_use=True) for new in added]
    return list(zip(added, _stored(session, [(section, None) for section in wanted]), strict=True))


def _add_elsewhere(
    session: Session, added: Sequence[KnownSection], known: Sequence[KnownSection]
) -> list[KnownSection]:
    """The same sections on the measurements that their carriageways had before, where old defects lie."""
    linked = same_places(session, [section.stretch for section in added])
    there = defaultdict(list)
    for section in known:
        there[section.contract_id, section.stretch.carriageway_id, section.elements].append(section.stretch)
    wanted = [
        (KnownSection(0, section.contract_id, place, section.elements, is_in_use=False), section.id)
        for section in added
        for place in linked.get(section.stretch, ())
        if not any(place.is_near(one) for one in there[section.contract_id, place.carriageway_id, section.elements])
    ]
    return _stored(session, wanted)


def _stored(session: Session, sections: Sequence[tuple[KnownSection, int | None]]) -> list[KnownSection]:
    """Sections with the ids they got, each beside the section it was carried over from."""
    if not sections:
        return []
    rows = [
        {
            "contract_id": section.contract_id,
            "carriageway_id": section.stretch.carriageway_id,
            "extent": Range(section.stretch.from_cm, section.stretch.to_cm),
            "elements": list(section.elements),
            "origin_id": origin_id,
        }
        for section, origin_id in sections
    ]
    ids = session.scalars(insert(ContractSection).returning(ContractSection.id, sort_by_parameter_order=True), rows)
    return [replace(section, id=id_) for (section, _), id_ in zip(sections, ids, strict=True)]


def _accepted_at_once(new: NewSection, section: KnownSection) -> Iterator[Decision]:
    """A section that comes in with its acceptance is accepted as a whole."""
    if new.handover:
        stretch = section.stretch
        yield Decision(Verdict.NEW, Part(section.id, stretch.from_cm, stretch.to_cm, section.elements, new.handover))
