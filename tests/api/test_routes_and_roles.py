"""Every route, asked by nobody and by somebody of each role: a route without a line here fails.

Which rows an answer holds is tested where rows are (`test_rows_of_others`); here stands who gets an answer at all.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Connection, Engine

from api.app import create_app
from roads.db import Role, open_engine, transaction
from roads.domain.actors import Role as Acting
from roads.settings import Settings
from tests.accounts import make_user
from tests.conftest import cloned
from tests.factories import make_carriageway, make_contract, make_organisation, make_road
from tests.signed import enter

NOBODY = "nobody"
FORM = {"Sec-Fetch-Site": "same-origin"}


@dataclass(frozen=True)
class Line:
    """What a route answers: to nobody, to whoever is signed in, and to some roles otherwise; and how it is asked."""

    nobody: int
    signed: int
    roles: Mapping[Acting, int] = field(default_factory=dict)
    at: str = ""
    json: Mapping[str, Any] | None = None
    form: Mapping[str, str] | None = None
    key: bool = False
    """Whether it is asked under an idempotency key."""

    def expected(self, who: str) -> int:
        return self.nobody if who == NOBODY else self.roles.get(Acting(who), self.signed)


def anybody(status: int = 200, at: str = "") -> Line:
    return Line(status, status, at=at)


def of_nothing(path: str, **said: object) -> Line:
    """Something done to a claim that is not there (for whoever asks)."""
    return Line(401, 404, at=f"/api/v1/claims/999/{path}", json=said)


RECORDERS = (Acting.INSPECTOR, Acting.ENGINEER)


def for_recorders(status: int, path: str = "", **body: Any) -> Line:
    """What inspectors and engineers do; 403 to all others."""
    return Line(401, 403, dict.fromkeys(RECORDERS, status), at=path, json=body, key=True)


WHERE: dict[str, Any] = {"lon": 70.01, "lat": 50.0}


def own_page(status: int = 200, at: str = "", roles: Mapping[Acting, int] | None = None) -> Line:
    """A page of one's own: nobody is sent to the door."""
    return Line(303, status, roles or {}, at=at)


def administrators(line: Line, status: int = 200) -> Line:
    """The same for everybody but administrators."""
    return replace(line, roles={Acting.ADMINISTRATOR: status})


def own_form(status: int = 303, at: str = "", **fields: str) -> Line:
    """A form of one's own: nobody is sent to the door."""
    return Line(303, status, at=at, form=fields)


SAID: Mapping[str, Mapping[str, Any]] = {
    "accept": {},
    "dispute": {"reason": "design", "note": "x"},
    "ask-joint-visit": {},
    "plan": {"planned_on": "2026-12-01"},
    "patch": {},
    "repair": {"photos": [1]},
    "verify": {},
    "reject-repair": {"note": "x"},
    "offer-verification": {"bin": "990000000004"},
    "set-joint-visit": {"visit_on": "2026-12-01"},
    "hold-joint-visit": {"held_on": "2026-11-01", "act": "1", "note": "x"},
    "prescribe": {"note": "x"},
    "withdraw": {"note": "x"},
    "uphold": {"note": "x"},
    "grant": {"note": "x"},
    "reopen": {"note": "x", "reason": "not_fixed"},
    "do-by-others": {"note": "x"},
    "refer-to-court": {"note": "x"},
    "return-from-court": {"note": "x", "result": "accepted"},
    "close-without-fix": {"note": "x"},
}
"""What is said with each deed."""

