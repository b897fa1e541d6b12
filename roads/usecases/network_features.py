"""What a network file says, made ready to be settled: lines measured, facts read, and remarks on what cannot go in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from geo.bbox import Box
from geo.columns import Column, Table, first_given, joined, nothing, pa, pc, read_each, repeated
from geo.crs import Floats, to_longitude_latitude
from geo.ewkb import to_ewkb_hex
from geo.keys import Digests, drawn_digests, hexadecimal, place_keys, shape_digests, shape_keys, word_digests
from geo.linear_referencing import FOLD_DEGREES, Booleans, Integers, Lines, fold_range, headings, measure, offsets
from geo.readers import Chunk
from roads.domain.remarks import Action, Remark
from roads.usecases.network_columns import (
    NOT_FOR_MOTOR_TRAFFIC,
    Columns,
    language_of,
    read_category,
    read_chainage_m,
    read_direction,
    read_kato,
    read_significance,
    references,
    significance_of,
    traffic_of,
    words_of,
)

SHORTEST_M = 0.01
NAMES = ("name_kk", "name_ru", "name_en")

LINE_TYPES = (1, 2)
MULTILINE_TYPE = 5
TYPE_NAMES = (
    "Point", "LineString", "LinearRing", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon",
    "GeometryCollection", "CircularString", "CompoundCurve", "CurvePolygon", "MultiCurve", "MultiSurface",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read: which source its features are of, what its columns mean, its CRS, and where they may lie."""

    source: str
    columns: Columns
    crs: CRS
    area: Box
    only_highways: bool
    """An OpenStreetMap extract holds rivers and fences too; only what has a `highway` tag is read."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A chunk ready for the staging tables, its carriageways numbered from 0; remarks; what became of its rows.

    `is_plain` marks features that are nothing but a line between two vertices: no road, no chainage of their own.
    Digests tell whether a line or an id may be in the file twice.
    """

    features: Table
    vertices: Table
    is_plain: Booleans
    line_digests: Digests
    id_digests: Digests
    remarks: list[Remark]
    rows: int
    set_aside: int
    aside_ids: list[str]
    not_a_road: int


def prepare(reading: Reading, chunk: Chunk) -> Prepared:
    """Check and measure the features of a chunk."""
    facts, remarks = _read_facts(reading, chunk)
    is_road = pc.fill_null(pc.invert(pc.is_in(facts["highway"], pa.array(NOT_FOR_MOTOR_TRAFFIC))), True)
    is_asked = pc.is_valid(facts["highway"]) if reading.only_highways else pa.array(np.ones(len(chunk.wkb), dtype=bool))
    wanted = np.asarray(pc.and_(is_road, is_asked))
    shapes = _read_shapes(reading, chunk.wkb, np.flatnonzero(wanted))
    remarks += shapes.remarks
    mine = [remark for remark in remarks if wanted[remark.row]]
    aside = {remark.row for remark in mine if remark.action is Action.SET_ASIDE}
    lines, owner, part = _without(shapes, aside)
    digests = shape_digests(lines)
    features = _staged(reading, facts, lines, digests, owner, part, chunk.first_row)
    return Prepared(
        features,
        _inner_vertices(lines),
        _is_plain(features, lines) & (part == 0),
        digests,
        word_digests(features["base_id"].to_pylist()) if reading.columns.has_ids else digests,
        [_numbered(remark, chunk.first_row) for remark in mine],
        len(np.unique(owner)),
        len(aside),
        _given_ids(reading, facts["source_id"].take(pa.array(sorted(aside), pa.int64()))).drop_null().to_pylist(),
        int(np.count_nonzero(np.asarray(is_asked) & ~np.asarray(is_road))),
    )


def _numbered(remark: Remark, first_row: int) -> Remark:
    """Inside a chunk rows count from 0; people count them in the file, from 1."""
    return Remark(remark.row + first_row, remark.field, remark.value, remark.code, remark.action, remark.params)


# --- facts


