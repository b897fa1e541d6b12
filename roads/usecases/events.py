"""What happens after signing comes in by file: acceptance by part, suspension, amendment, termination, carve-out."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from geo.tables import Row
from roads.domain.actors import Actor, Permission
from roads.domain.cells import Cells, Ledger
from roads.domain.contracts import ContractKey, KnownContract, KnownSection, Named
from roads.domain.event_changes import EventChanges, SitedEvent
from roads.domain.events import EventRow, Kind, read_event_row
from roads.domain.happenings import Happening, KnownHappening, ToWrite, compared
from roads.domain.places import Stretch
from roads.domain.remarks import Say, Totals
from roads.models import CarveOut, ContractEvent
from roads.queries.contracts import acceptances_of, find_contracts, lock_contracts, sections_of
from roads.queries.events import carve_outs_on, happenings_of, replaced_under_carve_outs
from roads.queries.places import FormerPlaces, Places, find_former_places, find_places, same_places
from roads.usecases.acceptances import store_acceptances
from roads.usecases.acting import acts
from roads.usecases.file_rows import readable
from roads.usecases.first_rows import FirstRows
from roads.usecases.liability import lock_carriageways, refresh
from roads.usecases.organisations import Met, store_organisations
from roads.usecases.recording import close


@dataclass(frozen=True, slots=True)
class ImportEvents:
    """Some rows of an events file. `first_rows` lives as long as the file."""

    rows: Sequence[Row]
    first_rows: FirstRows


def import_events(session: Session, actor: Actor, command: ImportEvents, say: Say, *, today: date) -> Totals:
    """Take in what happened to contracts and roads, and settle who answers for the metres concerned.

    An event is known by its kind, contract, place, elements and first day: a later file that says otherwise of it
    corrects it by date. What is on record already writes nothing.
    """
    actor.require(Permission.IMPORT_CONTRACTS)
    acts(session, actor, "import_events", today=today)
    ledger = Ledger(say)
    rows = list(_understood(command.rows, ledger, today))
    keys = {row.key for _, row in rows if row.key}
    contracts = find_contracts(session, keys)
    known = [(cells, row) for cells, row in rows if _is_of_known_contract(cells, row, contracts)]
    sections = sections_of(session, [contract.id for contract in contracts.values()])
    sited = _sited(session, known, contracts, sections)
    elsewhere = _hold(session, sited, sections)
    # Once more, now that nobody else can change them.
    held = lock_contracts(session, keys)
    sections = sections_of(session, [contract.id for contract in held.values()])
    changes = _considered(session, sited, sections, command.first_rows)
    _write(session, changes, sited, sections, elsewhere, ledger)
    command.first_rows.keep(changes.fresh)
    return ledger.totals(len(command.rows))


def _understood(rows: Sequence[Row], ledger: Ledger, today: date) -> Iterator[tuple[Cells, EventRow]]:
    for cells in readable(rows, ledger):
        if understood := read_event_row(cells, today):
            yield cells, understood


def _is_of_known_contract(cells: Cells, row: EventRow, contracts: Mapping[ContractKey, KnownContract]) -> bool:
    """Whether the row is of a contract on record and after its signing, or of none at all; else it is set aside."""
    if row.key is None:
        return True
    contract = contracts.get(row.key)
    if contract is None:
        cells.refuse("contract_number", "unknown_contract")
    elif row.from_on < contract.facts.signed_on:
        cells.refuse("from_on", "before_signing", signed_on=contract.facts.signed_on)
    return cells.is_good


# --- where it happened


def _sited(
    session: Session,
    rows: Sequence[tuple[Cells, EventRow]],
    contracts: Mapping[ContractKey, KnownContract],
    sections: Mapping[int, Sequence[KnownSection]],
) -> list[SitedEvent]:
    places = find_places(session, [row.place for _, row in rows if row.place])
    replaced = {one.stretch.carriageway_id for of in sections.values() for one in of if not one.is_in_use}
    if any(row.kind is Kind.CARVE_OUT for _, row in rows):
        replaced.update(replaced_under_carve_outs(session))
    former = find_former_places(session, places, replaced)
    return [_site(cells, row, contracts.get(row.key) if row.key else None, places, former) for cells, row in rows]


def _site(
    cells: Cells, row: EventRow, contract: KnownContract | None, places: Places, former: FormerPlaces
) -> SitedEvent:
    if row.place is None:
        return SitedEvent(cells, row, contract, ())
    stretches, missing = places.look(row.place)
    return SitedEvent(cells, row, contract, stretches, missing, former.meanings(row.place))


def _hold(
    session: Session, sited: Sequence[SitedEvent], sections: Mapping[int, Sequence[KnownSection]]
) -> Mapping[Stretch, Sequence[Stretch]]:
    """Lock every carriageway concerned; gives where the stretches lie on other measurements."""
    stretches = {stretch for one in sited for of in (one.stretches, *one.former) for stretch in of}
    elsewhere = same_places(session, list(stretches))
    worked_on = {section.stretch for of in sections.values() for section in of}
    places = stretches | worked_on | {place for of in elsewhere.values() for place in of}
    lock_carriageways(session, sorted({place.carriageway_id for place in places}))
    return elsewhere


# --- what it changes


def _considered(
    session: Session,
    sited: Sequence[SitedEvent],
    sections: Mapping[int, Sequence[KnownSection]],
    first_rows: FirstRows,
) -> EventChanges:
    acceptances = acceptances_of(session, [section.id for of in sections.values() for section in of])
    carriageways = {stretch.carriageway_id for one in sited for of in (one.stretches, *one.former) for stretch in of}
    known = [*happenings_of(session, sections.keys()), *carve_outs_on(session, carriageways)]
    changes = EventChanges(sections, acceptances, {one.what.words: one for one in known}, first_rows.earlier)
    for one in sited:
        changes.consider(one)
    return changes


def _write(
    session: Session,
    changes: EventChanges,
    sited: Sequence[SitedEvent],
    sections: Mapping[int, Sequence[KnownSection]],
    elsewhere: Mapping[Stretch, Sequence[Stretch]],
    ledger: Ledger,
) -> None:
    listed = [section for of in sections.values() for section in of]
    store_acceptances(session, changes.accepted, listed)
    written = [*changes.happened, *_elsewhere(session, changes.happened, elsewhere, sections)]
    _store_events(session, [one for one in written if one.what.kind is not Kind.CARVE_OUT])
    carved = [one for one in written if one.what.kind is Kind.CARVE_OUT]
    taken = [one for one in sited if one.row.liable_bin and not ledger.is_aside(one.row.row)]
    _store_carve_outs(session, carved, _liable(session, taken, ledger))
    by_section = {section.id: section.contract_id for section in listed}
    touched = {by_section[one.part.section_id] for one in changes.accepted}
    touched |= {one.what.contract_id for one in written if one.what.contract_id is not None}
    carriageways = {one.what.stretch.carriageway_id for one in carved if one.what.stretch}
    if touched or carriageways:
        refresh(session, contract_ids=sorted(touched), carriageway_ids=sorted(carriageways))


def _liable(session: Session, taken: Sequence[SitedEvent], ledger: Ledger) -> dict[str, int]:
    met = [Met(one.row.row, Named(one.row.liable_bin or "", None, "liable_bin")) for one in taken]
    return store_organisations(session, met, ledger)


def _elsewhere(
    session: Session,
    written: Sequence[ToWrite],
    elsewhere: Mapping[Stretch, Sequence[Stretch]],
    sections: Mapping[int, Sequence[KnownSection]],
) -> list[ToWrite]:
    """The same on other measurements of the road, where old defects lie; of a contract only where it works."""
    stated = [
        replace(one.what, stretch=place)
        for one in written
        if one.what.stretch
        for place in elsewhere.get(one.what.stretch, ())
        if _works_there(one.what, place, sections)
    ]
    carved = {one.stretch.carriageway_id for one in stated if one.stretch and one.kind is Kind.CARVE_OUT}
    by_place: dict[int, list[KnownHappening]] = defaultdict(list)
    of_contracts = happenings_of(session, {one.contract_id for one in stated if one.contract_id is not None})
    for known in (*of_contracts, *carve_outs_on(session, carved)):
        if known.what.stretch:
            by_place[known.what.stretch.carriageway_id].append(known)
    return [found for one in stated if (found := compared(one, _near(one, by_place)))]


def _works_there(what: Happening, place: Stretch, sections: Mapping[int, Sequence[KnownSection]]) -> bool:
    if what.contract_id is None:
        return True
    return any(section.stretch.overlaps(place) for section in sections.get(what.contract_id, ()))


def _near(stated: Happening, by_place: Mapping[int, Sequence[KnownHappening]]) -> KnownHappening | None:
    known = by_place.get(stated.stretch.carriageway_id, ()) if stated.stretch else ()
    return next((one for one in known if stated.is_near(one.what)), None)


def _store_events(session: Session, written: Sequence[ToWrite]) -> None:
    close(session, ContractEvent, [one.replaces for one in written if one.replaces is not None])
    if written:
        session.execute(insert(ContractEvent), [_event_values(one.what) for one in written])


def _event_values(what: Happening) -> dict[str, object]:
    return {
        "contract_id": what.contract_id,
        "kind": what.kind,
        "carriageway_id": what.stretch.carriageway_id if what.stretch else None,
        "extent": Range(what.stretch.from_cm, what.stretch.to_cm) if what.stretch else None,
        "elements": list(what.elements) if what.elements else None,
        "from_on": what.from_on,
        "to_on": what.to_on,
        "months": what.months,
        "document": what.document,
        "note": what.note,
    }


def _store_carve_outs(session: Session, written: Sequence[ToWrite], liable: Mapping[str, int]) -> None:
    close(session, CarveOut, [one.replaces for one in written if one.replaces is not None])
    rows = [
        {
            "carriageway_id": one.what.stretch.carriageway_id,
            "extent": Range(one.what.stretch.from_cm, one.what.stretch.to_cm),
            "elements": list(one.what.elements or ()),
            "period": Range(one.what.from_on, one.what.to_on, bounds="[]" if one.what.to_on else "[)"),
            "liable_id": liable[one.what.liable_bin or ""],
            "document": one.what.document,
            "note": one.what.note,
        }
        for one in written
        if one.what.stretch
    ]
    if rows:
        session.execute(insert(CarveOut), rows)
