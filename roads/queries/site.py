"""What the first pages of the site tell: what was mended last, what is overdue longest, and what a search finds."""

from dataclasses import dataclass
from datetime import date

from roads.domain.fields import fold_reference
from roads.domain.scorecard import WINDOW_DAYS
from roads.domain.searching import search_patterns
from roads.queries.pages import Lists, Part, Wanted
from roads.queries.passports import EVERYWHERE
from roads.queries.public import Place, Public, rows, rows_together, type_of_row, type_of_rows

SHOWN_REPAIRS = 3
SHOWN_OVERDUE = 5
FOUND_OF_A_KIND = 8


@dataclass(frozen=True, slots=True)
class HomeFacts:
    """All that the first page tells beside the map, but for the indicators of defects."""

    indicators: type_of_row
    counts: type_of_row
    repairs: type_of_rows
    overdue: type_of_rows


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, at most a few of each kind."""

    roads: type_of_rows
    contracts: type_of_rows
    contractors: type_of_rows
    regions: type_of_rows

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found."""
        return not (self.roads or self.contracts or self.contractors or self.regions)


async def home_facts(connection: Public, today: date) -> HomeFacts:
    """What the first page tells on a day."""
    first = {"today": today, "skipped": 0, "at_most": SHOWN_OVERDUE}
    found = await rows_together(
        connection,
        {
            "counts": ("public_counts", {}),
            "indicators": ("public_indicators", {"on": today}),
            "repairs": ("public_verified_repairs", {"at_most": SHOWN_REPAIRS}),
            "overdue": ("public_overdue", {**EVERYWHERE, **first}),
        },
    )
    return HomeFacts(
        indicators=found["indicators"][0], counts=found["counts"][0], repairs=found["repairs"], overdue=found["overdue"]
    )


async def indicators(connection: Public, today: date) -> type_of_row:
    """The parts of the five indicators that works and claims give."""
    (row,) = await rows(connection, "public_indicators", {"on": today})
    return row


async def indicators_of_defects(connection: Public, today: date) -> type_of_row:
    """The parts of the five indicators that defects give, as of the last edition."""
    (row,) = await rows(connection, "public_indicators_of_defects", {"on": today, "days": WINDOW_DAYS})
    return row


async def search(connection: Public, words: str) -> Found:
    """Roads, contracts, contractors and regions by what somebody typed, whatever the keyboard was."""
    asked = {"patterns": search_patterns(words), "at_most": FOUND_OF_A_KIND}
    found = await rows_together(
        connection,
        {
            "roads": ("public_found_roads", {**asked, "reference": fold_reference(words)}),
            "contracts": ("public_found_contracts", asked),
            "contractors": ("public_found_contractors", asked),
            "regions": ("public_found_regions", asked),
        },
    )
    return Found(**found)


async def segment_at(connection: Public, place: Place) -> int | None:
    """The segment in which a place lies, whose page tells more; None off the network."""
    if place.carriageway_id is None:
        return None
    found = await rows(connection, "public_segment_at", {"carriageway_id": place.carriageway_id, "at_cm": place.at_cm})
    return found[0].id if found else None


# --- indicators

OF_THE_INDICATORS: Lists = {
    "monitored": "public_monitored_contracts",
    "sections": "public_accepted_sections",
    "defects": "public_confirmed_defects",
    "past_due": "public_lines_past_due",
}
MONTHS_BACK = 24
MONTHS_AHEAD = 24


@dataclass(frozen=True, slots=True)
class IndicatorLists:
    """The rows behind the indicators."""

    monitored: Part
    sections: Part
    defects: Part
    past_due: Part


async def indicator_lists(connection: Public, wanted: Wanted) -> IndicatorLists:
    """What the indicators count, row by row."""
    found = await rows_together(connection, wanted.asked(OF_THE_INDICATORS, {}))
    return IndicatorLists(**wanted.found(OF_THE_INDICATORS, found))


async def elimination_by_month(connection: Public, today: date) -> type_of_rows:
    """Confirmed and verified defects by the end of each of the last months and by today, as of the last edition."""
    return await rows(connection, "public_elimination_by_month", {"today": today, "months": MONTHS_BACK})


async def claims_by_age(connection: Public, today: date) -> type_of_rows:
    """Open claimed lines by the days since the issue of their claim."""
    return await rows(connection, "public_claims_by_age", {"today": today})


async def warranty_ends_by_month(connection: Public, today: date) -> type_of_rows:
    """Of how much pavement the warranty ends in each of the coming months, in centimetres."""
    return await rows(connection, "public_warranty_ends_by_month", {"today": today, "months": MONTHS_AHEAD})
