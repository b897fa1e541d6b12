"""Roads, contracts and defects of any number for load tests: made-up, deterministic, written by COPY.

Every road is 50 km long and winds over the plains; each has a vertex every 500 m and segments of about 1 km. Contracts
lie on random stretches, most accepted, some in a second layer over another; defects lie up to 8 m beside a road, one in
twenty is a stretch of up to 1.5 km.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.ewkb import to_ewkb_hex
from geo.linear_referencing import Lines
from roads.db import driver_of
from roads.domain.actors import Actor, Permission
from roads.domain.warranty import KindOfWorks
from roads.usecases import liability
from seed.errors import BulkAlreadyThere
from seed.organisations import made_up_bin
from seed.reference import load_shipped

STEP_M = 500.0
STEPS = 100
STEPS_A_SEGMENT = 2
CM = 100
LENGTH_CM = int(STEPS * STEP_M * CM)
FIRST_DAY = date(2019, 1, 1)
FIRST_DEFECT_DAYS = 180
SOURCE = "bulk"
KATO = "19"
CUSTOMERS, ORGANISATIONS = 20, 200
FIRST_ORGANISATION = 1000
ROADS_AT_ONCE = 5000
CONTRACTS_AT_ONCE = 2000
DEFECTS_AT_ONCE = 50_000
KINDS = {
    KindOfWorks.CONSTRUCTION: 0.1,
    KindOfWorks.RECONSTRUCTION: 0.15,
    KindOfWorks.CAPITAL_REPAIR: 0.25,
    KindOfWorks.MEDIUM_REPAIR: 0.35,
    KindOfWorks.CURRENT_REPAIR: 0.1,
    KindOfWorks.MAINTENANCE: 0.05,
}
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Bulk:
    """How many of each to make, and from which seed."""

    roads: int
    contracts: int
    defects: int
    seed: int


@dataclass(frozen=True, slots=True)
class Step:
    """The work of one transaction, and how many of the command's roads, contracts and defects it settles."""

    work: Callable[[Session], None]
    rows: int


def load_bulk(session: Session, actor: Actor, command: Bulk, *, today: date) -> None:
    """Write everything in the caller's transaction. Errors: BulkAlreadyThere."""
    for step in bulk_steps(actor, command, today=today):
        step.work(session)


def bulk_steps(actor: Actor, command: Bulk, *, today: date) -> Iterator[Step]:
    """The same as steps, to be done in order, each in a transaction of its own if the caller likes.

    First the reference rows, without which every term would be unknown; then roads, contracts, their liability by
    2,000 contracts, and the defects by 50,000: memory holds one step beside the vertices of all roads.
    """
    actor.require(Permission.IMPORT_NETWORK)
    loader = _Loader(command, today)
    yield Step(partial(_begin, actor), 0)
    yield Step(loader.write_roads, command.roads)
    yield Step(loader.write_contracts, command.contracts)
    for start in range(0, command.contracts, CONTRACTS_AT_ONCE):
        some = slice(start, min(start + CONTRACTS_AT_ONCE, command.contracts))
        yield Step(partial(loader.settle, some), some.stop - some.start)
    for start in range(0, command.defects, DEFECTS_AT_ONCE):
        numbers = range(start, min(start + DEFECTS_AT_ONCE, command.defects))
        yield Step(partial(loader.write_defects, numbers), len(numbers))


@dataclass(frozen=True, slots=True)
class _Roads:
    """Vertices of all roads, shape (roads, STEPS + 1), in degrees; and their carriageways' ids."""

    lon: Floats
    lat: Floats
    ids: Integers

    def ewkb(self, roads: slice, steps: slice) -> list[str]:
        """Hexadecimal EWKB of some of the vertices of some of the roads, chainage as M."""
        lon, lat = self.lon[roads, steps], self.lat[roads, steps]
        m = np.broadcast_to(np.arange(STEPS + 1)[steps] * STEP_M, lon.shape)
        first = np.arange(len(lon) + 1) * lon.shape[1]
        written: list[str] = to_ewkb_hex(Lines(lon.ravel(), lat.ravel(), m.ravel(), first)).to_pylist()
        return written

    def beside(self, road: Integers, m: Floats, random: np.random.Generator) -> Floats:
        """Coordinates, shape (n, 2), at chainages of roads and up to 8 m beside them."""
        edge = np.minimum((m / STEP_M).astype(int), STEPS - 1)
        share = m / STEP_M - edge
        lon = self.lon[road, edge] * (1 - share) + self.lon[road, edge + 1] * share
        lat = self.lat[road, edge] * (1 - share) + self.lat[road, edge + 1] * share
        aside = random.uniform(-8, 8, (len(m), 2)) / np.sqrt(2)
        return np.stack([lon + aside[:, 0] / (111_320 * np.cos(np.radians(lat))), lat + aside[:, 1] / 110_900], axis=-1)


