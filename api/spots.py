"""Where somebody without an account says that it is, what the road there is, and what is known of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import Request

from api.dependencies import points_of, public_connection, settings_of
from geo.errors import BadValue
from roads.domain.attribution import Confidence
from roads.domain.errors import NotFound
from roads.domain.explanation import Answer
from roads.domain.fields import parse_number
from roads.domain.network import Direction
from roads.domain.remarks import refused
from roads.domain.reports import PlaceNotGiven
from roads.domain.warranty import Element
from roads.queries import public
from roads.queries.public import AskedPoint, Place, Question
from roads.usecases.reports import FoundPlace

AROUND_M = 120
"""What the small map shows in every direction."""
SAME_WITHIN_CM = 5000
"""Phones err: what was seen within fifty metres may be the same."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A coordinate in degrees (EPSG:4326)."""

    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of a spot: its place on the network and who answers there, what was seen near it, and the roads
    around as paths in metres."""

    spot: Spot
    place: Place
    answer: Answer
    near: Sequence[Any]
    paths: Sequence[str]

    @property
    def is_certain(self) -> bool:
        """Whether the road is known."""
        return self.place.confidence is Confidence.CERTAIN


async def spot_of(request: Request, asked: Mapping[str, str], today: date) -> Spot:
    """The spot of a form: its coordinates, or a road with a chainage.

    Errors: PlaceNotGiven, BadFields, BadValue, NotFound, SeveralPlaces.
    """
    if asked.get("lat") and asked.get("lon"):
        return _inside(request, _degrees("lon", asked["lon"]), _degrees("lat", asked["lat"]))
    if not (asked.get("road") and asked.get("chainage")):
        raise PlaceNotGiven()
    direction = asked.get("direction", "")
    async with public_connection(request) as connection:
        place = await public.place_at_chainage(
            connection,
            asked["road"],
            asked["chainage"],
            direction if direction in list(Direction) else None,
            Question(today, Element.PAVEMENT),
        )
        lies = {"carriageway_id": place.carriageway_id, "at_cm": place.at_cm}
        found = await public.rows(connection, "public_point_of_place", lies)
    if not found:
        raise NotFound(thing="place", key=f"{asked['road']} {asked['chainage']}")
    return Spot(round(found[0].lon, 7), round(found[0].lat, 7))


def _degrees(field: str, words: str) -> float:
    try:
        return float(parse_number(words.strip()))
    except BadValue as bad:
        raise refused(field, bad.code, words, **bad.params) from None


def _inside(request: Request, lon: float, lat: float) -> Spot:
    box = settings_of(request).box
    if not box.holds(lon, lat):
        code = "defect_axes_swapped" if box.holds_swapped(lon, lat) else "defect_outside_area"
        raise refused("lon", code, f"{lon} {lat}")
    return Spot(lon, lat)


async def answer_at(request: Request, spot: Spot, today: date, language: str) -> tuple[Place, Answer]:
    """The place of a spot, and who answers for its pavement today."""
    question = Question(today, Element.PAVEMENT, language=language)
    return await points_of(request).ask(AskedPoint(spot.lon, spot.lat, question))


async def look_around(request: Request, spot: Spot, today: date, language: str) -> Surroundings:
    """What is known of a spot."""
    place, answer = await answer_at(request, spot, today, language)
    lies = {"carriageway_id": place.carriageway_id, "at_cm": place.at_cm}
    near: Sequence[Any] = ()
    async with public_connection(request) as connection:
        if place.carriageway_id is not None:
            seen = {**lies, "reach_cm": SAME_WITHIN_CM, "but_report": None}
            near = await public.rows(connection, "public_seen_near", seen)
        around = {"lon": spot.lon, "lat": spot.lat, "reach_m": AROUND_M}
        lines = await public.rows(connection, "public_lines_around", around)
    return Surroundings(spot, place, answer, near, [line.path for line in lines if line.path])


def as_found(place: Place, answer: Answer) -> FoundPlace:
    """What is kept of it with a report: the place, where the road is certain, and the contract that answers."""
    if place.confidence is not Confidence.CERTAIN:
        return FoundPlace()
    contract = answer.chosen.contract_id if answer.chosen else None
    return FoundPlace(place.carriageway_id, place.at_cm, contract)
