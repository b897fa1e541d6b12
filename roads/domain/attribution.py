"""The answers: who answers for a defect, how sure that is, and why a person must look."""

from enum import StrEnum

# Named in every stored answer; raise it whenever the statement's meaning changes, and let the migration that comes with
# it raise `revision` of every carriageway: answers stand until their carriageway changes.
RULE_VERSION = 1

MOST_REACH_M = 100.0
"""However bad the GPS was, no defect lies on a carriageway farther away than this. The placing statements know it."""


class Outcome(StrEnum):
    """Exactly one for every part of a defect; the first that applies, in this order."""

    EXCLUDED = "excluded"
    UNDER_WARRANTY = "under_warranty"
    NOT_YET_ACCEPTED = "not_yet_accepted"
    EXPIRED = "expired"
    NO_WARRANTY = "no_warranty"
    NEEDS_REVIEW = "needs_review"


class Reason(StrEnum):
    """Why an answer needs a person; the first that applies, in this order."""

    OFF_NETWORK = "off_network"
    AMBIGUOUS = "ambiguous"
    TERM_UNKNOWN = "term_unknown"
    NEAR_BOUNDARY = "near_boundary"


class Confidence(StrEnum):
    """How sure a placement is."""

    CERTAIN = "certain"
    AMBIGUOUS = "ambiguous"
    OFF_NETWORK = "off_network"
