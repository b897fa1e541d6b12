"""Who answers for each metre on each day: worked out again wherever a cause of it changed, in the same transaction."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select, text, update
from sqlalchemy.orm import Session

from roads import models
from roads.domain.warranty import (
    LONGEST_TERM_MONTHS,
    Amendment,
    DateRange,
    Term,
    TermInForce,
    contract_term,
    rule_term,
    terms_in_force,
)
from roads.sql import statement
from roads.usecases.status import mark_carriageways

NOW = "infinity"
"""The moment `known_at` that stands for everything known today."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How many rows of warranty and works changed, and on how many carriageways liability was built anew."""

    warranties: int
    works: int
    carriageways: int


def lock_carriageways(session: Session, carriageway_ids: Sequence[int]) -> None:
    """Hold carriageways until the transaction ends. Call it before a cause of liability is written.

    Always in order of id, so that two people who change the same ones queue instead of blocking each other for good;
    the exclusion constraint alone would refuse one of them.
    """
    session.execute(
        select(models.Carriageway.id)
        .where(models.Carriageway.id == func.any(list(carriageway_ids)))
        .order_by(models.Carriageway.id)
        .with_for_update(key_share=True)
    )


def refresh(session: Session, *, contract_ids: Sequence[int] = (), carriageway_ids: Sequence[int] = ()) -> Refreshed:
    """After causes of liability changed: settle the contracts' warranties and works, then build their carriageways.

    `carriageway_ids` names carriageways to build beside those the contracts work on (a carve-out has no contract).
    """
    contracts = sorted(set(contract_ids))
    touched = sorted({*carriageway_ids, *_carriageways_of(session, contracts)})
    lock_carriageways(session, touched)
    warranties, works = settle_contracts(session, contracts)
    build(session, touched)
    return Refreshed(warranties, works, len(touched))


def refresh_everything(session: Session) -> Refreshed:
    """After term rules changed: settle every contract; build only carriageways whose warranties became others.

    The longest term any rule gives bounds every unknown term, so one new rule can touch contracts far from it.
    """
    contracts = list(session.scalars(text("SELECT id FROM contract ORDER BY id")))
    lock_carriageways(session, _carriageways_of(session, contracts))
    since = session.scalar(select(func.clock_timestamp()))
    warranties, works = settle_contracts(session, contracts)
    changed = list(session.scalars(statement("carriageways_with_changed_causes"), {"since": since}))
    build(session, changed)
    return Refreshed(warranties, works, len(changed))


def settle_contracts(session: Session, contract_ids: Sequence[int]) -> tuple[int, int]:
    """Work out warranties and works of contracts anew; rows that stay as they are are not touched."""
    if not contract_ids:
        return 0, 0
    ids = {"contract_ids": list(contract_ids)}
    works = session.execute(statement("derive_works"), ids).one()
    wanted = json.dumps(list(_wanted_warranties(session, ids)))
    warranties = session.execute(statement("store_warranties"), {**ids, "wanted": wanted}).one()
    return warranties.closed + warranties.added, works.closed + works.added


def build(session: Session, carriageway_ids: Sequence[int]) -> None:
    """Partition the carriageways anew and mark them for attribution. The caller holds their locks."""
    if not carriageway_ids:
        return
    ids = {"carriageway_ids": list(carriageway_ids)}
    session.execute(text("DELETE FROM liability WHERE carriageway_id = ANY (CAST(:carriageway_ids AS integer[]))"), ids)
    session.execute(statement("build_liability"), {**ids, "known_at": NOW})
    outdate_answers(session, carriageway_ids)
    mark_carriageways(session, carriageway_ids)


def outdate_answers(session: Session, carriageway_ids: Sequence[int]) -> None:
    """Mark carriageways for attribution: places on them, or who answers there, have changed. The caller holds them."""
    session.execute(
        update(models.Carriageway)
        .where(models.Carriageway.id == func.any(list(carriageway_ids)))
        .values(revision=models.Carriageway.revision + 1)
        .execution_options(synchronize_session=False)
    )


def _carriageways_of(session: Session, contract_ids: Sequence[int]) -> list[int]:
    """Carriageways that contracts work on or ever did: a section that went away must free its metres."""
    found = session.scalars(
        text("SELECT DISTINCT carriageway_id FROM contract_section WHERE contract_id = ANY (CAST(:ids AS integer[]))"),
        {"ids": list(contract_ids)},
    )
    return list(found)


def _wanted_warranties(session: Session, ids: dict[str, list[int]]) -> Iterator[dict[str, Any]]:
    longest = session.scalar(select(func.max(models.TermRule.months)).where(func.upper_inf(models.TermRule.recorded)))
    for cause in session.execute(statement("warranty_causes"), ids):
        for term in _terms_of(cause, longest or LONGEST_TERM_MONTHS):
            yield _warranty_row(cause, term)


def _terms_of(cause: Row[Any], longest_months: int) -> list[TermInForce]:
    rule: Term | None = rule_term(cause.rule_id, cause.rule_months) if cause.rule_id else None
    return terms_in_force(
        cause.accepted_on,
        contract_term(cause.stated_term_months, rule),
        [Amendment(*pair) for pair in zip(cause.amended_on, cause.amended_months, strict=True)],
        [DateRange(*pair) for pair in zip(cause.suspended_from, cause.suspended_to, strict=True)],
        longest_months,
    )


def _warranty_row(cause: Row[Any], held: TermInForce) -> dict[str, Any]:
    return {
        "acceptance_id": cause.acceptance_id,
        "contract_id": cause.contract_id,
        "carriageway_id": cause.carriageway_id,
        "element": cause.element,
        "from_cm": cause.from_cm,
        "to_cm": cause.to_cm,
        "accepted_on": _iso(cause.accepted_on),
        "in_force_from": _iso(held.first),
        "in_force_to": _iso(held.last),
        "ends_on": _iso(held.ends_on),
        "months": held.term.months,
        "term_state": held.term.state,
        "term_origin": held.term.origin,
        "term_rule_id": held.term.rule_id,
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
