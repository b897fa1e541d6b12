"""What people put right about a defect on record: a mistaken one, a repeated one, one that lies elsewhere.

Whose record it is, the database knows (`may_correct_defect`): who recorded a defect corrects it, and an engineer also
what falls, or is likely to fall, to a contract that they act for.
"""

from enum import StrEnum

from roads.domain.errors import RoadsError


class Correction(StrEnum):
    """What was done to a defect's record; it begins with somebody who recorded it."""

    RECORD = "record"
    WITHDRAW = "withdraw"
    MERGE = "merge"
    SETTLE_PLACE = "settle_place"


class DefectClosed(RoadsError):
    """The defect was withdrawn or merged before. Carries `defect` and `state` (`withdrawn` or `merged`)."""

    code = "defect_closed"


class NotYourDefect(RoadsError):
    """Somebody else recorded the defect, and it falls to no contract of the actor's. Carries `defect`."""

    code = "not_your_defect"


class DefectOnRecord(RoadsError):
    """The organisation recorded a defect under this id before. Carries `external_id`."""

    code = "defect_on_record"


class MergedIntoItself(RoadsError):
    """A defect cannot repeat itself. Carries `defect`."""

    code = "merged_into_itself"


class OutOfReach(RoadsError):
    """The defect does not lie near the carriageway that was chosen. Carries `defect` and `carriageway`."""

    code = "out_of_reach"
