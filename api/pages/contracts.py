"""The page of a contract: whose works, where and for how much, until when its warranties last, what came of them."""

from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response

from api.kept_facts import facts_of
from api.kept_pages import kept
from api.pages.things import not_found, number_of, shown, wanted_of_many, words_of
from api.pages.timeline import told
from api.pages.words import Words
from roads.domain.attribution import Outcome
from roads.domain.claims import LineState
from roads.domain.status import DefectState
from roads.queries.pages import OF_A_CONTRACT, ContractFacts, facts_of_contracts

router = APIRouter(include_in_schema=False)


@router.get("/{language}/contracts/{number}")
@kept(*OF_A_CONTRACT)
async def contract_page(request: Request, language: str, number: str) -> Response:
    """A contract in one language, complete without scripts; a page that says so where there is none."""
    words = words_of(request, language)
    asked = wanted_of_many(request, OF_A_CONTRACT)
    contract_id = number_of(number)
    if contract_id is None:
        return not_found(request, words, f"contracts/{number}")
    facts = await facts_of(request, facts_of_contracts, contract_id, asked)
    if facts is None:
        return not_found(request, words, f"contracts/{contract_id}")
    return shown(request, words, "contract.html", asked, _told(words, facts, asked.today))


def _told(words: Words, facts: ContractFacts, today: date) -> dict[str, Any]:
    row = facts.contract
    outcomes, states = row.outcomes or {}, row.states or {}
    return {
        "facts": facts,
        "contract": row,
        "title": words.plain("contract.title", number=row.number),
        "description": words.plain("contract.described", number=row.number),
        "page": f"contracts/{row.id}",
        "json": f"/api/v1/contracts/{row.id}",
        # Answers in the order of the law.
        "counted": [(outcome.value, outcomes[outcome]) for outcome in Outcome if outcome in outcomes],
        "shown_states": [state for state in DefectState if any(state in counted for counted in outcomes.values())],
        "line_states": [(state.value, states[state]) for state in LineState if state in states],
        "moments": told(words, facts.timeline, today),
    }
