"""The five indicators: each with its formula, its parts and its day, so that anybody can work it out again."""

from datetime import date
from typing import Self

from pydantic import BaseModel, Field

from roads.domain.scorecard import Rate, Share
from roads.i18n import say
from roads.queries.public import type_of_row


class ShareShape(BaseModel):
    """A part of a whole in per cent; without a whole there is none."""

    percent: float | None = Field(examples=[95.0])
    numerator: int
    denominator: int
    formula: str

    @classmethod
    def of(cls, share: Share, formula: str) -> Self:
        """The shape of a share."""
        percent = None if share.percent is None else round(share.percent, 1)
        return cls(percent=percent, numerator=share.part, denominator=share.whole, formula=formula)


class RateShape(BaseModel):
    """Events for each unit of exposure with a 95 % interval."""

    value: float | None = Field(examples=[0.44])
    low: float | None
    high: float | None
    events: int
    exposure: float
    formula: str

    @classmethod
    def of(cls, rate: Rate, formula: str) -> Self:
        """The shape of a rate."""
        low, high = rate.interval or (None, None)
        rounded = [None if one is None else round(one, 3) for one in (rate.value, low, high)]
        value, low, high = rounded
        return cls(
            value=value,
            low=low,
            high=high,
            events=rate.events,
            exposure=round(float(rate.exposure), 3),
            formula=formula,
        )


class CountShape(BaseModel):
    """How many."""

    count: int
    formula: str


class CommissionedShape(BaseModel):
    """Accepted sections and the kilometres they cover, each kilometre once."""

    sections: int
    km: float
    formula: str


class EndsShape(BaseModel):
    """How defects ended. These are never added up: what a contractor says is not what somebody else has seen."""

    contractor_says_fixed: int
    verified: int
    closed_without_fix: int
    lost: int


class IndicatorsShape(BaseModel):
    """The five indicators and the four ends; defects as of the day of the last edition of the status."""

    as_of: date | None
    objects_monitored: CountShape
    commissioned: CommissionedShape
    elimination_rate: ShareShape
    on_time_rate: ShareShape
    defects_per_warranty_km_year: RateShape
    ends: EndsShape

    @classmethod
    def of(cls, row: type_of_row, defects: type_of_row, language: str) -> Self:
        """The shape of the parts that works and claims give, and of those that defects give."""

        def formula(name: str) -> str:
            return say(f"indicator.{name}", language)

        return cls(
            as_of=defects.as_of,
            objects_monitored=CountShape(count=row.monitored, formula=formula("objects_monitored")),
            commissioned=CommissionedShape(
                sections=row.sections, km=round(row.commissioned_cm / 100_000, 3), formula=formula("commissioned")
            ),
            elimination_rate=ShareShape.of(Share(defects.verified, defects.confirmed), formula("elimination_rate")),
            on_time_rate=ShareShape.of(Share(row.on_time, row.past_due), formula("on_time_rate")),
            defects_per_warranty_km_year=RateShape.of(
                Rate(defects.under_warranty, defects.km_years), formula("defects_per_warranty_km_year")
            ),
            ends=EndsShape(
                contractor_says_fixed=defects.says_fixed,
                verified=defects.verified,
                closed_without_fix=defects.closed,
                lost=row.lost,
            ),
        )
