"""Scorecards of contractors, as the statement counts them: the same for the public and for the contractor itself."""

from decimal import Decimal
from typing import Any

from roads.domain.scorecard import Rate, Scorecard, Share

COUNTED = (
    "lines",
    "withdrawn",
    "verified",
    "says_repaired",
    "owed",
    "overdue",
    "closed_unfixed",
    "done_by_others",
    "recurrences",
)


def card_of(row: Any, exposure: Any | None) -> Scorecard:
    """The scorecard in a row of `scorecards.sql` and one of `exposure_of_contractors.sql`: none for a contractor whose
    first contract is newer than what was counted."""
    return Scorecard(
        **{name: getattr(row, name) for name in COUNTED},
        on_time=Share(row.on_time, row.past_due),
        defects=Rate(exposure.defects, exposure.km_years) if exposure else NO_RATE,
        covered_cm=exposure.covered_cm if exposure else 0,
    )


NO_RATE = Rate(0, Decimal(0))
NO_CARD = Scorecard(**dict.fromkeys(COUNTED, 0), on_time=Share(0, 0), defects=NO_RATE, covered_cm=0)
"""Of who has no contract there is nothing to count."""
