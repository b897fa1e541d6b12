"""Roads, segments and places as the API shows them."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Self

from pydantic import BaseModel, Field

from geo.chainage import format_chainage, format_cm
from roads.domain.status import SegmentStatus
from roads.queries.candidates import road_name
from roads.queries.public import Page, Place, type_of_row


class Geometry(BaseModel):
    """RFC 7946 geometry: longitude, latitude in degrees."""

    type: str = Field(examples=["LineString"])
    coordinates: list[Any] = Field(examples=[[[76.91, 43.25], [76.92, 43.25]]])


class PlaceShape(BaseModel):
    """A place on the network. Chainage in metres along the carriageway."""

    road: str | None = Field(examples=["A-3"])
    carriageway: str | None = Field(examples=["way/4242"])
    direction: str | None = Field(examples=["single"])
    chainage: str | None = Field(examples=["212+600"])
    chainage_m: float | None = Field(examples=[212600.4])
    distance_m: float | None = Field(examples=[3.2])
    confidence: str = Field(examples=["certain"])

    @classmethod
    def of(cls, place: Place) -> Self:
        """The shape of a place."""
        metres = None if place.at_cm is None else place.at_cm / 100
        return cls(
            road=place.road,
            carriageway=place.source_id,
            direction=place.direction,
            chainage=None if metres is None else format_chainage(metres),
            chainage_m=metres,
            distance_m=place.distance_m,
            confidence=place.confidence,
        )


class Names(BaseModel):
    """What a road or a type of defect is called in three languages; empty where nobody said."""

    kk: str | None = None
    ru: str | None = None
    en: str | None = None

    @classmethod
    def of(cls, row: type_of_row) -> Self:
        """The names in a row."""
        return cls(kk=row.name_kk, ru=row.name_ru, en=row.name_en)


class RoadShape(BaseModel):
    """A road, the length of its carriageways in metres, and the box around them (west, south, east, north)."""

    id: int
    reference: str | None
    names: Names
    significance: str | None
    category: str | None
    kato: str | None
    length_m: float
    bbox: list[float] | None = Field(examples=[[76.83, 43.19, 77.02, 43.35]])

    @classmethod
    def of(cls, row: type_of_row) -> Self:
        """The shape of a road's row."""
        return cls(
            id=row.id,
            reference=row.reference,
            names=Names.of(row),
            significance=row.significance,
            category=row.category,
            kato=row.kato,
            length_m=row.length_cm / 100,
            bbox=row.bbox,
        )


class RoadList(BaseModel):
    """A page of roads; `next` is the `after` of the following page."""

    items: list[RoadShape]
    next: int | None

    @classmethod
    def of(cls, page: Page) -> Self:
        """The shape of a page."""
        return cls(items=[RoadShape.of(row) for row in page.items], next=page.next_after)


class TownShape(BaseModel):
    """A town with its names, its region, and a point in its middle (degrees)."""

    names: Names
    kato: str = Field(examples=["11"])
    lon: float = Field(examples=[69.3964])
    lat: float = Field(examples=[53.2841])

    @classmethod
    def of(cls, town: Mapping[str, Any]) -> Self:
        """The shape of a town."""
        return cls(names=Names(**town["name"]), kato=town["kato"], lon=town["at"][0], lat=town["at"][1])


class TownList(BaseModel):
    """Towns: those first whose name begins with what was typed, and of them the largest."""

    items: list[TownShape]


class SegmentShape(BaseModel):
    """A segment: a carriageway between two chainages (metres), and its status as of the last edition of the maps.

    `status_on` is the day since which the status stands, empty for a segment that no run has looked at yet.
    """

    id: int
    road: str | None
    names: Names
    carriageway: str
    direction: str
    kato: str | None
    chainage_from: str
    chainage_to: str
    from_m: float
    to_m: float
    status: SegmentStatus
    status_on: date | None
    open_defects: int
    overdue_lines: int
    answers_until: date | None
    inspected_on: date | None
    geometry: Geometry

    @classmethod
    def of(cls, row: type_of_row, language: str) -> Self:
        """The shape of a segment's row."""
        return cls(
            id=row.id,
            road=road_name(row, language),
            names=Names.of(row),
            carriageway=row.source_id,
            direction=row.direction,
            kato=row.kato,
            chainage_from=format_cm(row.from_cm),
            chainage_to=format_cm(row.to_cm),
            from_m=row.from_cm / 100,
            to_m=row.to_cm / 100,
            status=row.status,
            status_on=row.status_on,
            open_defects=row.open_defects,
            overdue_lines=row.overdue_lines,
            answers_until=row.answers_until,
            inspected_on=row.inspected_on,
            geometry=Geometry.model_validate_json(row.geometry),
        )


class SegmentList(BaseModel):
    """A page of segments."""

    items: list[SegmentShape]
    next: int | None

    @classmethod
    def of(cls, page: Page, language: str) -> Self:
        """The shape of a page."""
        return cls(items=[SegmentShape.of(row, language) for row in page.items], next=page.next_after)
