"""Roads, contracts and defects of any number for load tests: made-up, deterministic, written by COPY.

Every road is 50 km long and winds over the plains; each has a vertex every 500 m and segments of about 1 km. Contracts
lie on random stretches, most accepted, one in twenty in a second layer over another; defects lie up to 8 m beside a
road, one in twenty is a stretch of up to 1.5 km.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection as DriverConnection
from pyproj import Geod
from sqlalchemy import text
from sqlalchemy.orm import Session

from roads.domain.actors import Actor, Permission
from roads.domain.warranty import KindOfWorks
from roads.usecases import liability

STEP_M = 500.0
STEPS = 100
FIRST_DAY = date(2019, 1, 1)
SOURCE = "bulk"
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bulk:
    """How many of each to make, from which seed, and until which day."""

    roads: int
    contracts: int
    defects: int
    seed: int


@dataclass(frozen=True, slots=True)
class Lines:
    """Vertices of all roads, shape (roads, STEPS + 1): degrees and metres of chainage; and their carriageway ids."""

    lon: Floats
    lat: Floats
    m: Floats
    ids: NDArray[np.int64]


def load_bulk(session: Session, actor: Actor, command: Bulk, *, today: date) -> None:
    """Write roads, contracts with their liability, and defects. Errors: none of its own; the database's."""
    actor.require(Permission.IMPORT_NETWORK)
    random = np.random.default_rng(command.seed)
    connection: Any = session.connection().connection.driver_connection
    lines = _write_roads(session, connection, command.roads, random)
    contracts = _write_contracts(session, connection, command, lines, random, today)
    liability.refresh(session, contract_ids=contracts)
    _write_defects(connection, command, lines, random, today)


