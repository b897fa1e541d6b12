"""Citizens' reports for those who decide on them, each among what lies near it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from roads.sql import statement

ROWS_OF_A_QUEUE = 50


def is_public_defect(session: Session, defect_id: int) -> bool:
    """Whether there is such a defect for the public: confirmed, and neither withdrawn nor merged."""
    asked = text("SELECT EXISTS (SELECT FROM public_defect WHERE id = CAST(:id AS integer))")
    return bool(session.scalar(asked, {"id": defect_id}))


def waiting_reports(session: Session, after: int = 0) -> Sequence[Row[Any]]:
    """Open reports that the actor may decide on, the oldest first, with how many wait in all."""
    return session.execute(statement("reports_waiting"), {"after": after, "at_most": ROWS_OF_A_QUEUE}).all()


def waiting_reopenings(session: Session) -> Sequence[Row[Any]]:
    """Verified repairs that somebody says are none, as far as the actor sees their claims."""
    return session.execute(statement("reopenings_waiting"), {"at_most": ROWS_OF_A_QUEUE}).all()


def photos_of_report(session: Session, report_id: int) -> Sequence[Row[Any]]:
    """The photos that came with a report."""
    return session.execute(statement("photos_of_report"), {"id": report_id}).all()


def report_waiting(session: Session, report_id: int) -> Row[Any] | None:
    """One report as it stands."""
    return session.execute(statement("report_seen"), {"id": report_id}).one_or_none()


def seen_near_report(session: Session, report: Row[Any], reach_cm: int) -> Sequence[Row[Any]]:
    """Other reports and defects near a report, nearest first; nothing where its road is not known."""
    if report.carriageway_id is None:
        return ()
    lies = {"carriageway_id": report.carriageway_id, "at_cm": report.at_cm, "reach_cm": reach_cm}
    return session.execute(statement("public_seen_near"), {**lies, "but_report": report.code}).all()


def lines_around(session: Session, lon: float, lat: float, reach_m: float) -> list[str]:
    """The roads around a coordinate as SVG paths in metres from it."""
    around = {"lon": lon, "lat": lat, "reach_m": reach_m}
    return [row.path for row in session.execute(statement("public_lines_around"), around) if row.path]
