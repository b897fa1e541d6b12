"""What people put right about a defect on record: a mistaken one, a repeated one, one that lies elsewhere."""

from enum import StrEnum

from roads.domain.errors import RoadsError


class Correction(StrEnum):
    """What was done to a defect's record."""

    WITHDRAW = "withdraw"
    MERGE = "merge"
    SETTLE_PLACE = "settle_place"


class DefectClosed(RoadsError):
    """The defect was withdrawn or merged before. Carries `defect` and `state` (`withdrawn` or `merged`)."""

    code = "defect_closed"


class MergedIntoItself(RoadsError):
    """A defect cannot repeat itself. Carries `defect`."""

    code = "merged_into_itself"


class OutOfReach(RoadsError):
    """The defect does not lie near the carriageway that was chosen. Carries `defect` and `carriageway`."""

    code = "out_of_reach"
