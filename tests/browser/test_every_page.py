"""Every page that the application has, opened by whom it is for: in three languages, on a phone and on a desk, by day
and by night, over a database whose every word was written by somebody who means harm."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request
from sqlalchemy import Connection

from api.app import create_app
from geo.bbox import KAZAKHSTAN
from maps.charts import CHARTS
from maps.publish import publish
from maps.surroundings import Surroundings
from roads.i18n import LANGUAGES, catalogue
from tests.api.test_routes_and_roles import routes_of
from tests.browser.test_first_page import browser
from tests.everything import Everything, everything
from tests.served import free_site, in_thread

__all__ = ["browser"]

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
POLICY = "addEventListener('securitypolicyviolation', e => console.error('policy', e.violatedDirective, e.blockedURI))"
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
WIDER = """[...document.querySelectorAll('body > :not(header) *')]
    .filter(one => one.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 3).map(one => one.outerHTML.split('>')[0])"""
PHONE, DESK = 360, 1280
CODE = re.compile(r"\b(?:[a-z_]+\.)+[a-z_]+\b|\bundefined\b|\bNaN\b|\bNone\b|(?<!\$)\{[a-z_]+\}")
"""Keys of sentences, sentences without their facts, and what programs say when they have nothing to say."""


@dataclass(frozen=True)
class Visit:
    """A page's path below the language, with names of facts in it; by whom it is opened, and what it answers."""

    path: str
    who: str = ""
    status: int = 200


def _of(who: str, *paths: str) -> list[Visit]:
    return [Visit(path, who) for path in paths]


MISSING = [Visit("nowhere", status=404)]
PAGES: Mapping[str, Sequence[Visit]] = {
    "": _of("", ""),
    "ask": _of("", "ask", "ask?lat=50.0&lon=70.01&on={today}"),
    "here": _of("", "here?lat=50.0&lon=70.01", "here?lat=45&lon=60", "here?lat=x"),
    "search": _of("", "search", "search?q=А-77", "search?q=HYPERLINK", "search?q=nothing+of+the+kind"),
    "indicators": _of("", "indicators"),
    "overdue": _of("", "overdue"),
    "roads/{number}": [*_of("", "roads/{road}"), Visit("roads/999999", status=404)],
    "segments/{number}": _of("", "segments/{segment}", "segments/{grey}"),
    "contracts/{number}": _of("", "contracts/{contract}"),
    "contractors": _of("", "contractors"),
    "contractors/{number}": _of("", "contractors/{contractor}"),
    "regions": _of("", "regions"),
    "regions/{kato}": _of("", "regions/11"),
    "map/{name}": _of("", *(f"map/{name}" for name in CHARTS)),
    "data/": _of("", "data/"),
    "transparency": _of("", "transparency"),
    "report": [*_of("", "report", "report?lat=50.0&lon=70.05"), Visit("report?lat=north&lon=70", status=422)],
    "reports": [Visit("reports?code=%3Cb%3E", status=404)],
    "reports/{code}": [
        *_of("", "reports/{report}", "reports/{report_accepted}"),
        Visit("reports/ABCDE23456", status=404),
    ],
    "not-fixed/{line}": _of("", "not-fixed/{line_verified}"),
    "letters/{code}": [*_of("", "letters/{letter}"), Visit("letters/0123456789abcdef0123", status=404)],
    "letters/{code}/read": _of("", "letters/{letter}/read?key=x"),
    "mail": _of("", "mail"),
    "mail/{name}": _of("", "mail/{mail}"),
    "sign-in": _of("", "sign-in"),
    "reset": _of("", "reset"),
    "reset/{secret}": [Visit("reset/guessed", status=404)],
    "account": _of("engineer", "account"),
    "desk": [*_of("engineer", "desk"), *_of("builder", "desk"), *_of("auditor", "desk")],
    "desk/defects/{defect}": _of("engineer", "desk/defects/{defect}"),
    "claims": [*_of("engineer", "claims"), *_of("builder", "claims")],
    "claims/{claim}": [
        *_of("engineer", *(f"claims/{{claim{one}}}" for one in ("", "_drafted", "_late", "_repaired"))),
        *_of("builder", "claims/{claim_issued}", "claims/{claim}"),
    ],
    "photos/{number}": _of("engineer", "photos/{photo}"),
    "field": _of("inspector", "field"),
    "desk/reports": _of("engineer", "desk/reports"),
    "desk/reports/{report}": _of("engineer", "desk/reports/{report_id}"),
    "desk/outbox": _of("administrator", "desk/outbox"),
    "administration": _of("administrator", "administration"),
    "administration/users": _of("administrator", "administration/users"),
    "administration/organisations": _of("administrator", "administration/organisations"),
    "administration/organisations/{number}": _of("administrator", "administration/organisations/{organisation}"),
    "administration/rules": _of("administrator", "administration/rules"),
}
"""What is opened of every page, by the path of its route below the language."""
NO_PAGES = {
    "feed.atom",
    "warranties.ics",
    "letters/{code}/open",
    "mail/{name}/{number}.pdf",
    "photos/{number}/view",
    "photos/{number}/original",
}
"""Below a language, too, and no pages."""


