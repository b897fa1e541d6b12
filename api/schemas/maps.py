"""What the public maps tell in words, as the API shows it."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Self

from pydantic import BaseModel, Field

from api.schemas.liability import PartyShape
from api.schemas.network import Geometry, Names
from geo.chainage import format_cm
from roads.queries.maps import Count
from roads.queries.public import Page, type_of_row


class CountShape(BaseModel):
    """How many things have a code, and how long they are together where they have a length."""

    code: str = Field(examples=["ends_in_90_days"])
    number: int
    km: float | None


class MapShape(BaseModel):
    """A map in figures: how much there is of each code, by group. `edition` names the tiles that show the same.

    `years` are the first and the last a map of years has anything to tell of. No edition yet: 0, and no day.
    """

    edition: int
    as_of: date | None
    years: tuple[int, int] | None
    groups: dict[str, list[CountShape]]

    @classmethod
    def of(cls, edition: type_of_row, counts: Sequence[Count], years: tuple[int, int] | None) -> Self:
        """The shape of the counts."""
        groups: dict[str, list[CountShape]] = {}
        for one in counts:
            km = None if one.km is None else round(one.km, 3)
            groups.setdefault(one.group, []).append(CountShape(code=one.code, number=one.number, km=km))
        return cls(edition=edition.number, as_of=edition.made_on, years=years, groups=groups)


class PlaceContract(BaseModel):
    """The contract a place is shown for."""

    id: int
    number: str
    contractor: PartyShape
    kind_of_works: str = Field(examples=["medium_repair"])


class MapPlace(BaseModel):
    """A stretch or a defect as a map lists it, with the codes it is drawn by; what does not concern it is empty.

    `segment` is the segment it lies on, or begins on within the box. `until` is the last day of the warranty,
    `tenge_per_km` the contract's value by its kilometres.
    """

    id: int
    codes: dict[str, str] = Field(examples=[{"warranty": "ends_in_90_days"}])
    segment: int | None
    road: str | None
    names: Names
    direction: str | None
    chainage_from: str | None
    chainage_to: str | None
    contract: PlaceContract | None
    until: date | None = None
    value_tenge: Decimal | None = None
    tenge_per_km: Decimal | None = None
    signed_on: date | None = None
    defect: Names | None = None
    detected_on: date | None = None
    planned_on: date | None = None
    state: str | None = None
    geometry: Geometry | None = None

    @classmethod
    def of(cls, row: type_of_row, groups: Sequence[str], listed: str) -> Self:
        """The shape of a row, with the codes it has of the groups; a stretch has one, of the group `listed`."""
        known = row._asdict()
        codes = {group: known[group] for group in groups if group in known}
        optional = {
            name: known.get(name)
            for name in ("value_tenge", "tenge_per_km", "signed_on", "detected_on", "planned_on", "state")
        }
        return cls(
            id=row.id,
            codes={listed: row.code} if "code" in known else codes,
            segment=row.segment_id,
            road=row.reference,
            names=Names.of(row),
            direction=row.direction,
            chainage_from=_chainage(row.from_cm),
            chainage_to=_chainage(known.get("to_cm")),
            contract=_contract(row) if row.contract_id else None,
            until=known.get("ends_on"),
            defect=Names(kk=row.defect_kk, ru=row.defect_ru, en=row.defect_en) if "defect_kk" in known else None,
            geometry=Geometry.model_validate_json(row.geometry) if known.get("geometry") else None,
            **optional,
        )


class MapPlaces(BaseModel):
    """A page of what a map lists; `next` is the `after` of the following page."""

    items: list[MapPlace]
    next: int | None

    @classmethod
    def of(cls, page: Page, groups: Sequence[str], listed: str) -> Self:
        """The shape of a page."""
        return cls(items=[MapPlace.of(row, groups, listed) for row in page.items], next=page.next_after)


def _chainage(centimetres: int | None) -> str | None:
    return None if centimetres is None else format_cm(centimetres)


def _contract(row: type_of_row) -> PlaceContract:
    party = PartyShape(name=row.contractor, bin=row.contractor_bin)
    return PlaceContract(id=row.contract_id, number=row.number, contractor=party, kind_of_works=row.kind_of_works)