class _Loader:
    """Writes bulk rows; what a later step needs of an earlier one is kept here."""

    def __init__(self, command: Bulk, today: date) -> None:
        self._command = command
        self._today = today
        self._days = (today - FIRST_DAY).days
        self._roads = _Roads(*_wind(command.roads, self._random(0)), np.empty(0, dtype=np.int64))
        self._contracts: list[int] = []

    def _random(self, *stream: int) -> np.random.Generator:
        """Every part of the rows has a stream of its own, so that steps do not depend on each other."""
        return np.random.default_rng([self._command.seed, *stream])

    # --- roads

    def write_roads(self, session: Session) -> None:
        """Roads with one carriageway each, and its segments."""
        roads = range(self._command.roads)
        values = ((f"ref:BULK-{n}", f"BULK-{n}", "republican", "cat_3", KATO) for n in roads)
        _copy(session, "road (key, reference, significance, category, kato)", values)
        _copy(session, _CARRIAGEWAY, self._carriageways(_ids(session, _ROAD_IDS)))
        ids = _ids(session, "UPDATE carriageway SET chain_id = id WHERE source = 'bulk' RETURNING id")
        self._roads = _Roads(self._roads.lon, self._roads.lat, np.sort(np.array(ids, dtype=np.int64)))
        _copy(session, "segment (carriageway_id, extent, geom, is_folded)", self._segments())

    def _carriageways(self, road_ids: list[int]) -> Iterator[tuple[Any, ...]]:
        facts = ("single", "republican", "cat_3", KATO)
        for some in self._slices():
            drawn = self._roads.ewkb(some, slice(None))
            for number, road_id, ewkb in zip(range(some.start, some.stop), road_ids[some], drawn, strict=True):
                name = f"BULK-{number}"
                yield road_id, SOURCE, name, *facts, ewkb, f"[0,{LENGTH_CM})", "geodesic", name, name

    def _segments(self) -> Iterator[tuple[Any, ...]]:
        for some in self._slices():
            for start in range(0, STEPS, STEPS_A_SEGMENT):
                end = start + STEPS_A_SEGMENT
                extent = f"[{int(start * STEP_M) * CM},{int(end * STEP_M) * CM})"
                drawn = self._roads.ewkb(some, slice(start, end + 1))
                for carriageway, ewkb in zip(self._roads.ids[some].tolist(), drawn, strict=True):
                    yield carriageway, extent, ewkb, False

    def _slices(self) -> Iterator[slice]:
        count = self._command.roads
        return (slice(start, min(start + ROADS_AT_ONCE, count)) for start in range(0, count, ROADS_AT_ONCE))

    # --- contracts

    def write_contracts(self, session: Session) -> None:
        """Contracts of one stretch each, from 2019 to today, with their acceptances; not settled yet."""
        random, count = self._random(1), self._command.contracts
        signed = [FIRST_DAY + timedelta(days=day) for day in random.integers(0, self._days, count).tolist()]
        took = random.integers(60, 500, count).tolist()
        accepted = [day + timedelta(days=days) for day, days in zip(signed, took, strict=True)]
        _copy(session, _CONTRACT, self._contract_rows(_organisations(session), signed, random))
        contracts = _ids(session, "SELECT id FROM contract WHERE number LIKE 'BULK-%' ORDER BY id")
        road = random.integers(0, self._command.roads, count)
        # Settled in the order of roads, because a road is built anew with every batch that has a contract on it.
        self._contracts = [contracts[n] for n in np.argsort(road, kind="stable")]
        extents = list(_extents(count, random))
        sections = zip(contracts, self._roads.ids[road].tolist(), extents, _PAVEMENT * count, strict=True)
        _copy(session, "contract_section (contract_id, carriageway_id, extent, elements)", sections)
        rows = zip(_ids(session, _SECTION_IDS), extents, accepted, strict=True)
        handovers = ((section, extent, ["pavement"], day) for section, extent, day in rows if day <= self._today)
        _copy(session, "acceptance (section_id, extent, elements, accepted_on)", handovers)

    def _contract_rows(
        self, organisations: list[int], signed: list[date], random: np.random.Generator
    ) -> Iterator[tuple[Any, ...]]:
        kinds = random.choice(len(KINDS), len(signed), p=list(KINDS.values())).tolist()
        contractors = random.integers(CUSTOMERS, ORGANISATIONS, len(signed)).tolist()
        names = [kind.value for kind in KINDS]
        for n, (day, kind, contractor) in enumerate(zip(signed, kinds, contractors, strict=True)):
            yield organisations[n % CUSTOMERS], f"BULK-{n}", organisations[contractor], names[kind], day, 10**8, KATO

    def settle(self, some: slice, session: Session) -> None:
        """Warranties, works and liability of some of the contracts."""
        liability.refresh(session, contract_ids=self._contracts[some])

    # --- defects

    def write_defects(self, numbers: range, session: Session) -> None:
        """Defects of those numbers, not placed yet."""
        random, count = self._random(2, numbers.start), len(numbers)
        road = random.integers(0, self._command.roads, count)
        lengths = np.where(random.random(count) < 0.05, random.uniform(20, 1500, count), 0)
        begins = random.uniform(0, STEPS * STEP_M - lengths)
        first = self._roads.beside(road, begins, random).tolist()
        last = self._roads.beside(road, begins + lengths, random).tolist()
        places = map(_place, first, last, (lengths > 0).tolist())
        days = [FIRST_DAY + timedelta(days=day) for day in range(self._days)]
        detected = random.integers(FIRST_DEFECT_DAYS, self._days, count).tolist()
        accuracy = random.choice([0.0, 3.0, 5.0, 10.0], count).tolist()
        facts = ("pavement", "pothole", "medium")
        rows = zip(numbers, places, accuracy, detected, strict=True)
        # Row-level security takes no COPY, not even where it lets every row pass.
        session.execute(text(f"CREATE TEMP TABLE bulk_defect AS SELECT {_FACTS_OF_DEFECT} FROM defect WITH NO DATA"))
        _copy(
            session,
            "bulk_defect",
            ((SOURCE, f"BULK-{n}", place, near, days[day], *facts) for n, place, near, day in rows),
        )
        session.execute(text(f"INSERT INTO defect ({_FACTS_OF_DEFECT}) SELECT * FROM bulk_defect"))
        session.execute(text("DROP TABLE bulk_defect"))


