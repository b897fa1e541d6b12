"""Errors as problem documents (RFC 9457): one table from what happened to the HTTP status."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from psycopg import InterfaceError, OperationalError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from api.headers import PRIVATE
from geo.errors import BadValue
from roads.db import LOST
from roads.domain import accounts, photos, reports, subscriptions
from roads.domain.claims import (
    DayOutOfRange,
    DraftOutdated,
    NothingToIssue,
    NotifiedTooLate,
    NotPossibleNow,
    NotYourClaim,
    NoVerifier,
    OwnRepair,
    PhotoMissing,
    PhotoUsedBefore,
    ReasonMissing,
    ReasonTooLong,
    StaleRevision,
    StaleState,
)
from roads.domain.corrections import DefectClosed, DefectOnRecord, MergedIntoItself, NotYourDefect, OutOfReach
from roads.domain.errors import DatabaseUnusable, MediaUnusable, NotAllowed, NotFound, RoadsError
from roads.domain.idempotency import KeyReused
from roads.domain.inspections import InspectionAhead, InspectionDiffers
from roads.domain.notices import BadAddress, BadWebhook
from roads.domain.remarks import BadFields
from roads.i18n import LANGUAGES, choose_language, say
from roads.queries.public import SeveralPlaces

STATUS: Mapping[type[Exception], int] = {
    accounts.NotSignedIn: 401,
    accounts.WrongPassword: 401,
    accounts.RoleNotHeld: 403,
    accounts.NotOurForm: 403,
    accounts.OwnAccount: 409,
    accounts.BadAccount: 422,
    accounts.AccountExists: 409,
    accounts.TokenForTokenRefused: 403,
    accounts.UnknownToken: 404,
    accounts.LinkExpired: 404,
    accounts.BadToken: 422,
    accounts.WeakPassword: 422,
    accounts.TooManyAttempts: 429,
    accounts.TooBusy: 503,
    NotFound: 404,
    NotAllowed: 403,
    NotYourClaim: 403,
    OwnRepair: 403,
    StaleState: 409,
    NotPossibleNow: 409,
    NothingToIssue: 409,
    DraftOutdated: 409,
    NotifiedTooLate: 409,
    StaleRevision: 412,
    DayOutOfRange: 422,
    NoVerifier: 422,
    PhotoMissing: 422,
    ReasonMissing: 422,
    ReasonTooLong: 422,
    BadAddress: 422,
    BadWebhook: 422,
    DefectClosed: 409,
    PhotoUsedBefore: 409,
    photos.PhotoTooLarge: 413,
    photos.PhotoRefused: 422,
    photos.BadMask: 422,
    photos.MaskTooMany: 422,
    photos.NotThePosition: 422,
    photos.PhotoShowsTheDefect: 409,
    photos.PhotoNotKept: 409,
    photos.PhotoNotYours: 403,
    photos.PhotoChanged: 412,
    photos.RevisionMissing: 428,
    photos.TooManyPhotos: 503,
    reports.FormExpired: 403,
    reports.FormTooFast: 429,
    reports.LooksLikeRobot: 403,
    reports.TooManyReports: 429,
    reports.TooManyPhotosOfReport: 422,
    reports.WordsTooLong: 422,
    reports.SeenTooLongAgo: 422,
    reports.PlaceNotGiven: 422,
    reports.PhotoReportedBefore: 409,
    reports.ReportDecided: 409,
    reports.ReopeningDecided: 409,
    reports.NotFixedTooLate: 409,
    reports.OwnVerdict: 403,
    subscriptions.NothingFollowed: 422,
    subscriptions.BadRadius: 422,
    DefectOnRecord: 409,
    InspectionDiffers: 409,
    KeyReused: 409,
    NotYourDefect: 403,
    BadFields: 422,
    InspectionAhead: 422,
    MergedIntoItself: 422,
    OutOfReach: 422,
    DatabaseUnusable: 503,
    MediaUnusable: 503,
    RoadsError: 400,
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
log = structlog.get_logger(__name__)


def problem(status: int, title: str, detail: str = "", errors: Any = None) -> Response:
    """A problem document. `errors` tells what is wrong field by field."""
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status}
    if detail:
        body["detail"] = detail
    if errors is not None:
        body["errors"] = errors
    return JSONResponse(body, status, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Answer every error of the application with a problem document; none tells what the database said."""
    app.add_exception_handler(RoadsError, _known)
    app.add_exception_handler(BadValue, _bad_value)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    for lost in (OperationalError, InterfaceError, *LOST):
        app.add_exception_handler(lost, _database)
    app.add_exception_handler(Exception, _unexpected)


def sentence_of(wrong: BadValue | RoadsError, language: str) -> str:
    """What is wrong and what to do, in words for a person: directions are named, not coded."""
    if isinstance(wrong, BadValue):
        return say(f"problem.{wrong.code}", language, {**wrong.params, "value": wrong.value})
    params = dict(wrong.params)
    if isinstance(wrong, MediaUnusable):
        return say("problem.media_unusable", language)
    if isinstance(wrong, NotFound) and "thing" in params:
        params["thing"] = say(f"thing.{params['thing']}", language)
    if isinstance(wrong, accounts.WeakPassword):
        return say(f"error.weak_password.{params['problem']}", language)
    if isinstance(wrong, SeveralPlaces):
        named = (f"{say(f'direction.{code}', language)} ({source_id})" for code, source_id in wrong.directions)
        params["directions"] = ", ".join(named)
    return say(f"error.{wrong.code}", language, params)


