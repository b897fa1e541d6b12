"""Claims are drafted by the system and issued by a person, which freezes their facts and starts the clocks."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.orm import Session

from roads.db import wait_for_turn
from roads.domain.actors import Actor, Permission
from roads.domain.claims import (
    SILENCE_WORKING_DAYS,
    Action,
    DraftOutdated,
    LineState,
    NothingToIssue,
    NotifiedTooLate,
    NotPossibleNow,
    claim_state,
    demand_may,
)
from roads.domain.errors import NotFound, RoadsError
from roads.domain.rules import CountedIn
from roads.domain.working_days import add_working_days
from roads.models import Claim, ClaimEvent, ClaimTerms, Contract, Organisation
from roads.queries.claims import KnownClaim, find_claim, line_states, stale_carriageways
from roads.sql import statement
from roads.usecases.acting import acts
from roads.usecases.claims_clocks import Clocks, clocks_of, start_clocks
from roads.usecases.claims_moves import Words, answer_again, told
from roads.usecases.recording import close


@dataclass(frozen=True, slots=True)
class DraftClaims:
    """Draft what is claimable; of some contracts only, if given."""

    contract_ids: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class Drafted:
    """How many claims and lines were drafted, and how many drafted lines were taken back as outdated."""

    claims: int
    lines: int
    withdrawn: int


@dataclass(frozen=True, slots=True)
class IssueClaim:
    """Send a drafted claim to its addressees."""

    claim_id: int


@dataclass(frozen=True, slots=True)
class Issued:
    """The number the claim has from now on, and how many lines were issued."""

    number: str
    lines: int


@dataclass(frozen=True, slots=True)
class IssuedSeveral:
    """What became of each draft, by the claim's id: issued, or refused and why."""

    issued: dict[int, Issued]
    refused: dict[int, RoadsError]


@dataclass(frozen=True, slots=True)
class StateClaimTerms:
    """What a contract, or (without one) a customer for all of its contracts, says of claims; None: nothing."""

    customer_id: int
    document: str
    contract_id: int | None = None
    safety_days: int | None = None
    safety_counted_in: CountedIn = CountedIn.CALENDAR
    rectify_days: int | None = None
    rectify_counted_in: CountedIn = CountedIn.WORKING
    silence_is_acceptance: bool | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """A claim was delivered, or read for the first time; `evidence` is the proof."""

    claim_id: int
    evidence: str | None = None


def draft_claims(session: Session, actor: Actor, command: DraftClaims, *, today: date) -> Drafted:
    """One draft for each contract and detection day, listing its claimable defects; again: nothing new.

    Drafted lines for which another answer stands by now are taken back first, so that a person never issues them.
    """
    actor.require(Permission.RUN_JOBS)
    acts(session, actor, Action.DRAFT.value, today=today)
    # Two at once would each find the other's lines missing.
    wait_for_turn(session, "draft claims")
    withdrawn = take_back_drafts(session, actor, command.contract_ids, today=today)
    drafted = session.execute(statement("draft_claims"), _of_contracts(actor, command.contract_ids, today)).one()
    return Drafted(drafted.claims, drafted.lines, withdrawn)


def take_back_drafts(session: Session, actor: Actor, contract_ids: Sequence[int] | None, *, today: date) -> int:
    """Withdraw drafted lines for which another answer stands by now, or whose defect is open no more; gives how many.
    Without contracts: of all."""
    return int(
        session.execute(statement("withdraw_outdated_drafts"), _of_contracts(actor, contract_ids, today)).one().lines
    )


def _of_contracts(actor: Actor, contract_ids: Sequence[int] | None, today: date) -> dict[str, Any]:
    ids = None if contract_ids is None else list(contract_ids)
    by = {"person": actor.name, "organisation_id": actor.organisation_id, "role": actor.role}
    return {"on": today, "contract_ids": ids, **by}


def issue_claim(session: Session, actor: Actor, command: IssueClaim, *, today: date) -> Issued:
    """Freeze the facts of a drafted claim, start both clocks of every line and name the addressees.

    Where contracts or carve-outs have changed since the answers were given, they are given again first: what is issued
    is true on the day of issue.

    Errors: NotFound, NotAllowed, NotYourClaim, NotPossibleNow, NothingToIssue, DraftOutdated, NotifiedTooLate.
    """
    claim = find_claim(session, command.claim_id, lock=True)
    demand_may(actor, Action.ISSUE, claim.sides)
    if claim.issued_on is not None:
        raise NotPossibleNow(action=Action.ISSUE.value, state=claim_state(line_states(session, claim.id)).value)
    answer_again(session, stale_carriageways(session, claim.id))
    lines = _issuable(session, claim, today)
    clocks = clocks_of(session, claim.contract_id, claim.customer_id)
    started = start_clocks(session, clocks, [line.id for line in lines], today)
    rows = [{"id": line.id, "facts": line.facts, **started[line.id]} for line in lines]
    acts(session, actor, Action.ISSUE.value, today=today)
    _issue_lines(session, actor, rows, today)
    return Issued(_name(session, claim, clocks, today), len(lines))


