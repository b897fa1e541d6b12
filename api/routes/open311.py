"""Open311 GeoReport v2: programs report defects and look at reports in the words of that standard, as JSON or XML.

A service is a type of defect, a request is a report. What people wrote, who they are and photos nobody has released are
never told. `jurisdiction_id` is not needed, and an `api_key` (a personal token) neither: quotas are those of the page.
"""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from xml.etree import ElementTree as ET

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from api.auth import door, moment
from api.dependencies import language, media_of, public_connection, settings_of, today
from api.errors import headers_of, status_of
from api.forms import read_form
from api.headers import PRIVATE
from api.letterbox import putting, sender_of
from api.pages.reports import told_wrong
from api.plain_words import plain
from api.spots import answer_at, as_found, spot_of
from geo.chainage import format_cm
from geo.errors import BadValue
from roads.domain.defects import parse_moment
from roads.domain.errors import RoadsError
from roads.domain.fields import FieldError
from roads.domain.reports import Channel, LetterKind, code_of
from roads.i18n import say
from roads.queries.candidates import road_name
from roads.queries.public import rows
from roads.usecases.accounts_tokens import look_at_token
from roads.usecases.defects_recording import Ground
from roads.usecases.reports import FoundPlace, MakeReport, let_in, make_report

LONGEST_SPAN = timedelta(days=90)
MOST_REQUESTS = 1000
OTHER = "other"
"""The service of a report that names no type of defect."""
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
CHANGESET = "2026-11-22T00:00:00Z"


class Refused(Exception):
    """A request that is refused, in the words of the standard."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class GeoReportRoute(APIRoute):
    """A route whose errors are told as the standard tells them."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers a request."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except Refused as wrong:
                return _refusal(request, wrong.status, [str(wrong)])
            except (RoadsError, BadValue) as wrong:
                status = 400 if isinstance(wrong, BadValue) else status_of(wrong)
                # The standard knows 403 and 404; when to come again is worth a status of its own.
                status = status if status in (403, 404, 429, 503) else 400
                answer = _refusal(request, status, told_wrong(wrong, language(request)))
                answer.headers.update(headers_of(wrong))
                return answer

        return answer


router = APIRouter(prefix="/open311/v2", include_in_schema=False, route_class=GeoReportRoute)


def _refusal(request: Request, status: int, sentences: Sequence[str]) -> Response:
    told = [{"code": status, "description": sentence} for sentence in sentences]
    written = _written(_format(request, default="json"), told, "errors", "error")
    written.status_code = status
    return written


def _format(request: Request, *, default: str | None = None) -> str:
    """Errors: HTTPException 404 for a format that is not offered."""
    asked = str(request.path_params.get("format"))
    if asked in ("json", "xml"):
        return asked
    if default is None:
        raise HTTPException(404)
    return default


def _written(wanted: str, told: Any, root: str, item: str) -> Response:
    if wanted == "json":
        return JSONResponse(told, headers={"Vary": "Accept-Language"}, media_type="application/json; charset=utf-8")
    body = ET.tostring(_element(root, told, item), encoding="utf-8", xml_declaration=True)
    return Response(body, media_type="text/xml; charset=utf-8", headers={"Vary": "Accept-Language"})


def _element(name: str, told: Any, item: str) -> ET.Element:
    made = ET.Element(name)
    if isinstance(told, Mapping):
        made.extend(_element(key, value, ITEMS.get(key, "value")) for key, value in told.items())
    elif isinstance(told, list):
        made.extend(_element(item, one, "value") for one in told)
    elif told is not None:
        made.text = plain(str(told).lower() if isinstance(told, bool) else str(told))
    return made


ITEMS = {"attributes": "attribute", "endpoints": "endpoint", "formats": "format"}
"""What the elements of a list are called in XML, by the list."""


# --- what may be reported


@router.get("/discovery.{format}")
async def discovery(request: Request) -> Response:
    """Where this standard is served, and in which formats."""
    base = settings_of(request).base_url.rstrip("/")
    endpoint = {
        "specification": SPECIFICATION,
        "url": f"{base}/open311/v2",
        "changeset": CHANGESET,
        "type": "production",
        "formats": ["application/json", "text/xml"],
    }
    told = {"changeset": CHANGESET, "contact": base, "key_service": f"{base}/account", "endpoints": [endpoint]}
    return _written(_format(request), told, "discovery", "value")