MAPS_IN_WORDS = ("warranty", "money", "works", "defects", "history")
EXPECTED: dict[str, Line] = {
    "GET /openapi.json": anybody(),
    "GET /healthz": anybody(),
    "GET /readyz": anybody(),
    "GET /api/v1/liability": anybody(at="/api/v1/liability?lon=70.01&lat=50"),
    "GET /api/v1/roads": anybody(),
    "GET /api/v1/towns": anybody(at="/api/v1/towns?search=aral"),
    "GET /api/v1/segments": anybody(),
    "GET /api/v1/segments/{id}": anybody(404, at="/api/v1/segments/999"),
    "GET /api/v1/status": anybody(),
    "GET /api/v1/indicators": anybody(),
    "GET /api/v1/contracts": anybody(),
    "GET /api/v1/contracts/{id}": anybody(at="/api/v1/contracts/1"),
    "GET /api/v1/defects": anybody(),
    "GET /api/v1/defects/{id:int}": anybody(404, at="/api/v1/defects/999"),
    "GET /api/v1/defects/{id}/attribution": anybody(404, at="/api/v1/defects/999/attribution"),
    **{f"GET /api/v1/maps/{name}": anybody() for name in MAPS_IN_WORDS},
    **{f"GET /api/v1/maps/{name}/places": anybody() for name in MAPS_IN_WORDS},
    "GET /tiles/{edition}/{layer}/{z}/{x}/{y}.mvt": anybody(404, at="/tiles/1/segments/99/0/0.mvt"),
    "GET /": anybody(307),
    "GET /static/{path:path}": anybody(at="/static/site.css"),
    "GET /{language}/": anybody(),
    "GET /{language}/ask": anybody(at="/en/ask"),
    "GET /{language}/here": anybody(at="/en/here?lat=50&lon=70"),
    "GET /{language}/search": anybody(at="/en/search?q=A-1"),
    "GET /{language}/indicators": anybody(at="/en/indicators"),
    "GET /{language}/overdue": anybody(at="/en/overdue"),
    "GET /{language}/roads/{number}": anybody(404, at="/en/roads/999999"),
    "GET /{language}/contractors": anybody(at="/en/contractors"),
    "GET /{language}/contractors/{number}": anybody(404, at="/en/contractors/000000000000"),
    "GET /{language}/regions": anybody(at="/en/regions"),
    "GET /{language}/regions/{kato}": anybody(404, at="/en/regions/99"),
    "GET /{language}/segments/{number}": anybody(404, at="/en/segments/999"),
    "GET /{language}/contracts/{number}": anybody(at="/en/contracts/1"),
    "GET /data/": anybody(307),
    "GET /{language}/data/": anybody(),
    "GET /data/{name}.json": anybody(404, at="/data/nothing.json"),
    "GET /data/files/{name}": anybody(404, at="/data/files/claims-2026-11-22-0123456789abcdef.csv"),
    "GET /data/changes": anybody(at="/data/changes?layer=claims&since=2026-11-22"),
    "GET /robots.txt": anybody(),
    "GET /sitemap.xml": anybody(),
    "GET /sitemaps/{kind}-{part}.xml": anybody(at="/sitemaps/contracts-0.xml"),
    "GET /map/{name}": anybody(307, at="/map/status"),
    "GET /{language}/map/{name}": anybody(404, at="/en/map/nowhere"),
    "GET /maps/{bundle}/{path:path}": anybody(404, at="/maps/0123456789abcdef/nothing.js"),
    "GET /maps/picture/{edition}/status.{language}.svg": anybody(404, at="/maps/picture/999999/status.en.svg"),
    "GET /transparency": anybody(307),
    "GET /{language}/transparency": anybody(),
    "GET /transparency/verify_ledger.py": anybody(),
    "GET /transparency/checkpoint": anybody(404),
    "GET /transparency/checkpoints": anybody(),
    "GET /transparency/entries": anybody(),
    "GET /transparency/proof/inclusion": anybody(400),
    "GET /transparency/proof/consistency": anybody(400),
    "POST /api/v1/token": anybody(415),
    "GET /api/v1/me": Line(401, 200),
    "GET /api/v1/tokens": Line(401, 200),
    "POST /api/v1/tokens": Line(401, 201, json={"name": "nightly"}),
    "DELETE /api/v1/tokens/{token_id}": Line(401, 404, at="/api/v1/tokens/999999"),
    "GET /photos/{hash}.{size}.webp": anybody(404, at=f"/photos/{'0' * 64}.full.webp"),
    "POST /api/v1/photos": Line(401, 403, dict.fromkeys((Acting.INSPECTOR, Acting.ENGINEER, Acting.CONTRACTOR), 415)),
    "POST /api/v1/defects/{number}/photos": Line(
        401, 403, dict.fromkeys((Acting.INSPECTOR, Acting.ENGINEER), 415), at="/api/v1/defects/999/photos"
    ),
    "GET /api/v1/defects/{number}/photos": Line(401, 404, at="/api/v1/defects/999/photos"),
    "GET /api/v1/photos/{number}": Line(401, 404, at="/api/v1/photos/999"),
    "GET /api/v1/photos/{number}/original": Line(401, 404, at="/api/v1/photos/999/original"),
    "GET /api/v1/photos/{number}/view": Line(401, 404, at="/api/v1/photos/999/view"),
    "PUT /api/v1/photos/{number}/masks": Line(401, 428, at="/api/v1/photos/999/masks", json={"masks": []}),
    "PUT /api/v1/photos/{number}/release": Line(401, 428, at="/api/v1/photos/999/release"),
    "DELETE /api/v1/photos/{number}/release": Line(401, 428, at="/api/v1/photos/999/release"),
    "GET /{language}/photos/{number}": Line(303, 404, at="/en/photos/999"),
    "GET /{language}/photos/{number}/view": Line(303, 404, at="/en/photos/999/view"),
    "GET /{language}/photos/{number}/original": Line(303, 404, at="/en/photos/999/original"),
    "POST /{language}/photos/{number}/masks": Line(
        303, 404, at="/en/photos/999/masks", form={"masks": "[]", "revision": "1"}
    ),
    "POST /{language}/photos/{number}/release": Line(303, 404, at="/en/photos/999/release", form={"revision": "1"}),
    "POST /api/v1/defects": for_recorders(201, **WHERE, detected_on="2024-06-03"),
    "POST /api/v1/defects/preview": for_recorders(200, **WHERE),
    "GET /api/v1/defects/{number}/similar": Line(401, 404, at="/api/v1/defects/999/similar"),
    "POST /api/v1/defects/{number}/withdraw": for_recorders(404, "/api/v1/defects/999/withdraw", reason="x"),
    "POST /api/v1/defects/{number}/merge": for_recorders(404, "/api/v1/defects/999/merge", reason="x", into_id=998),
    "POST /api/v1/defects/{number}/place": Line(
        401,
        403,
        {Acting.ENGINEER: 404},
        at="/api/v1/defects/999/place",
        json={"reason": "x", "source_id": "a line"},
    ),
    "POST /api/v1/inspections": for_recorders(
        201, inspected_on="2024-06-03", source_id="a line", outcome="no_defect_found"
    ),
    "GET /api/v1/inspections": Line(401, 200),
    "GET /api/v1/inspections/plan": Line(401, 200),
    "GET /api/v1/claims": Line(401, 200),
    "GET /api/v1/claims/{claim_id:int}": Line(401, 404, at="/api/v1/claims/999"),
    "POST /api/v1/claims/issue": Line(401, 200, json={"claim_ids": [999]}),
    "POST /api/v1/claims/{claim_id}/issue": of_nothing("issue"),
    "POST /api/v1/claims/{claim_id}/acknowledge": of_nothing("acknowledge"),
    **{
        f"POST /api/v1/claims/{{claim_id}}/items/{{number}}/{path}": of_nothing(f"items/1/{path}", **said)
        for path, said in SAID.items()
    },
    "GET /{language}/administration": administrators(Line(303, 403)),
    "GET /{language}/administration/users": administrators(Line(303, 403)),
    "POST /{language}/administration/users": administrators(own_form(403, login="", code=""), 422),
    "POST /{language}/administration/users/{user}/{deed}": administrators(
        own_form(403, at="/en/administration/users/999999/activate"), 404
    ),
    "GET /{language}/administration/organisations": administrators(Line(303, 403)),
    # Their own organisation's page opens to its people: see test_organisation_pages.
    "GET /{language}/administration/organisations/{number}": administrators(
        Line(303, 403, at="/en/administration/organisations/999"), 404
    ),
    "POST /{language}/administration/organisations/{number}/address": administrators(
        own_form(403, at="/en/administration/organisations/999/address", email="a@b.kz", language="kk"), 404
    ),
    "POST /{language}/administration/organisations/{number}/programs": administrators(
        own_form(403, at="/en/administration/organisations/999/programs", url="https://b.kz/hook"), 404
    ),
    "POST /{language}/administration/organisations/{number}/programs/{program}/{deed}": administrators(
        own_form(403, at="/en/administration/organisations/999/programs/999/off"), 404
    ),
    "GET /{language}/administration/rules": administrators(Line(303, 403)),
    "POST /{language}/administration/rules": administrators(own_form(403, table="term"), 422),
    "GET /{language}/desk": own_page(200, roles={Acting.INSPECTOR: 303, Acting.ADMINISTRATOR: 303}),
    "POST /{language}/desk/issue": own_form(200),
    "GET /{language}/desk/defects/{defect}": own_page(404, at="/en/desk/defects/999"),
    "POST /{language}/desk/defects/{defect}": own_form(404, at="/en/desk/defects/999", carriageway="1", note="x"),
    "GET /{language}/claims": own_page(),
    "GET /{language}/claims/{claim}": own_page(404, at="/en/claims/999"),
    "POST /{language}/claims/{claim}/issue": own_form(404, at="/en/claims/999/issue"),
    "POST /{language}/claims/{claim}/acknowledge": own_form(404, at="/en/claims/999/acknowledge"),
    "POST /{language}/claims/{claim}/items/{number}/{path}": own_form(404, at="/en/claims/999/items/1/accept"),
    "GET /{language}/sign-in": Line(200, 303),
    "POST /{language}/sign-in": Line(403, 403, form={"token": "of nobody"}),
    "POST /{language}/sign-out": own_form(),
    "GET /{language}/reset": anybody(),
    "POST /{language}/reset": Line(403, 403, form={"token": "of nobody"}),
    "GET /{language}/reset/{secret}": anybody(404, at="/en/reset/guessed"),
    "POST /{language}/reset/{secret}": Line(403, 403, at="/en/reset/guessed", form={"token": "of nobody"}),
    "GET /{language}/field": Line(303, 403, dict.fromkeys(RECORDERS, 200)),
    "GET /{language}/account": Line(303, 200),
    "POST /{language}/role": own_form(403, role="999999"),
    "POST /{language}/account/sessions": own_form(404, session="999999"),
    "POST /{language}/account/everywhere": own_form(),
    "POST /{language}/account/tokens": own_form(200, name="nightly", days="30"),
    "GET /api/v1/claims/{claim_id}/letters": Line(401, 404, at="/api/v1/claims/999/letters"),
    "GET /api/v1/letters/{letter_id}.pdf": Line(401, 404, at="/api/v1/letters/999.pdf"),
    "GET /letters/{code}": anybody(307, at="/letters/0123456789abcdef0123"),
    "GET /{language}/letters/{code}": anybody(404, at="/en/letters/0123456789abcdef0123"),
    "GET /{language}/letters/{code}/open": Line(303, 404, at="/en/letters/0123456789abcdef0123/open"),
    "GET /{language}/letters/{code}/read": anybody(at="/en/letters/0123456789abcdef0123/read"),
    "POST /{language}/letters/{code}/read": Line(
        403, 403, at="/en/letters/0123456789abcdef0123/read", form={"token": "of nobody"}
    ),
    "GET /{language}/desk/outbox": Line(303, 403, {Acting.ADMINISTRATOR: 200}),
    "POST /{language}/desk/outbox/again": Line(303, 403, {Acting.ADMINISTRATOR: 404}, form={"notice": "999"}),
    # Without a folder of a sink there are no such pages.
    "GET /{language}/mail": anybody(404),
    "GET /{language}/mail/{name}": anybody(404, at="/en/mail/20261122T100000-0123456789ab"),
    "GET /{language}/mail/{name}/{number}.pdf": anybody(404, at="/en/mail/20261122T100000-0123456789ab/1.pdf"),
    "GET /{language}/report": anybody(),
    "POST /{language}/report": anybody(415),
    "POST /{language}/report/witness": Line(403, 403, form={"report": "ABCDE23456"}),
    "GET /{language}/reports": anybody(404),
    "GET /{language}/reports/{code}": anybody(404, at="/en/reports/ABCDE23456"),
    "GET /{language}/subscribe": anybody(),
    "POST /{language}/subscribe": Line(403, 403, form={}),
    "GET /{language}/subscriptions/{key}": anybody(404, at="/en/subscriptions/0"),
    "POST /{language}/subscriptions/{key}": Line(404, 404, at="/en/subscriptions/0", form={}),
    "GET /unsubscribe/{key}": anybody(307, at="/unsubscribe/0"),
    "POST /unsubscribe/{key}": anybody(at="/unsubscribe/0"),
    "GET /{language}/not-fixed/{line}": anybody(404, at="/en/not-fixed/999"),
    "POST /{language}/not-fixed/{line}": Line(404, 404, at="/en/not-fixed/999", form={}),
    "GET /{language}/feed.atom": anybody(),
    "GET /{language}/warranties.ics": anybody(404),
    "GET /{language}/desk/reports": Line(303, 403, dict.fromkeys(RECORDERS, 200)),
    "GET /{language}/desk/reports/{report}": Line(303, 403, dict.fromkeys(RECORDERS, 404), at="/en/desk/reports/999"),
    "POST /{language}/desk/reports/{report}/{deed}": Line(
        303, 403, dict.fromkeys(RECORDERS, 404), at="/en/desk/reports/999/accept", form={}
    ),
    "POST /{language}/desk/reopenings/{number}": own_form(
        404, at="/en/desk/reopenings/999", verdict="upheld", note="x"
    ),
    "GET /open311/v2/discovery.{format}": anybody(at="/open311/v2/discovery.json"),
    "GET /open311/v2/services.{format}": anybody(at="/open311/v2/services.json"),
    "GET /open311/v2/services/{code}.{format}": anybody(404, at="/open311/v2/services/hole.json"),
    "GET /open311/v2/requests.{format}": anybody(at="/open311/v2/requests.json"),
    "POST /open311/v2/requests.{format}": Line(400, 400, at="/open311/v2/requests.json", form={"lat": "50"}),
    "GET /open311/v2/requests/{code}.{format}": anybody(404, at="/open311/v2/requests/ABCDE23456.json"),
    "GET /open311/v2/tokens/{token}.{format}": anybody(404, at="/open311/v2/tokens/ABCDE23456.json"),
    "POST /{language}/account/tokens/revoke": own_form(404, token_id="999999"),  # noqa: S106 (the number of one)
}


