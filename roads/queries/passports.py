"""What the pages of a road, a contractor and a region tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from roads.domain.scorecard import WINDOW_DAYS, Scorecard
from roads.domain.status import SegmentStatus
from roads.queries.pages import Lists, Part, Wanted
from roads.queries.public import Public, rows, rows_of_each, type_of_row, type_of_rows
from roads.queries.scorecards import card_of

OF_A_ROAD: Lists = {
    "segments": "public_road_segments",
    "contracts": "public_road_contracts",
    "overdue": "public_overdue",
}
OF_A_CONTRACTOR: Lists = {"contracts": "public_contractor_contracts", "overdue": "public_overdue"}
OF_A_REGION: Lists = {"roads": "public_region_roads", "overdue": "public_overdue"}
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
    """All that the page of a contractor tells."""

    contractor: type_of_row
    card: Scorecard
    contracts: Part
    overdue: Part


@dataclass(frozen=True, slots=True)
class RegionFacts:
    """All that the page of a region tells."""

    region: type_of_row
    statuses: Sequence[Share]
    roads: Part
    overdue: Part


async def facts_of_roads(connection: Public, numbers: Sequence[int], wanted: Wanted) -> dict[int, RoadFacts]:
    """Everything about each road that there is and that has a carriageway in use."""
    of_each = await rows_of_each(
        connection,
        numbers,
        ("id", "road_id"),
        {
            "road": ("public_road", {}),
            "statuses": ("status_lengths", EVERYWHERE),
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
    """Everything about each contractor, by its BIN; not about an organisation without a contract."""
    known = await rows_of_each(connection, numbers, ("bin",), {"known": ("public_organisation", {})})
    of_each = await rows_of_each(
        connection,
        [row.id for found in known.values() for row in found["known"]],
        ("id", "contractor_id"),
        {
            "card": ("scorecards", {"on": wanted.today, "days": WINDOW_DAYS}),
            **wanted.asked(OF_A_CONTRACTOR, EVERYWHERE),
        },
    )
    return {
        row.bin: ContractorFacts(contractor=row, card=card_of(row), **wanted.found(OF_A_CONTRACTOR, found))
        for found in of_each.values()
        for row in found["card"]
    }


async def facts_of_regions(connection: Public, katos: Sequence[str], wanted: Wanted) -> dict[str, RegionFacts]:
    """Everything about each region that there is."""
    of_each = await rows_of_each(
        connection,
        katos,
        ("id", "region"),
        {
            "region": ("public_region", {}),
            "statuses": ("status_lengths", EVERYWHERE),
            **wanted.asked(OF_A_REGION, EVERYWHERE),
        },
    )
    return {
        kato: RegionFacts(region=row, statuses=_shares(found["statuses"]), **wanted.found(OF_A_REGION, found))
        for kato, found in of_each.items()
        for row in found["region"]
    }


async def scorecards(connection: Public, today: date, contractor_id: int | None = None) -> type_of_rows:
    """The scorecards of all contractors, by name, or of one."""
    asked = {"contractor_id": contractor_id, "on": today, "days": WINDOW_DAYS}
    return await rows(connection, "scorecards", asked)


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
