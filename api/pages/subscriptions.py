"""Following something by e-mail without an account: asked on a form, confirmed and ended by links of the mails.

All of it works without scripts. Nobody who asks learns who follows what; the key in a mail opens one subscription.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from api.auth import moment
from api.dependencies import offered, public_connection
from api.headers import PRIVATE
from api.letterbox import letterbox_of, may_be_mailed, putting, sender_of
from api.pages.private import Form
from api.pages.public import to_reader
from api.pages.reports import page_with_form
from api.pages.things import number_of
from api.pages.words import named, words_in
from geo.areas import LONGEST_WORDS, MOST_CORNERS, read_area
from geo.errors import BadValue
from roads.domain.errors import NotFound, RoadsError
from roads.domain.fields import parse_number
from roads.domain.notices import email_of
from roads.domain.reports import LetterKind, code_of
from roads.domain.subscriptions import RADII_M, Followed, Frequency, demand_radius
from roads.queries.candidates import road_name
from roads.queries.public import Public, rows
from roads.usecases.reports import let_in
from roads.usecases.subscriptions import Follow, confirm, end_subscription, follow, subscription_of

router = APIRouter(include_in_schema=False)
WHAT = ("road", "contractor", "report", "lon", "lat", "radius", "area")
USUAL_RADIUS_M = 2_000
_KEY = re.compile("[0-9a-f]{32}")
_DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,12})?")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a form would follow, and how a page calls it: the key of a sentence with its facts, and its own page."""

    what: Followed
    sentence: str
    facts: Mapping[str, object]
    page: str = ""


# --- asking for it


@router.get("/{language}/subscribe")
async def subscribe_page(request: Request, language: str) -> Response:
    """What shall be followed, as a link says it or as it is chosen here, and where to write."""
    offered(request, language)
    said = {name: request.query_params.get(name, "").strip()[:LONGEST_WORDS] for name in WHAT}
    return await _page(request, language, said)


@router.post("/{language}/subscribe")
async def subscribe(request: Request, language: str, form: Form) -> Response:
    """Ask by mail whether they want it. What is wrong is said on the page, with what was typed."""
    offered(request, language)
    said = {name: form.get(name, "").strip()[:LONGEST_WORDS] for name in (*WHAT, "email", "frequency")}
    try:
        async with public_connection(request) as connection:
            chosen = await _chosen(connection, said, language)
        await run_in_threadpool(_ask, request, language, form, chosen.what if chosen else Followed())
    except (RoadsError, BadValue) as wrong:
        return await _page(request, language, said, wrong)
    return RedirectResponse(f"/{language}/subscribe?done=asked", 303, headers=PRIVATE)


def _ask(request: Request, language: str, form: Mapping[str, str], what: Followed) -> None:
    now, letterbox = moment(), letterbox_of(request)
    letterbox.read(form, now)
    email = email_of(form.get("email", ""))
    frequency = Frequency.WEEKLY if form.get("frequency") == Frequency.WEEKLY else Frequency.AT_ONCE
    with putting(request) as session:
        let_in(session, LetterKind.SUBSCRIPTION, sender_of(request), now=now)
    if not may_be_mailed(request, email, now):
        # The same answer: whoever asks for somebody else does not learn what others asked.
        return
    with putting(request) as session:
        follow(session, Follow(email, language, frequency, what), now=now)


async def _chosen(connection: Public, said: Mapping[str, str], language: str) -> Chosen | None:
    """What is asked for; None for nothing. Errors: NotFound, BadRadius, BadFields, BadValue."""
    if said["road"]:
        return await _road(connection, said["road"], language)
    if said["contractor"]:
        found = await rows(connection, "public_organisation", {"bin": said["contractor"][:12]})
        if not found:
            raise NotFound(thing="contractor", key=said["contractor"][:20])
        facts = {"name": named(found[0].name)}
        return Chosen(Followed(contractor_id=found[0].id), "follow.contractor", facts, f"contractors/{found[0].bin}")
    if said["report"]:
        code = code_of(said["report"][:50])
        if code is None or not await rows(connection, "public_report", {"code": code}):
            raise NotFound(thing="report", key=said["report"][:20])
        return Chosen(Followed(report=code), "follow.report", {"code": code}, f"reports/{code}")
    if said["lon"] or said["lat"]:
        lon, lat = _degrees(said["lon"], 180), _degrees(said["lat"], 85)
        within_m = demand_radius(round(parse_number(said["radius"])) if said["radius"] else USUAL_RADIUS_M)
        return Chosen(Followed(around=(lon, lat), within_m=within_m), *around_in_words(lon, lat, within_m))
    if said["area"]:
        area = read_area(said["area"])
        return Chosen(Followed(area=area.wkt), "follow.area", {"corners": len(area.exterior.coords) - 1})
    return None