def _read_facts(reading: Reading, chunk: Chunk) -> tuple[dict[str, Column], list[Remark]]:
    """The columns as our fields, and remarks on words that mean nothing to us."""
    count = len(chunk.wkb)

    def words(field: str) -> Column:
        return words_of(reading.columns, chunk.values, field, count)

    remarks: list[Remark] = []

    def read(field: str, how: Any, kind: Any) -> Column:
        column, bad = read_each(words(field), how, kind)
        remarks.extend(Remark(row, field, wrong.value, wrong.code, params=wrong.params) for row, wrong in bad.items())
        return column

    facts = {field: words(field) for field in ("source_id", "name", *NAMES, "highway")}
    facts["references"] = read("reference", references, pa.list_(pa.string()))
    facts["significance"] = read("significance", read_significance, pa.string())
    facts["category"] = read("category", read_category, pa.string())
    facts["direction"] = read("direction", read_direction, pa.string())
    facts["chainage_from"] = read("chainage_from", read_chainage_m, pa.float64())
    facts["kato"] = read("kato", read_kato, pa.string())
    facts["traffic"] = _traffic(words("oneway"), words("junction"), facts["highway"])
    return _completed(reading, facts), remarks


def _traffic(oneway: Column, junction: Column, highway: Column) -> Column:
    """Roundabouts and motorways are driven as drawn unless they say otherwise."""
    said, _ = read_each(oneway, traffic_of, pa.int8())
    implied = pc.or_kleene(pc.equal(junction, "roundabout"), pc.equal(highway, "motorway"))
    return pc.coalesce(said, pc.cast(pc.fill_null(implied, False), pa.int8()))


def _completed(reading: Reading, facts: dict[str, Column]) -> dict[str, Column]:
    """The facts that follow from others: the road's key, its aliases, the language of its name, its significance."""
    listed = facts.pop("references")
    count = len(listed)
    has_reference = pc.fill_null(pc.greater(pc.list_value_length(listed), 0), False)
    facts["reference"], facts["aliases"] = _first_and_others(listed)
    language, _ = read_each(facts["name"], language_of, pa.string())
    for field in NAMES:
        fits = pc.fill_null(pc.equal(language, field), False)
        facts[field] = first_given(facts[field], pc.if_else(fits, facts["name"], nothing(count)))
    facts["road_key"] = first_given(facts["reference"], _named_road(reading.source, facts))
    facts["significance"] = first_given(facts["significance"], _significance(facts["highway"], has_reference))
    return facts


def _named_road(source: str, facts: dict[str, Column]) -> Column:
    """The key of a road without a reference: its name within the source and the region."""
    name = first_given(facts["name"], *(facts[field] for field in ("name_ru", "name_kk", "name_en")))
    if name.null_count == len(name):
        return name
    key = joined([repeated(source, len(name)), facts["kato"], pc.utf8_lower(name)], "/")
    return pc.if_else(pc.is_valid(name), key, nothing(len(name)))


def _first_and_others(listed: Column) -> tuple[Column, Column]:
    """The first of each row's references, and those after it as PostgreSQL writes an array."""
    if listed.null_count == len(listed):
        return nothing(len(listed)), nothing(len(listed))

    def written(references: list[str] | None) -> str | None:
        quoted = ('"' + alias.replace("\\", "\\\\").replace('"', '\\"') + '"' for alias in (references or [])[1:])
        return "{" + ",".join(quoted) + "}" if references and len(references) > 1 else None

    rows = listed.to_pylist()
    first = pa.array([references[0] if references else None for references in rows], pa.string())
    return first, pa.array([written(references) for references in rows], pa.string())


def _significance(highway: Column, has_reference: Column) -> Column:
    with_reference, _ = read_each(highway, lambda kind: significance_of(kind, has_reference=True), pa.string())
    without, _ = read_each(highway, lambda kind: significance_of(kind, has_reference=False), pa.string())
    return pc.if_else(has_reference, with_reference, without)


# --- shapes


@dataclass(frozen=True, slots=True)
class Shapes:
    """Measured lines; for each the row it is of and which part of it (0 when it is the whole)."""

    lines: Lines
    row: Integers
    part: Integers
    remarks: list[Remark]


