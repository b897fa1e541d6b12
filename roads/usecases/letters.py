"""Letters: an engineer's order, what changed since, and the file that is kept as it was sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, insert
from sqlalchemy.dialects.postgresql import insert as insert_unless_there
from sqlalchemy.orm import Session

from roads.domain.actors import Actor, Permission
from roads.domain.claims import Action, NothingToIssue, demand_may
from roads.domain.notices import NoticeKind
from roads.models.notices import LetterDocument, Untold
from roads.queries.claims import find_claim, find_line
from roads.usecases.claims_moves import Words, move


@dataclass(frozen=True, slots=True)
class Prescribe:
    """An engineer orders in writing what a contractor has to do at these lines of one claim, at once."""

    line_ids: Sequence[int]
    order: str


@dataclass(frozen=True, slots=True)
class TellOfChange:
    """What was claimed is seen otherwise today: the parties are told which lines of an issued claim changed since."""

    claim_id: int
    line_ids: Sequence[int] = ()


def prescribe(session: Session, actor: Actor, command: Prescribe, *, today: date) -> None:
    """Order it: the contractor gets a prescription, the deadlines run as they did.

    Errors: NotFound (also for lines of several claims), NotAllowed, NotYourClaim, NotPossibleNow, StaleState,
    ReasonMissing, NothingToIssue without a line.
    """
    words = Words.demanded(command.order)
    lines = [find_line(session, line_id) for line_id in sorted(set(command.line_ids))]
    if len({line.claim_id for line in lines}) != 1:
        raise NothingToIssue(claim="")
    for line in lines:
        move(session, actor, line, Action.PRESCRIBE, today=today, words=words)


def tell_of_change(session: Session, actor: Actor, command: TellOfChange) -> None:
    """Have the parties told, once for each call. Errors: NotFound, NotAllowed, NotYourClaim."""
    claim = find_claim(session, command.claim_id)
    if Permission.RUN_JOBS not in actor.permissions:
        demand_may(actor, Action.UPHOLD, claim.sides)
    lines: Sequence[int | None] = command.line_ids or [None]
    session.execute(
        insert(Untold).inline(),
        [{"claim_id": claim.id, "line_id": line, "kind": NoticeKind.CHANGED_SINCE.value} for line in lines],
    )


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
