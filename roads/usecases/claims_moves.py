"""How every change of a claim is made: allowed, in the table, still true when it is written, and told.

A change of state, its event and the mark on its place are one transaction. Whoever comes second is told the state that
the first one left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, insert, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from roads.domain.actors import Actor, Permission
from roads.domain.claims import Action, LineState, StaleState, demand_may, demand_reason, next_state
from roads.domain.places import Stretch
from roads.models import ClaimEvent, ClaimLine, StatusMark
from roads.queries.claims import KnownLine, line_state
from roads.usecases.acting import acts
from roads.usecases.attribution import AttributeDefects, attribute_defects

REGISTER = Actor("register", frozenset({Permission.RUN_JOBS}))
"""What the system itself does in answer to a person's decision."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is said with an action: a code of the trade, a note in somebody's words, evidence as data."""

    reason: str | None = None
    note: str | None = None
    evidence: Mapping[str, Any] | None = None

    @classmethod
    def given(cls, note: str | None) -> "Words":
        """A note that may be missing."""
        return cls(note=note or None)

    @classmethod
    def demanded(cls, note: str) -> "Words":
        """A note that must be there. Errors: ReasonMissing."""
        return cls(note=demand_reason(note))


NOTHING = Words()


def move(
    session: Session,
    actor: Actor,
    line: KnownLine,
    action: Action,
    *,
    today: date,
    words: Words = NOTHING,
    changes: Mapping[str, Any] | None = None,
) -> LineState:
    """Do something to a line, as it was read; `changes` are further columns. Gives the state it has then.

    Errors: NotAllowed, NotYourClaim, NotPossibleNow, StaleState.
    """
    demand_may(actor, action, line.sides)
    state = next_state(line.state, action)
    acts(session, actor, action.value, today=today)
    changed = update(ClaimLine).where(ClaimLine.id == line.id, ClaimLine.revision == line.revision)
    changed = changed.values(
        state=state,
        reason=words.reason,
        revision=ClaimLine.revision + 1,
        changed_on=today,
        changed_at=func.clock_timestamp(),
        **(changes or {}),
    ).execution_options(synchronize_session=False)
    if session.scalars(changed.returning(ClaimLine.id)).one_or_none() is None:
        raise stale(session, line, action)
    tell(session, actor, line, action, today=today, words=words, state=state)
    mark(session, line.place)
    return state


def stale(session: Session, line: KnownLine, action: Action) -> StaleState:
    """The error that names the state somebody else has left the line in."""
    return StaleState(action=action.value, expected=line.state.value, state=line_state(session, line.id).value)


def tell(
    session: Session,
    actor: Actor,
    line: KnownLine,
    action: Action,
    *,
    today: date,
    words: Words = NOTHING,
    state: LineState | None = None,
) -> None:
    """Add an event of a line; without another state it tells of something that changed none."""
    moved = state is not None and state is not line.state
    session.execute(
        insert(ClaimEvent).values(
            claim_id=line.claim_id,
            line_id=line.id,
            from_state=line.state if moved else None,
            to_state=state if moved else None,
            **told(actor, action, today, words),
        )
    )


def told(actor: Actor, action: Action, today: date, words: Words = NOTHING) -> dict[str, Any]:
    """The columns of an event that say who did what, when and why."""
    return {
        "action": action,
        "person": actor.name,
        "organisation_id": actor.organisation_id,
        "role": actor.role,
        "reason": words.reason,
        "note": words.note,
        "evidence": words.evidence,
        "happened_on": today,
    }


def mark(session: Session, place: Stretch) -> None:
    """The status of this stretch may have become another."""
    extent = Range(place.from_cm, place.to_cm)
    session.execute(insert(StatusMark).values(carriageway_id=place.carriageway_id, extent=extent))


def answer_again(session: Session, carriageway_ids: Sequence[int]) -> None:
    """Attribute everything on these carriageways at once, instead of when the job comes round."""
    if carriageway_ids:
        attribute_defects(session, REGISTER, AttributeDefects(carriageway_ids))
