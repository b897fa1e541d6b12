"""The status of segments, and everything else that maps show, brought up to date where something became another.

Writes leave marks on the places they touch, and every row knows the next day on which the date alone may change it: a
run looks only there. All that it changes appears at once, as a new edition of the maps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from roads.db import wait_for_turn
from roads.domain.actors import Actor, Permission
from roads.queries.operations import map_class_changed
from roads.sql import statement

OFF_NETWORK = 0
"""Stands for the carriageway of what lies on none: ids begin at 1."""

STRETCHES = ("answer", "cost")
"""What is kept of carriageways beside works: who answers for them, and what they cost."""


@dataclass(frozen=True, slots=True)
class RefreshStatus:
    """Bring up to date what waits on carriageways from one id to another, both included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How many segments were looked at, how many rows of segments, defects and works changed, and the edition made."""

    segments: int
    changed: int
    edition: int | None


def refresh_status(session: Session, actor: Actor, command: RefreshStatus, *, today: date) -> Refreshed:
    """Work out anew what was marked and what the date has changed; only what became another is written.

    The marks go in the same transaction, so a run that breaks off leaves them. An edition is made wherever marks were
    met, because something that is shown may have moved, and never for a day on which all stays as it is. Maps tell days
    that are left or have passed in classes, as of the day of their edition: a class that changes makes one as well.
    """
    actor.require(Permission.RUN_JOBS)
    # One after the other: an edition that is committed must not be changed by a run that began before it.
    wait_for_turn(session, "refresh status")
    _plan(session)
    dirty = session.execute(
        statement("dirty_segments"), {"first": command.first, "last": command.last, "on": today}
    ).one()
    changed = _store(session, dirty.segment_ids, dirty.marked_ids, today)
    is_new = bool(changed) or bool(dirty.marked_ids) or map_class_changed(session, today)
    return Refreshed(len(dirty.segment_ids), changed, make_edition(session, today) if is_new else None)


def make_edition(session: Session, today: date) -> int:
    """A new edition of the maps; gives its number. The caller holds the lock under which the last one is read."""
    return int(session.scalars(statement("make_edition"), {"on": today}).one())


def mark_carriageways(session: Session, carriageway_ids: Sequence[int]) -> None:
    """Whatever is shown of these carriageways may have become another."""
    if carriageway_ids:
        session.execute(statement("mark_carriageways"), {"carriageway_ids": list(carriageway_ids)})


def mark_off_network(session: Session) -> None:
    """Whatever is shown of what lies on no carriageway may have become another."""
    session.execute(text("INSERT INTO status_mark (carriageway_id, extent) VALUES (0, '[0,1)')"))


def mark_network(session: Session) -> None:
    """Segments came or went, or roads are called otherwise: new segments are found without a mark each."""
    mark_off_network(session)


def _store(session: Session, segment_ids: Sequence[int], marked_ids: Sequence[int], today: date) -> int:
    takes = {"on": today, "segment_ids": list(segment_ids)}
    gone = session.connection().execute(statement("clear_segment_status"), {"carriageway_ids": list(marked_ids)})
    segments = session.execute(statement("store_segment_status"), takes).one().segments
    on_them = {"segment_ids": list(segment_ids), "off_network": OFF_NETWORK in marked_ids}
    shown = list(session.scalars(statement("defects_on_segments"), on_them))
    defects = session.execute(statement("store_defect_status"), {"on": today, "defect_ids": shown}).one().defects
    on = {"on": today, "carriageway_ids": _carriageways(session, segment_ids, marked_ids)}
    works = session.execute(statement("store_works_under_way"), on).one().works
    places = {"carriageway_ids": on["carriageway_ids"]}
    stretches = sum(session.execute(statement(f"store_{kind}_stretches"), places).one().stretches for kind in STRETCHES)
    return int(gone.rowcount + segments + defects + works + stretches)


def _carriageways(session: Session, segment_ids: Sequence[int], marked_ids: Sequence[int]) -> list[int]:
    asked = text("SELECT DISTINCT carriageway_id FROM segment WHERE id = ANY (CAST(:ids AS integer[]))")
    return sorted({*session.scalars(asked, {"ids": list(segment_ids)}), *marked_ids})


def _plan(session: Session) -> None:
    session.execute(text("SET LOCAL work_mem TO '64MB'"))
