"""What the public may ask: asynchronous reads through the role that sees public facts only."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from psycopg import AsyncClientCursor, AsyncConnection, AsyncRawCursor
from psycopg.rows import RowMaker, namedtuple_row

from geo.chainage import parse_chainage, to_cm
from roads.domain.attribution import Confidence
from roads.domain.errors import NotFound, RoadsError
from roads.domain.explanation import Answer, Neighbour, explain
from roads.domain.fields import fold_reference, parse_date
from roads.domain.warranty import Element
from roads.i18n import FALLBACK
from roads.queries.candidates import candidate, neighbour, road_name
from roads.queries.moments import NOW, end_of_day
from roads.sql import driver_statement, filled_statement, numbered_statement, statement_of_each

type_of_row = Any
Public = AsyncConnection[Any]
Thing = TypeVar("Thing", int, str)


ANSWER_AT_POINTS = {
    "lons": "$1",
    "lats": "$2",
    "snap_m": "$3",
    "known_at": "$4",
    "element": "(CAST($5 AS text[]))[placed.defect_id]",
    "decided_on": "(CAST($6 AS date[]))[placed.defect_id]",
    "carriageway_ids": "ARRAY[placed.carriageway_id]",
    "at_cm": "placed.at_cm",
}
"""What fills the parameters of `answer_at_points`: numbered ones, so that it can be prepared, and columns."""


class SeveralPlaces(RoadsError):
    """A chainage lies on several carriageways: the direction is missing. Carries `road`, `chainage` and `directions`,
    pairs of a direction's code and the carriageway's id."""

    code = "several_places"

    def __init__(self, *, directions: Sequence[tuple[str, str]], **params: object) -> None:
        super().__init__(directions=directions, **params)
        self.directions = directions


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about a place: on which day, which element, as known when ('infinity' is now), by a reader of
    which language."""

    decided_on: date
    element: str
    known_at: datetime | str = NOW
    language: str = FALLBACK


@dataclass(frozen=True, slots=True)
class AskedPoint:
    """A coordinate (degrees, EPSG:4326) somebody asks about."""

    lon: float
    lat: float
    question: Question


@dataclass(frozen=True, slots=True)
class Place:
    """A place on the network; everything but the confidence is empty when it is off the network."""

    carriageway_id: int | None
    source_id: str | None
    direction: str | None
    road: str | None
    at_cm: int | None
    distance_m: float | None
    confidence: Confidence


def moment(given: date | datetime | None, zone: ZoneInfo) -> datetime | str:
    """As known when: a day stands for its end, nothing for now."""
    if given is None:
        return NOW
    return given if isinstance(given, datetime) else end_of_day(given, zone)


async def rows(connection: Public, name: str, parameters: Mapping[str, Any], **instead: str) -> list[type_of_row]:
    """The rows of a statement by its name, as named tuples."""
    numbered, names = numbered_statement(name, **instead)
    async with AsyncRawCursor(connection, row_factory=ROWS_OF[numbered]) as cursor:
        await cursor.execute(numbered, [parameters[one] for one in names])
        return await cursor.fetchall()


async def statuses(connection: Public) -> list[type_of_row]:
    """How many segments have each status and how long they are, with the edition in which they do."""
    return await rows(connection, "public_status", {})


async def rows_together(
    connection: Public, asked: Mapping[str, tuple[str, Mapping[str, Any]]]
) -> dict[str, list[type_of_row]]:
    """The rows of several statements, each by its name and parameters: sent in one journey and answered in one."""
    cursors = {}
    async with connection.pipeline():
        for key, (name, parameters) in asked.items():
            numbered, names = numbered_statement(name)
            cursors[key] = AsyncRawCursor(connection, row_factory=ROWS_OF[numbered])
            await cursors[key].execute(numbered, [parameters[one] for one in names])
    return {key: await cursor.fetchall() for key, cursor in cursors.items()}


