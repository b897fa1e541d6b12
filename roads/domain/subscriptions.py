"""What anybody may follow by e-mail, how often they are written to, and what counts as news.

Whoever gives an address is written to once, to say that they want it; nothing more is sent before they do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from roads.domain.errors import RoadsError


class Frequency(StrEnum):
    """How often a follower is written to."""

    AT_ONCE = "at_once"
    WEEKLY = "weekly"


class NewsKind(StrEnum):
    """What a follower is told of. `repaired`: the contractor says so; `repair`: it was
    verified; `decided`: somebody decided on the report that is followed."""

    DEFECT = "defect"
    CLAIM = "claim"
    OVERDUE = "overdue"
    REPAIRED = "repaired"
    REPAIR = "repair"
    REOPENED = "reopened"
    WARRANTY = "warranty"
    DECIDED = "decided"


SMALLEST_RADIUS_M, LARGEST_RADIUS_M = 100, 50_000
RADII_M = (500, 1_000, 2_000, 5_000, 10_000, 25_000)
"""What the page offers."""
NEWS_DAYS = 60
"""What is entered later than so many days after it happened is no news."""
TOLD_KEPT_DAYS = 90
"""Longer than something is news: until then it is known that it was told."""
WARRANTY_ENDS_WITHIN_DAYS = 90
CONFIRM_WITHIN = timedelta(hours=48)
"""Whoever does not say so by then is forgotten."""
WEEKLY_FROM = time(8)


def week_begun(now: datetime, zone: ZoneInfo) -> date:
    """The Monday on whose morning the letters of this week became due."""
    there = now.astimezone(zone)
    begun = there - timedelta(days=7) if there.weekday() == 0 and there.time() < WEEKLY_FROM else there
    return (begun - timedelta(days=begun.weekday())).date()


@dataclass(frozen=True, slots=True)
class Followed:
    """What is followed: exactly one of an area (WKT, EPSG:4326), a circle, a road, a contractor, a report."""

    area: str | None = None
    around: tuple[float, float] | None = None
    within_m: int | None = None
    road_id: int | None = None
    contractor_id: int | None = None
    report: str | None = None


class NothingFollowed(RoadsError):
    """The form does not say what shall be followed."""

    code = "nothing_followed"


class BadRadius(RoadsError):
    """Too small or too large to follow. Carries `least` and `most`, in metres."""

    code = "bad_radius"


def demand_radius(metres: int) -> int:
    """The radius. Errors: BadRadius."""
    if not SMALLEST_RADIUS_M <= metres <= LARGEST_RADIUS_M:
        raise BadRadius(least=SMALLEST_RADIUS_M, most=LARGEST_RADIUS_M)
    return metres


@dataclass(frozen=True, slots=True)
class News:
    """Something new for a follower, in the words of the public site; `names` and `distress` by language."""

    kind: NewsKind
    thing: str
    happened_on: date
    road: str | None
    names: Mapping[str, str]
    from_cm: int | None
    distress: Mapping[str, str]
    contract: str | None
    contractor: str | None
    segment_id: int | None
    contract_id: int | None
    report: str | None
