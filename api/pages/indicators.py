"""The five indicators with their formulas, what they are made of, the lists behind them, and how they moved."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from api import charts
from api.charts import Bar, Point
from api.dependencies import public_connection
from api.kept_facts import whole_of_edition
from api.kept_pages import kept
from api.pages.things import shown, wanted, words_of
from api.pages.words import CENTIMETRES_OF_A_KILOMETRE, Words
from api.schemas.indicators import IndicatorsShape
from roads.queries import site
from roads.queries.public import type_of_rows

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture, how it is to be read, and the table that says the same in figures."""

    id: str
    title: str
    how: str
    picture: Markup
    heads: Sequence[str]
    rows: Sequence[Sequence[object]]


@router.get("/{language}/indicators")
@kept(*site.OF_THE_INDICATORS)
async def indicators_page(request: Request, language: str) -> Response:
    """The page. Each figure names its formula, its parts and its day, and leads to the rows it counts."""
    words, asked = words_of(request, language), wanted(request, site.OF_THE_INDICATORS)
    defects = await whole_of_edition(request, site.indicators_of_defects, asked.today)
    eliminated = await whole_of_edition(request, site.elimination_by_month, asked.today)
    async with public_connection(request) as connection:
        counted = await site.indicators(connection, asked.today)
        lists = await site.indicator_lists(connection, asked)
        drawn = [
            _elimination(words, eliminated),
            _ages(words, await site.claims_by_age(connection, asked.today)),
            _ends(words, await site.warranty_ends_by_month(connection, asked.today)),
        ]
    facts = {
        "indicators": IndicatorsShape.of(counted, defects, language),
        "lists": lists,
        "charts": drawn,
        "page": "indicators",
        "query": "",
    }
    return shown(request, words, "indicators.html", asked, facts)


def _elimination(words: Words, months: type_of_rows) -> Chart:
    points = [
        Point(words.month(one.last_day), 100 * one.verified / one.confirmed if one.confirmed else None)
        for one in months
    ]
    title = words.plain("chart.elimination")
    return Chart(
        "elimination",
        title,
        words.plain("chart.elimination_how"),
        charts.line(
            title, points, charts.nice_top(max((one.value or 0.0 for one in points), default=0.0)), words.number
        ),
        [words.plain(f"chart.{head}") for head in ("by", "verified", "confirmed", "percent")],
        [
            (
                words.day_in_figures(one.last_day),
                words.number(one.verified),
                words.number(one.confirmed),
                words.number(round(100 * one.verified / one.confirmed, 1)) if one.confirmed else "–",
            )
            for one in months
        ],
    )


def _ages(words: Words, ages: type_of_rows) -> Chart:
    labels = [
        words.plain("chart.days", first=one.from_days, last=one.to_days)
        if one.to_days
        else words.plain("chart.more_days", first=one.from_days)
        for one in ages
    ]
    title = words.plain("chart.ages")
    return Chart(
        "ages",
        title,
        words.plain("chart.ages_how"),
        charts.bars(
            title, [Bar(label, one.lines, one.overdue) for label, one in zip(labels, ages, strict=True)], words.number
        ),
        [words.plain(f"chart.{head}") for head in ("age", "lines", "overdue")],
        [(label, words.number(one.lines), words.number(one.overdue)) for label, one in zip(labels, ages, strict=True)],
    )


def _ends(words: Words, months: type_of_rows) -> Chart:
    title = words.plain("chart.ends")
    kilometres = [round(one.cm / CENTIMETRES_OF_A_KILOMETRE, 1) for one in months]
    names = [words.month(one.first_day) for one in months]
    return Chart(
        "ends",
        title,
        words.plain("chart.ends_how"),
        charts.bars(title, [Bar(name, km) for name, km in zip(names, kilometres, strict=True)], words.number),
        [words.plain(f"chart.{head}") for head in ("month", "km", "contracts")],
        [
            (name, words.number(km), words.number(one.contracts))
            for name, km, one in zip(names, kilometres, months, strict=True)
        ],
    )