def _read_shapes(reading: Reading, wkb: NDArray[np.object_], rows: Integers) -> Shapes:
    """The lines of the rows. A row with one bad part is set aside whole; a part without length is left out."""
    with np.errstate(invalid="ignore"):
        geometries = shapely.from_wkb(wkb[rows], on_invalid="ignore")
    kinds = shapely.get_type_id(geometries)
    is_line = np.isin(kinds, (*LINE_TYPES, MULTILINE_TYPE)) & ~shapely.is_empty(geometries)
    remarks = list(_unusable(wkb, rows, geometries, kinds, is_line))
    parts, owner = geometries[is_line], rows[is_line]
    if (kinds == MULTILINE_TYPE).any():
        parts, index = shapely.get_parts(parts, return_index=True)
        filled = ~shapely.is_empty(parts)
        parts, owner = parts[filled], owner[index[filled]]
    values = shapely.get_coordinates(parts)
    first = offsets(shapely.get_num_coordinates(parts).astype(np.int64))
    lon, lat = to_longitude_latitude(values[:, 0], values[:, 1], reading.crs)
    bad, place_remarks = _misplaced(reading.area, values, lon, lat, np.repeat(owner, np.diff(first)))
    remarks += place_remarks
    good = ~np.isin(owner, bad)
    at = np.repeat(good, np.diff(first))
    lines = measure(lon[at], lat[at], offsets(np.diff(first)[good]))
    remarks += _crossing_themselves(parts[good], owner[good])
    return _long_enough(lines, owner[good], kinds[np.searchsorted(rows, owner[good])] == MULTILINE_TYPE, remarks)


def _unusable(
    wkb: NDArray[np.object_], rows: Integers, geometries: NDArray[np.object_], kinds: NDArray[Any], is_line: Booleans
) -> Iterator[Remark]:
    empty = shapely.is_empty(geometries)
    for at in np.flatnonzero(~is_line):
        row = int(rows[at])
        if geometries[at] is None and wkb[row] is not None:
            yield Remark(row, "geometry", "", "broken_geometry")
        elif geometries[at] is None or empty[at]:
            yield Remark(row, "geometry", "", "empty_geometry")
        else:
            yield Remark(row, "geometry", TYPE_NAMES[kinds[at]], "not_a_line")


def _misplaced(area: Box, values: Floats, lon: Floats, lat: Floats, owner: Integers) -> tuple[Integers, list[Remark]]:
    """Rows with a vertex that is no place, that the CRS does not know, or that lies outside the area."""
    is_number = np.isfinite(values).all(axis=1)
    is_place = np.isfinite(lon) & np.isfinite(lat)
    inside = (area.west <= lon) & (lon <= area.east) & (area.south <= lat) & (lat <= area.north)
    swapped = (area.west <= lat) & (lat <= area.east) & (area.south <= lon) & (lon <= area.north)
    # The gravest trouble of a row names it: 3 no number, 2 no place, 1 outside; swapped only where all of it would fit.
    trouble = np.where(~is_number, 3, np.where(~is_place, 2, np.where(~inside, 1, 0)))
    worst = np.zeros(int(owner[-1]) + 1 if len(owner) else 0, dtype=np.int64)
    np.maximum.at(worst, owner, trouble)
    fits_swapped = np.ones(len(worst), dtype=bool)
    np.logical_and.at(fits_swapped, owner, swapped)
    remarks = []
    wrong = np.flatnonzero(trouble)
    rows, first_wrong = np.unique(owner[wrong], return_index=True)
    for row, vertex in zip(rows.tolist(), wrong[first_wrong].tolist(), strict=True):
        code = PLACE_TROUBLES[worst[row]]
        code = "axes_swapped" if code == "outside_area" and fits_swapped[row] else code
        remarks.append(Remark(row, "geometry", f"{values[vertex, 0]:.7g} {values[vertex, 1]:.7g}", code))
    return rows, remarks