def routes_of(app: FastAPI) -> set[str]:
    """Method and path of everything the application answers."""
    found: set[str] = set()
    for mounted in app.routes:
        for route in getattr(getattr(mounted, "original_router", None), "routes", [mounted]):
            found.update(f"{method} {route.path}" for method in route.methods - {"HEAD"})
    return found


@dataclass(frozen=True)
class Site:
    """The application, and one person for each role."""

    app: FastAPI
    engine: Engine
    client: TestClient

    def show(self, who: str) -> tuple[dict[str, str], str]:
        """What somebody's browser and program show, freshly signed in; and the token of their forms."""
        if who == NOBODY:
            return {}, ""
        entered = enter(self.engine, f"{who}@example.kz")
        return {**entered.cookie, **entered.program(self.app)}, entered.token


@pytest.fixture(scope="module")
def site(admin: Connection, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with cloned(admin, template) as url:
        engine = open_engine(url)
        with transaction(engine, Role.JOBS) as session:
            make_carriageway(session, make_road(session), source_id="a line")
            make_contract(session)
            organisation = make_organisation(session)
        with transaction(engine, Role.ACCOUNTS) as session:
            for role in Acting:
                make_user(
                    session, organisation, role, login=f"{role}@example.kz", now=datetime.now(UTC) - timedelta(hours=1)
                )
        app = create_app(Settings(database_url=url, media_url=str(tmp_path_factory.mktemp("media"))))
        with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client:
            yield Site(app, engine, client)
        engine.dispose()


def test_every_route_has_its_line_and_every_line_its_route(site: Site) -> None:
    assert routes_of(site.app) == set(EXPECTED)


@pytest.mark.parametrize("route", EXPECTED)
def test_a_route_answers_whom_it_should(site: Site, route: str) -> None:
    line = EXPECTED[route]
    method, _, path = route.partition(" ")
    answers, expected = {}, {}
    for who in (NOBODY, *Acting):
        shown, token = site.show(who)
        asked: dict[str, Any] = {"headers": {**shown, **FORM}}
        if line.json is not None:
            asked["json"] = line.json
        if line.key:
            asked["headers"]["Idempotency-Key"] = str(uuid4())
        if line.form is not None:
            asked["data"] = {"token": token, **line.form}
        site.client.cookies.clear()
        answer = site.client.request(method, line.at or path.replace("{language}", "en"), **asked)
        answers[str(who)], expected[str(who)] = answer.status_code, line.expected(who)
        if who == NOBODY and answer.status_code == 303:
            assert answer.headers["location"].startswith("/en/sign-in?next=")
    assert answers == expected
