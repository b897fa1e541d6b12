"""An inspector records a defect: it is kept, placed and answered for in one transaction.

What may be recorded is the same as in a file (`roads.domain.defects`), and it is placed and attributed by the same
statements; only this one defect is answered for, not everything else on its carriageway.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any

from sqlalchemy import func, insert, or_, select
from sqlalchemy.dialects.postgresql import insert as insert_unless_there
from sqlalchemy.orm import Session

from geo.bbox import Box
from roads.domain.actors import Actor, Permission
from roads.domain.attribution import RULE_VERSION
from roads.domain.cells import Cells, Ledger
from roads.domain.corrections import Correction, DefectOnRecord
from roads.domain.defects import DefectRow, Surroundings, read_defect_row
from roads.domain.remarks import BadFields, Remark, refused
from roads.models import Carriageway, Defect, DefectEvent, Inspection, Organisation
from roads.queries.defects import DefectPart, SimilarDefect, distress_catalogue, foresee_defect
from roads.queries.places import find_carriageways
from roads.sql import statement
from roads.usecases.acting import acts
from roads.usecases.attribution import AttributeDefects, attribute_defects
from roads.usecases.claims_moves import REGISTER
from roads.usecases.liability import NOW, lock_carriageways, outdate_answers


@dataclass(frozen=True, slots=True)
class Ground:
    """Where defects may lie, whose days are meant, and how far from a carriageway one may lie, in metres."""

    area: Box
    zone: tzinfo
    snap_m: float


@dataclass(frozen=True, slots=True)
class RecordDefect:
    """A defect by the columns of a defects file, in words; `external_id` is the number that the phone gave it.

    `source` is where it comes from, where that is not the organisation of who records it.
    """

    values: Mapping[str, str]
    ground: Ground
    inspection_id: int | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would be recorded."""

    told: DefectRow
    parts: Sequence[DefectPart]
    similar: Sequence[SimilarDefect]


def foresee(session: Session, actor: Actor, command: RecordDefect, language: str, *, today: date) -> Foreseen:
    """What the inspector sees before saving; nothing is written. Errors: NotAllowed, BadFields."""
    actor.require(Permission.IMPORT_DEFECTS)
    told, chosen = _understood(session, command, today)
    parts, similar = foresee_defect(session, told, chosen, command.ground.snap_m, language)
    return Foreseen(told, parts, similar)


def record_defect(session: Session, actor: Actor, command: RecordDefect, *, today: date) -> int:
    """Keep a defect in the name of who recorded it, say where it lies and who answers; gives its id.

    Errors: NotAllowed, BadFields, DefectOnRecord.
    """
    actor.require(Permission.IMPORT_DEFECTS)
    told, chosen = _understood(session, command, today)
    _demand_own_inspection(session, actor, command.inspection_id)
    acts(session, actor, "record_defect", today=today)
    defect_id = _store(session, actor, command, told, chosen)
    _tell(session, actor, defect_id, today)
    _place(session, defect_id, command.ground.snap_m)
    session.execute(statement("mark_defects"), {"defect_ids": [defect_id]})
    return defect_id


def field_source(bin_: str) -> str:
    """The source of what people of an organisation record: organisations never share one."""
    return f"field:{bin_}"


def source_of(session: Session, actor: Actor) -> str:
    """The source of what the actor records."""
    bin_ = select(Organisation.bin).where(Organisation.id == actor.organisation_id)
    return field_source(session.scalars(bin_).one())


def _understood(session: Session, command: RecordDefect, today: date) -> tuple[DefectRow, Sequence[int] | None]:
    """What was told, and the carriageways in use that were chosen, if any. Errors: BadFields."""
    around = Surroundings.of(command.ground.area, distress_catalogue(session), today, command.ground.zone)
    remarks: list[Remark] = []
    told = read_defect_row(Cells(1, command.values, Ledger(remarks.append)), around)
    if told is None:
        raise BadFields(remarks)
    if told.chosen_source_id is None:
        return told, None
    chosen = find_carriageways(session, {told.chosen_source_id}).get(told.chosen_source_id)
    if not chosen:
        raise refused("source_id", "unknown_source_id", told.chosen_source_id)
    return told, chosen


def _demand_own_inspection(session: Session, actor: Actor, inspection_id: int | None) -> None:
    own = select(Inspection.id).where(
        Inspection.id == inspection_id, Inspection.organisation_id == actor.organisation_id
    )
    if inspection_id is not None and session.scalars(own).one_or_none() is None:
        raise refused("inspection_id", "unknown_inspection", str(inspection_id))


def _store(session: Session, actor: Actor, command: RecordDefect, told: DefectRow, chosen: Sequence[int] | None) -> int:
    kept = insert_unless_there(Defect).values(
        source=command.source or source_of(session, actor),
        chosen_carriageway_ids=list(chosen) if chosen else None,
        organisation_id=actor.organisation_id,
        inspection_id=command.inspection_id,
        **_facts(told),
    )
    id_ = session.scalars(kept.on_conflict_do_nothing().returning(Defect.id)).one_or_none()
    if id_ is None:
        raise DefectOnRecord(external_id=told.external_id)
    return id_


SAME = (
    "external_id", "gps_accuracy_m", "chosen_source_id", "detected_on", "occurred_on", "reported_at", "element",
    "distress", "severity", "severity_rule", "stated_severity", "length_m", "width_m", "depth_mm", "count", "note",
)  # fmt: skip
"""Columns of `defect` that a row of a file has under the same name."""


def _facts(told: DefectRow) -> dict[str, Any]:
    here = func.ST_Point(told.lon, told.lat, 4326)
    geom = here if told.lon_to is None else func.ST_MakeLine(here, func.ST_Point(told.lon_to, told.lat_to, 4326))
    return {"geom": geom, **{name: getattr(told, name) for name in SAME}}


def _tell(session: Session, actor: Actor, defect_id: int, today: date) -> None:
    recorded = insert(DefectEvent).values(
        defect_id=defect_id,
        action=Correction.RECORD,
        person=actor.name,
        organisation_id=actor.organisation_id,
        role=actor.role,
        happened_on=today,
    )
    session.execute(recorded)


def _place(session: Session, defect_id: int, snap_m: float) -> None:
    """Place a new defect and answer for it.

    Its carriageways are held before they are asked who answers: whoever changes that waits, or has committed. Where
    answers are outdated or were never given, all of them are given; for that is what is next due there anyway.
    """
    placed = {"defect_ids": [defect_id], "snap_m": snap_m, "known_at": NOW}
    found = session.scalars(statement("store_placements"), placed).all()
    carriageways = sorted({number for number in found if number is not None})
    lock_carriageways(session, carriageways)
    waiting = select(Carriageway.id).where(
        Carriageway.id == func.any(carriageways), or_(Carriageway.is_stale, Carriageway.attributed_revision == 0)
    )
    if carriageways and session.scalars(waiting).first() is not None:
        outdate_answers(session, carriageways)
        attribute_defects(session, REGISTER, AttributeDefects(carriageways))
        return
    of_one = {"defect_id": defect_id, "carriageway_ids": carriageways, "rule_version": RULE_VERSION}
    session.execute(statement("attribute_first_time", places_of_carriageways="standing_places"), of_one)