@router.get("/services.{format}")
async def services(request: Request) -> Response:
    """Types of defect."""
    spoken = language(request)
    told = [_service(one, spoken) for one in await _distresses(request)]
    return _written(_format(request), [*told, _other(spoken)], "services", "service")


@router.get("/services/{code}.{format}")
async def service_definition(request: Request, code: str) -> Response:
    """What else is asked of one type: nothing."""
    wanted = _format(request)
    await _demand_service(request, code)
    return _written(wanted, {"service_code": code, "attributes": []}, "service_definition", "value")


async def _distresses(request: Request) -> Sequence[Any]:
    async with public_connection(request) as connection:
        return await rows(connection, "public_distresses", {})


async def _demand_service(request: Request, code: str) -> None:
    if code != OTHER and code not in {one.code for one in await _distresses(request)}:
        raise Refused(404, say("open311.no_service", language(request), {"code": code[:50]}))


def _service(row: Any, spoken: str) -> dict[str, Any]:
    name = getattr(row, f"name_{spoken}")
    group = "pavement" if row.element == "pavement" else "other"
    return _described(row.code, name, say(f"open311.group.{group}", spoken), spoken)


def _other(spoken: str) -> dict[str, Any]:
    return _described(OTHER, say("report.picture.other", spoken), say("open311.group.other", spoken), spoken)


def _described(code: str, name: str, group: str, spoken: str) -> dict[str, Any]:
    return {
        "service_code": code,
        "service_name": name,
        "description": say("open311.description", spoken, {"name": name}),
        "metadata": False,
        "type": "realtime",
        "keywords": code.replace("_", ", "),
        "group": group,
    }


# --- reporting


@router.post("/requests.{format}")
async def post_request(request: Request) -> Response:
    """Report a defect. Other fields than place, service and description are not kept."""
    wanted, form, spoken = _format(request), await read_form(request), language(request)
    now, day, origin = moment(), today(request), sender_of(request)
    await run_in_threadpool(_demand_good_key, request, form.get("api_key", ""), now)
    service = form.get("service_code", "")
    if not service:
        raise Refused(400, say("open311.service_missing", spoken))
    await _demand_service(request, service)
    spot = await spot_of(request, _place_told(form), day)
    await run_in_threadpool(_count, request, origin, now)
    place, answer = await answer_at(request, spot, day, spoken)
    values = {"lon": repr(spot.lon), "lat": repr(spot.lat), "distress": "" if service == OTHER else service}
    values["note"] = form.get("description", "").strip()
    command = _command(request, values, origin, spoken, as_found(place, answer))

    def keep() -> str:
        with putting(request) as session:
            return make_report(session, command, media=media_of(request), now=now, today=day)

    code = await run_in_threadpool(keep)
    address = f"{settings_of(request).base_url.rstrip('/')}/{spoken}/reports/{code}"
    notice = say("open311.notice", spoken, {"address": address})
    told = [{"service_request_id": code, "service_notice": notice, "account_id": None}]
    written = _written(wanted, told, "service_requests", "request")
    written.status_code = 201
    written.headers.update({**PRIVATE, "Location": f"/open311/v2/requests/{code}.{wanted}"})
    return written


def _place_told(form: Mapping[str, str]) -> dict[str, str]:
    """Coordinates, or an address as a road and a chainage."""
    road, _, chainage = form.get("address_string", "").strip().rpartition(" ")
    return {"lat": form.get("lat", ""), "lon": form.get("long", ""), "road": road, "chainage": chainage}


def _command(request: Request, values: Mapping[str, str], origin: str, spoken: str, place: FoundPlace) -> MakeReport:
    known = settings_of(request)
    ground = Ground(known.box, known.zone, known.snap_distance_m)
    return MakeReport(values, ground, origin, spoken, place, Channel.OPEN311)


def _count(request: Request, origin: str, now: datetime) -> None:
    with putting(request) as session:
        let_in(session, LetterKind.REPORT, origin, now=now)


def _demand_good_key(request: Request, key: str, now: datetime) -> None:
    """A key is not needed; one that is shown must be good."""
    if not key:
        return
    with door(request) as session:
        found = look_at_token(session, key, now=now, today=today(request))
    if found is None:
        raise Refused(403, say("open311.bad_key", language(request)))


# --- looking


@router.get("/requests.{format}")
async def requests(request: Request) -> Response:
    """Reports of at most ninety days, at most a thousand, the newest first."""
    wanted = _format(request)
    return _written(wanted, await _found(request, _asked(request)), "service_requests", "request")