async def rows_of_each(
    connection: Public,
    things: Sequence[Thing],
    called: tuple[str, ...],
    asked: Mapping[str, tuple[str, Mapping[str, Any]]],
) -> dict[Thing, dict[str, list[type_of_row]]]:
    """The rows of several statements about each of several things: as `rows_together`, one journey for all things.

    `called` are the parameters that stand for the thing; whatever they are among the parameters is not looked at.
    """
    array = "text[]" if any(isinstance(thing, str) for thing in things) else "integer[]"
    of_each: dict[Thing, dict[str, list[type_of_row]]] = {thing: {key: [] for key in asked} for thing in things}
    cursors = {}
    async with connection.pipeline():
        for key, (name, parameters) in asked.items():
            numbered, names = statement_of_each(name, called, array)
            cursors[key] = AsyncRawCursor(connection, row_factory=ROWS_OF[numbered])
            await cursors[key].execute(numbered, [things if one == "things" else parameters[one] for one in names])
    for key, cursor in cursors.items():
        for row in await cursor.fetchall():
            of_each[row.asked_of][key].append(row)
    return of_each


def only_row(found: Sequence[type_of_row], thing: str, key: object) -> type_of_row:
    """The only row of those found. Errors: NotFound, naming the thing."""
    if not found:
        raise NotFound(thing=thing, key=key)
    return found[0]


async def one_row(connection: Public, name: str, parameters: Mapping[str, Any], *, thing: str) -> type_of_row:
    """The only row of a statement. Errors: NotFound, naming the thing by its `id`."""
    return only_row(await rows(connection, name, parameters), thing, parameters["id"])


class SameColumns:
    """Rows as named tuples of one statement, asked so often that working out its columns costs more than its rows."""

    def __init__(self) -> None:
        self._rows: RowMaker[type_of_row] | None = None

    def __call__(self, cursor: Any) -> RowMaker[type_of_row]:
        """What makes rows of the cursor's values: as the first time."""
        if self._rows is None:
            self._rows = namedtuple_row(cursor)
        return self._rows


ROWS_OF: defaultdict[bytes, SameColumns] = defaultdict(SameColumns)
"""How rows are made of what is asked, by the statement as it is sent."""


@cache
def _answer_at_points() -> bytes:
    return filled_statement("answer_at_points", ANSWER_AT_POINTS, spots_of_defects="spots_of_points").encode()


async def who_answers_at_points(
    connection: Public, asked: Sequence[AskedPoint], snap_m: float
) -> list[tuple[Place, Answer]]:
    """Who answers at the place nearest to each coordinate, within `snap_m` metres, in the order asked; all as known at
    the moment of the first."""
    questions = [one.question for one in asked]
    given = (
        [one.lon for one in asked],
        [one.lat for one in asked],
        snap_m,
        questions[0].known_at,
        [str(question.element) for question in questions],
        [question.decided_on for question in questions],
    )
    # The most frequent question there is: planned once for a connection, and never searched for placeholders again.
    statement = _answer_at_points()
    async with AsyncRawCursor(connection, row_factory=ROWS_OF[statement]) as cursor:
        await cursor.execute(statement, given, prepare=True)
        found: list[type_of_row] = await cursor.fetchall()
    of_each = (list(rows_of_one) for _, rows_of_one in groupby(found, attrgetter("point")))
    return [_answered(rows_of_one, question) for rows_of_one, question in zip(of_each, questions, strict=True)]


def _answered(found: Sequence[type_of_row], question: Question) -> tuple[Place, Answer]:
    place = _place(found[0], found[0].carriageway, question.language)
    candidates = [candidate(row) for row in found if row.kind is not None]
    return place, explain(candidates, question.decided_on, place.confidence)


