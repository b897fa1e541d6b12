"""How a line ends otherwise than by a verified repair: withdrawn, mended by others, closed unfixed, or in court."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from sqlalchemy.orm import Session

from roads.domain.actors import Actor
from roads.domain.claims import Action, LineState
from roads.queries.claims import find_line
from roads.usecases.claims_answers import Decide
from roads.usecases.claims_moves import Words, move


@dataclass(frozen=True, slots=True)
class DoByOthers:
    """Somebody else mends it, and the contractor pays; `cost_tenge` where it is known."""

    line_id: int
    note: str
    cost_tenge: Decimal | None = None


class CourtResult(StrEnum):
    """How a line comes back from court: the contractor must mend it, does not answer, or pays for others' repair."""

    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    DONE_BY_OTHERS = "done_by_others"


@dataclass(frozen=True, slots=True)
class ReturnFromCourt:
    """The court has decided."""

    line_id: int
    result: CourtResult
    note: str


_RETURNS = {
    CourtResult.ACCEPTED: Action.RETURN_ACCEPTED,
    CourtResult.WITHDRAWN: Action.RETURN_WITHDRAWN,
    CourtResult.DONE_BY_OTHERS: Action.RETURN_DONE_BY_OTHERS,
}


def withdraw(session: Session, actor: Actor, command: Decide, *, today: date) -> LineState:
    """Take back a line, with a reason; it is not drafted again until another answer stands.

    Errors: NotFound, NotAllowed, NotYourClaim, NotPossibleNow, StaleState, ReasonMissing.
    """
    return _decide(session, actor, command.line_id, Action.WITHDRAW, Words.demanded(command.note), today)


def do_by_others(session: Session, actor: Actor, command: DoByOthers, *, today: date) -> LineState:
    """The customer has it mended and recovers the cost. Errors: as `withdraw`."""
    line = find_line(session, command.line_id)
    cost = {"others_cost_tenge": command.cost_tenge}
    words = Words.demanded(command.note)
    return move(session, actor, line, Action.DO_BY_OTHERS, today=today, words=words, changes=cost)


def refer_to_court(session: Session, actor: Actor, command: Decide, *, today: date) -> LineState:
    """The claim goes to court; the note names the case. Errors: as `withdraw`."""
    return _decide(session, actor, command.line_id, Action.REFER_TO_COURT, Words.demanded(command.note), today)


def return_from_court(session: Session, actor: Actor, command: ReturnFromCourt, *, today: date) -> LineState:
    """The court's decision is carried out. Errors: as `withdraw`."""
    return _decide(session, actor, command.line_id, _RETURNS[command.result], Words.demanded(command.note), today)


def close_without_fix(session: Session, actor: Actor, command: Decide, *, today: date) -> LineState:
    """Nobody will mend it, and it is never counted as mended. Errors: as `withdraw`."""
    return _decide(session, actor, command.line_id, Action.CLOSE_WITHOUT_FIX, Words.demanded(command.note), today)


def _decide(session: Session, actor: Actor, line_id: int, action: Action, words: Words, today: date) -> LineState:
    return move(session, actor, find_line(session, line_id), action, today=today, words=words)