def issue_claims(session: Session, actor: Actor, claim_ids: Sequence[int], *, today: date) -> IssuedSeveral:
    """Issue drafts, each for itself: one that cannot be issued holds no other up and leaves no trace."""
    done = IssuedSeveral({}, {})
    for claim_id in dict.fromkeys(claim_ids):
        try:
            with session.begin_nested():
                done.issued[claim_id] = issue_claim(session, actor, IssueClaim(claim_id), today=today)
        except RoadsError as wrong:
            done.refused[claim_id] = wrong
    return done


def _issuable(session: Session, claim: KnownClaim, today: date) -> Sequence[Row[Any]]:
    lines = session.execute(
        statement("lines_to_issue"),
        {"claim_id": claim.id, "on": today, "contract_ids": [claim.contract_id]},
    ).all()
    if not lines:
        raise NothingToIssue(claim=claim.id)
    if outdated := [str(line.number) for line in lines if not line.is_current]:
        raise DraftOutdated(lines=", ".join(outdated))
    if late := [str(line.number) for line in lines if line.is_late]:
        raise NotifiedTooLate(lines=", ".join(late))
    return lines


def _issue_lines(session: Session, actor: Actor, rows: Sequence[dict[str, Any]], today: date) -> None:
    session.execute(
        statement("issue_lines"),
        {
            "lines": json.dumps(rows, default=str),
            "on": today,
            "person": actor.name,
            "organisation_id": actor.organisation_id,
            "role": actor.role,
        },
    ).all()


def _name(session: Session, claim: KnownClaim, clocks: Clocks, today: date) -> str:
    """Give the claim its number and addressees. Numbers grow, with gaps where a draft was never issued."""
    number = f"{today.year}-{claim.id:06}"
    session.execute(
        update(Claim)
        .where(Claim.id == claim.id)
        .values(
            number=number,
            issued_on=today,
            issued_at=func.clock_timestamp(),
            contractor_id=claim.contractor_id,
            supervisor_id=claim.supervisor_id,
            designer_id=claim.designer_id,
            silence_is_acceptance=clocks.own.silence_is_acceptance,
            silence_by=add_working_days(today, SILENCE_WORKING_DAYS, clocks.calendar),
        )
        .execution_options(synchronize_session=False)
    )
    return number


def state_claim_terms(session: Session, actor: Actor, command: StateClaimTerms) -> None:
    """Record what a contract or a customer says of claims; it holds for what is issued from now on.

    What was said before is closed and kept. Errors: NotAllowed, NotFound for a contract that is not the customer's.
    """
    actor.require(Permission.STATE_CLAIM_TERMS)
    acts(session, actor, "state_claim_terms")
    # The customer is held, so that two who state terms at once come one after the other.
    held = select(Organisation.id).where(Organisation.id == command.customer_id).with_for_update(key_share=True)
    if session.scalars(held).one_or_none() is None:
        raise NotFound(thing="organisation", key=command.customer_id)
    of_contract = select(Contract.customer_id).where(Contract.id == command.contract_id)
    if command.contract_id and session.scalars(of_contract).one_or_none() != command.customer_id:
        raise NotFound(thing="contract", key=command.contract_id)
    known = session.scalars(
        select(ClaimTerms.id).where(
            ClaimTerms.customer_id == command.customer_id,
            ClaimTerms.contract_id.is_not_distinct_from(command.contract_id),
            func.upper_inf(ClaimTerms.recorded),
        )
    ).all()
    close(session, ClaimTerms, known)
    session.execute(insert(ClaimTerms).values(stated_by=actor.name, **_terms(command)))


def _terms(command: StateClaimTerms) -> dict[str, Any]:
    return {
        "customer_id": command.customer_id,
        "contract_id": command.contract_id,
        "safety_days": command.safety_days,
        "safety_counted_in": command.safety_counted_in if command.safety_days else None,
        "rectify_days": command.rectify_days,
        "rectify_counted_in": command.rectify_counted_in if command.rectify_days else None,
        "silence_is_acceptance": command.silence_is_acceptance,
        "document": command.document,
    }


def record_delivery(session: Session, actor: Actor, command: Receipt, *, today: date) -> None:
    """Keep the proof that the contractor has the claim. Errors: NotFound, NotAllowed, NotYourClaim, NotPossibleNow."""
    _receive(session, actor, command, Action.DELIVER, today, {"delivered_on": func.coalesce(Claim.delivered_on, today)})


def acknowledge(session: Session, actor: Actor, command: Receipt, *, today: date) -> None:
    """The contractor has read the claim; the first reading counts. Errors: as `record_delivery`."""
    first = func.coalesce(Claim.acknowledged_at, func.clock_timestamp())
    _receive(session, actor, command, Action.ACKNOWLEDGE, today, {"acknowledged_at": first})


def _receive(
    session: Session, actor: Actor, command: Receipt, action: Action, today: date, changes: dict[str, Any]
) -> None:
    claim = find_claim(session, command.claim_id, lock=True)
    demand_may(actor, action, claim.sides)
    if claim.issued_on is None:
        raise NotPossibleNow(action=action.value, state=LineState.DRAFTED.value)
    acts(session, actor, action.value, today=today)
    session.execute(
        update(Claim).where(Claim.id == claim.id).values(**changes).execution_options(synchronize_session=False)
    )
    words = Words(evidence={"proof": command.evidence} if command.evidence else None)
    session.execute(insert(ClaimEvent).values(claim_id=claim.id, **told(actor, action, today, words)))
