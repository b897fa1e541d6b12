"""Query parameters: what may be asked. Whatever is not named here is refused, not ignored."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from geo.bbox import Box
from roads.domain.attribution import Outcome
from roads.domain.network import Direction
from roads.domain.searching import search_patterns
from roads.domain.status import SegmentStatus
from roads.domain.warranty import Element

LARGEST_ID = 2**31 - 1
LARGEST_NUMBER = 2**53 - 1
"""Entries of the ledger are counted as far as a JSON number is exact."""


def no_nul(words: str) -> str:
    """The words, if PostgreSQL can keep them. Errors: ValueError."""
    if "\x00" in words:
        raise ValueError("a NUL character cannot be part of it")
    return words


def in_utc(given: datetime) -> datetime:
    """A moment in UTC: PostgreSQL knows no offsets beyond 16 hours. Errors: ValueError outside the calendar."""
    try:
        return given.astimezone(UTC)
    except OverflowError as beyond:
        raise ValueError("this moment lies outside the calendar") from beyond


def _moment(given: date | datetime) -> date | datetime:
    """A moment in UTC, or a day. Errors: ValueError outside the calendar."""
    if isinstance(given, datetime):
        return in_utc(given)
    try:
        return given + timedelta(days=1) - timedelta(days=1)
    except OverflowError as beyond:
        raise ValueError("this moment lies outside the calendar") from beyond


_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(_DAY.pattern + r"[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})")


def _day_in_words(given: object) -> object:
    """A day as ISO 8601 writes it. Errors: ValueError, also for a number: 20240603 means no seconds since 1970."""
    if isinstance(given, str) and _DAY.fullmatch(given):
        return given
    raise ValueError("a day is written like 2026-11-22")


def _moment_in_words(given: object) -> object:
    if isinstance(given, str) and _MOMENT.fullmatch(given):
        return given
    raise ValueError("a moment is written like 2026-11-22T10:30:00+05:00")


def _either_in_words(given: object) -> object:
    return given if isinstance(given, str) and _DAY.fullmatch(given) else _moment_in_words(given)


def _box(words: str) -> str:
    Box.parse(words)
    return words


def _something_to_find(words: str) -> str:
    if not search_patterns(words):
        raise ValueError("a letter or a digit expected")
    return words


Line = Annotated[str, Field(max_length=200), AfterValidator(no_nul)]
Kato = Annotated[str, Field(pattern="^[0-9]{2,9}$", examples=["75"])]
Bin = Annotated[str, Field(pattern="^[0-9]{12}$", examples=["990000000004"])]
BoxWords = Annotated[str, Field(max_length=120, examples=["76.8,43.1,77.1,43.4"]), AfterValidator(_box)]

Search = Annotated[str, Field(max_length=100), AfterValidator(no_nul), AfterValidator(_something_to_find)]


IsoDay = Annotated[date, BeforeValidator(_day_in_words)]
IsoMoment = Annotated[AwareDatetime, BeforeValidator(_moment_in_words), AfterValidator(in_utc)]
KnownMoment = Annotated[date | AwareDatetime, BeforeValidator(_either_in_words), AfterValidator(_moment)]


class Strict(BaseModel):
    """Unknown parameters are refused; one that is left empty was not given."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _given(cls, asked: Any) -> Any:
        if not isinstance(asked, Mapping) or "" not in asked.values():
            return asked
        return {name: words for name, words in asked.items() if words != "" or name not in cls.model_fields}


class NoQuestions(Strict):
    """A route without parameters."""


class ChangesQuery(Strict):
    """Of which layer, and since which day (UTC), changes are asked for."""

    layer: Literal["segments", "contracts", "warranties", "defects", "claims"]
    since: IsoDay


class PageQuery(Strict):
    """Which page of a list: at most `limit` items with a key above `after`."""

    limit: int = Field(default=100, ge=1, le=1000)
    after: int = Field(default=0, ge=0, le=LARGEST_ID)


class RoadsQuery(PageQuery):
    """Filters of the list of roads; `search` is part of any of its names or references, as people type it."""

    region: Kato | None = None
    reference: Line | None = Field(default=None, examples=["A-3"])
    search: Search | None = Field(default=None, examples=["abay"])


class TownsQuery(Strict):
    """`search` is part of any of a town's names, as people type it."""

    search: Search = Field(examples=["kokshetau"])
    limit: int = Field(default=10, ge=1, le=100)


class SegmentsQuery(PageQuery):
    """Filters of the list of segments; `since` is about the day since which the status stands."""

    bbox: BoxWords | None = None
    status: SegmentStatus | None = None
    since: IsoDay | None = None
    region: Kato | None = None
    road: Line | None = Field(default=None, examples=["A-3"])
    contractor: Bin | None = None


