"""A reported repair is offered for verification to another organisation, whose people then see this line alone."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.dialects.postgresql import insert as insert_unless_there
from sqlalchemy.orm import Session

from roads.domain.actors import Actor
from roads.domain.claims import Action, LineState, NoVerifier, OwnRepair, demand_may, next_state
from roads.models import VerificationOffer
from roads.queries.claims import find_line, open_repair
from roads.sql import statement
from roads.usecases.claims_moves import Words, move, stale


@dataclass(frozen=True, slots=True)
class OfferVerification:
    """Let people of the organisation with this BIN verify the reported repair of a line."""

    line_id: int
    bin: str
    note: str | None = None


def offer_verification(session: Session, actor: Actor, command: OfferVerification, *, today: date) -> LineState:
    """The line and its repair become visible to engineers of that organisation, and they may judge this repair.

    Errors: NotFound, NotAllowed, NotYourClaim, NotPossibleNow, StaleState, NoVerifier, OwnRepair.
    """
    line = find_line(session, command.line_id)
    demand_may(actor, Action.OFFER_VERIFICATION, line.sides)
    next_state(line.state, Action.OFFER_VERIFICATION)
    repair = open_repair(session, line.id)
    if repair is None:
        raise stale(session, line, Action.OFFER_VERIFICATION)
    organisation_id = _verifiers_of(session, command.bin)
    if organisation_id in (repair.reporter.organisation_id, line.contractor_id):
        raise OwnRepair(actor=command.bin)
    words = Words(note=command.note or None, evidence={"bin": command.bin})
    state = move(session, actor, line, Action.OFFER_VERIFICATION, today=today, words=words)
    offered = insert_unless_there(VerificationOffer).values(
        repair_id=repair.id, organisation_id=organisation_id, offered_by=actor.name, offered_on=today
    )
    session.execute(offered.on_conflict_do_nothing())
    return state


def _verifiers_of(session: Session, bin_: str) -> int:
    found = session.scalars(statement("verifying_organisation"), {"bin": bin_}).one_or_none()
    if found is None:
        raise NoVerifier(bin=bin_)
    return int(found)
