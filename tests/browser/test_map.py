"""The public map in a real browser, on a phone and on a desk, in three languages."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from time import monotonic

import pytest
from playwright.sync_api import Browser, Page, Response, sync_playwright
from sqlalchemy import Engine, text

from api.app import create_app
from geo.bbox import KAZAKHSTAN
from jobs.runner import Runner
from jobs.timetable import jobs_by_name, timetable
from maps.publish import publish
from maps.style import SEGMENTS
from maps.surroundings import Surroundings
from roads.db import transaction
from roads.i18n import LANGUAGES, say
from roads.settings import Settings
from tests.api.conftest import LAT, Told, told
from tests.browser.test_first_page import FLAGS
from tests.claims import make_scene
from tests.served import free_site, in_thread

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
HOSTILE = "${alert(1)} `x` <img src=x onerror=\"document.title='struck'\"> \u202eabc"
SERIOUS = {"serious", "critical"}
PATIENCE_S = 20
TODAY_ROUNDS = ("place-defects", "attribute-defects", "refresh-status")

__all__ = ["told"]


@dataclass
class Watched:
    """A page, and everything on it that should not be."""

    page: Page
    site: str
    trouble: list[str] = field(default_factory=list)
    tiles: list[Response] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda said: self.trouble.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.trouble.append(str(error)))
        self.page.on("request", lambda asked: self._ours(asked.url))
        self.page.on("response", lambda answer: self.tiles.append(answer) if "/tiles/" in answer.url else None)
        self.page.add_init_script(
            "addEventListener('securitypolicyviolation', e => console.error('policy', e.violatedDirective))"
        )

    def _ours(self, url: str) -> None:
        if not url.startswith((f"{self.site}/", "data:", "blob:")):
            self.trouble.append(url)

    def open(self, language: str, address: str = "") -> None:
        self.page.goto(f"{self.site}/{language}/map/status{address}")
        self.page.wait_for_selector("html[data-ready]", state="attached")
        self.page.wait_for_selector("#rows button", state="attached")

    def until(self, so: str) -> None:
        """Waits until something is so on the page. Playwright's own way of asking again is an `eval`, which the page's
        policy forbids."""
        give_up_at = monotonic() + PATIENCE_S
        while not self.page.evaluate(so):
            assert monotonic() < give_up_at, so
            self.page.wait_for_timeout(50)

    def drawn_pixels(self) -> int:
        """How many pixels of the tiles are not empty."""
        pixels: int = self.page.evaluate(
            """[...document.querySelectorAll('canvas.leaflet-tile')].filter(canvas => canvas.width).map(canvas =>
               canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data
               .filter((part, i) => i % 4 === 3 && part).length).reduce((all, some) => all + some, 0)"""
        )
        return pixels

    def serious(self) -> list[str]:
        self.page.evaluate(AXE)
        found = self.page.evaluate("axe.run()")["violations"]
        return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found if one["impact"] in SERIOUS]


@pytest.fixture
def site(database_url: str, database: Engine, told: Told, tmp_path: Path) -> Iterator[str]:
    """The application with a map, over roads and contractors with hostile names."""
    with served(database_url, database, tmp_path) as address:
        yield address


@contextmanager
def served(database_url: str, database: Engine, tmp_path: Path) -> Iterator[str]:
    """The application over what stands in the database, with hostile names."""
    with transaction(database) as session:
        session.execute(text("UPDATE road SET name_kk = :name, name_ru = :name, name_en = :name"), {"name": HOSTILE})
        session.execute(text("UPDATE organisation SET name = :name"), {"name": HOSTILE})
    publish(tmp_path, Surroundings.of(LANGUAGES, KAZAKHSTAN, "", ""))
    settings = Settings(database_url=database_url, maps_folder=tmp_path)
    _refresh(database, today_of(settings))
    with in_thread(create_app(settings), free_site()) as site:
        yield site


def today_of(settings: Settings) -> date:
    return datetime.now(settings.zone).date()  # the routes ask the same clock


def _refresh(database: Engine, today: date) -> None:
    known = jobs_by_name(timetable(snap_m=30))
    for name in TODAY_ROUNDS:
        Runner(database, "test").run_once(known[name], today, waiting=lambda: None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(params=[360, 1280])
def watched(request: pytest.FixtureRequest, browser: Browser, site: str) -> Iterator[Watched]:
    context = browser.new_context(viewport={"width": request.param, "height": 800}, reduced_motion="reduce")
    page = Watched(context.new_page(), site)
    yield page
    assert page.trouble == []
    assert page.page.title() != "struck"
    context.close()


def near(told: Told, zoom: int = 14) -> str:
    """The address of a view with the road in its middle."""
    lon, lat = told.covered
    return f"#map={zoom}/{lat:.5f}/{lon:.5f}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_map_is_drawn_fits_and_can_be_read_by_everybody(watched: Watched, told: Told, language: str) -> None:
    watched.open(language, near(told))
    watched.until("document.querySelectorAll('canvas.leaflet-tile-loaded').length > 2")
    assert watched.tiles
    assert {tile.status for tile in watched.tiles} <= {200, 204}
    assert watched.drawn_pixels() > 100
    assert watched.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert watched.page.inner_text("h1") == say("map.title", language)
    assert watched.serious() == []


@pytest.mark.parametrize("zoom", [6, 14])
def test_a_click_on_the_road_opens_its_panel(watched: Watched, told: Told, zoom: int) -> None:
    watched.open("en", near(told, zoom))
    watched.until("document.querySelectorAll('canvas.leaflet-tile-loaded').length > 2")
    box = watched.page.locator("#map_status").bounding_box()
    assert box is not None
    watched.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    watched.page.wait_for_selector("#facts .card")
    assert watched.page.locator("#panel").is_visible()
    assert watched.serious() == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_keyboard_opens_the_panel_and_comes_back(watched: Watched, told: Told, language: str) -> None:
    watched.open(language, near(told))
    row = watched.page.locator("#rows button").first
    row.focus()
    watched.page.keyboard.press("Enter")
    watched.page.wait_for_selector("#facts .card")
    assert watched.page.evaluate("document.activeElement.id") == "panel-title"
    said = watched.page.inner_text("#panel")
    assert HOSTILE in said
    assert watched.page.locator("#panel img").count() == 0
    link = watched.page.locator("#facts a[href*='/segments/']").get_attribute("href") or ""
    assert link.startswith(f"/{language}/segments/")
    watched.page.keyboard.press("Escape")
    assert watched.page.locator("#panel").is_hidden()
    assert row.evaluate("one => one === document.activeElement")


def test_with_the_map_in_focus_enter_opens_what_lies_in_its_middle(watched: Watched, told: Told) -> None:
    watched.open("en", near(told))
    watched.until("document.querySelectorAll('canvas.leaflet-tile-loaded').length > 2")
    watched.page.focus("#map_status")
    watched.page.keyboard.press("Enter")
    watched.page.wait_for_selector("#facts .card")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [360, 1280])
def test_the_panel_says_who_answers_and_what_is_owed(
    browser: Browser, database_url: str, database: Engine, tmp_path: Path, language: str, width: int
) -> None:
    today = today_of(Settings(database_url=database_url))
    with transaction(database) as session:
        scene = make_scene(session, value_tenge=Decimal(457_000_000), accepted_on=today - timedelta(days=31))
        claimed = scene.issued(1500, today=today - timedelta(days=21))
        contract, number = scene.contract.id, claimed.claim_id
    with served(database_url, database, tmp_path) as site:
        watched = Watched(browser.new_page(viewport={"width": width, "height": 800}), site)
        (listed,) = watched.page.request.get(f"{site}/api/v1/segments?status=overdue").json()["items"]
        segment = watched.page.request.get(f"{site}/api/v1/segments/{listed['id']}").json()
        watched.open(language, f"#segment={listed['id']}")
        watched.page.wait_for_selector("#facts .card.answers")
        said = watched.page.inner_text("#panel").replace("\u00a0", " ")
        assert say("map.built_and_answers", language) in said
        assert HOSTILE in said
        assert str(segment["answers"]["days_left"])[-3:] in watched.page.inner_text(".card.answers .left")
        assert "457" in watched.page.inner_text(".card.answers dl")
        assert watched.page.locator(f"#panel a[href='/{language}/contracts/{contract}']").count() == 1
        assert say("map.defect.overdue", language) in said
        assert [claim["id"] for claim in segment["claims"]] == [number]
        assert segment["claims"][0]["number"] in said
        assert watched.page.inner_text(".late") == say("map.overdue", language)
        assert watched.page.locator("#panel img").count() == 0
        assert watched.serious() == []
        assert watched.trouble == []
        watched.page.close()


def test_a_shared_address_shows_the_same_again(watched: Watched, told: Told) -> None:
    watched.open("en", near(told))
    watched.page.locator("#rows button").first.click()
    watched.page.wait_for_selector("#facts .card")
    watched.until("location.hash.includes('segment=')")
    address = watched.page.evaluate("location.hash")
    title = watched.page.inner_text("#panel-title")
    watched.page.goto("about:blank")
    watched.open("kk", address)
    watched.page.wait_for_selector("#facts .card")
    assert watched.page.inner_text("#panel-title") == title
    other = watched.page.locator("nav a[hreflang=ru]").get_attribute("href") or ""
    assert other.endswith(watched.page.evaluate("location.hash"))


def test_one_status_alone_is_shown_and_listed(watched: Watched, told: Told) -> None:
    watched.open("en", near(told) + "&layers=segments")
    listed = watched.page.request.get(f"{watched.site}/api/v1/segments").json()["items"]
    absent = next(status for status in SEGMENTS if status not in {one["status"] for one in listed})
    before = watched.page.locator("#rows tr").count()
    watched.page.click(f"button[data-status={absent}]")
    watched.until("document.querySelectorAll('#rows tr').length === 0")
    assert f"status={absent}" in watched.page.evaluate("location.hash")
    assert watched.page.get_attribute(f"button[data-status={absent}]", "aria-pressed") == "true"
    assert watched.drawn_pixels() == 0
    watched.page.click(f"button[data-status={absent}]")
    watched.until(f"document.querySelectorAll('#rows tr').length === {before}")


def test_a_layer_can_be_put_away(watched: Watched, told: Told) -> None:
    watched.open("en", near(told) + "&layers=segments")
    assert not any("/defects/" in tile.url for tile in watched.tiles)
    watched.page.check("input[data-layer=defects]")
    watched.until("location.hash.includes('defects')")


def test_a_road_is_found_by_its_reference_and_shown(watched: Watched, told: Told) -> None:
    watched.open("en")
    watched.page.fill("#search", "каz99")
    watched.page.wait_for_selector("#results button")
    assert HOSTILE in watched.page.inner_text("#results")
    assert watched.page.locator("#results img").count() == 0
    watched.page.keyboard.press("ArrowDown")
    watched.page.keyboard.press("Enter")
    watched.until(f"location.hash.includes('/{LAT:.0f}.') || location.hash.includes('/{LAT - 1:.0f}.')")


def test_a_town_is_found_and_shown(watched: Watched, told: Told) -> None:
    watched.open("kk")
    watched.page.fill("#search", "кокшет")
    watched.page.wait_for_selector("#results button")
    watched.page.keyboard.press("ArrowDown")
    watched.page.keyboard.press("Enter")
    watched.until("/map=\\d+\\/53\\.2\\d+\\/69\\.[34]/.test(location.hash)")


def test_around_me_asks_only_when_pressed(browser: Browser, site: str, told: Told) -> None:
    lon, lat = told.covered
    context = browser.new_context(
        geolocation={"latitude": lat, "longitude": lon}, permissions=["geolocation"], reduced_motion="reduce"
    )
    watched = Watched(context.new_page(), site)
    watched.page.add_init_script(
        "const ask = Geolocation.prototype.getCurrentPosition; window.asked = 0;"
        "Geolocation.prototype.getCurrentPosition = function (...given) { window.asked += 1; ask.apply(this, given); }"
    )
    watched.open("en")
    assert watched.page.evaluate("window.asked") == 0
    watched.page.click("#around")
    watched.until(f"Math.abs(location.hash.match(/map=15.([0-9.]+)/)?.[1] - {lat}) < 0.001")
    assert watched.trouble == []
    context.close()


def test_on_a_slow_phone_the_map_becomes_usable(browser: Browser, site: str, told: Told) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(f"{site}/kk/map/status{near(told)}")
    page.wait_for_selector("html[data-ready]", state="attached")
    page.fill("#search", "каz99")
    page.wait_for_selector("#results button")
    context.close()
