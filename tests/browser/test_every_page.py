"""Every page that the application has, opened by whom it is for: in three languages, on a phone and on a desk, by day
and by night, over a database whose every word was written by somebody who means harm."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request
from sqlalchemy import Connection

from api.app import create_app
from geo.bbox import KAZAKHSTAN
from maps.publish import publish
from maps.surroundings import Surroundings
from roads.i18n import LANGUAGES, catalogue
from tests.api.test_routes_and_roles import routes_of
from tests.browser.test_first_page import browser
from tests.everything import Everything, everything
from tests.served import free_site, in_thread
from tests.visits import NO_PAGES, PAGES, VISITS, Visit

__all__ = ["browser"]

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
POLICY = "addEventListener('securitypolicyviolation', e => console.error('policy', e.violatedDirective, e.blockedURI))"
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
WIDER = """[...document.querySelectorAll('body > :not(header) *')]
    .filter(one => one.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 3).map(one => one.outerHTML.split('>')[0])"""
PHONE, DESK = 360, 1280
Scheme = Literal["light", "dark"]
READERS: Sequence[tuple[str, int, Scheme, str | None]] = (
    ("kk", PHONE, "light", "resultTypes: ['violations']"),
    ("ru", DESK, "dark", "runOnly: ['color-contrast', 'link-in-text-block']"),
    ("en", PHONE, "light", None),
)
"""In which language, how wide, by day or by night, and what axe-core is asked: at night nothing differs but colours."""
CODE = re.compile(r"\b(?:[a-z_]+\.)+[a-z_]+\b|\bundefined\b|\bNaN\b|\bNone\b|(?<!\$)\{[a-z_]+\}")
"""Keys of sentences, sentences without their facts, and what programs say when they have nothing to say."""


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

    def demand_accessible(self, visit: Visit, options: str) -> None:
        """axe-core finds nothing. What is embedded is a page of its own."""
        self.page.evaluate(AXE)
        for one in self.page.evaluate(f"axe.run({{iframes: false, preload: false, {options}}})")["violations"]:
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


@pytest.mark.slow
@pytest.mark.parametrize(("language", "width", "scheme", "axe"), READERS)
def test_every_page_is_quiet_fits_and_can_be_read_by_everybody(
    browser: Browser, world: Everything, language: str, width: int, scheme: Scheme, axe: str | None
) -> None:
    trouble: list[str] = []
    for who in dict.fromkeys(one.who for one in VISITS):
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
        )
        site = world.settings.base_url
        if who:
            context.add_cookies([{"name": "session", "value": world.office.signed_in(who).secret, "url": site}])
        reader = Reader(context.new_page(), site, trouble)
        for visit in (one for one in VISITS if one.who == who):
            reader.open(language, visit, world.facts)
            if axe is not None:
                reader.demand_accessible(visit, axe)
            reader.demand_fit(visit)
        context.close()
    assert not trouble, "\n".join(trouble)
