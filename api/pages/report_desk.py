"""The desk of citizens' reports: each becomes a defect, joins one, or is turned down; repairs that are said to be none.

Whoever decides reads what was written and sees the photos, and never who sent them.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from api.auth import acting
from api.cookies import demand_own_form
from api.dependencies import settings_of, today
from api.headers import PRIVATE
from api.pages.private import Form, Signed, Tongue, Visitor, private_page
from api.pages.reports import told_wrong
from api.pages.things import number_of
from api.spots import AROUND_M, SAME_WITHIN_CM
from roads.domain.actors import Actor, Permission
from roads.domain.distress import Severity
from roads.domain.errors import NotFound, RoadsError
from roads.domain.remarks import BadFields
from roads.domain.reports import RejectReason
from roads.queries.defects import distress_names
from roads.queries.reports import (
    lines_around,
    photos_of_report,
    report_waiting,
    seen_near_report,
    waiting_reopenings,
    waiting_reports,
)
from roads.usecases.defects_recording import Ground
from roads.usecases.reports_deciding import (
    AcceptReport,
    DecideReopening,
    JoinReport,
    RejectReport,
    accept_report,
    decide_reopening,
    join_report,
    reject_report,
)

router = APIRouter(include_in_schema=False)
CORRECTED = ("distress", "severity", "source_id", "note")
"""What whoever accepts a report may put right."""


@router.get("/{language}/desk/reports")
def queue(request: Request, language: Tongue, who: Signed) -> Response:
    """What waits, oldest first. Errors: NotAllowed."""
    return _queue(request, language, who)


def _queue(request: Request, language: str, who: Visitor, wrong: RoadsError | None = None) -> Response:
    actor = who.signed_in.actor
    actor.require(Permission.IMPORT_DEFECTS)
    after = number_of(request.query_params.get("after", "")) or 0
    with acting(request, actor) as session:
        facts = {
            "reports": waiting_reports(session, after),
            "reopenings": waiting_reopenings(session),
            "decides": Permission.PURSUE_CLAIMS in actor.permissions,
            "me": actor.name,
            "page": "desk/reports",
        }
    return private_page(request, "desk_reports.html", language, who, facts, wrong)


@router.get("/{language}/desk/reports/{report}")
def report_page(request: Request, language: Tongue, who: Signed, report: str) -> Response:
    """One report with what lies near it. Errors: NotAllowed, HTTPException 404."""
    return _report(request, language, who, report)


@router.post("/{language}/desk/reports/{report}/{deed}")
def decide(request: Request, language: Tongue, who: Signed, form: Form, report: str, deed: str) -> Response:
    """Accept, join or reject a report. What is wrong is said on its page."""
    demand_own_form(request, form, who.secret)
    actor, number = who.signed_in.actor, number_of(report)
    if number is None or deed not in DEEDS:
        raise HTTPException(404)
    try:
        DEEDS[deed](request, actor, number, form)
    except NotFound:
        raise
    except RoadsError as wrong:
        return _report(request, language, who, report, wrong, form)
    return RedirectResponse(f"/{language}/desk/reports", 303, headers=PRIVATE)


def _accept(request: Request, actor: Actor, number: int, form: Mapping[str, str]) -> None:
    known = settings_of(request)
    ground = Ground(known.box, known.zone, known.snap_distance_m)
    values = {name: form.get(name, "").strip() for name in CORRECTED}
    command = AcceptReport(number, ground, values, is_released=form.get("release") == "1")
    with acting(request, actor) as session:
        accept_report(session, actor, command, today=today(request))


def _join(request: Request, actor: Actor, number: int, form: Mapping[str, str]) -> None:
    defect = number_of(form.get("defect", ""))
    if defect is None:
        raise NotFound(thing="defect", key=form.get("defect", "")[:20])
    command = JoinReport(number, defect, is_released=form.get("release") == "1")
    with acting(request, actor) as session:
        join_report(session, actor, command, today=today(request))


def _reject(request: Request, actor: Actor, number: int, form: Mapping[str, str]) -> None:
    reason = form.get("reason", "")
    if reason not in list(RejectReason):
        raise HTTPException(422)
    with acting(request, actor) as session:
        reject_report(session, actor, RejectReport(number, RejectReason(reason)), today=today(request))


DEEDS = {"accept": _accept, "join": _join, "reject": _reject}


@router.post("/{language}/desk/reopenings/{number}")
def reopening(request: Request, language: Tongue, who: Signed, form: Form, number: str) -> Response:
    """Decide whether a verified repair is owed again. What is wrong is said in the queue."""
    demand_own_form(request, form, who.secret)
    actor, request_id = who.signed_in.actor, number_of(number)
    if request_id is None or form.get("verdict") not in ("upheld", "refused"):
        raise HTTPException(404)
    command = DecideReopening(request_id, form["verdict"] == "upheld", form.get("note", ""))
    try:
        with acting(request, actor) as session:
            decide_reopening(session, actor, command, today=today(request))
    except NotFound:
        raise
    except RoadsError as wrong:
        return _queue(request, language, who, wrong)
    return RedirectResponse(f"/{language}/desk/reports#reopenings", 303, headers=PRIVATE)


def _report(
    request: Request,
    language: str,
    who: Visitor,
    report: str,
    wrong: RoadsError | None = None,
    form: Mapping[str, str] | None = None,
) -> Response:
    actor, number = who.signed_in.actor, number_of(report)
    actor.require(Permission.IMPORT_DEFECTS)
    with acting(request, actor) as session:
        found = report_waiting(session, number) if number else None
        if found is None:
            raise HTTPException(404)
        facts: dict[str, Any] = {
            "report": found,
            "photos": photos_of_report(session, found.id),
            "near": seen_near_report(session, found, SAME_WITHIN_CM),
            "paths": lines_around(session, found.lon, found.lat, AROUND_M),
            "distresses": distress_names(session, language),
        }
    facts |= {
        "around_m": AROUND_M,
        "severities": list(Severity),
        "reasons": list(RejectReason),
        "may_release": Permission.RELEASE_PHOTOS in actor.permissions,
        "form": form or {},
        "page": f"desk/reports/{found.id}",
        "fields_wrong": told_wrong(wrong, language) if isinstance(wrong, BadFields) else [],
    }
    return private_page(request, "desk_report.html", language, who, facts, wrong)
