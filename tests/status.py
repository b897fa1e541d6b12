"""What tests ask of the status of segments: what is kept, and what a full recomputation would say."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from roads.domain.actors import OPERATOR
from roads.sql import statement
from roads.usecases.status import Refreshed, RefreshStatus, refresh_status

EVERYWHERE = RefreshStatus(0, 2**31 - 1)
SEGMENT = "status, open_defects, overdue_lines, contract_id, answers_until, inspected_on"


def refresh(session: Session, today: date) -> Refreshed:
    """Bring all up to date that is dirty."""
    return refresh_status(session, OPERATOR, EVERYWHERE, today=today)


def kept(session: Session) -> dict[int, tuple[Any, ...]]:
    """What is kept of each segment."""
    rows = session.execute(text(f"SELECT segment_id, {SEGMENT} FROM segment_status"))
    return {row[0]: tuple(row[1:]) for row in rows}


def worked_out(session: Session, today: date) -> dict[int, tuple[Any, ...]]:
    """The same, worked out for all segments as if nothing had been kept."""
    ids = list(session.scalars(text("SELECT id FROM segment")))
    rows = session.execute(statement("segment_status"), {"on": today, "segment_ids": ids})
    return {row.segment_id: tuple(getattr(row, name.strip()) for name in SEGMENT.split(",")) for row in rows}


def kept_defects(session: Session) -> dict[int, tuple[Any, ...]]:
    """What is kept of each defect that maps show."""
    rows = session.execute(text("SELECT defect_id, carriageway_id, from_cm, state, outcome FROM defect_status"))
    return {row[0]: tuple(row[1:]) for row in rows}


def worked_out_defects(session: Session, today: date) -> dict[int, tuple[Any, ...]]:
    """The same, worked out for all defects."""
    ids = list(session.scalars(text("SELECT id FROM defect")))
    rows = session.execute(statement("defect_status"), {"on": today, "defect_ids": ids})
    return {row.defect_id: (row.carriageway_id, row.from_cm, row.state, row.outcome) for row in rows}


def assert_kept_is_right(session: Session, today: date) -> None:
    """What daily runs keep is what a full recomputation says."""
    assert kept(session) == worked_out(session, today)
    assert kept_defects(session) == worked_out_defects(session, today)


def status_at(session: Session, carriageway_id: int, at_m: float) -> str:
    """The status of the segment there."""
    asked = text(
        "SELECT k.status FROM segment_status k JOIN segment s ON s.id = k.segment_id"
        " WHERE s.carriageway_id = :id AND s.extent @> CAST(:at AS integer)"
    )
    return str(session.scalars(asked, {"id": carriageway_id, "at": round(at_m * 100)}).one())


def counts(session: Session) -> Mapping[str, int]:
    """How many segments have each status."""
    return {row[0]: row[1] for row in session.execute(text("SELECT status, count(*) FROM segment_status GROUP BY 1"))}
