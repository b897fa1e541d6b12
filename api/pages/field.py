"""The inspector's page for a phone: the list of the day, and a defect in three taps after the photo.

The page is one form and scripts that ask the API; what was recorded without a connection waits in the browser.
"""

import json

from fastapi import APIRouter, Request, Response

from api.auth import acting
from api.dependencies import settings_of
from api.pages.private import Signed, Tongue, private_page
from roads.domain.actors import Permission
from roads.domain.attribution import Outcome, Reason
from roads.domain.distress import Severity, SeverityRule
from roads.domain.inspections import InspectionKind, InspectionOutcome
from roads.i18n import catalogue
from roads.queries.defects import distress_names

router = APIRouter(include_in_schema=False)

FREQUENT = (
    "pothole",
    "alligator_cracking",
    "longitudinal_transverse_cracking",
    "rutting",
    "depression",
    "patching",
)
"""What is met most often, most often first: these have a button of their own."""

SPOKEN = {
    "outcome": Outcome,
    "reason": Reason,
    "severity": Severity,
    "field.rule": SeverityRule,
    "inspection_kind": InspectionKind,
    "inspection_outcome": InspectionOutcome,
}
"""Codes that the scripts say in words."""


@router.get("/{language}/field")
def field_page(request: Request, language: Tongue, who: Signed) -> Response:
    """The page, for whoever may record. Errors: NotAllowed."""
    actor = who.signed_in.actor
    actor.require(Permission.IMPORT_DEFECTS)
    with acting(request, actor) as session:
        named = distress_names(session, language)
    by_code = {one.code: one for one in named}
    facts = {
        "page": "field",
        "owner": actor.name,
        "zone": settings_of(request).time_zone,
        "sentences": json.dumps(_words(language), ensure_ascii=False),
        "distresses": named,
        "frequent": [by_code[code] for code in FREQUENT if code in by_code],
        "severities": [severity.value for severity in Severity],
    }
    return private_page(request, "field.html", language, who, facts)


def _words(language: str) -> dict[str, str]:
    """The sentences that the scripts say."""
    codes = {f"{subject}.{code}" for subject, enumeration in SPOKEN.items() for code in enumeration}
    return {key: said for key, said in catalogue(language).items() if key in codes or key.startswith("field.")}
