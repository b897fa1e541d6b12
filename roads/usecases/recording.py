"""Ending a row's recorded period: what was known stays known for its time, and is never overwritten."""

from collections.abc import Collection

from sqlalchemy import func, text, update
from sqlalchemy.orm import Session

from roads.models import Acceptance, CarveOut, ClaimTerms, ContractEvent, DeadlineRule, TermRule

Recorded = (
    type[Acceptance] | type[CarveOut] | type[ClaimTerms] | type[ContractEvent] | type[DeadlineRule] | type[TermRule]
)


def close(session: Session, table: Recorded, ids: Collection[int]) -> None:
    """These rows hold no longer. Those that replace them are written after, so that the periods adjoin."""
    if not ids:
        return
    begun = func.lower(table.recorded)
    # Two changes in one transaction must not leave an empty recorded period.
    ended = func.greatest(func.clock_timestamp(), begun + text("interval '1 microsecond'"))
    session.execute(
        update(table)
        .where(table.id == func.any(list(ids)))
        .values(recorded=func.tstzrange(begun, ended))
        .execution_options(synchronize_session=False)
    )