@dataclass
class Reader:
    """Somebody's browser, and everything in it that should not be."""

    page: Page
    site: str
    trouble: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(POLICY)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.trouble.append(str(error)))
        self.page.on("request", self._see)

    def _hear(self, said: ConsoleMessage) -> None:
        # That the page itself is not there, is what some visits are about.
        if said.type == "error" and said.location["url"] != self.page.url:
            self.trouble.append(f"{said.text} {said.location['url']}")

    def _see(self, asked: Request) -> None:
        if not asked.url.startswith((f"{self.site}/", "data:", "blob:")):
            self.trouble.append(asked.url)

    def open(self, language: str, visit: Visit, facts: Mapping[str, str]) -> None:
        """Open a page, and note what is wrong with it."""
        address = f"{self.site}/{language}/{visit.path.format_map(facts)}"
        before, answer = len(self.trouble), self.page.goto(address)
        if visit.path.startswith("map/"):
            self.page.wait_for_selector("html[data-ready]", state="attached")
        if answer is None or answer.status != visit.status:
            self.trouble.append(f"answers {answer and answer.status}")
        if self.page.get_attribute("html", "lang") != language:
            self.trouble.append("is in another language")
        found = CODE.findall(self.page.inner_text("body"))
        self.trouble += [f"says {one}" for one in found if "." not in one or one in catalogue(language)]
        self.trouble[before:] = [f"{visit.path}: {one}" for one in self.trouble[before:]]

    def demand_fit(self, visit: Visit) -> None:
        """It does not scroll sideways, be the window narrow or wide."""
        for width in (DESK, PHONE):
            self.page.set_viewport_size({"width": width, "height": 800})
            if not self.page.evaluate(FITS):
                self.trouble.append(f"{visit.path}: wider than {width}: {self.page.evaluate(WIDER)}")

    def demand_accessible(self, visit: Visit) -> None:
        """axe-core finds nothing. What is embedded is a page of its own."""
        self.page.evaluate(AXE)
        for one in self.page.evaluate("axe.run({iframes: false, preload: false, resultTypes: ['violations']})")[
            "violations"
        ]:
            self.trouble.append(f"{visit.path}: {one['id']}: {one['nodes'][0]['html'][:200]}")


@pytest.fixture(scope="module")
def world(admin: Connection, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Everything]:
    """Everything there is, served."""
    site = free_site()
    with everything(admin, template, tmp_path_factory.mktemp("everything"), site) as made:
        publish(made.settings.maps_folder, Surroundings.of(LANGUAGES, KAZAKHSTAN, "", ""))
        with in_thread(create_app(made.settings), site):
            yield made


def test_every_page_is_among_them(world: Everything) -> None:
    gets = {
        route.removeprefix("GET /{language}/")
        for route in routes_of(create_app(world.settings))
        if "GET /{language}/" in route
    }
    assert gets == PAGES.keys() | NO_PAGES


@pytest.mark.parametrize(
    ("language", "width", "scheme"), [("kk", PHONE, "light"), ("ru", DESK, "dark"), ("en", PHONE, None)]
)
def test_every_page_is_quiet_fits_and_can_be_read_by_everybody(
    browser: Browser, world: Everything, language: str, width: int, scheme: str | None
) -> None:
    trouble: list[str] = []
    visits = [one for many in PAGES.values() for one in many] + MISSING
    for who in dict.fromkeys(one.who for one in visits):
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme or "light", reduced_motion="reduce"
        )
        site = world.settings.base_url
        if who:
            context.add_cookies([{"name": "session", "value": world.office.signed_in(who).secret, "url": site}])
        reader = Reader(context.new_page(), site, trouble)
        for visit in (one for one in visits if one.who == who):
            reader.open(language, visit, world.facts)
            if scheme:
                reader.demand_accessible(visit)
            reader.demand_fit(visit)
        context.close()
    assert not trouble, "\n".join(trouble)
