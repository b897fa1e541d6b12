"""Defects as the API shows them."""

from datetime import date
from typing import Self

from pydantic import BaseModel, Field

from api.schemas.network import Geometry
from roads.queries.public import Page, type_of_row


class DefectShape(BaseModel):
    """A defect as recorded: a point, or the two ends of a stretch; measures in metres and millimetres."""

    id: int
    source: str
    external_id: str
    detected_on: date
    occurred_on: date | None
    element: str = Field(examples=["pavement"])
    distress: str | None = Field(examples=["pothole"])
    severity: str | None = Field(examples=["medium"])
    length_m: float | None
    width_m: float | None
    depth_mm: float | None
    count: int | None
    outcome: str | None
    reason: str | None
    geometry: Geometry

    @classmethod
    def of(cls, row: type_of_row) -> Self:
        """The shape of a defect's row."""
        fields = {name: getattr(row, name) for name in cls.model_fields if name != "geometry"}
        return cls(**fields, geometry=Geometry.model_validate_json(row.geometry))


class DefectList(BaseModel):
    """A page of defects."""

    items: list[DefectShape]
    next: int | None

    @classmethod
    def of(cls, page: Page) -> Self:
        """The shape of a page."""
        return cls(items=[DefectShape.of(row) for row in page.items], next=page.next_after)
