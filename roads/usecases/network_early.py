"""Lines that are nothing but new, written while the rest of the file is still being read.

Reading keeps one core busy and the database half of another. Most of a city's network is plain lines which no other
feature of the file can change: where the network has nothing of the source, they need not wait for the end of it.
"""

from dataclasses import dataclass

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.columns import Column, Table, joined, pa, pc, repeated
from geo.repeats import MaybeMet
from roads.domain.actors import Actor, Permission
from roads.sql import statement
from roads.usecases.copying import copy_table
from roads.usecases.network_features import Prepared
from roads.usecases.status import mark_network


@dataclass(frozen=True, slots=True)
class SortedOut:
    """A chunk with its carriageways numbered in the order of the file: those to stage, and those to write at once."""

    features: Table
    vertices: Table
    early: Table
    aside_ids: list[str]


class Sorter:
    """Tells, chunk after chunk in the order of the file, what may repeat an earlier carriageway and what can be early.

    Early are, where `writes_early`, plain lines that were certainly not met before: the first row of a file holds, so
    that nothing which comes later changes them.
    """

    def __init__(self, *, writes_early: bool) -> None:
        self._writes_early = writes_early
        self._ids, self._lines = MaybeMet(), MaybeMet()
        self.carriageways = 0

    def sort_out(self, prepared: Prepared) -> SortedOut:
        """The next chunk."""
        is_doubtful = self._ids.meet(prepared.id_digests) | self._lines.meet(prepared.line_digests)
        is_early = prepared.is_plain & ~is_doubtful if self._writes_early else np.zeros_like(is_doubtful)
        features = self._numbered(prepared.features).append_column("is_doubtful", pa.array(is_doubtful))
        vertices = self._numbered(prepared.vertices)
        self.carriageways += len(features)
        staged, early = features.filter(pa.array(~is_early)), features.filter(pa.array(is_early))
        return SortedOut(staged, vertices, early, prepared.aside_ids)

    def _numbered(self, table: Table) -> Table:
        return table.set_column(0, "n", pc.add(table["n"], pa.scalar(self.carriageways, pa.int32())))


KEPT = ["n", "row", "base_id", "start_key", "end_key", "geometry_key", "content_key"]


def write_early(session: Session, actor: Actor, source: str, early: Table) -> None:
    """Write lines that a `Sorter` found to be plain and new, and keep what tells features that repeat them."""
    actor.require(Permission.IMPORT_NETWORK)
    copy_table(session, "staged_written", early.select(KEPT))
    # In the order of the index on ids, which then takes half the time.
    _copy_plain(session, source, early.sort_by("source_id"))
    if len(early):
        mark_network(session)


def take_back(session: Session, actor: Actor, source: str) -> None:
    """Retire what was written early of a file that breaks off: a file that is unusable leaves nothing in use."""
    actor.require(Permission.IMPORT_NETWORK)
    written = text(
        "SELECT id FROM carriageway WHERE source = :source AND retired_at IS NULL "
        "AND source_id IN (SELECT base_id FROM staged_written)"
    )
    session.execute(
        statement("network_retire"), {"carriageway_ids": list(session.scalars(written, {"source": source}))}
    )


def _copy_plain(session: Session, source: str, lines: Table) -> None:
    """Carriageways of one segment each, measured from their start; as `network_write_plain` does from staging."""
    count = len(lines)
    drawn = text("SELECT array_agg(nextval('carriageway_id_seq')) FROM generate_series(1, :count)")
    ids = pa.array(session.scalar(drawn, {"count": count}), pa.int32())
    extent = _extents(lines["length_m"])
    same = ("source_id", "significance", "category", "kato", "geom", "geometry_key", "content_key")
    carriageways = {
        "id": ids,
        "chain_id": ids,
        "source": repeated(source, count),
        "direction": pc.coalesce(lines["direction"], pc.if_else(lines["is_oneway"], "forward", "single")),
        "extent": extent,
        "measured_by": repeated("geodesic", count),
        **{field: lines[field] for field in same},
    }
    copy_table(session, "carriageway", pa.table(carriageways))
    copy_table(session, "segment", pa.table({"carriageway_id": ids, "extent": extent, "geom": lines["geom"]}))


def _extents(length_m: Column) -> Column:
    """From 0 to the end in centimetres, at least one, as PostgreSQL writes a range."""
    length_cm = pc.max_element_wise(pc.cast(pc.round(pc.multiply(length_m, 100)), pa.int64()), 1)
    count = len(length_m)
    return joined([repeated("[0,", count), pc.cast(length_cm, pa.string()), repeated(")", count)], "")
