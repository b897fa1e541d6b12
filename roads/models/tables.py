"""All tables, by subject. Importing this module registers them on `Base.metadata`."""

from roads.models.accounts import PasswordReset, PersonalToken, SignInAttempt, UserAccount, UserRole, UserSession
from roads.models.base import Base
from roads.models.claims import (
    Claim,
    ClaimEvent,
    ClaimLine,
    ClaimTerms,
    LadderStep,
    LostWarranty,
    Recurrence,
    Repair,
    StatusMark,
    VerificationOffer,
)
from roads.models.contracts import (
    Acceptance,
    CarveOut,
    Contract,
    ContractEvent,
    ContractSection,
    Organisation,
)
from roads.models.idempotency import KeptAnswer
from roads.models.inspections import (
    Attribution,
    Defect,
    DefectEvent,
    InspectedStretch,
    Inspection,
    Placement,
    PlannedInspection,
)
from roads.models.ledger import LedgerCheckpoint, LedgerEntry, LedgerLeaf, LedgerNode, LedgerSalt, LedgerWaiting
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
from roads.models.photos import Photo, PhotoMask, PhotoUpload, PhotoUse
from roads.models.reference import CalendarDay, DeadlineRule, Distress, Region
from roads.models.status import MapEdition, SegmentState, ShownDefect, ShownWorks

__all__ = [
    "Acceptance",
    "Attribution",
    "Base",
    "CalendarDay",
    "Carriageway",
    "CarriagewaySuccession",
    "CarveOut",
    "Claim",
    "ClaimEvent",
    "ClaimLine",
    "ClaimTerms",
    "Contract",
    "ContractEvent",
    "ContractSection",
    "DeadlineRule",
    "Defect",
    "DefectEvent",
    "Distress",
    "InspectedStretch",
    "Inspection",
    "JobRun",
    "KeptAnswer",
    "KilometrePost",
    "LadderStep",
    "LedgerCheckpoint",
    "LedgerEntry",
    "LedgerLeaf",
    "LedgerNode",
    "LedgerSalt",
    "LedgerWaiting",
    "Liability",
    "LostWarranty",
    "MapEdition",
    "Organisation",
    "PasswordReset",
    "PersonalToken",
    "Photo",
    "PhotoMask",
    "PhotoUpload",
    "PhotoUse",
    "Placement",
    "PlannedInspection",
    "Recurrence",
    "Region",
    "Repair",
    "Road",
    "RoadAlias",
    "Segment",
    "SegmentState",
    "ShownDefect",
    "ShownWorks",
    "SignInAttempt",
    "StatusMark",
    "TermRule",
    "TrafficCount",
    "UserAccount",
    "UserRole",
    "UserSession",
    "VerificationOffer",
    "Warranty",
    "Works",
]
