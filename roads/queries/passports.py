"""What the pages of a road, a contractor and a region tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from roads.domain.errors import NotFound
from roads.domain.scorecard import WINDOW_DAYS, Scorecard
from roads.domain.status import SegmentStatus
from roads.queries.pages import Part, Wanted
from roads.queries.public import Public, one_row, rows, rows_together, type_of_row, type_of_rows
from roads.queries.scorecards import card_of

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
    of_road = {"id": road_id}
    road = await one_row(connection, "public_road", of_road, thing="road")
    found = await rows_together(
        connection,
        {
            "statuses": ("status_lengths", {"road_id": road_id, "region": None}),
            "segments": ("public_road_segments", wanted.limits("segments", of_road)),
            "contracts": ("public_road_contracts", wanted.limits("contracts", of_road)),
            "overdue": _overdue(wanted, road_id=road_id),
        },
    )
    parts = {name: wanted.part(name, found[name]) for name in ("segments", "contracts", "overdue")}
    return RoadFacts(road=road, statuses=_shares(found["statuses"]), **parts)


async def contractor_facts(connection: Public, number: str, wanted: Wanted) -> ContractorFacts:
    """Everything about a contractor, by its BIN. Errors: NotFound for an organisation without a contract."""
    known = await rows(connection, "public_organisation", {"bin": number})
    cards = await scorecards(connection, wanted.today, known[0].id) if known else []
    if not cards:
        raise NotFound(thing="contractor", key=number)
    contractor = cards[0]
    found = await rows_together(
        connection,
        {
            "contracts": ("public_contractor_contracts", wanted.limits("contracts", {"id": contractor.id})),
            "overdue": _overdue(wanted, contractor_id=contractor.id),
        },
    )
    parts = {name: wanted.part(name, found[name]) for name in ("contracts", "overdue")}
    return ContractorFacts(contractor=contractor, card=card_of(contractor), **parts)


async def region_facts(connection: Public, kato: str, wanted: Wanted) -> RegionFacts:
    """Everything about a region. Errors: NotFound."""
    of_region = {"id": kato}
    region = await one_row(connection, "public_region", of_region, thing="region")
    found = await rows_together(
        connection,
        {
            "statuses": ("status_lengths", {"road_id": None, "region": kato}),
            "roads": ("public_region_roads", wanted.limits("roads", of_region)),
            "overdue": _overdue(wanted, region=kato),
        },
    )
    parts = {name: wanted.part(name, found[name]) for name in ("roads", "overdue")}
    return RegionFacts(region=region, statuses=_shares(found["statuses"]), **parts)


async def scorecards(connection: Public, today: date, contractor_id: int | None = None) -> type_of_rows:
    """The scorecards of all contractors, by name, or of one."""
    asked = {"contractor_id": contractor_id, "on": today, "days": WINDOW_DAYS}
    return await rows(connection, "scorecards", asked)


async def overdue(connection: Public, wanted: Wanted) -> Part:
    """Claimed defects whose repair is overdue, the longest first."""
    return wanted.part("overdue", await rows(connection, *_overdue(wanted)))


def _overdue(wanted: Wanted, **where: object) -> tuple[str, Mapping[str, object]]:
    """What asks for the overdue: all, or those of one road, contractor or region."""
    return "public_overdue", wanted.limits("overdue", {**EVERYWHERE, **where})


def _shares(found: type_of_rows) -> list[Share]:
    """How much of a whole has which status, in the order of urgency; those that occur."""
    by_status = {row.status: row for row in found}
    whole = sum(row.length_m for row in found)
    return [
        Share(status, by_status[status].segments, by_status[status].length_m, whole)
        for status in SegmentStatus
        if status in by_status
    ]