async def place_at_chainage(
    connection: Public, road: str, chainage: str, direction: str | None, question: Question
) -> Place:
    """The place at a chainage of a road. Errors: NotFound, SeveralPlaces, ChainageError."""
    found = await rows(
        connection,
        "public_places_at_chainage",
        {
            "reference": fold_reference(road),
            "at_cm": to_cm(Decimal(parse_chainage(chainage))),
            "direction": direction,
            "known_at": question.known_at,
        },
    )
    if not found:
        raise NotFound(thing="place", key=f"{road} {chainage}")
    if len(found) > 1:
        directions = sorted({(row.direction, row.source_id) for row in found})
        raise SeveralPlaces(road=road, chainage=chainage, directions=directions)
    return _place(found[0], found[0].source_id, question.language)


async def who_answers(connection: Public, place: Place, question: Question) -> Answer:
    """Who answers at a place, and the verdict on every candidate."""
    if place.carriageway_id is None:
        return explain([], question.decided_on, Confidence.OFF_NETWORK)
    found = await rows(connection, "explain_place", _at(place, question))
    return explain([candidate(row) for row in found], question.decided_on, place.confidence)


async def neighbouring_answer(connection: Public, place: Place, question: Question) -> Neighbour | None:
    """The nearest other answer along the carriageway, as known now; empty where one answer holds on all of it."""
    found = await rows(connection, "neighbours_of_place", _at(place, question))
    return neighbour(found[0]) if found else None


def _at(place: Place, question: Question) -> dict[str, Any]:
    return {
        "carriageway_ids": [place.carriageway_id],
        "at_cm": place.at_cm,
        "element": question.element,
        "decided_on": question.decided_on,
        "known_at": question.known_at,
    }


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page of a list, and where the next one begins (empty: this was the last)."""

    items: Sequence[type_of_row]
    next_after: int | None


async def page(
    connection: Public, name: str, filters: Mapping[str, Any], *, after: int, limit: int, **instead: str
) -> Page:
    """One page of a list, by key: no page is skipped or shown twice while rows are added."""
    asked = {**filters, "after": after, "at_most": limit + 1}
    # The values stand in the statement, so that it is planned for them: with one plan for all filters, given or not,
    # and for any limit, a page of fifty segments reads the whole network.
    async with AsyncClientCursor(connection, row_factory=namedtuple_row) as cursor:
        await cursor.execute(driver_statement(name, **instead), asked)
        found: Sequence[type_of_row] = await cursor.fetchall()
    more = len(found) > limit
    return Page(found[:limit], found[limit - 1].id if more else None)


type_of_rows = Sequence[type_of_row]


async def segment(
    connection: Public, number: int, element: str, today: date
) -> tuple[type_of_row, type_of_row, type_of_rows, type_of_rows, type_of_rows]:
    """A segment, who built it and answers, its open defects, its claims, and who answers for its parts for an element.

    Errors: NotFound.
    """
    by_id = {"id": number}
    row = await one_row(connection, "public_segment", by_id, thing="segment")
    dated = {**by_id, "today": today}
    return (
        row,
        await one_row(connection, "public_segment_built_by", dated, thing="segment"),
        await rows(connection, "public_segment_defects", by_id),
        await rows(connection, "public_segment_claims", dated),
        await rows(connection, "public_segment_liability", {**dated, "element": element}),
    )


def _place(row: type_of_row, carriageway: str | None, language: str) -> Place:
    distance_m = None if row.distance_cm is None else row.distance_cm / 100
    return Place(
        row.carriageway_id,
        carriageway,
        row.direction,
        road_name(row, language),
        row.at_cm,
        distance_m,
        Confidence(row.confidence),
    )


def day_or(words: str, otherwise: date) -> date:
    """The day somebody typed, or another one when nothing was typed. Errors: FieldError."""
    return parse_date(words) if words else otherwise


def element_or(words: str) -> Element:
    """The element somebody chose; pavement when it is none we know."""
    return Element(words) if words in list(Element) else Element.PAVEMENT
