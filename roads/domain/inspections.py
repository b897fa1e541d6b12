"""Which inspections are due and when, and what a row of an inspections file says."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from roads.domain.cells import Cells, code_of, day_until, key
from roads.domain.errors import RoadsError
from roads.domain.places import StatedPlace, stated_place

REQUIRED_COLUMNS = ("external_id", "inspected_on", "source_id", "outcome")
OTHER_COLUMNS = ("inspector", "kind", "chainage_from", "chainage_to", "note")


class InspectionKind(StrEnum):
    """Why a stretch is looked at."""

    AFTER_ACCEPTANCE = "after_acceptance"
    SPRING = "spring"
    AUTUMN = "autumn"
    LAST_90 = "last_90"
    LAST_30 = "last_30"
    OTHER = "other"


class InspectionOutcome(StrEnum):
    """What came of it. Negative evidence counts; one that could not be completed is no evidence at all."""

    DEFECTS_FOUND = "defects_found"
    NO_DEFECT_FOUND = "no_defect_found"
    NOT_COMPLETED = "not_completed"


# --- when


AFTER_ACCEPTANCE_DAYS = 30
"""How long after acceptance the first inspection may take place."""

LAST_DAYS = ((InspectionKind.LAST_90, 90, 30), (InspectionKind.LAST_30, 30, 0))
"""The last inspections of a warranty: so many days before its end they begin, and so many before it they are over."""

CAMPAIGNS = ((InspectionKind.SPRING, (4, 1), (5, 31)), (InspectionKind.AUTUMN, (9, 1), (10, 31)))
"""The two campaigns of each year, with their first and last day: after the snow has gone, and before it comes."""

PLANNED_AHEAD_DAYS = 30
"""So many days before its first day an inspection is planned."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign of one year."""

    kind: InspectionKind
    first_on: date
    last_on: date


def campaigns(on: date) -> Iterator[Campaign]:
    """The campaigns that are to be planned on a day: begun or soon to begin, and not over."""
    for year in (on.year, on.year + 1):
        for kind, first, last in CAMPAIGNS:
            campaign = Campaign(kind, date(year, *first), date(year, *last))
            if campaign.first_on - timedelta(days=PLANNED_AHEAD_DAYS) <= on <= campaign.last_on:
                yield campaign


# --- a row of a file


@dataclass(frozen=True, slots=True)
class InspectionRow:
    """An inspection as it is recorded. Without chainages the whole carriageway was inspected."""

    external_id: str
    inspected_on: date
    inspector: str | None
    kind: InspectionKind
    place: StatedPlace
    outcome: InspectionOutcome
    note: str | None


def read_inspection_row(cells: Cells, today: date) -> InspectionRow | None:
    """The row, or None when a cell of it could not be understood and the row was set aside."""
    external_id = cells.key("external_id")
    inspected_on = cells.need("inspected_on", day_until(today))
    inspector = cells.read("inspector", key)
    kind = cells.read("kind", code_of(InspectionKind)) or InspectionKind.OTHER
    outcome = cells.need("outcome", code_of(InspectionOutcome))
    place, note = stated_place(cells, inspected_on or today), cells.text("note")
    if not cells.is_good or inspected_on is None or place is None or outcome is None:
        return None
    return InspectionRow(external_id, inspected_on, inspector, kind, place, outcome, note)


def differing(known: InspectionRow, stated: InspectionRow) -> list[str]:
    """The columns in which two accounts of one inspection differ; the day its place's name was used is none."""
    pairs = {
        "inspected_on": (known.inspected_on, stated.inspected_on),
        "inspector": (known.inspector, stated.inspector),
        "kind": (known.kind, stated.kind),
        "source_id": (known.place.source_id, stated.place.source_id),
        "chainage_from": (known.place.from_cm, stated.place.from_cm),
        "chainage_to": (known.place.to_cm, stated.place.to_cm),
        "outcome": (known.outcome, stated.outcome),
        "note": (known.note, stated.note),
    }
    return [column for column, (one, other) in pairs.items() if one != other]


class InspectionAhead(RoadsError):
    """An inspection cannot lie in the future. Carries `inspected_on` and `today`."""

    code = "inspection_ahead"


class InspectionDiffers(RoadsError):
    """Another inspection is on record under this id. Carries `external_id` and `columns`."""

    code = "inspection_differs"
