"""Inspections are planned in time, and what inspectors did and found is recorded, by hand or by file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from geo.tables import Row
from roads.db import wait_for_turn
from roads.domain.actors import Actor, Permission
from roads.domain.cells import Cells, Ledger
from roads.domain.errors import NotFound
from roads.domain.inspections import (
    AFTER_ACCEPTANCE_DAYS,
    LAST_DAYS,
    PLANNED_AHEAD_DAYS,
    InspectionAhead,
    InspectionDiffers,
    InspectionKind,
    InspectionOutcome,
    InspectionRow,
    campaigns,
    differing,
    read_inspection_row,
)
from roads.domain.places import NotThere, StatedPlace, Stretch
from roads.domain.remarks import BadFields, Remark, Say, Totals, refused
from roads.models import InspectedStretch, Inspection, StatusMark
from roads.queries.inspections import inspections_on_record
from roads.queries.places import find_places
from roads.sql import statement
from roads.usecases.acting import acts
from roads.usecases.file_rows import Read, first_of_each, readable


@dataclass(frozen=True, slots=True)
class PlanInspections:
    """Plan what is due soon; of some contracts only, if given."""

    contract_ids: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class RecordInspection:
    """An inspection; its place is stated as in a file, without chainages the whole carriageway was inspected.

    `external_id` is the number that the inspector's device gave it, `source` says which device or survey.
    """

    source: str
    external_id: str
    source_id: str
    from_cm: int | None
    to_cm: int | None
    kind: InspectionKind
    inspected_on: date
    outcome: InspectionOutcome
    note: str | None = None


@dataclass(frozen=True, slots=True)
class ImportInspections:
    """Some rows of an inspections file and the source they belong to."""

    rows: Sequence[Row]
    source: str


def plan_inspections(
    session: Session, actor: Actor, command: PlanInspections, *, today: date
) -> Mapping[InspectionKind, int]:
    """Plan the inspections whose days have come or will within a month; each once. Gives how many, by kind."""
    actor.require(Permission.RUN_JOBS)
    seasons = list(campaigns(today))
    rows = session.execute(
        statement("plan_inspections"),
        {
            "on": today,
            "contract_ids": None if command.contract_ids is None else list(command.contract_ids),
            "ahead_days": PLANNED_AHEAD_DAYS,
            "after_acceptance_days": AFTER_ACCEPTANCE_DAYS,
            "kinds": [one.kind.value for one in seasons],
            "first_days": [one.first_on for one in seasons],
            "last_days": [one.last_on for one in seasons],
            "last_kinds": [kind.value for kind, _, _ in LAST_DAYS],
            "from_days": [from_days for _, from_days, _ in LAST_DAYS],
            "to_days": [to_days for _, _, to_days in LAST_DAYS],
        },
    )
    return {InspectionKind(row.kind): row.inspections for row in rows}


def record_inspection(session: Session, actor: Actor, command: RecordInspection, *, today: date) -> int:
    """Keep an inspection that the actor made, and give its id; the same one again is the one on record.

    Errors: NotAllowed, InspectionAhead, NotFound for a place that is not there, InspectionDiffers.
    """
    actor.require(Permission.RECORD_INSPECTIONS)
    acts(session, actor, "record_inspection", today=today)
    if command.inspected_on > today:
        raise InspectionAhead(inspected_on=command.inspected_on, today=today)
    place = StatedPlace(command.source_id, None, None, command.from_cm, command.to_cm, command.inspected_on)
    inspection = InspectionRow(
        command.external_id, command.inspected_on, actor.name, command.kind, place, command.outcome, command.note
    )
    wait_for_turn(session, f"inspections of {command.source}")
    known = inspections_on_record(session, command.source, [command.external_id]).get(command.external_id)
    if known is None:
        return _add(session, actor, command.source, [(inspection, _stretches(session, place))])[0]
    if columns := differing(known.inspection, inspection):
        raise InspectionDiffers(external_id=command.external_id, columns=", ".join(columns))
    return known.id


@dataclass(frozen=True, slots=True)
class TellInspection:
    """An inspection by the columns of an inspections file, in words; `external_id` is what the device called it."""

    source: str
    values: Mapping[str, str]


def tell_inspection(session: Session, actor: Actor, command: TellInspection, *, today: date) -> int:
    """Keep an inspection as `record_inspection` does, whatever is wrong being said field by field.

    Errors: NotAllowed, BadFields, InspectionDiffers.
    """
    actor.require(Permission.RECORD_INSPECTIONS)
    remarks: list[Remark] = []
    told = read_inspection_row(Cells(1, command.values, Ledger(remarks.append)), today)
    if told is None:
        raise BadFields(remarks)
    place = told.place
    _, missing = find_places(session, [place]).look(place)
    if missing:
        raise refused(missing.field, missing.code, place.source_id or "", **missing.params)
    record = RecordInspection(
        command.source,
        told.external_id,
        place.source_id or "",
        place.from_cm,
        place.to_cm,
        told.kind,
        told.inspected_on,
        told.outcome,
        told.note,
    )
    return record_inspection(session, actor, record, today=today)


def _stretches(session: Session, place: StatedPlace) -> Sequence[Stretch]:
    try:
        return find_places(session, [place]).resolve(place)
    except NotThere as missing:
        raise NotFound(thing="place", key=place.source_id) from missing


def import_inspections(session: Session, actor: Actor, command: ImportInspections, say: Say, *, today: date) -> Totals:
    """Keep inspections that are not on record yet. One is known by source and id: the first row that tells of it wins.

    A later row with other content is set aside, whether it stands in the same file or in another one.
    """
    actor.require(Permission.RECORD_INSPECTIONS)
    acts(session, actor, "import_inspections", today=today)
    ledger = Ledger(say)
    understood = (
        Read(cells, inspection)
        for cells in readable(command.rows, ledger)
        if (inspection := read_inspection_row(cells, today))
    )
    first = first_of_each(understood, differing, "inspection_differs_in_file")
    if first:
        _store(session, actor, command.source, first)
    return ledger.totals(len(command.rows))


def _store(session: Session, actor: Actor, source: str, reads: Sequence[Read[InspectionRow]]) -> None:
    # Two who record inspections of one source at once would each find the other's missing.
    wait_for_turn(session, f"inspections of {source}")
    known = inspections_on_record(session, source, [read.told.external_id for read in reads])
    fresh = [read for read in reads if read.told.external_id not in known]
    for read in reads:
        on_record = known.get(read.told.external_id)
        if on_record and (columns := differing(on_record.inspection, read.told)):
            read.cells.refuse(columns[0], "inspection_differs", columns=", ".join(columns))
    places = find_places(session, [read.told.place for read in fresh])
    sited = []
    for read in fresh:
        stretches, missing = places.look(read.told.place)
        if missing:
            _refuse(read, missing)
        else:
            sited.append((read.told, stretches))
            read.cells.ledger.imported(read.cells.row)
    _add(session, actor, source, sited)


def _refuse(read: Read[InspectionRow], missing: NotThere) -> None:
    read.cells.refuse(missing.field, missing.code, **missing.params)


def _add(
    session: Session, actor: Actor, source: str, sited: Sequence[tuple[InspectionRow, Sequence[Stretch]]]
) -> list[int]:
    """Write inspections with their stretches, and mark those; gives the ids."""
    if not sited:
        return []
    added = insert(Inspection).returning(Inspection.id, sort_by_parameter_order=True)
    by = {"source": source, "organisation_id": actor.organisation_id}
    ids = list(session.scalars(added, [{**by, **_values(inspection)} for inspection, _ in sited]))
    looked_at = [(id_, stretch) for id_, (_, of) in zip(ids, sited, strict=True) for stretch in of]
    session.execute(insert(InspectedStretch), [{"inspection_id": id_, **_place(stretch)} for id_, stretch in looked_at])
    session.execute(insert(StatusMark), [_place(stretch) for _, stretch in looked_at])
    return ids


def _values(inspection: InspectionRow) -> dict[str, Any]:
    return {
        "external_id": inspection.external_id,
        "kind": inspection.kind,
        "inspected_on": inspection.inspected_on,
        "inspector": inspection.inspector,
        "outcome": inspection.outcome,
        "note": inspection.note,
        "stated_source_id": inspection.place.source_id,
        "stated_from_cm": inspection.place.from_cm,
        "stated_to_cm": inspection.place.to_cm,
    }


def _place(stretch: Stretch) -> dict[str, Any]:
    return {"carriageway_id": stretch.carriageway_id, "extent": Range(stretch.from_cm, stretch.to_cm)}