_CARRIAGEWAY = (
    "carriageway (road_id, source, source_id, direction, significance, category, kato, geom, extent, measured_by, "
    "geometry_key, content_key)"
)
_CONTRACT = "contract (customer_id, number, contractor_id, kind_of_works, signed_on, value_tenge, kato)"
_FACTS_OF_DEFECT = "source, external_id, geom, gps_accuracy_m, detected_on, element, distress, severity"
_ROAD_IDS = "SELECT id FROM road WHERE key LIKE 'ref:BULK-%' ORDER BY id"
_SECTION_IDS = (
    "SELECT s.id FROM contract_section s JOIN contract c ON c.id = s.contract_id "
    "WHERE c.number LIKE 'BULK-%' ORDER BY s.id"
)
_PAVEMENT = [["pavement"]]


def _wind(count: int, random: np.random.Generator) -> tuple[Floats, Floats]:
    """Smoothly turning lines of STEPS edges of STEP_M each, in degrees."""
    earth = Geod(ellps="WGS84")
    lon, lat = np.empty((count, STEPS + 1)), np.empty((count, STEPS + 1))
    lon[:, 0], lat[:, 0] = random.uniform(52, 80, count), random.uniform(44, 54, count)
    heading = random.uniform(0, 360, count)
    for step in range(STEPS):
        heading += random.normal(0, 6, count)
        ahead = earth.fwd(lon[:, step], lat[:, step], heading, np.full(count, STEP_M))
        lon[:, step + 1], lat[:, step + 1] = ahead[0], ahead[1]
    return lon, lat


def _begin(actor: Actor, session: Session) -> None:
    """The rules that the terms come from. Errors: BulkAlreadyThere."""
    if session.scalar(text("SELECT EXISTS (SELECT FROM carriageway WHERE source = 'bulk')")):
        raise BulkAlreadyThere
    load_shipped(session, actor)


def _organisations(session: Session) -> list[int]:
    numbers = [made_up_bin(FIRST_ORGANISATION + n) for n in range(ORGANISATIONS)]
    _copy(session, "organisation (bin, name)", ((number, f"Bulk organisation {number}") for number in numbers))
    return _ids(session, "SELECT id FROM organisation WHERE name LIKE 'Bulk organisation %' ORDER BY id")


def _extents(count: int, random: np.random.Generator) -> Iterator[str]:
    """Stretches of 1 to 15 km within a road, as ranges of centimetres."""
    begins = random.integers(0, LENGTH_CM - 1000 * CM, count)
    ends = np.minimum(begins + random.integers(1000 * CM, 15_000 * CM, count), LENGTH_CM)
    return (f"[{begin},{end})" for begin, end in zip(begins.tolist(), ends.tolist(), strict=True))


def _place(first: list[float], last: list[float], is_stretch: bool) -> str:
    if is_stretch:
        return f"SRID=4326;LINESTRING({first[0]:.7f} {first[1]:.7f},{last[0]:.7f} {last[1]:.7f})"
    return f"SRID=4326;POINT({first[0]:.7f} {first[1]:.7f})"


def _copy(session: Session, into: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with driver_of(session).cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _ids(session: Session, query: str) -> list[int]:
    return list(session.scalars(text(query)))