async def _road(connection: Public, number: str, language: str) -> Chosen:
    road_id = number_of(number)
    found = await rows(connection, "public_road", {"id": road_id}) if road_id else []
    if not found:
        raise NotFound(thing="road", key=number[:20])
    name = {"name": named(road_name(found[0], language) or "-")}
    return Chosen(Followed(road_id=road_id), "follow.road", name, f"roads/{road_id}")


def _degrees(words: str, most: float) -> float:
    if not _DEGREES.fullmatch(words) or abs(float(words)) > most:
        raise BadValue("not_a_coordinate", words[:50])
    return float(words)


def around_in_words(lon: float, lat: float, within_m: int) -> tuple[str, Mapping[str, object]]:
    """How a circle is called."""
    return "follow.around", {"km": f"{within_m / 1000:g}", "lat": f"{lat:.5f}", "lon": f"{lon:.5f}"}


async def _page(
    request: Request, language: str, said: Mapping[str, str], wrong: RoadsError | BadValue | None = None
) -> Response:
    chosen = None
    try:
        async with public_connection(request) as connection:
            chosen = await _chosen(connection, said, language)
    except (RoadsError, BadValue) as lost:
        wrong = wrong or lost
    facts = {
        "page": "subscribe",
        "said": {"email": "", "frequency": "", **said},
        "chosen": chosen,
        "radii": RADII_M,
        "usual": USUAL_RADIUS_M,
        "most_corners": MOST_CORNERS,
        "is_asked": request.query_params.get("done") == "asked",
    }
    return page_with_form(request, "subscribe.html", language, facts, wrong)


# --- what the links of a mail open


@router.get("/{language}/subscriptions/{key}")
async def subscription_page(request: Request, language: str, key: str) -> Response:
    """What a mail is about: to confirm it, to be written to less often or more, or to end it."""
    offered(request, language)
    return await _subscription(request, language, key)


@router.post("/{language}/subscriptions/{key}")
async def change(request: Request, language: str, key: str, form: Form) -> Response:
    """Confirm it (`weekly` or `at_once`: so often), or `end` it."""
    offered(request, language)
    wish = form.get("wish", "")
    await run_in_threadpool(_change, request, key, wish)
    done = "ended" if wish == "end" else "confirmed"
    return RedirectResponse(f"/{language}/subscriptions/{key}?done={done}", 303, headers=PRIVATE)


def _change(request: Request, key: str, wish: str) -> None:
    _demand_key(key)
    with putting(request) as session:
        if wish == "end":
            end_subscription(session, key)
        else:
            confirm(session, key, Frequency(wish) if wish in list(Frequency) else None, now=moment())


async def _subscription(request: Request, language: str, key: str) -> Response:
    done = request.query_params.get("done", "")
    try:
        found = await run_in_threadpool(_found, request, key)
    except NotFound:
        facts = {"page": "subscribe", "query": "", "found": None, "is_ended": done == "ended"}
        answer = page_with_form(request, "subscription.html", language, facts)
        # Ended is as it should be; what was never there is not found.
        answer.status_code = 200 if done == "ended" else 404
        return answer
    async with public_connection(request) as connection:
        sentence, told = await _in_words(connection, found, language)
    facts = {
        "page": f"subscriptions/{key}",
        "query": "",
        "found": found,
        "sentence": words_in(language).say(sentence, **told),
        "is_confirmed_now": done == "confirmed",
    }
    return page_with_form(request, "subscription.html", language, facts)


def _found(request: Request, key: str) -> Any:
    _demand_key(key)
    with putting(request) as session:
        return subscription_of(session, key)


def _demand_key(key: str) -> None:
    if not _KEY.fullmatch(key):
        raise NotFound(thing="subscription", key=key[:40])


async def _in_words(connection: Public, found: Any, language: str) -> tuple[str, Mapping[str, object]]:
    if found.within_m:
        return around_in_words(found.lon, found.lat, found.within_m)
    if found.corners:
        return "follow.area", {"corners": found.corners}
    said = dict.fromkeys(WHAT, "")
    said |= {"road": str(found.road_id or ""), "contractor": found.contractor or "", "report": found.report or ""}
    try:
        chosen = await _chosen(connection, said, language)
    except NotFound:
        chosen = None
    return (chosen.sentence, chosen.facts) if chosen else ("follow.gone", {})


@router.get("/unsubscribe/{key}")
async def unsubscribe_page(request: Request, key: str) -> Response:
    """To the page of the subscription in the reader's language: a look does not end it."""
    return to_reader(request, f"subscriptions/{key}" if _KEY.fullmatch(key) else "subscribe")


@router.post("/unsubscribe/{key}")
def unsubscribe(request: Request, key: str) -> Response:
    """One press in a mail program ends it (RFC 8058): no cookie, no form, and the same answer when pressed again."""
    if _KEY.fullmatch(key):
        with putting(request) as session:
            end_subscription(session, key)
    return PlainTextResponse("OK", headers=PRIVATE)
