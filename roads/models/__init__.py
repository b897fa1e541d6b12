"""The tables, by subject. Importing this package registers all of them on `Base.metadata`."""

from roads.models.base import Base
from roads.models.contracts import (
    Acceptance,
    CarveOut,
    Contract,
    ContractEvent,
    ContractSection,
    Organisation,
)
from roads.models.inspections import Attribution, Defect, Placement
from roads.models.liability import Liability, TermRule, Warranty, Works
from roads.models.network import (
    Carriageway,
    CarriagewaySuccession,
    KilometrePost,
    Road,
    RoadAlias,
    Segment,
    TrafficCount,
)
from roads.models.operations import JobRun
from roads.models.reference import CalendarDay, DeadlineRule, Distress, Region

__all__ = [
    "Acceptance",
    "Attribution",
    "Base",
    "CalendarDay",
    "Carriageway",
    "CarriagewaySuccession",
    "CarveOut",
    "Contract",
    "ContractEvent",
    "ContractSection",
    "DeadlineRule",
    "Defect",
    "Distress",
    "JobRun",
    "KilometrePost",
    "Liability",
    "Organisation",
    "Placement",
    "Region",
    "Road",
    "RoadAlias",
    "Segment",
    "TermRule",
    "TrafficCount",
    "Warranty",
    "Works",
]