def _wind(count: int, random: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Smoothly turning lines of STEPS edges of STEP_M each; degrees, and geodesic chainage in metres."""
    geod = Geod(ellps="WGS84")
    lon = np.empty((count, STEPS + 1))
    lat = np.empty((count, STEPS + 1))
    lon[:, 0], lat[:, 0] = random.uniform(52, 80, count), random.uniform(44, 54, count)
    heading = random.uniform(0, 360, count)
    for step in range(STEPS):
        heading += random.normal(0, 6, count)
        lon[:, step + 1], lat[:, step + 1], _ = geod.fwd(lon[:, step], lat[:, step], heading, np.full(count, STEP_M))
    m = np.tile(np.arange(STEPS + 1) * STEP_M, (count, 1))
    return lon, lat, m


def line_ewkb(lon: Floats, lat: Floats, m: Floats) -> list[str]:
    """Hexadecimal EWKB of LineStringM in EPSG:4326, one for each row of equally long arrays (rows, vertices)."""
    rows, vertices = lon.shape
    layout = np.dtype([("order", "u1"), ("kind", "<u4"), ("srid", "<u4"), ("n", "<u4"), ("c", "<f8", (vertices, 3))])
    packed = np.empty(rows, dtype=layout)
    packed["order"], packed["kind"], packed["srid"], packed["n"] = 1, 0x60000002, 4326, vertices
    packed["c"] = np.stack([lon, lat, m], axis=-1)
    written = packed.tobytes().hex()
    width = layout.itemsize * 2
    return [written[start : start + width] for start in range(0, len(written), width)]


def _copy(connection: "DriverConnection[Any]", into: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _write_roads(
    session: Session, connection: "DriverConnection[Any]", count: int, random: np.random.Generator
) -> Lines:
    lon, lat, m = _wind(count, random)
    references = [f"BULK-{number}" for number in range(count)]
    _copy(
        connection,
        "road (key, reference, significance, category, kato)",
        ((f"ref:{reference}", reference, "republican", "cat_3", "19") for reference in references),
    )
    road_ids = _ids(session, "SELECT id FROM road WHERE key LIKE 'ref:BULK-%' ORDER BY id")
    extent = f"[0,{int(STEPS * STEP_M * 100)})"
    _copy(
        connection,
        "carriageway (road_id, source, source_id, direction, significance, category, kato, geom, extent, measured_by, "
        "geometry_key, content_key)",
        (
            (road, SOURCE, ref, "single", "republican", "cat_3", "19", wkb, extent, "geodesic", ref, ref)
            for road, ref, wkb in zip(road_ids, references, line_ewkb(lon, lat, m), strict=True)
        ),
    )
    session.execute(text("UPDATE carriageway SET chain_id = id WHERE source = :source"), {"source": SOURCE})
    ids = np.array(_ids(session, "SELECT id FROM carriageway WHERE source = 'bulk' ORDER BY id"))
    lines = Lines(lon, lat, m, ids)
    _copy(connection, "segment (carriageway_id, extent, geom, is_folded)", _segments(lines))
    return lines


def _segments(lines: Lines) -> Iterator[tuple[Any, ...]]:
    for start in range(0, STEPS, 2):
        cut = slice(start, start + 3)
        extent = f"[{int(start * STEP_M * 100)},{int((start + 2) * STEP_M * 100)})"
        pieces = line_ewkb(lines.lon[:, cut], lines.lat[:, cut], lines.m[:, cut])
        for carriageway, wkb in zip(lines.ids, pieces, strict=True):
            yield int(carriageway), extent, wkb, False


def _write_contracts(
    session: Session,
    connection: "DriverConnection[Any]",
    command: Bulk,
    lines: Lines,
    random: np.random.Generator,
    today: date,
) -> list[int]:
    _copy(
        connection,
        "organisation (bin, name)",
        ((f"{990000000000 + n}", f"Bulk organisation {n}") for n in range(200)),
    )
    organisations = _ids(session, "SELECT id FROM organisation WHERE bin >= '990000000000' ORDER BY bin LIMIT 200")
    kinds = [kind.value for kind in KindOfWorks]
    days = (today - FIRST_DAY).days
    count = command.contracts
    signed = [FIRST_DAY + timedelta(days=int(day)) for day in random.integers(0, days, count)]
    picked = random.choice(len(kinds), count, p=[0.1, 0.15, 0.25, 0.35, 0.1, 0.05])
    contractors = random.integers(20, 200, count)
    _copy(
        connection,
        "contract (customer_id, number, contractor_id, kind_of_works, signed_on, value_tenge, kato)",
        (
            (organisations[n % 20], f"B-{n}", organisations[contractors[n]], kinds[picked[n]], signed[n], 10**8, "19")
            for n in range(count)
        ),
    )
    contracts = _ids(session, "SELECT id FROM contract WHERE number LIKE 'B-%' ORDER BY id")
    length_cm = int(STEPS * STEP_M * 100)
    where = random.integers(0, len(lines.ids), count)
    begins = random.integers(0, length_cm - 100_000, count)
    ends = np.minimum(begins + random.integers(100_000, 1_500_000, count), length_cm)
    _copy(
        connection,
        "contract_section (contract_id, carriageway_id, extent, elements)",
        (
            (contracts[n], int(lines.ids[where[n]]), f"[{begins[n]},{ends[n]})", ["pavement"])
            for n in range(count)
        ),
    )
    sections = _ids(session, "SELECT s.id FROM contract_section s JOIN contract c ON c.id = s.contract_id "
                             "WHERE c.number LIKE 'B-%' ORDER BY s.id")  # fmt: skip
    took = random.integers(60, 500, count)
    accepted = [signed[n] + timedelta(days=int(took[n])) for n in range(count)]
    _copy(
        connection,
        "acceptance (section_id, extent, elements, accepted_on, act_number)",
        (
            (sections[n], f"[{begins[n]},{ends[n]})", ["pavement"], accepted[n], f"A-{n}")
            for n in range(count)
            if accepted[n] <= today
        ),
    )
    return contracts


def _write_defects(
    connection: "DriverConnection[Any]", command: Bulk, lines: Lines, random: np.random.Generator, today: date
) -> None:
    count = command.defects
    where = random.integers(0, len(lines.ids), count)
    lengths = np.where(random.random(count) < 0.05, random.uniform(20, 1500, count), 0)
    begins = random.uniform(0, STEPS * STEP_M - lengths)
    detected = [FIRST_DAY + timedelta(days=int(d)) for d in random.integers(180, (today - FIRST_DAY).days, count)]
    accuracy = random.choice([0.0, 3.0, 5.0, 10.0], count)
    first = _beside(lines, where, begins, random)
    last = _beside(lines, where, begins + lengths, random)
    _copy(
        connection,
        "defect (source, external_id, geom, gps_accuracy_m, detected_on, element, distress, severity)",
        (
            (SOURCE, f"D-{n}", _place(first[n], last[n], lengths[n]), accuracy[n], detected[n], "pavement", "pothole", "medium")
            for n in range(count)
        ),
    )  # fmt: skip


def _place(first: Floats, last: Floats, length: float) -> str:
    if length:
        return f"SRID=4326;LINESTRING({first[0]:.7f} {first[1]:.7f},{last[0]:.7f} {last[1]:.7f})"
    return f"SRID=4326;POINT({first[0]:.7f} {first[1]:.7f})"


def _beside(lines: Lines, where: NDArray[np.int64], m: Floats, random: np.random.Generator) -> Floats:
    """Coordinates, shape (n, 2), at chainages of lines and up to 8 m beside them."""
    edge = np.minimum((m / STEP_M).astype(int), STEPS - 1)
    share = m / STEP_M - edge
    lon = lines.lon[where, edge] * (1 - share) + lines.lon[where, edge + 1] * share
    lat = lines.lat[where, edge] * (1 - share) + lines.lat[where, edge + 1] * share
    aside = random.uniform(-8, 8, (len(m), 2)) / 1.5
    return np.stack([lon + aside[:, 0] / (111_320 * np.cos(np.radians(lat))), lat + aside[:, 1] / 110_900], axis=-1)


def _ids(session: Session, query: str) -> list[int]:
    return list(session.scalars(text(query)))