PLACE_TROUBLES = ("", "outside_area", "no_such_place_in_crs", "coordinate_not_a_number")


def _crossing_themselves(parts: NDArray[np.object_], owner: Integers) -> list[Remark]:
    """Loops are real (ramps, hairpins): they are imported, and said."""
    bent = np.flatnonzero(shapely.get_num_coordinates(parts) > 3)
    crossing = bent[~shapely.is_simple(parts[bent])]
    return [Remark(int(row), "geometry", "", "crosses_itself", Action.NOTED) for row in np.unique(owner[crossing])]


def _long_enough(lines: Lines, row: Integers, is_multi: Booleans, remarks: list[Remark]) -> Shapes:
    """Leave out what is shorter than a chainage can tell; the parts that stay are numbered from 1."""
    keep = lines.lengths >= SHORTEST_M
    kept_rows = set(row[keep].tolist())
    for short_row in np.unique(row[~keep]).tolist():
        stays = short_row in kept_rows
        action = Action.NOTED if stays else Action.SET_ASIDE
        remarks.append(Remark(short_row, "geometry", "", "part_too_short" if stays else "too_short", action))
    if not keep.all():
        lines = lines.take(np.flatnonzero(keep))
    row, is_multi = row[keep], is_multi[keep]
    begins = np.flatnonzero(np.append(True, row[1:] != row[:-1])) if len(row) else np.zeros(0, dtype=np.int64)
    number = np.arange(len(row)) - np.repeat(begins, np.diff(np.append(begins, len(row)))) + 1
    return Shapes(lines, row, np.where(is_multi, number, 0), remarks)


def _without(shapes: Shapes, aside: Iterable[int]) -> tuple[Lines, Integers, Integers]:
    """The lines of the rows that are not set aside."""
    stays = np.flatnonzero(~np.isin(shapes.row, np.array(sorted(aside), dtype=np.int64)))
    if len(stays) == len(shapes.row):
        return shapes.lines, shapes.row, shapes.part
    return shapes.lines.take(stays), shapes.row[stays], shapes.part[stays]


# --- the staging tables


def _staged(
    reading: Reading,
    facts: dict[str, Column],
    lines: Lines,
    digests: Digests,
    row: Integers,
    part: Integers,
    first_row: int,
) -> Table:
    """Rows of `staged_feature`, one for each line."""
    own = {field: column.take(pa.array(row)) for field, column in facts.items()}
    traffic = np.asarray(own["traffic"])
    # A way driven against its drawing is turned round: drawn as driven, like all others.
    lines = _turned(lines, traffic < 0)
    shape = shape_keys(lines, digests)
    base = _base_ids(reading, own["source_id"], shape, row)
    # Headings tell which one-way carriageways of a road follow each other.
    is_chained = pc.and_(pc.is_valid(own["road_key"]), pa.array(traffic != 0))
    heading = headings(lines)[0] if pc.any(is_chained).as_py() else np.zeros(len(lines.lon))
    starts, ends = lines.first[:-1], lines.first[1:] - 1
    keys = place_keys(lines.lon, lines.lat)
    columns = {
        "n": np.arange(len(lines), dtype=np.int32),
        "row": row + first_row,
        "base_id": base,
        "source_id": _part_ids(base, part),
        **{field: own[field] for field in ("road_key", "reference", "aliases", *NAMES)},
        **{field: own[field] for field in ("significance", "category", "direction")},
        "is_oneway": traffic != 0,
        "kato": own["kato"],
        "chainage_from_m": own["chainage_from"],
        "length_m": lines.lengths,
        "start_key": keys[starts],
        "end_key": keys[ends],
        "start_heading": pc.if_else(is_chained, pa.array(heading[starts]), pa.scalar(None, pa.float64())),
        "end_heading": pc.if_else(is_chained, pa.array(heading[ends - 1]), pa.scalar(None, pa.float64())),
        "is_folded": fold_range(lines) > FOLD_DEGREES,
        "geometry_key": shape,
        "content_key": _content_keys(own, lines),
        "geom": to_ewkb_hex(lines),
    }
    return pa.table(columns)


