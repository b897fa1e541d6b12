"""Inspections on record, as they were stated, and those that are due."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from roads.domain.inspections import InspectionKind, InspectionOutcome, InspectionRow
from roads.domain.places import StatedPlace
from roads.models import Inspection
from roads.queries.candidates import road_name
from roads.sql import statement


@dataclass(frozen=True, slots=True)
class KnownInspection:
    """An inspection on record."""

    id: int
    inspection: InspectionRow


def inspections_on_record(session: Session, source: str, external_ids: Collection[str]) -> dict[str, KnownInspection]:
    """The inspections of a source that are on record under these ids."""
    rows = session.scalars(
        select(Inspection).where(Inspection.source == source, Inspection.external_id == func.any(list(external_ids)))
    )
    return {row.external_id: KnownInspection(row.id, _as_stated(row)) for row in rows}


def _as_stated(row: Inspection) -> InspectionRow:
    place = StatedPlace(row.stated_source_id, None, None, row.stated_from_cm, row.stated_to_cm, row.inspected_on)
    return InspectionRow(
        row.external_id,
        row.inspected_on,
        row.inspector,
        InspectionKind(row.kind),
        place,
        InspectionOutcome(row.outcome),
        row.note,
    )


@dataclass(frozen=True, slots=True)
class OwnInspection:
    """An inspection that the actor's organisation recorded; its place as it was stated, in centimetres."""

    id: int
    external_id: str
    kind: InspectionKind
    inspected_on: date
    inspector: str | None
    outcome: InspectionOutcome
    source_id: str
    from_cm: int | None
    to_cm: int | None
    note: str | None
    registered_at: datetime


def own_inspections(session: Session, organisation_id: int | None, *, after: int, limit: int) -> list[OwnInspection]:
    """A page of an organisation's inspections by id, above `after`."""
    asked = _own(organisation_id).where(Inspection.id > after).order_by(Inspection.id).limit(limit)
    return [OwnInspection(**row._mapping) for row in session.execute(asked)]


def own_inspection(session: Session, organisation_id: int | None, number: int) -> OwnInspection:
    """One of them, which must be there."""
    return OwnInspection(**session.execute(_own(organisation_id).where(Inspection.id == number)).one()._mapping)


def _own(organisation_id: int | None) -> Select[*tuple[Any, ...]]:
    columns = (
        Inspection.id,
        Inspection.external_id,
        Inspection.kind,
        Inspection.inspected_on,
        Inspection.inspector,
        Inspection.outcome,
        Inspection.stated_source_id.label("source_id"),
        Inspection.stated_from_cm.label("from_cm"),
        Inspection.stated_to_cm.label("to_cm"),
        Inspection.note,
        Inspection.registered_at,
    )
    return select(*columns).where(Inspection.organisation_id == organisation_id)


@dataclass(frozen=True, slots=True)
class DueInspection:
    """An inspection whose days have come and that nobody has completed; its stretch in centimetres."""

    id: int
    kind: InspectionKind
    road: str | None
    source_id: str
    direction: str
    from_cm: int
    to_cm: int
    contract: str
    contract_id: int
    contractor: str
    first_on: date
    last_on: date
    days_left: int
    distance_m: float | None


@dataclass(frozen=True, slots=True)
class AskDue:
    """Which day's list, from where (degrees, EPSG:4326; None: those that end first come first), and how long."""

    on: date
    lon: float | None
    lat: float | None
    limit: int


def inspections_due(session: Session, asked: AskDue, language: str) -> list[DueInspection]:
    """What the actor's contracts are to be inspected for on a day."""
    takes = {"on": asked.on, "lon": asked.lon, "lat": asked.lat, "at_most": asked.limit}
    return [
        DueInspection(
            row.id,
            InspectionKind(row.kind),
            road_name(row, language),
            row.source_id,
            row.direction,
            row.from_cm,
            row.to_cm,
            row.contract,
            row.contract_id,
            row.contractor,
            row.first_on,
            row.last_on,
            row.days_left,
            row.distance_m,
        )
        for row in session.execute(statement("inspections_due"), takes)
    ]
