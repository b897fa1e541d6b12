"""Letters: an engineer's order, and the file that is kept as it was sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert as insert_unless_there
from sqlalchemy.orm import Session

from roads.domain.actors import Actor, Permission
from roads.domain.claims import Action, LineState, NothingToIssue
from roads.models.notices import LetterDocument
from roads.queries.claims import find_line
from roads.usecases.claims_moves import Words, move


@dataclass(frozen=True, slots=True)
class Prescribe:
    """An engineer orders in writing what a contractor has to do at these lines of one claim, at once."""

    line_ids: Sequence[int]
    order: str


def prescribe(session: Session, actor: Actor, command: Prescribe, *, today: date) -> LineState:
    """Order it: the contractor gets a prescription, the deadlines run as they did. Gives the state, which stays.

    Errors: NotFound (also for lines of several claims), NotAllowed, NotYourClaim, NotPossibleNow, StaleState,
    ReasonMissing, NothingToIssue without a line.
    """
    words = Words.demanded(command.order)
    lines = [find_line(session, line_id) for line_id in sorted(set(command.line_ids))]
    if len({line.claim_id for line in lines}) != 1:
        raise NothingToIssue(claim="")
    states = [move(session, actor, line, Action.PRESCRIBE, today=today, words=words) for line in lines]
    return states[0]


def keep_document(session: Session, actor: Actor, letter_id: int, language: str, pdf: bytes) -> bool:
    """Keep a letter as it was drawn up; the first file in a language is the one for good. Gives whether it is this."""
    actor.require(Permission.RUN_JOBS)
    kept = insert_unless_there(LetterDocument).values(
        letter_id=letter_id,
        language=language,
        pdf=pdf,
        sha256=func.encode(func.sha256(pdf), "hex"),
    )
    added = kept.on_conflict_do_nothing().returning(LetterDocument.letter_id)
    return session.scalars(added).one_or_none() is not None
