"""A new measurement succeeds the old one: nothing that was recorded on a stretch of road is lost by redrawing it.

The old carriageway is retired with all that was placed on it; contract sections, acceptances, events and carve-outs are
carried over to the new ones, metre by metre. The old ones stay too: they answer for the defects placed there before.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from geo.ewkb import from_ewkb
from geo.redrawing import Piece, redrawn, remeasured
from roads.sql import statement
from roads.usecases import liability
from roads.usecases.copying import copy_rows
from roads.usecases.network_measures import write_staged
from roads.usecases.network_staging import empty_temporary, plan_for_bulk

BATCH = 1000
"""Carriageways worked on at once: their lines are held in memory."""


def replace_carriageways(session: Session, source: str) -> int:
    """Retire what is measured anew or leaves, write what succeeds it, and carry over what was recorded. Gives how many.

    All in one transaction: a contract must not lose its road between two of them.
    """
    old_ids = list(session.scalars(text(_REPLACED)))
    if not old_ids:
        return 0
    liability.lock_carriageways(session, old_ids)
    session.execute(statement("network_retire"), {"carriageway_ids": old_ids})
    _write_successors(session, source)
    empty_temporary(session, "mapping")
    for batch in _in_batches(old_ids):
        rows = session.execute(statement("network_candidates"), {"old_ids": batch}).all()
        copy_rows(session, "mapping", "old_id, new_id, old_extent, new_extent, is_reversed", _mapping(rows))
    session.execute(statement("network_store_successions"))
    _carry_over(session)
    return len(old_ids)


_REPLACED = """
SELECT coalesce(old_id, carriageway_id) AS id FROM staged_change WHERE state IN ('moved', 'leaving') ORDER BY id
"""


def _in_batches(ids: Sequence[int]) -> Iterator[list[int]]:
    return (list(ids[start : start + BATCH]) for start in range(0, len(ids), BATCH))


def _write_successors(session: Session, source: str) -> None:
    numbers = list(session.scalars(text("SELECT n FROM staged_change WHERE state = 'moved' ORDER BY n")))
    for batch in _in_batches(numbers):
        empty_temporary(session, "writing")
        session.execute(
            text(
                "INSERT INTO writing (n, id) SELECT n, carriageway_id FROM staged_change "
                "WHERE n = ANY (CAST(:numbers AS integer[]))"
            ),
            {"numbers": batch},
        )
        write_staged(session, source, batch[0], batch[-1] + 1)


def _mapping(rows: Sequence[Row[Any]]) -> Iterator[tuple[Any, ...]]:
    """Rows of the temporary table `mapping` for pairs of old and new carriageways."""
    for old_id, grouped in groupby(rows, attrgetter("old_id")):
        candidates = list(grouped)
        new_ids = [row.new_id for row in candidates]
        for piece in _pieces(candidates):
            old_extent, new_extent = _cm(piece.old_from, piece.old_to), _cm(piece.new_from, piece.new_to)
            if old_extent and new_extent:
                yield old_id, new_ids[piece.new], old_extent, new_extent, piece.is_reversed


def _pieces(candidates: Sequence[Row[Any]]) -> list[Piece]:
    old = from_ewkb([candidates[0].old_line])
    same = next((number for number, row in enumerate(candidates) if row.is_same_feature), None)
    if same is not None and candidates[same].is_same_line:
        return [replace(piece, new=same) for piece in remeasured(old, from_ewkb([candidates[same].new_line]))]
    return redrawn(old, from_ewkb([row.new_line for row in candidates]), same)


def _cm(from_m: float, to_m: float) -> str | None:
    """A range of whole centimetres as PostgreSQL writes it, None if nothing is left of it."""
    low, high = sorted((round(from_m * 100), round(to_m * 100)))
    return f"[{low},{high})" if low < high else None


def _carry_over(session: Session) -> None:
    sections = session.execute(statement("network_carry_sections")).all()
    session.execute(statement("network_carry_acceptances"), {"section_ids": [section.id for section in sections]})
    events = session.scalars(statement("network_carry_events")).all()
    carve_outs = session.scalars(statement("network_carry_carve_outs")).all()
    contracts = {*(section.contract_id for section in sections), *events}
    carriageways = {*(section.carriageway_id for section in sections), *carve_outs}
    if contracts or carriageways:
        plan_for_bulk(session, on=False)
        liability.refresh(session, contract_ids=sorted(contracts), carriageway_ids=sorted(carriageways))
