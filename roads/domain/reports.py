"""Citizens' reports: what becomes of one, when whoever sends them has to wait, and what marks a form as a machine's.

A report is no defect. It becomes one when an inspector or an engineer accepts it; until then nothing is counted by it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from roads.domain.errors import RoadsError


class ReportState(StrEnum):
    """What became of a report."""

    OPEN = "open"
    ACCEPTED = "accepted"
    MERGED = "merged"
    REJECTED = "rejected"


class RejectReason(StrEnum):
    """Why a report became no defect; whoever sent it is told in these words."""

    NOT_A_DEFECT = "not_a_defect"
    NOT_FOUND = "not_found"
    NOT_OUR_ROAD = "not_our_road"
    REPAIRED_ALREADY = "repaired_already"
    UNCLEAR = "unclear"
    SPAM = "spam"


class Channel(StrEnum):
    """By which way a report came."""

    PAGE = "page"
    OPEN311 = "open311"


class ReopeningState(StrEnum):
    """What became of a citizen's "not fixed"."""

    OPEN = "open"
    UPHELD = "upheld"
    REFUSED = "refused"


SOURCE = "citizens"
"""The source of defects that were reports; such a defect is called by the code of its report."""

SEEN_WITHIN_DAYS = 30
"""How long ago a citizen may have seen what is reported."""
LONGEST_WORDS = 2000
MOST_PHOTOS = 3
NOT_FIXED_WITHIN_DAYS = 30
"""So long after a repair was verified anybody may say that it is none."""

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""What codes are made of: nothing in it is taken for something else when it is read aloud or copied by hand."""
CODE_LENGTH = 10
_CODE = re.compile(f"[{ALPHABET}]{{{CODE_LENGTH}}}")


def code_of(written: str) -> str | None:
    """The code of a report as it was typed, or None for what cannot be one."""
    code = re.sub(r"[\s-]", "", written).upper()
    return code if _CODE.fullmatch(code) else None


# --- errors


class FormExpired(RoadsError):
    """The form was opened longer than a day ago, or we never sent it."""

    code = "form_expired"


class FormTooFast(RoadsError):
    """The form came back faster than a person reads it. Carries `seconds`, after which it may be sent again."""

    code = "form_too_fast"


class LooksLikeRobot(RoadsError):
    """A field that no person sees was filled in."""

    code = "looks_like_robot"


class TooManyReports(RoadsError):
    """So much came from one address, or from all of them, that another one has to wait. Carries `seconds`."""

    code = "too_many_reports"


class TooManyPhotosOfReport(RoadsError):
    """More photos than a report needs. Carries `most`."""

    code = "report_too_many_photos"


class WordsTooLong(RoadsError):
    """More words than anybody reads. Carries `most`."""

    code = "report_words_too_long"


class SeenTooLongAgo(RoadsError):
    """It was seen before the time in which reports are taken. Carries `days`."""

    code = "report_seen_too_long_ago"


class PlaceNotGiven(RoadsError):
    """Neither coordinates nor a road with a chainage."""

    code = "report_place_not_given"


class PhotoReportedBefore(RoadsError):
    """The photo, or one that looks like it, came with another report. Carries `report`."""

    code = "photo_reported_before"


class ReportDecided(RoadsError):
    """Somebody has decided on the report meanwhile. Carries `report` and `state`."""

    code = "report_decided"


class ReopeningDecided(RoadsError):
    """Somebody has decided meanwhile whether the repair is looked at again."""

    code = "reopening_decided"


class NotFixedTooLate(RoadsError):
    """No verified repair stands there, or it was verified too long ago. Carries `days`."""

    code = "not_fixed_too_late"


class OwnVerdict(RoadsError):
    """Whoever verified a repair does not decide whether that was right. Carries `actor`."""

    code = "own_verdict"


# --- who has to wait


class LetterKind(StrEnum):
    """What somebody without an account may send."""

    REPORT = "report"
    PHOTO = "photo"
    WITNESS = "witness"
    NOT_FIXED = "not_fixed"
    SUBSCRIPTION = "subscription"
    MAIL = "mail"


HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Quota:
    """So many in an hour and in a day from one address, and so many in an hour from all of them together.

    Whole villages share an address of a mobile network: a quota for one address leaves room for many people.
    """

    in_hour: int
    in_day: int
    of_all_in_hour: int

    def wait(self, own: Sequence[datetime], of_all: Sequence[datetime], now: datetime) -> timedelta:
        """How long whoever asks now has to wait, given when they and all others asked; nothing, if they need not."""
        waits = (
            _until_free(own, now, HOUR, self.in_hour),
            _until_free(own, now, DAY, self.in_day),
            _until_free(of_all, now, HOUR, self.of_all_in_hour),
        )
        return max(waits)


def _until_free(times: Sequence[datetime], now: datetime, window: timedelta, most: int) -> timedelta:
    within = sorted(at for at in times if now - at < window)
    return within[len(within) - most] + window - now if len(within) >= most else timedelta(0)


QUOTAS = {
    LetterKind.REPORT: Quota(20, 60, 1000),
    LetterKind.PHOTO: Quota(30, 90, 1500),
    LetterKind.WITNESS: Quota(60, 200, 5000),
    LetterKind.NOT_FIXED: Quota(10, 30, 500),
    LetterKind.SUBSCRIPTION: Quota(20, 60, 1000),
    # To one address, whoever asks: nobody is flooded with questions that somebody else asks for them.
    LetterKind.MAIL: Quota(3, 3, 1000),
}

# --- what marks a machine

FASTEST_S = 3
FORM_LIFE = timedelta(hours=24)


def demand_human_pace(sent_at: datetime, now: datetime) -> None:
    """Raise FormExpired or FormTooFast unless a form that we sent then was filled in by a person by now."""
    age = now - sent_at
    if age < timedelta(0) or age > FORM_LIFE:
        raise FormExpired()
    if age < timedelta(seconds=FASTEST_S):
        raise FormTooFast(seconds=FASTEST_S)


def demand_seen_lately(seen_on: date, today: date) -> None:
    """Raise SeenTooLongAgo for a day before the time in which reports are taken."""
    if (today - seen_on).days > SEEN_WITHIN_DAYS:
        raise SeenTooLongAgo(days=SEEN_WITHIN_DAYS)
