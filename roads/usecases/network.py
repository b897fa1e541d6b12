"""Importing a road network: read it, find out what is new, measure it, and let new measurements succeed old ones.

The phases of one import, each a transaction or several: `begin`, `stage` for every chunk of the file (and
`network_early.write_early` beside it), `settle`, `chain` for groups of roads, `find_junctions`, `write` for ranges of
what was staged, `replace` (the last chunk, in which things also retire), `finish`. A killed import leaves whole
carriageways or none; the same file once more completes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from geo.ewkb import from_ewkb
from geo.linear_referencing import measure
from roads.domain.actors import Actor, Permission
from roads.domain.remarks import Action, Remark
from roads.sql import statement
from roads.usecases import liability
from roads.usecases.acting import acts
from roads.usecases.copying import copy_table
from roads.usecases.network_chains import chain_staged, measure_changed
from roads.usecases.network_early import SortedOut
from roads.usecases.network_measures import copy_pieces, write_staged
from roads.usecases.network_staging import empty_staging, empty_temporary, plan_for_bulk
from roads.usecases.network_successions import replace_carriageways
from roads.usecases.status import mark_carriageways, mark_network


@dataclass(frozen=True, slots=True)
class Settled:
    """What the file means for the network: roads to chain anew, and rows set aside because they stand in it twice."""

    road_ids: Sequence[int]
    set_aside: int
    remarks: Sequence[Remark]


@dataclass(frozen=True, slots=True)
class Unchanged:
    """How many rows the network says already, and remarks on those of them whose chainage comes out anew."""

    rows: int
    remarks: Sequence[Remark]


def claim(session: Session) -> None:
    """Wait until no other import runs, and keep others out until the connection closes."""
    session.execute(text("SELECT pg_advisory_lock(hashtext('sapaly-zhol network import'))"))


def begin(session: Session, actor: Actor) -> None:
    """Empty the staging tables."""
    actor.require(Permission.IMPORT_NETWORK)
    empty_staging(session)


def was_known(session: Session, source: str) -> bool:
    """Whether the network had anything of a source before this import: lines are written early where it had not."""
    asked = text(
        "SELECT NOT EXISTS (SELECT FROM staged_written) "
        "AND EXISTS (SELECT FROM carriageway WHERE source = :source AND retired_at IS NULL)"
    )
    return bool(session.scalar(asked, {"source": source}))


def stage(session: Session, actor: Actor, chunk: SortedOut) -> None:
    """Keep what of a chunk of checked and measured features is not written early."""
    actor.require(Permission.IMPORT_NETWORK)
    copy_table(session, "staged_feature", chunk.features)
    copy_table(session, "staged_vertex", chunk.vertices)
    if chunk.aside_ids:
        keep = text("INSERT INTO staged_aside (base_id) SELECT unnest(CAST(:ids AS text[])) ON CONFLICT DO NOTHING")
        session.execute(keep, {"ids": chunk.aside_ids})


def settle(session: Session, actor: Actor, source: str, *, has_ids: bool, retires: bool) -> Settled:
    """Find out what is repeated, what the network knows already, what changed, and what is no longer there.

    A feature is known by its id within the source; where ids vanished, by lying exactly where one lay.
    """
    actor.require(Permission.IMPORT_NETWORK)
    plan_for_bulk(session)
    remarks, rows = _repeated(session, has_ids=has_ids)
    known = was_known(session, source)
    session.execute(statement("network_match_ids"), {"source": source, "was_known": known})
    if known:
        if has_ids:
            session.execute(statement("network_match_lines"), {"source": source})
        session.execute(statement("network_find_leaving"), {"source": source, "retires": retires})
    session.execute(statement("network_upsert_roads"))
    session.execute(statement("network_assign_roads"))
    session.execute(statement("network_insert_aliases"))
    _measure_updated_alone(session)
    return Settled(list(session.scalars(statement("network_touched_roads"))), len(rows), remarks)


def _repeated(session: Session, *, has_ids: bool) -> tuple[list[Remark], set[int]]:
    """Take repeated features out of staging. Without ids a repeated line is a repeated id."""
    remarks = [
        Remark(row.row, "source_id", row.base_id, "repeated" if row.is_same else "repeated_id", params=_first(row))
        for row in _dropped(session, "ids")
    ]
    if has_ids:
        remarks += [
            Remark(row.row, "geometry", row.base_id, "repeated", params=_first(row))
            if row.is_same
            else Remark(row.row, "geometry", row.base_id, "same_line", Action.NOTED, _first(row))
            for row in _dropped(session, "lines")
        ]
    aside = {remark.row for remark in remarks if remark.action is Action.SET_ASIDE}
    if aside:
        session.execute(
            text("DELETE FROM staged_vertex v WHERE NOT EXISTS (SELECT FROM staged_feature f WHERE f.n = v.n)")
        )
    return remarks, aside


def _dropped(session: Session, what: str) -> Sequence[Row[Any]]:
    return session.execute(statement(f"network_drop_repeated_{what}")).all()


def _first(row: object) -> dict[str, object]:
    return {"first_row": getattr(row, "first_row", 0)}


def _measure_updated_alone(session: Session) -> None:
    """A nameless carriageway has no chain; another direction or chainage_from measures it anew all the same."""
    alone = "SELECT n FROM staged_change WHERE state = 'updated' AND road_id IS NULL ORDER BY n"
    measure_changed(session, list(session.scalars(text(alone))))


def chain(session: Session, actor: Actor, source: str, road_ids: Sequence[int]) -> None:
    """Let one chainage run through the touching carriageways of each road and direction."""
    actor.require(Permission.IMPORT_NETWORK)
    plan_for_bulk(session)
    chain_staged(session, source, road_ids)


def find_junctions(session: Session, actor: Actor, source: str) -> None:
    """Find out where carriageways of the source meet, so that streets can be cut there."""
    actor.require(Permission.IMPORT_NETWORK)
    plan_for_bulk(session)
    if was_known(session, source):
        session.execute(statement("network_other_vertices"), {"source": source})
    session.execute(statement("network_junctions"))


def count_unchanged(session: Session, actor: Actor, source: str) -> Unchanged:
    """Which rows the network says already. Ask before it is written."""
    actor.require(Permission.IMPORT_NETWORK)
    if not was_known(session, source):
        return Unchanged(0, ())
    plan_for_bulk(session)
    remarks = [
        Remark(row.row, "chainage", row.base_id, "measured_anew", Action.NOTED)
        for row in session.execute(statement("network_measured_anew"))
    ]
    return Unchanged(session.scalars(statement("network_unchanged")).one(), remarks)


@dataclass(frozen=True, slots=True)
class Piece:
    """So many carriageways to write, numbered from `from_n` up to, not including, `to_n`."""

    from_n: int
    to_n: int
    carriageways: int


def unwritten(session: Session, actor: Actor, size: int) -> list[Piece]:
    """What is still to be written, in pieces of so many carriageways."""
    actor.require(Permission.IMPORT_NETWORK)
    plan_for_bulk(session)
    rows = session.execute(statement("network_unwritten"), {"size": size})
    return [Piece(row.from_n, row.to_n, row.carriageways) for row in rows]


def write(session: Session, actor: Actor, source: str, piece: Piece) -> None:
    """Write the new carriageways of a piece with their segments."""
    actor.require(Permission.IMPORT_NETWORK)
    plan_for_bulk(session)
    between = {"from_n": piece.from_n, "to_n": piece.to_n}
    session.execute(statement("network_write_plain"), {"source": source, **between})
    empty_temporary(session, "writing")
    session.execute(statement("network_list_new"), between)
    write_staged(session, source, piece.from_n, piece.to_n)
    mark_network(session)


def replace(session: Session, actor: Actor, source: str) -> None:
    """Bring known carriageways up to date: facts in place, new measurements as successors, what left retired."""
    actor.require(Permission.IMPORT_NETWORK)
    if not _has_changes(session):
        return
    acts(session, actor, "import_network")
    plan_for_bulk(session)
    updated = session.execute(statement("network_update_carriageways")).all()
    mark_carriageways(session, [row.id for row in updated])
    replace_carriageways(session, source)
    _cut_streets_again(session)
    plan_for_bulk(session, on=False)
    other_rule = [row.id for row in updated if row.is_other_rule]
    if other_rule:
        contracts = text(
            "SELECT DISTINCT contract_id FROM contract_section "
            "WHERE carriageway_id = ANY (CAST(:ids AS integer[])) AND upper_inf(recorded)"
        )
        liability.refresh(session, contract_ids=list(session.scalars(contracts, {"ids": other_rule})))


def _has_changes(session: Session) -> bool:
    """Whether the import meets anything that the network knew before, other than as it was."""
    asked = "SELECT EXISTS (SELECT FROM staged_change WHERE state <> 'new')"
    return bool(session.scalar(text(asked)))


def _cut_streets_again(session: Session) -> None:
    """Streets that stay, but are joined by a new carriageway where they had no segment's end."""
    numbers = [row.n for row in session.execute(statement("network_streets_to_cut"))]
    rows = session.execute(statement("network_recut"), {"numbers": numbers}).all() if numbers else []
    if not rows:
        return
    lines = from_ewkb([row.line for row in rows])
    own = measure(lines.lon, lines.lat, lines.first)
    cuts, changed = [], []
    for number, row in enumerate(rows):
        here = lines.vertices_of(number)
        at_m = np.sort(np.interp(row.cuts_m, own.m[here], lines.m[here]))
        cuts.append(at_m)
        starts_cm = sorted({*np.rint(at_m * 100).astype(int).tolist(), round(lines.m[here].min() * 100)})
        changed.append(bool(row.cuts_m) and starts_cm != row.starts_cm)
    which = [number for number, is_changed in enumerate(changed) if is_changed]
    if not which:
        return
    listed = [(rows[number].n, rows[number].carriageway_id) for number in which]
    empty_temporary(session, "writing", "piece")
    session.execute(
        text("INSERT INTO writing (n, id) VALUES (:n, :id)"), [{"n": n, "id": carriageway} for n, carriageway in listed]
    )
    session.execute(statement("network_drop_cut_segments"))
    copy_pieces(
        session, np.array([n for n, _ in listed]), lines.take(np.array(which)), [cuts[number] for number in which]
    )
    session.execute(statement("network_replace_segments"))
    mark_carriageways(session, [carriageway for _, carriageway in listed])


def finish(session: Session, actor: Actor) -> None:
    """Leave nothing in staging."""
    actor.require(Permission.IMPORT_NETWORK)
    empty_staging(session)
