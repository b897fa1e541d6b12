"""What the pages of a road, a contractor and a region tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from roads.domain.scorecard import WINDOW_DAYS
from roads.domain.status import SegmentStatus
from roads.queries.pages import Lists, Part, Wanted
from roads.queries.public import Public, rows, rows_of_each, type_of_row, type_of_rows

OF_A_ROAD: Lists = {
    "segments": "public_road_segments",
    "contracts": "public_road_contracts",
    "overdue": "public_overdue",
}
OF_A_CONTRACTOR: Lists = {"contracts": "public_contractor_contracts", "overdue": "public_overdue"}
OF_A_REGION: Lists = {"overdue": "public_overdue"}
OF_ITS_NETWORK: Lists = {"roads": "public_region_roads"}
EVERYWHERE: Mapping[str, object] = {"road_id": None, "contractor_id": None, "region": None}


@dataclass(frozen=True, slots=True)
class Share:
    """What one status has of a whole: segments, metres, and the whole's metres."""

    status: SegmentStatus
    segments: int
    length_m: float
    whole_m: float

    @property
    def percent(self) -> float:
        """Of the whole's length."""
        return 100 * self.length_m / self.whole_m if self.whole_m else 0.0


@dataclass(frozen=True, slots=True)
class RoadFacts:
    """All that the page of a road tells."""

    road: type_of_row
    statuses: Sequence[Share]
    segments: Part
    contracts: Part
    overdue: Part


@dataclass(frozen=True, slots=True)
class ContractorFacts:
    """What the page of a contractor tells, but for its exposure."""

    contractor: type_of_row
    contracts: Part
    overdue: Part


@dataclass(frozen=True, slots=True)
class RegionFacts:
    """What the page of a region tells, but for its network."""

    region: type_of_row
    overdue: Part


@dataclass(frozen=True, slots=True)
class Network:
    """How the roads of a region stand, as of the last edition: to add up half a nation takes a tenth of a second."""

    statuses: Sequence[Share]
    roads: Part


async def facts_of_roads(connection: Public, numbers: Sequence[int], wanted: Wanted) -> dict[int, RoadFacts]:
    """Everything about each road that there is and that has a carriageway in use."""
    of_each = await rows_of_each(
        connection,
        numbers,
        ("id", "road_id"),
        {
            "road": ("public_road", {}),
            "statuses": ("public_road_statuses", {}),
            **wanted.asked(OF_A_ROAD, EVERYWHERE),
        },
    )
    return {
        number: RoadFacts(road=row, statuses=_shares(found["statuses"]), **wanted.found(OF_A_ROAD, found))
        for number, found in of_each.items()
        for row in found["road"]
    }


async def facts_of_contractors(
    connection: Public, numbers: Sequence[str], wanted: Wanted
) -> dict[str, ContractorFacts]:
    """About each contractor, by its BIN, what may change at any moment; not about who has no contract."""
    known = await rows_of_each(connection, numbers, ("bin",), {"known": ("public_organisation", {})})
    of_each = await rows_of_each(
        connection,
        [row.id for found in known.values() for row in found["known"]],
        ("id", "contractor_id"),
        {"card": ("scorecards", {"on": wanted.today}), **wanted.asked(OF_A_CONTRACTOR, EVERYWHERE)},
    )
    return {
        row.bin: ContractorFacts(contractor=row, **wanted.found(OF_A_CONTRACTOR, found))
        for found in of_each.values()
        for row in found["card"]
    }


async def exposure_of_contractors(connection: Public, ids: Sequence[int], wanted: Wanted) -> dict[int, type_of_row]:
    """How much pavement each contractor answered for and what broke in it, as of the last edition: there may be
    thousands of defects to count."""
    asked = {"on": wanted.today, "days": WINDOW_DAYS}
    of_each = await rows_of_each(connection, ids, ("contractor_id",), {"exposure": ("exposure_of_contractors", asked)})
    return {number: row for number, found in of_each.items() for row in found["exposure"]}


async def facts_of_regions(connection: Public, katos: Sequence[str], wanted: Wanted) -> dict[str, RegionFacts]:
    """About each region that there is what may change at any moment."""
    of_each = await rows_of_each(
        connection,
        katos,
        ("id", "region"),
        {"region": ("public_region", {}), **wanted.asked(OF_A_REGION, EVERYWHERE)},
    )
    return {
        kato: RegionFacts(region=row, **wanted.found(OF_A_REGION, found))
        for kato, found in of_each.items()
        for row in found["region"]
    }


async def networks_of_regions(connection: Public, katos: Sequence[str], wanted: Wanted) -> dict[str, Network]:
    """The networks of regions, by KATO prefix. They change with an edition alone."""
    of_each = await rows_of_each(
        connection,
        katos,
        ("id",),
        {"statuses": ("public_region_statuses", {}), **wanted.asked(OF_ITS_NETWORK, {})},
    )
    return {
        kato: Network(statuses=_shares(found["statuses"]), **wanted.found(OF_ITS_NETWORK, found))
        for kato, found in of_each.items()
    }


async def regions_by_name(connection: Public, languages: Sequence[str], _: Wanted) -> dict[str, type_of_rows]:
    """All regions in the order of their names in each language, with sums that change with an edition alone."""
    return {one: await rows(connection, "public_regions", {"language": one}) for one in languages}


async def scorecards(connection: Public, today: date) -> type_of_rows:
    """How all contractors answer their claims, by name."""
    return await rows(connection, "scorecards", {"contractor_id": None, "on": today})


async def exposure_of_all(connection: Public, today: date) -> Mapping[int, type_of_row]:
    """The exposure of all contractors, by their ids, as of the last edition."""
    asked = {"contractor_id": None, "on": today, "days": WINDOW_DAYS}
    return {row.id: row for row in await rows(connection, "exposure_of_contractors", asked)}


async def overdue(connection: Public, wanted: Wanted) -> Part:
    """Claimed defects whose repair is overdue, the longest first."""
    found = await rows(connection, "public_overdue", wanted.limits("overdue", EVERYWHERE))
    return wanted.part("overdue", found)


def _shares(found: type_of_rows) -> list[Share]:
    """How much of a whole has which status, in the order of urgency; those that occur."""
    by_status = {row.status: row for row in found}
    whole = sum(row.length_m for row in found)
    return [
        Share(status, by_status[status].segments, by_status[status].length_m, whole)
        for status in SegmentStatus
        if status in by_status
    ]
