"""What a map says of a stretch of road and of a defect, in a word; the order of the words is the order of the law."""

from enum import StrEnum


class SegmentStatus(StrEnum):
    """The status of a segment, the first that applies (domain, settled point 13).

    A defect or a claim counts wherever it lies on the segment. What holds for stretches (works, warranties,
    inspections) is asked at the segment's middle, so that one answer holds for it and a metre more changes none.
    """

    OVERDUE = "overdue"
    OPEN_UNDER_WARRANTY = "open_under_warranty"
    OPEN = "open"
    WORKS_UNDER_WAY = "works_under_way"
    UNKNOWN = "unknown"
    SOUND_UNDER_WARRANTY = "sound_under_warranty"
    SOUND = "sound"


class DefectState(StrEnum):
    """What is being done about a defect, as the public may know it; of several parts the first in this order."""

    OVERDUE = "overdue"
    OPEN = "open"
    CLAIMED = "claimed"
    CONTRACTOR_SAYS_FIXED = "contractor_says_fixed"
    CLOSED = "closed"
    VERIFIED = "verified"
