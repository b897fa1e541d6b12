"""Reports without an account: where and what, who answers for the place, who saw the same, and what became of it.

All of it works without scripts. First the place is asked for; the page then says whose road it is and what was seen
there before, so that many a report is a tap. Photos are read between two transactions, two at a time.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, BinaryIO

from anyio import from_thread
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from api.auth import moment
from api.darkroom import arriving, darkroom_of
from api.dependencies import media_of, offered, public_connection, settings_of, today
from api.errors import headers_of, sentence_of, status_of
from api.headers import PRIVATE
from api.letterbox import letterbox_of, may_be_mailed, putting, sender_of
from api.multipart import SentForm, boundary_of, read_multipart
from api.pages.field import FREQUENT
from api.pages.private import Form
from api.pages.public import page_in
from api.pages.things import number_of
from api.spots import AROUND_M, SAME_WITHIN_CM, Spot, answer_at, as_found, look_around, spot_of
from geo.errors import BadValue
from roads.domain.claims import LineState
from roads.domain.errors import NotFound, RoadsError
from roads.domain.notices import email_of
from roads.domain.remarks import BadFields
from roads.domain.reports import (
    LONGEST_WORDS,
    MOST_PHOTOS,
    NOT_FIXED_WITHIN_DAYS,
    SEEN_WITHIN_DAYS,
    LetterKind,
    PhotoReportedBefore,
    TooManyPhotosOfReport,
    code_of,
)
from roads.domain.subscriptions import Followed, Frequency
from roads.i18n import say
from roads.queries.public import rows
from roads.usecases.defects_recording import Ground
from roads.usecases.photos import KeepPhoto, ReadyPhoto, Taken, make_ready
from roads.usecases.reports import MakeReport, let_in, make_report, saw_it_too, say_not_fixed
from roads.usecases.subscriptions import Follow, follow

router = APIRouter(include_in_schema=False)

WHERE = ("lat", "lon", "accuracy", "road", "chainage", "direction")
WHAT = ("distress", "detected_on", "note", "email")
SMALL_BYTES = 65_536
"""A form without photos needs no turn in the queue of those who read photos."""


@router.get("/{language}/report")
async def report_page(request: Request, language: str) -> Response:
    """Where it is; once that is said, who answers there, what was seen near it, and what else is asked."""
    offered(request, language)
    said = {name: request.query_params.get(name, "").strip()[:200] for name in (*WHERE, *WHAT)}
    return await _page(request, language, said, is_asked=any(said[name] for name in WHERE[:5]))


@router.post("/{language}/report")
async def send(request: Request, language: str) -> Response:
    """Keep a report. What is wrong is said on the page, with what was typed."""
    offered(request, language)
    boundary = boundary_of(request.headers.get("content-type", ""))
    async with arriving(request) as file:
        is_small = int(request.headers.get("content-length") or SMALL_BYTES) < SMALL_BYTES

        def work() -> tuple[SentForm, str | Exception]:
            return _put(request, language, file, boundary)

        form, done = await (run_in_threadpool(work) if is_small else darkroom_of(request).work(work))
    if isinstance(done, str):
        return RedirectResponse(f"/{language}/reports/{done}?done=sent", 303, headers=PRIVATE)
    said = {name: form.fields.get(name, "").strip() for name in (*WHERE, *WHAT)}
    return await _page(request, language, said, done)


def _put(request: Request, language: str, file: BinaryIO, boundary: bytes) -> tuple[SentForm, str | Exception]:
    """The form, and the code of its report or what is wrong with it. In a thread of its own."""
    form = read_multipart(file.read(), boundary)
    try:
        return form, _keep(request, language, form)
    except (RoadsError, BadValue) as wrong:
        return form, wrong


def _keep(request: Request, language: str, form: SentForm) -> str:
    """Count it, read the photos, and only then open the transaction that keeps all of it."""
    fields, settings, origin = form.fields, settings_of(request), sender_of(request)
    now, day = moment(), today(request)
    form_key = letterbox_of(request).read(fields, now)
    if len(form.files) > MOST_PHOTOS:
        raise TooManyPhotosOfReport(most=MOST_PHOTOS)
    email = email_of(fields["email"]) if fields.get("email", "").strip() else None
    spot = from_thread.run(spot_of, request, fields, day)
    with putting(request) as session:
        let_in(session, LetterKind.REPORT, origin, now=now)
        if form.files:
            let_in(session, LetterKind.PHOTO, origin, now=now, many=len(form.files))
    photos = _read_photos(request, form)
    place, answer = from_thread.run(answer_at, request, spot, day, language)
    told = {name: fields.get(name, "").strip() for name in WHAT if name != "email"}
    values = {
        **{name: words for name, words in told.items() if words},
        "lon": repr(spot.lon),
        "lat": repr(spot.lat),
        "gps_accuracy_m": fields.get("accuracy", "").strip(),
    }
    command = MakeReport(
        values,
        Ground(settings.box, settings.zone, settings.snap_distance_m),
        origin,
        language,
        as_found(place, answer),
        form=form_key,
        photos=photos,
    )
    may_follow = email is not None and may_be_mailed(request, email, now)
    with putting(request) as session:
        code = make_report(session, command, media=media_of(request), now=now, today=day)
        if may_follow and email:
            follow(session, Follow(email, language, Frequency.AT_ONCE, Followed(report=code)), now=now)
    return code


def _read_photos(request: Request, form: SentForm) -> list[tuple[KeepPhoto, ReadyPhoto]]:
    zone = settings_of(request).zone
    # What a file is called and said to be, a browser guesses: only its content counts.
    commands = [KeepPhoto(one.content, None, zone, Taken(), None) for one in form.files]
    return [(one, make_ready(one)) for one in commands]


# --- the page


async def _page(
    request: Request,
    language: str,
    said: Mapping[str, str],
    wrong: Exception | None = None,
    *,
    is_asked: bool = True,
) -> Response:
    day, around = today(request), None
    if is_asked:
        try:
            spot = await spot_of(request, said, day)
            around = await look_around(request, spot, day, language)
        except (RoadsError, BadValue) as lost:
            wrong = wrong or lost
    async with public_connection(request) as connection:
        distresses = await rows(connection, "public_distresses", {})
    by_code = {one.code: one for one in distresses}
    facts = {
        "page": "report",
        "said": said,
        "around": around,
        "around_m": AROUND_M,
        "distresses": distresses,
        "frequent": [by_code[code] for code in FREQUENT if code in by_code],
        "most_photos": MOST_PHOTOS,
        "longest": LONGEST_WORDS,
        "earliest": date.fromordinal(day.toordinal() - SEEN_WITHIN_DAYS),
        "is_seen": request.query_params.get("done") == "seen",
    }
    return page_with_form(request, "report.html", language, facts, wrong)


def page_with_form(
    request: Request, template: str, language: str, facts: Mapping[str, Any], wrong: Exception | None = None
) -> Response:
    """A page with a form of its own, kept nowhere on the way."""
    tools = {
        "today": today(request),
        "form_token": letterbox_of(request).form(moment()),
        "trouble": told_wrong(wrong, language),
        "before": wrong.params["report"] if isinstance(wrong, PhotoReportedBefore) else None,
    }
    headers = {**PRIVATE, **(headers_of(wrong) if wrong else {})}
    status = 200 if wrong is None else 422 if isinstance(wrong, BadValue) else status_of(wrong)
    return HTMLResponse(page_in(request, template, language, {**tools, **facts}), status, headers=headers)


def told_wrong(wrong: Exception | None, language: str) -> list[str]:
    """What is wrong, a sentence for each field where fields are."""
    if isinstance(wrong, BadFields):
        return [say(f"problem.{one.code}", language, {**one.params, "value": one.value}) for one in wrong.remarks]
    if isinstance(wrong, BadValue):
        facts = {**wrong.params, "value": wrong.value}
        return [f"{sentence_of(wrong, language)} {say(f'remedy.{wrong.code}', language, facts)}"]
    return [sentence_of(wrong, language)] if isinstance(wrong, RoadsError) else []


# --- the same seen by somebody else


@router.post("/{language}/report/witness")
def witness(request: Request, language: str, form: Form) -> Response:
    """Somebody saw it too. Errors: NotFound, FormExpired, FormTooFast, TooManyReports."""
    offered(request, language)
    now, origin = moment(), sender_of(request)
    letterbox_of(request).read(form, now)
    report, defect = code_of(form.get("report", "")), number_of(form.get("defect", ""))
    if report is None and defect is None:
        raise NotFound(thing="report", key="")
    with putting(request) as session:
        let_in(session, LetterKind.WITNESS, origin, now=now)
    with putting(request) as session:
        saw_it_too(session, origin, report=report, defect_id=defect, now=now)
    if report is not None:
        return RedirectResponse(f"/{language}/reports/{report}?done=seen", 303, headers=PRIVATE)
    spot = "&".join(f"{name}={float(form[name])}" for name in ("lat", "lon") if _is_number(form.get(name, "")))
    return RedirectResponse(f"/{language}/report?{spot}&done=seen", 303, headers=PRIVATE)


def _is_number(words: str) -> bool:
    return words.removeprefix("-").replace(".", "", 1).isdecimal() and words.isascii() and len(words) < 20


# --- what became of it


@router.get("/{language}/reports")
async def find_report(request: Request, language: str) -> Response:
    """To the report whose code was typed."""
    offered(request, language)
    code = code_of(request.query_params.get("code", "")[:50])
    if code is None:
        return await _no_report(request, language)
    return RedirectResponse(f"/{language}/reports/{code}", 303, headers=PRIVATE)


@router.get("/{language}/reports/{code}")
async def report_state(request: Request, language: str, code: str) -> Response:
    """What became of a report: for whoever has its code, and without a word of who sent it."""
    offered(request, language)
    known = code_of(code)
    async with public_connection(request) as connection:
        found = await rows(connection, "public_report", {"code": known}) if known else []
        if not found:
            return await _no_report(request, language, code)
        report = found[0]
        lines = await rows(connection, "public_lines_of_defect", {"defect_id": report.defect_id})
        near: Sequence[Any] = ()
        if report.state == "open" and report.carriageway_id is not None:
            lies = {"carriageway_id": report.carriageway_id, "at_cm": report.at_cm, "reach_cm": SAME_WITHIN_CM}
            near = await rows(connection, "public_seen_near", {**lies, "but_report": report.code})
    day = today(request)
    answer = None
    if report.lon is not None:
        _, answer = await answer_at(request, Spot(float(report.lon), float(report.lat)), day, language)
    facts = {
        "page": f"reports/{report.code}",
        "query": "",
        "report": report,
        "lines": lines,
        "near": near,
        "answer": answer,
        "done": request.query_params.get("done", ""),
        "may_say_not_fixed": lambda line: _is_lately_verified(line, day),
    }
    return page_with_form(request, "report_state.html", language, facts)


async def _no_report(request: Request, language: str, code: str = "") -> Response:
    facts = {"page": "reports", "query": "", "code": code[:50]}
    answer = page_with_form(request, "report_unknown.html", language, facts)
    answer.status_code = 404
    return answer


# --- a repair that is none


def _is_lately_verified(line: Any, day: date) -> bool:
    age: int = (day - line.changed_on).days
    return line.state == LineState.VERIFIED.value and 0 <= age <= NOT_FIXED_WITHIN_DAYS


@router.get("/{language}/not-fixed/{line}")
async def not_fixed_page(request: Request, language: str, line: str) -> Response:
    """A verified repair, and where anybody says that it is none. Errors: NotFound."""
    offered(request, language)
    return await _not_fixed(request, language, line)


@router.post("/{language}/not-fixed/{line}")
async def say_so(request: Request, language: str, line: str, form: Form) -> Response:
    """Somebody says that a verified repair is none. What is wrong is said on the page. Errors: NotFound."""
    offered(request, language)
    number = number_of(line)
    if number is None:
        raise NotFound(thing="claim_line", key=line[:20])
    try:
        await run_in_threadpool(_say_so, request, number, form)
    except RoadsError as wrong:
        return await _not_fixed(request, language, line, wrong, form.get("words", ""))
    return RedirectResponse(f"/{language}/not-fixed/{number}?done=1", 303, headers=PRIVATE)


def _say_so(request: Request, line: int, form: Mapping[str, str]) -> None:
    now = moment()
    letterbox_of(request).read(form, now)
    with putting(request) as session:
        let_in(session, LetterKind.NOT_FIXED, sender_of(request), now=now)
    with putting(request) as session:
        say_not_fixed(session, line, form.get("words", ""), today=today(request))


async def _not_fixed(
    request: Request, language: str, line: str, wrong: RoadsError | None = None, words: str = ""
) -> Response:
    number = number_of(line)
    async with public_connection(request) as connection:
        found = await rows(connection, "public_claim_line", {"id": number}) if number else []
    if not found:
        raise NotFound(thing="claim_line", key=line[:20])
    facts = {
        "page": f"not-fixed/{number}",
        "query": "",
        "line": found[0],
        "said": words,
        "longest": LONGEST_WORDS,
        "days": NOT_FIXED_WITHIN_DAYS,
        "is_done": request.query_params.get("done") == "1",
        "may_say": _is_lately_verified(found[0], today(request)),
    }
    return page_with_form(request, "not_fixed.html", language, facts, wrong)