def _part_ids(base: Column, part: Integers) -> Column:
    """`7#1`, `7#2` for the parts of a multiline."""
    if not part.any():
        return base
    numbered = joined([base, pa.array(part.astype(str), pa.string())], "#")
    return pc.if_else(pa.array(part > 0), numbered, base)


LONGEST_PLAIN_M = 1500.0


def _is_plain(features: Table, lines: Lines) -> Booleans:
    """Nothing but a line: what is written of it depends on no other feature. An inner vertex may be a junction."""
    is_alone = pc.and_(pc.is_null(features["road_key"]), pc.is_null(features["chainage_from_m"]))
    is_forward = pc.fill_null(pc.not_equal(features["direction"], "reverse"), True)
    is_plain: Booleans = (
        np.asarray(pc.and_(is_alone, is_forward)) & (lines.sizes == 2) & (lines.lengths < LONGEST_PLAIN_M)
    )
    return is_plain


def _turned(lines: Lines, is_turned: Booleans) -> Lines:
    """Some of the lines drawn from their other end, measured from there."""
    if not is_turned.any():
        return lines
    number = np.arange(len(lines.lon)) - lines.first[:-1][lines.owner]
    backwards = lines.first[1:][lines.owner] - 1 - number
    turned = is_turned[lines.owner]
    at = np.where(turned, backwards, np.arange(len(lines.lon)))
    m = np.where(turned, lines.lengths[lines.owner] - lines.m[at], lines.m)
    return Lines(lines.lon[at], lines.lat[at], m, lines.first)


def _base_ids(reading: Reading, ids: Column, shape: Column, row: Integers) -> Column:
    """What a feature is known by: its id, or where it has none the shape of its first line."""
    first_of_row = np.searchsorted(row, row)
    by_shape = joined([repeated("shape", len(row)), pc.cast(shape.take(pa.array(first_of_row)), pa.string())], "/")
    return first_given(_given_ids(reading, ids), by_shape)


def _given_ids(reading: Reading, ids: Column) -> Column:
    """Ids as the file gives them; those of OpenStreetMap are of ways."""
    if not reading.columns.is_openstreetmap_id:
        return ids
    return pc.if_else(pc.is_valid(ids), joined([repeated("way", len(ids)), ids], "/"), nothing(len(ids)))


CONTENT = (
    "road_key", "reference", "aliases", *NAMES, "significance", "category", "direction", "kato", "chainage_from",
    "traffic",
)  # fmt: skip


def _content_keys(own: dict[str, Column], lines: Lines) -> Column:
    """A digest of all that was read of a feature but its id: what it says, and its line as it is drawn."""
    said = np.zeros(len(lines), dtype=np.uint64)
    for field in CONTENT:
        # What is not said adds nothing, so that a column more or less in the file is no change.
        if own[field].null_count < len(lines):
            words = pc.dictionary_encode(pc.cast(own[field], pa.string()), null_encoding="encode")
            said += _digests(field, words.dictionary.to_pylist())[np.asarray(words.indices)]
    return hexadecimal(np.column_stack([said.astype(">u8"), drawn_digests(lines).astype(">u8")]))


def _digests(field: str, words: list[str | None]) -> Digests:
    """A digest of each word under a field's name, 0 for none."""

    def digest(word: str | None) -> int:
        if word is None:
            return 0
        return int.from_bytes(blake2b(f"{field}={word}".encode(), digest_size=8).digest())

    return np.array([digest(word) for word in words], dtype=np.uint64)


def _inner_vertices(lines: Lines) -> Table:
    """Rows of `staged_vertex`: the places between a line's ends, where another may join it."""
    inner = np.ones(len(lines.lon), dtype=bool)
    inner[lines.first[:-1]] = inner[lines.first[1:] - 1] = False
    owner = lines.owner[inner]
    keys = place_keys(lines.lon[inner], lines.lat[inner])
    return pa.table({"n": owner.astype(np.int32), "m": lines.m[inner], "place_key": keys})
