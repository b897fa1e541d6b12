"""What the pages of a road, a contractor and a region tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from roads.domain.scorecard import WINDOW_DAYS, Scorecard
from roads.domain.status import SegmentStatus
from roads.queries.pages import Lists, Part, Wanted
from roads.queries.public import Public, only_row, rows, rows_together, type_of_row, type_of_rows
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


async def road_facts(connection: Public, road_id: int, wanted: Wanted) -> RoadFacts:
    """Everything about a road. Errors: NotFound, also for a road none of whose carriageways is in use."""
    this = {**EVERYWHERE, "id": road_id, "road_id": road_id}
    found = await rows_together(
        connection,
        {
            "road": ("public_road", this),
            "statuses": ("status_lengths", this),
            **wanted.asked(OF_A_ROAD, this),
        },
    )
    road = only_row(found["road"], "road", road_id)
    return RoadFacts(road=road, statuses=_shares(found["statuses"]), **wanted.found(OF_A_ROAD, found))


async def contractor_facts(connection: Public, number: str, wanted: Wanted) -> ContractorFacts:
    """Everything about a contractor, by its BIN. Errors: NotFound for an organisation without a contract."""
    known = only_row(await rows(connection, "public_organisation", {"bin": number}), "contractor", number)
    this = {**EVERYWHERE, "id": known.id, "contractor_id": known.id, "on": wanted.today, "days": WINDOW_DAYS}
    found = await rows_together(connection, {"card": ("scorecards", this), **wanted.asked(OF_A_CONTRACTOR, this)})
    contractor = only_row(found["card"], "contractor", number)
    return ContractorFacts(contractor=contractor, card=card_of(contractor), **wanted.found(OF_A_CONTRACTOR, found))


async def region_facts(connection: Public, kato: str, wanted: Wanted) -> RegionFacts:
    """Everything about a region. Errors: NotFound."""
    this = {**EVERYWHERE, "id": kato, "region": kato}
    found = await rows_together(
        connection,
        {
            "region": ("public_region", this),
            "statuses": ("status_lengths", this),
            **wanted.asked(OF_A_REGION, this),
        },
    )
    region = only_row(found["region"], "region", kato)
    return RegionFacts(region=region, statuses=_shares(found["statuses"]), **wanted.found(OF_A_REGION, found))


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
