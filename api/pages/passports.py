"""The pages of a road, a contractor and a region: how they stand, who answers, what it cost and what is owed."""

from collections.abc import Callable, Mapping, Sequence
from math import floor, log2
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from markupsafe import Markup
from starlette.exceptions import HTTPException

from api.charts import Interval, intervals
from api.dependencies import public_connection
from api.kept_facts import facts_of, facts_of_edition, whole_of_edition
from api.kept_pages import kept
from api.pages.things import not_found, number_of, shown, wanted, words_of
from api.pages.words import Words, isolated
from roads.domain.scorecard import Scorecard
from roads.queries import passports
from roads.queries.passports import (
    OF_A_CONTRACTOR,
    OF_A_REGION,
    OF_A_ROAD,
    OF_ITS_NETWORK,
    ContractorFacts,
    RegionFacts,
    RoadFacts,
)
from roads.queries.scorecards import card_of

router = APIRouter(include_in_schema=False)

COMPARED = 20
BY: Mapping[str, Callable[[tuple[Any, Scorecard]], float]] = {
    "value": lambda one: -float(one[0].value_tenge or 0),
    "overdue": lambda one: -one[1].overdue,
    "rate": lambda one: -(one[1].defects.value or 0),
}
"""In which order contractors may be listed, other than by name."""
ORDERS = ("name", *BY)


@router.get("/{language}/roads/{number}")
@kept(*OF_A_ROAD)
async def road_page(request: Request, language: str, number: str) -> Response:
    """A road: its status along the chainage, its contracts, what is overdue."""
    words, asked, road_id = words_of(request, language), wanted(request, OF_A_ROAD), number_of(number)
    if road_id is None:
        return not_found(request, words, f"roads/{number}")
    facts = await facts_of(request, passports.facts_of_roads, road_id, asked)
    if facts is None:
        return not_found(request, words, f"roads/{road_id}")
    return shown(request, words, "road.html", asked, _road(words, facts))


@router.get("/{language}/contractors")
@kept("order")
async def contractors_page(request: Request, language: str) -> Response:
    """All contractors with their scorecards, in an order of the reader's."""
    words, asked = words_of(request, language), wanted(request, ())
    order = request.query_params.get("order", "")
    order = order if order in ORDERS else ORDERS[0]
    async with public_connection(request) as connection:
        found = await passports.scorecards(connection, asked.today)
    exposure = await whole_of_edition(request, passports.exposure_of_all, asked.today)
    cards = [(row, card_of(row, exposure.get(row.id))) for row in found]
    if order in BY:
        cards.sort(key=BY[order])
    facts = {
        "rows": cards,
        "order": order,
        "orders": ORDERS,
        "chart": _compared(words, cards),
        "page": "contractors",
        "query": f"order={order}",
    }
    return shown(request, words, "contractors.html", asked, facts)


@router.get("/{language}/contractors/{number}")
@kept(*OF_A_CONTRACTOR)
async def contractor_page(request: Request, language: str, number: str) -> Response:
    """A contractor: its scorecard with what every figure is made of, its contracts, what it owes."""
    words, asked = words_of(request, language), wanted(request, OF_A_CONTRACTOR)
    if not (number.isascii() and number.isdecimal() and len(number) == 12):
        return not_found(request, words, "contractors")
    facts = await facts_of(request, passports.facts_of_contractors, number, asked)
    if facts is None:
        return not_found(request, words, "contractors")
    row = facts.contractor
    card = card_of(row, await facts_of_edition(request, passports.exposure_of_contractors, row.id, wanted(request, ())))
    return shown(request, words, "contractor.html", asked, {**_contractor(words, facts), "card": card})


@router.get("/{language}/regions")
@kept()
async def regions_page(request: Request, language: str) -> Response:
    """All regions with how long their roads are and how they stand."""
    words, asked = words_of(request, language), wanted(request, ())
    found = await facts_of_edition(request, passports.regions_by_name, language, asked)
    return shown(request, words, "regions.html", asked, {"rows": found, "page": "regions"})


@router.get("/{language}/regions/{kato}")
@kept(*OF_A_REGION, *OF_ITS_NETWORK)
async def region_page(request: Request, language: str, kato: str) -> Response:
    """A region: how its roads stand, which ones, what is overdue."""
    words, asked = words_of(request, language), wanted(request, (*OF_A_REGION, *OF_ITS_NETWORK))
    if not (kato.isascii() and kato.isdecimal() and len(kato) <= 9):
        raise HTTPException(404)
    facts = await facts_of(request, passports.facts_of_regions, kato, asked)
    if facts is None:
        return not_found(request, words, "regions")
    network = await facts_of_edition(request, passports.networks_of_regions, kato, wanted(request, OF_ITS_NETWORK))
    return shown(request, words, "region.html", asked, {**_region(words, facts), "network": network})


@router.get("/{language}/overdue")
@kept("overdue")
async def overdue_page(request: Request, language: str) -> Response:
    """All claimed defects whose repair is overdue."""
    words, asked = words_of(request, language), wanted(request, ("overdue",))
    async with public_connection(request) as connection:
        found = await passports.overdue(connection, asked)
    return shown(request, words, "overdue.html", asked, {"overdue": found, "page": "overdue"})


def _compared(words: Words, rows: Sequence[tuple[Any, Scorecard]]) -> Markup | None:
    """Rates of defects with their intervals, of those with most kilometre-years: the longer the road, the surer."""
    known = [(row, card.defects) for row, card in rows if card.defects.interval]
    known.sort(key=lambda one: -one[1].exposure)
    compared = sorted(known[:COMPARED], key=lambda one: -(one[1].value or 0))
    given = [Interval(row.name, rate.value or 0, *(rate.interval or (0, 0))) for row, rate in compared]
    return intervals(words.plain("contractors.compared"), given, words.number) if given else None


def _road(words: Words, facts: RoadFacts) -> dict[str, Any]:
    name = words.road_as_text(facts.road)
    return {
        "facts": facts,
        "road": facts.road,
        "title": name,
        "description": words.plain("road.described", road=name),
        "page": f"roads/{facts.road.id}",
        "on_map": _on_map(facts.road),
        "json": f"/api/v1/roads?reference={quote(facts.road.reference)}" if facts.road.reference else "/api/v1/roads",
    }


def _on_map(road: Any) -> tuple[str, str]:
    """Query and place by which a map shows the road: a street without a reference is shown where it lies."""
    if road.reference:
        return f"road={quote(road.reference)}", ""
    west, south, east, north = road.bbox
    zoom = max(3, min(15, floor(log2(360 / max(east - west, north - south, 0.001)))))
    return "", f"#map={zoom}/{(south + north) / 2:.5f}/{(west + east) / 2:.5f}"


def _contractor(words: Words, facts: ContractorFacts) -> dict[str, Any]:
    row = facts.contractor
    return {
        "facts": facts,
        "contractor": row,
        "title": isolated(row.name),
        "description": words.plain("contractor.described", name=row.name),
        "page": f"contractors/{row.bin}",
        "json": f"/api/v1/contracts?contractor={row.bin}",
    }


def _region(words: Words, facts: RegionFacts) -> dict[str, Any]:
    name = words.of(facts.region, "name").striptags()
    return {
        "facts": facts,
        "region": facts.region,
        "title": name,
        "description": words.plain("region.described", region=name),
        "page": f"regions/{facts.region.kato}",
        "json": f"/api/v1/segments?region={facts.region.kato}",
    }
