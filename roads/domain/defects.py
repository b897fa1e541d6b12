"""What a row of a defects file says: where it is, when it was seen, what it is and how bad."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache

from geo.bbox import Box
from roads.domain.cells import EARLIEST_DAY, Cells, code_of, day_until, key, number_from
from roads.domain.distress import Severity, SeverityRule, measures_of, severity_of
from roads.domain.fields import FieldError, parse_number
from roads.domain.warranty import Element

REQUIRED_COLUMNS = ("external_id", "detected_on")
OTHER_COLUMNS = (
    "lon",
    "lat",
    "lon_to",
    "lat_to",
    "gps_accuracy_m",
    "source_id",
    "occurred_on",
    "reported_at",
    "element",
    "distress",
    "severity",
    "length_m",
    "width_m",
    "depth_mm",
    "count",
    "note",
)


@dataclass(frozen=True, slots=True)
class DefectRow:
    """A defect as it is recorded. Without `lon_to` and `lat_to` it is a point. Moments in UTC or with an offset."""

    external_id: str
    lon: float
    lat: float
    lon_to: float | None
    lat_to: float | None
    gps_accuracy_m: float | None
    chosen_source_id: str | None
    detected_on: date
    occurred_on: date | None
    reported_at: datetime | None
    element: Element
    distress: str | None
    severity: Severity | None
    severity_rule: SeverityRule | None
    stated_severity: Severity | None
    length_m: float | None
    width_m: float | None
    depth_mm: float | None
    count: int | None
    note: str | None


COLUMNS = tuple(field.name for field in fields(DefectRow))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a row is read against: where defects may lie, the distress catalogue (element by code), day and zone."""

    area: Box
    catalogue: Mapping[str, Element]
    today: date
    zone: tzinfo
    parse_day: Callable[[str], date]

    @classmethod
    def of(cls, area: Box, catalogue: Mapping[str, Element], today: date, zone: tzinfo) -> "Surroundings":
        """The same, with a reader of days that remembers."""
        return cls(area, catalogue, today, zone, _day_reader(today))


@lru_cache(maxsize=1)
def _day_reader(today: date) -> Callable[[str], date]:
    """Reads each day once: a million defects have a few hundred of them."""
    return lru_cache(maxsize=8192)(day_until(today))


def read_defect_row(cells: Cells, around: Surroundings) -> DefectRow | None:
    """The row, or None when a cell of it could not be understood and the row was set aside."""
    external_id = cells.key("external_id")
    lon, lat, lon_to, lat_to = _place(cells, around.area)
    accuracy = cells.read("gps_accuracy_m", measure)
    chosen = cells.read("source_id", key)
    detected_on, occurred_on = _days(cells, around)
    reported_at = _reported_at(cells, around)
    distress = _distress(cells, around)
    element = cells.read("element", _element) or around.catalogue.get(distress or "", Element.PAVEMENT)
    stated = cells.read("severity", _severity)
    length, width, depth = (cells.read(name, measure) for name in ("length_m", "width_m", "depth_mm"))
    count, note = cells.read("count", _count), cells.text("note")
    if not cells.is_good or lon is None or lat is None or detected_on is None:
        return None
    severity, rule = severity_of(distress, measures_of(length, width, depth), stated)
    return DefectRow(
        external_id, lon, lat, lon_to, lat_to, accuracy, chosen, detected_on, occurred_on, reported_at, element,
        distress, severity, rule, stated, length, width, depth, count, note,
    )  # fmt: skip


# --- where


def _place(cells: Cells, area: Box) -> tuple[float | None, float | None, float | None, float | None]:
    lon, lat = cells.need("lon", degrees), cells.need("lat", degrees)
    _demand_inside(cells, area, "lon", lon, lat)
    if not cells.text("lon_to") and not cells.text("lat_to"):
        return lon, lat, None, None
    lon_to, lat_to = cells.need("lon_to", degrees), cells.need("lat_to", degrees)
    _demand_inside(cells, area, "lon_to", lon_to, lat_to)
    # A stretch that ends where it begins is a point.
    return (lon, lat, None, None) if (lon, lat) == (lon_to, lat_to) else (lon, lat, lon_to, lat_to)


def _demand_inside(cells: Cells, area: Box, field: str, lon: float | None, lat: float | None) -> None:
    if lon is None or lat is None or area.holds(lon, lat):
        return
    cells.refuse(field, "defect_axes_swapped" if area.holds_swapped(lon, lat) else "defect_outside_area")


# --- when


def _days(cells: Cells, around: Surroundings) -> tuple[date | None, date | None]:
    detected_on = cells.need("detected_on", around.parse_day)
    occurred_on = cells.read("occurred_on", around.parse_day)
    if detected_on and occurred_on and occurred_on > detected_on:
        cells.refuse("occurred_on", "occurred_after_detected", detected_on=detected_on)
    return detected_on, occurred_on


def _reported_at(cells: Cells, around: Surroundings) -> datetime | None:
    reported_at = cells.read("reported_at", lambda words: parse_moment(words, around.zone))
    if reported_at and reported_at.astimezone(around.zone).date() > around.today:
        cells.refuse("reported_at", "date_in_future", today=around.today)
    elif reported_at and reported_at.date() < EARLIEST_DAY:
        cells.refuse("reported_at", "date_too_early", earliest=EARLIEST_DAY)
    return reported_at


def parse_moment(words: str, zone: tzinfo) -> datetime:
    """A moment as `2024-05-01T10:30:00+05:00` or `2024-05-01 10:30`; without an offset it is local time.

    An hour that the clocks repeated is its first run. Errors: FieldError `not_a_moment`.
    """
    try:
        moment = datetime.fromisoformat(words)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise FieldError("not_a_moment", words) from None


# --- what


def _distress(cells: Cells, around: Surroundings) -> str | None:
    words = cells.text("distress")
    if words is None or words.lower() in around.catalogue:
        return words and words.lower()
    cells.refuse("distress", "unknown_distress", codes=", ".join(around.catalogue) or "-")
    return None


_element = lru_cache(code_of(Element))
_severity = lru_cache(code_of(Severity))
_count = number_from(0, 1_000_000)

LARGEST_MEASURE = 1_000_000


def degrees(words: str) -> float:
    """A coordinate in degrees. Errors: FieldError."""
    return float(parse_number(words))


@lru_cache(maxsize=65536)
def measure(words: str) -> float:
    """A length, width, depth or accuracy: finite and not below zero. Errors: FieldError `out_of_bounds`."""
    number = float(parse_number(words))
    if not 0 <= number <= LARGEST_MEASURE:
        raise FieldError("out_of_bounds", words, least=0, most=LARGEST_MEASURE)
    return number