@router.get("/requests/{code}.{format}")
async def one_request(request: Request, code: str) -> Response:
    """One report."""
    wanted = _format(request)
    told = await _found(request, _by_codes([code]))
    if not told:
        raise Refused(404, say("open311.no_request", language(request)))
    return _written(wanted, told, "service_requests", "request")


@router.get("/tokens/{token}.{format}")
async def token(request: Request, token: str) -> Response:
    """The report of a token: here both are one."""
    wanted = _format(request)
    told = await _found(request, _by_codes([token]))
    if not told:
        raise Refused(404, say("open311.no_request", language(request)))
    pair = {"service_request_id": told[0]["service_request_id"], "token": told[0]["service_request_id"]}
    return _written(wanted, [pair], "service_requests", "request")


def _by_codes(codes: Sequence[str]) -> dict[str, Any]:
    known = [code for code in map(code_of, codes) if code]
    return {"codes": known, "services": None, "states": None, "since": None, "until": None}


def _asked(request: Request) -> dict[str, Any]:
    """What the query asks for. Errors: Refused."""
    spoken, query = language(request), request.query_params
    if query.get("service_request_id"):
        return _by_codes(query["service_request_id"].split(",")[:MOST_REQUESTS])
    states = _listed(query.get("status", ""))
    if set(states or ()) - {"open", "closed"}:
        raise Refused(400, say("open311.bad_status", spoken))
    try:
        since, until = _span(request, query.get("start_date", ""), query.get("end_date", ""))
    except FieldError:
        since, until = moment(), moment() - LONGEST_SPAN
    if not timedelta(0) <= until - since <= LONGEST_SPAN:
        raise Refused(400, say("open311.bad_dates", spoken, {"days": LONGEST_SPAN.days}))
    services = _listed(query.get("service_code", ""))
    return {"codes": None, "services": services, "states": states, "since": since, "until": until}


def _listed(words: str) -> list[str] | None:
    return [one.strip() for one in words.split(",") if one.strip()] or None


def _span(request: Request, start: str, end: str) -> tuple[datetime, datetime]:
    """From when until when; the last ninety days unless it is said. Errors: FieldError."""
    # A plus sign of an offset that nobody encoded arrives as a blank.
    since, until = (
        parse_moment(one.replace(" ", "+"), settings_of(request).zone) if one else None for one in (start, end)
    )
    if since is None:
        until = until or moment()
        return until - LONGEST_SPAN, until
    return since, until or min(since + LONGEST_SPAN, max(moment(), since))


async def _found(request: Request, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    async with public_connection(request) as connection:
        found = await rows(connection, "public_requests", {**asked, "at_most": MOST_REQUESTS})
    spoken = language(request)
    return [_told(request, row, spoken) for row in found]


def _told(request: Request, row: Any, spoken: str) -> dict[str, Any]:
    is_closed = row.state == "rejected" or row.defect_state in ("verified", "closed")
    base = settings_of(request).base_url.rstrip("/")
    name = getattr(row, f"distress_{spoken}") or say("report.picture.other", spoken)
    return {
        "service_request_id": row.code,
        "status": "closed" if is_closed else "open",
        "status_notes": _note(row, spoken),
        "service_name": name,
        "service_code": row.distress or OTHER,
        "description": None,
        "agency_responsible": row.customer,
        "service_notice": say("open311.notice", spoken, {"address": f"{base}/{spoken}/reports/{row.code}"}),
        "requested_datetime": _moment(row.reported_at),
        "updated_datetime": _moment(row.updated_at),
        "expected_datetime": _moment(_end_of(request, row.rectify_by)) if row.rectify_by else None,
        "address": None if row.at_cm is None else f"{road_name(row, spoken) or '-'} {format_cm(row.at_cm)}",
        "address_id": None,
        "zipcode": None,
        "lat": None if row.lat is None else float(row.lat),
        "long": None if row.lon is None else float(row.lon),
        "media_url": None,
    }


def _note(row: Any, spoken: str) -> str:
    if row.state == "rejected":
        return say(f"report.reject.{row.reason}", spoken)
    if row.defect_state:
        return say(f"defect_state.{row.defect_state}", spoken)
    return say(f"report.state.{row.state}", spoken)


def _end_of(request: Request, day: Any) -> datetime:
    return datetime.combine(day, time(23, 59, 59), settings_of(request).zone)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