def _language(request: Request) -> str:
    return choose_language(request.headers.get("accept-language"), ("en", "kk", "ru"))


def status_of(error: Exception) -> int:
    """The HTTP status for what happened."""
    return next(status for kind, status in STATUS.items() if isinstance(error, kind))


def to_the_door(request: Request) -> Response:
    """Whoever opens a page without having signed in (any more) goes to the door, and from there back to the page."""
    language = request.path_params["language"]
    back = request.url.path if request.method == "GET" else f"/{language}/account"
    return RedirectResponse(f"/{language}/sign-in?next={quote(back)}", 303, headers=PRIVATE)


def _told(request: Request, status: int, error: Exception | None = None) -> Response:
    """A problem as whoever asks reads it: a page for a browser that opened one, a problem document for a program."""
    known = error if isinstance(error, RoadsError) else None
    # An address of which there is no page has no parameters either: the language is its first part all the same.
    asked = request.url.path.split("/", 2)[1]
    if asked in LANGUAGES and "text/html" in request.headers.get("accept", ""):
        page: Response = request.app.state.problem_page(
            request, status, asked, sentence_of(known, asked) if known else ""
        )
        return page
    language = _language(request)
    title, sentence = say(f"problem.http_{status}", language), sentence_of(known, language) if known else ""
    return problem(status, title, sentence, _fields(known, language) if known else None)


async def _known(request: Request, error: Exception) -> Response:
    if isinstance(error, accounts.NotSignedIn) and "language" in request.path_params:
        return to_the_door(request)
    status = status_of(error)
    if isinstance(error, DatabaseUnusable):
        return await _database(request, error)
    if isinstance(error, MediaUnusable):
        log.warning("media_unreachable", path=_route(request), problem=error.params["problem"])
    answer = _told(request, status, error)
    answer.headers.update(headers_of(error))
    return answer


def _fields(error: Exception, language: str) -> list[dict[str, str]] | None:
    """What is wrong field by field, and what to do about it."""
    if not isinstance(error, BadFields):
        return None
    return [
        {
            "field": one.field,
            "code": one.code,
            "problem": sentence,
            "remedy": say(f"remedy.{one.code}", language, facts),
        }
        for one in error.remarks
        for facts in [{**one.params, "value": one.value}]
        for sentence in [say(f"problem.{one.code}", language, facts)]
    ]


def headers_of(error: Exception) -> dict[str, str]:
    """How to sign in, or when to ask again, for programs."""
    if isinstance(error, accounts.NotSignedIn | accounts.WrongPassword):
        return {"WWW-Authenticate": 'Bearer realm="Sapaly Zhol"'}
    waits = accounts.TooManyAttempts | accounts.TooBusy | photos.TooManyPhotos | reports.TooManyReports
    if isinstance(error, waits | reports.FormTooFast):
        return {"Retry-After": str(error.params["seconds"])}
    if isinstance(error, MediaUnusable):
        return {"Retry-After": "5"}
    return {}


async def _bad_value(request: Request, error: Exception) -> Response:
    sentence = sentence_of(error, _language(request)) if isinstance(error, BadValue) else ""
    return problem(400, say("problem.http_400", _language(request)), sentence)


async def _invalid(request: Request, error: Exception) -> Response:
    """400 for a bad query parameter, 422 for a bad body. The input is not repeated: a NaN in it is no JSON."""
    found = error.errors() if isinstance(error, RequestValidationError) else []
    fields = [{"field": ".".join(str(part) for part in one["loc"][1:]), "problem": one["msg"]} for one in found]
    where = {one["loc"][0] for one in found}
    status = 422 if where == {"body"} else 404 if where == {"path"} else 400
    return problem(status, say(f"problem.http_{status}", _language(request)), errors=fields)


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    known = status in (400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 428, 429, 503)
    answer = _told(request, status if known else 500)
    answer.status_code = status
    if isinstance(error, HTTPException):
        answer.headers.update(error.headers or {})
    if status == 405:
        answer.headers["Allow"] = ", ".join(_methods_here(request))
    return answer


def _methods_here(request: Request) -> list[str]:
    """What may be done at this address, whichever routes do it: the first that matches knows only its own method."""
    routes = request.app.router.routes
    asked = {method: {**request.scope, "method": method} for method in METHODS}
    return [method for method, scope in asked.items() if any(one.matches(scope)[0] is Match.FULL for one in routes)]


def _route(request: Request) -> str:
    """Which route was asked: an address may hold somebody's link to a new password, and a log must not."""
    return str(getattr(request.scope.get("route"), "path", "")) or "unknown"


async def _database(request: Request, error: Exception) -> Response:
    log.warning("database_unreachable", path=_route(request), kind=type(error).__name__)
    answer = problem(503, say("problem.http_503", _language(request)))
    answer.headers["Retry-After"] = "5"
    return answer


async def _unexpected(request: Request, error: Exception) -> Response:
    log.error("unexpected_error", path=_route(request), kind=type(error).__name__, exc_info=error)
    return problem(500, say("problem.http_500", _language(request)))