Codes = Annotated[str, Field(max_length=200, pattern="^[a-z0-9_]+(,[a-z0-9_]+)*$")]
Year = Annotated[int, Field(ge=1990, le=2100, examples=[2024])]


class PlacesQuery(PageQuery):
    """Filters of the list beside a map. Several codes of a group are separated by commas."""

    bbox: BoxWords | None = None
    region: Kato | None = None
    road: Line | None = Field(default=None, examples=["A-3"])
    segment: int | None = Field(default=None, ge=1, le=LARGEST_ID)


class WarrantyPlacesQuery(PlacesQuery):
    """Filters of the list of stretches under warranty."""

    warranty: Codes | None = Field(default=None, examples=["ends_in_90_days"])


class MoneyPlacesQuery(PlacesQuery):
    """Filters of the list of stretches with what they cost."""

    money: Codes | None = Field(default=None, examples=["above_600"])


class WorksPlacesQuery(PlacesQuery):
    """Filters of the list of works: kinds of those under way, or planned repairs of defects."""

    works: Codes | None = Field(default=None, examples=["repair_planned"])


class DefectPlacesQuery(PlacesQuery):
    """Filters of the list of defects that are not put right."""

    severity: Codes | None = Field(default=None, examples=["high"])
    age: Codes | None = Field(default=None, examples=["older"])
    distress: Codes | None = Field(default=None, examples=["holes"])


class YearQuery(Strict):
    """A year; this one unless given."""

    year: Year | None = None


class HistoryPlacesQuery(PlacesQuery):
    """Filters of the list of defects that were found in a year; in this one unless given."""

    outcome: Codes | None = Field(default=None, examples=["under_warranty"])
    year: Year | None = None


class ContractsQuery(PageQuery):
    """Filters of the list of contracts: by contractor, region, and signing day."""

    contractor: Bin | None = None
    region: Kato | None = None
    since: IsoDay | None = None


class DefectsQuery(PageQuery):
    """Filters of the list of defects; `since` is about the day of detection."""

    bbox: BoxWords | None = None
    region: Kato | None = None
    contractor: Bin | None = None
    since: IsoDay | None = None
    outcome: Outcome | None = None


class CheckpointsQuery(Strict):
    """Which checkpoints: at most `limit`, the oldest first, of trees larger than `after`."""

    limit: int = Field(default=100, ge=1, le=1000)
    after: int = Field(default=0, ge=0, le=LARGEST_NUMBER)


class EntriesQuery(Strict):
    """Which entries of the ledger: at most `limit`, from number `start` (the first is 0)."""

    start: int = Field(default=0, ge=0, le=LARGEST_NUMBER)
    limit: int = Field(default=100, ge=1, le=1000)


class InclusionQuery(Strict):
    """Which entry is to be shown in the tree of how many; of as many as there are, unless given."""

    number: int = Field(ge=0, le=LARGEST_NUMBER)
    size: int | None = Field(default=None, ge=1, le=LARGEST_NUMBER)


class ConsistencyQuery(Strict):
    """Which smaller tree the one of `size` entries begins with; of as many as there are, unless given."""

    old: int = Field(ge=1, le=LARGEST_NUMBER)
    size: int | None = Field(default=None, ge=1, le=LARGEST_NUMBER)


class ElementQuery(Strict):
    """The element of the road; pavement unless given."""

    element: Element = Element.PAVEMENT


class LiabilityQuery(Strict):
    """A place (coordinates, or a road and a chainage), a day, an element, and as known when."""

    lon: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False, examples=[76.9286])
    lat: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False, examples=[43.2567])
    road: Line | None = Field(default=None, examples=["A-3"])
    chainage: Line | None = Field(default=None, examples=["212+600"])
    direction: Direction | None = None
    on: IsoDay | None = None
    element: Element = Element.PAVEMENT
    as_known_at: KnownMoment | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        by_point = self.lon is not None and self.lat is not None
        by_road = self.road is not None and self.chainage is not None
        parts = (self.lon, self.lat, self.road, self.chainage)
        if by_point == by_road or sum(part is not None for part in parts) != 2:
            raise ValueError("give either lon and lat, or road and chainage")
        if self.direction is not None and by_point:
            raise ValueError("direction goes with road and chainage")
        return self


def box_of(words: str | None) -> list[float] | None:
    """West, south, east, north; None for anywhere."""
    if words is None:
        return None
    box = Box.parse(words)
    return [box.west, box.south, box.east, box.north]
