"""Chainage for carriageways and the segments they are cut into: about a kilometre, or from junction to junction."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import Row
from sqlalchemy.orm import Session

from geo.crs import Floats
from geo.ewkb import from_ewkb
from geo.linear_referencing import FOLD_DEGREES, Integers, Lines, cut, fold_range, with_vertices
from roads.sql import statement
from roads.usecases.network_staging import copy_lines, empty_temporary

SEGMENT_M = 1000.0
SHORTEST_END_M = 100.0
"""Where segments end at round kilometres, one shorter than this at the end of a carriageway joins its neighbour."""


def write_staged(session: Session, source: str, from_n: int, to_n: int) -> None:
    """Write carriageways and segments of the features listed in the temporary table `writing`.

    They are numbered from `from_n` up to, not including, `to_n`.
    """
    between = {"from_n": from_n, "to_n": to_n}
    empty_temporary(session, "measured", "piece")
    rows = session.execute(statement("network_to_measure"), between).all()
    if rows:
        lines, numbers = measured_lines(rows), np.array([row.n for row in rows])
        copy_lines(session, "measured", numbers, lines, _extents(lines))
        copy_pieces(session, numbers, lines, _cuts(rows, lines))
    session.execute(statement("network_insert_carriageways"), {"source": source, **between})
    session.execute(statement("network_insert_segments"), between)


def measured_lines(rows: Sequence[Row[Any]]) -> Lines:
    """The lines of the rows with chainage as measure. Rows have line, at_m, is_falling, knots_at_m and knots_m."""
    lines = _with_knots(rows, from_ewkb([row.line for row in rows]))
    sizes = lines.sizes
    at = np.repeat(np.array([row.at_m for row in rows], dtype=np.float64), sizes)
    sign = np.repeat(np.where([row.is_falling for row in rows], -1.0, 1.0), sizes)
    m = at + sign * lines.m
    for number, row in enumerate(rows):
        if row.knots_m:
            own = lines.vertices_of(number)
            m[own] = interpolate(m[own], np.array(row.knots_at_m), np.array(row.knots_m))
    return Lines(lines.lon, lines.lat, m, lines.first)


def _with_knots(rows: Sequence[Row[Any]], lines: Lines) -> Lines:
    """Lines with a vertex where a post stands: the scale of chainage changes there, and only there."""
    knots = [
        (number, (at - row.at_m) * (-1 if row.is_falling else 1))
        for number, row in enumerate(rows)
        for at in row.knots_at_m or ()
    ]
    lengths = lines.lengths
    inside = [(number, own_m) for number, own_m in knots if 0 < own_m < lengths[number]]
    if not inside:
        return lines
    which, own_m = zip(*inside, strict=True)
    return with_vertices(lines, np.array(which), np.array(own_m))[0]


def interpolate(at: Floats, knots_at: Floats, knots: Floats) -> Floats:
    """Between knots in proportion; before the first and after the last metre for metre."""
    outside = np.minimum(at - knots_at[0], 0) + np.maximum(at - knots_at[-1], 0)
    chainage: Floats = np.interp(at, knots_at, knots) + outside
    return chainage


def bounds_cm(lines: Lines) -> tuple[Integers, Integers]:
    """Chainage in centimetres from end to end, at least one."""
    first_m, last_m = lines.m[lines.first[:-1]], lines.m[lines.first[1:] - 1]
    low = np.rint(np.minimum(first_m, last_m) * 100).astype(np.int64)
    high = np.rint(np.maximum(first_m, last_m) * 100).astype(np.int64)
    return low, np.maximum(high, low + 1)


def _extents(lines: Lines) -> dict[str, Integers]:
    low, high = bounds_cm(lines)
    return {"from_cm": low, "to_cm": high}


def _cuts(rows: Sequence[Row[Any]], lines: Lines) -> list[Floats]:
    """The chainages at which each line is cut."""
    low, high = bounds_cm(lines)
    cuts = []
    for number, row in enumerate(rows):
        if not row.is_highway:
            wanted = _at_junctions(row)
        elif row.measured_by == "geodesic":
            wanted = _equal_parts(low[number] / 100, high[number] / 100)
        else:
            wanted = _round_kilometres(low[number] / 100, high[number] / 100)
        at_cm = np.unique(np.rint(wanted * 100))
        cuts.append(at_cm[(at_cm > low[number]) & (at_cm < high[number])] / 100)
    return cuts


def _at_junctions(row: Row[Any]) -> Floats:
    at = row.at_m + np.array(row.cuts_m, dtype=np.float64) * (-1 if row.is_falling else 1)
    return interpolate(at, np.array(row.knots_at_m), np.array(row.knots_m)) if row.knots_m else at


def _equal_parts(from_m: float, to_m: float) -> Floats:
    parts = max(round((to_m - from_m) / SEGMENT_M), 1)
    return np.linspace(from_m, to_m, parts + 1)[1:-1]


def _round_kilometres(from_m: float, to_m: float) -> Floats:
    first = np.ceil((from_m + SHORTEST_END_M) / SEGMENT_M) * SEGMENT_M
    return np.arange(first, to_m - SHORTEST_END_M, SEGMENT_M)


def copy_pieces(session: Session, numbers: Integers, lines: Lines, cuts: Sequence[Floats]) -> None:
    """Fill the temporary table `piece` with the parts of those lines that are cut at all."""
    is_cut = np.flatnonzero([len(at) > 0 for at in cuts])
    if not len(is_cut):
        return
    each = [at for at in cuts if len(at)]
    which = np.repeat(np.arange(len(is_cut)), [len(at) for at in each])
    pieces, owner = cut(lines.take(is_cut), which, np.concatenate(each))
    low, high = bounds_cm(pieces)
    folded = fold_range(pieces) > FOLD_DEGREES
    columns = {"from_cm": low, "to_cm": high, "is_folded": folded}
    copy_lines(session, "piece", numbers[is_cut][owner], pieces, columns)
