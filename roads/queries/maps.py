"""What the public maps tell in words: how much there is of each code, and lists of what lies where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from roads.queries import public
from roads.queries.public import Page, Public, type_of_row


@dataclass(frozen=True, slots=True)
class Subject:
    """What one map is about: stretches of roads, points, or both; the names of their statements.

    `listed` is the group of codes by which the stretches are listed and counted. `point_codes` are those codes of it
    that belong to points.
    """

    listed: str
    stretches: str = ""
    points: str = ""
    chosen: str = ""
    point_codes: Sequence[str] = field(default=())


SUBJECTS: Mapping[str, Subject] = {
    "warranty": Subject("warranty", stretches="stretches_of_warranty"),
    "money": Subject("money", stretches="stretches_of_money"),
    "works": Subject(
        "works",
        stretches="stretches_of_works",
        points="points_of_works",
        chosen="chosen_of_works",
        point_codes=("repair_planned", "repair_late"),
    ),
    "defects": Subject("severity", points="points_of_defects", chosen="chosen_of_defects"),
    "history": Subject("outcome", stretches="stretches_of_year", points="points_of_year", chosen="chosen_of_year"),
}


@dataclass(frozen=True, slots=True)
class Count:
    """How many things of a group have a code, and how long they are together where they have a length."""

    group: str
    code: str
    number: int
    km: float | None


async def edition(connection: Public) -> type_of_row:
    """The last edition's `number` and the day `made_on` it was made for; 0 and none before the first."""
    (row,) = await public.rows(connection, "last_edition", {})
    return row


async def counts(connection: Public, name: str, on: date, year: int | None) -> Sequence[Count]:
    """How much there is of each code of each group of a map, as of a day or of a year."""
    subject = SUBJECTS[name]
    takes = {"on": on, "year": year}
    found = []
    if subject.stretches:
        rows = await public.rows(connection, "counts_of_stretches", takes, stretches=subject.stretches)
        group = "answered" if name == "history" else subject.listed
        found += [Count(group, row.code, row.number, float(row.km or 0)) for row in rows]
    if subject.points:
        rows = await public.rows(connection, f"counts_of_{subject.points}", takes)
        found += [Count(row.code_of, row.code, row.number, None) for row in rows]
    return found


async def years(connection: Public) -> tuple[int, int] | None:
    """The first year of which anything is known, and that of the last edition; None before the first edition."""
    (row,) = await public.rows(connection, "years_on_record", {})
    return None if row.last is None else (row.first, row.last)


async def places(
    connection: Public,
    name: str,
    filters: Mapping[str, Any],
    chosen: Mapping[str, Sequence[str]],
    page: tuple[int, int],
) -> Page:
    """A page of what a map shows: stretches, or points where the map has none or a point's code was chosen.

    `filters`: box, region, road, on, year; `chosen`: codes by group; `page`: after and limit.
    """
    subject = SUBJECTS[name]
    after, limit = page
    codes = chosen.get(subject.listed) or ()
    takes_points = not subject.stretches or name == "history" or set(codes) & set(subject.point_codes)
    if takes_points:
        groups = {group: list(codes) or None for group, codes in chosen.items()}
        instead = {"points": subject.points, "chosen_points": subject.chosen}
        return await public.page(
            connection, "places_of_points", {**filters, **groups}, after=after, limit=limit, **instead
        )
    asked = {**filters, "codes": list(codes) or None}
    return await public.page(
        connection, "places_of_stretches", asked, after=after, limit=limit, stretches=subject.stretches
    )
