"""Inspections on record, as they were stated."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from roads.domain.inspections import InspectionKind, InspectionOutcome, InspectionRow
from roads.domain.places import StatedPlace
from roads.models import Inspection


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
