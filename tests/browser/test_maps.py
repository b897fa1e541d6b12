"""The other public maps in a real browser: each drawn, filtered, shared, embedded and printed, by one reader."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from maps.charts import CHARTS
from roads.i18n import say
from tests.api.conftest import Told, told
from tests.browser.test_map import HOSTILE, Watched, browser, near, site

__all__ = ["browser", "site", "told"]

MOVED = """
    () => new Promise(done => new PerformanceObserver(seen => done(
        seen.getEntries().reduce((sum, shift) => sum + (shift.hadRecentInput ? 0 : shift.value), 0)
    )).observe({type: 'layout-shift', buffered: true}) || setTimeout(() => done(0), 1000))
"""
"""How far the page has moved while it was read, the sum of its layout shifts: under a tenth is called good."""
OTHERS = [name for name in CHARTS if name != "status"]


@pytest.fixture
def reader(browser: Browser, site: str) -> Iterator[Watched]:
    context = browser.new_context(viewport={"width": 360, "height": 740}, reduced_motion="reduce")
    page = Watched(context.new_page(), site)
    yield page
    assert page.trouble == []
    assert page.page.title() != "struck"
    context.close()


def visit(reader: Watched, name: str, address: str) -> None:
    reader.page.goto(f"{reader.site}/ru/map/{name}{address}")
    reader.page.wait_for_selector("html[data-ready]", state="attached")
    reader.until("document.getElementById('told').textContent !== ''")


def test_every_map_is_drawn_read_and_shared(reader: Watched, told: Told) -> None:
    for name in OTHERS:
        visit(reader, name, near(told))
        reader.until("document.querySelectorAll('canvas.leaflet-tile-loaded').length > 2")
        assert reader.drawn_pixels() > 100
        assert reader.page.inner_text("h1") == say(f"map.title.{name}", "ru")
        assert reader.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert reader.serious() == []
    assert {tile.status for tile in reader.tiles} <= {200, 204}

    visit(reader, "defects", near(told))
    row = reader.page.locator("#rows button").first
    assert HOSTILE in reader.page.inner_text("#rows")
    row.click()
    reader.page.wait_for_selector("#facts .card")
    reader.page.keyboard.press("Escape")
    reader.page.click("button[data-severity=high]")
    reader.until("document.querySelectorAll('#rows tr').length === 0 && location.hash.includes('severity=high')")
    reader.page.click("button[data-severity=not_known]")
    reader.until("document.querySelectorAll('#rows tr').length === 1")
    assert "severity=high,not_known" in reader.page.evaluate("location.hash")

    visit(reader, "history", f"{near(told)}&year=2023")
    assert reader.page.inner_text("#year-told") == "2023"
    assert reader.page.locator("#rows tr").count() == 0
    reader.page.focus("#year")
    reader.page.keyboard.press("ArrowRight")
    reader.until("location.hash.includes('year=2024') && document.querySelectorAll('#rows tr').length === 1")
    reader.page.locator("#rows button").first.click()
    reader.page.wait_for_selector("#facts .card.answers")
    assert say("map.who_answered_on", "ru", {"day": "31 декабря 2024 г."}) in (
        reader.page.inner_text("#facts").replace("\u00a0", " ")
    )

    visit(reader, "warranty", "?road=KAZ99&embed=1")
    assert reader.page.locator("header").is_hidden()
    assert reader.page.evaluate(MOVED) < 0.1
    assert "/ru/map/warranty?road=KAZ99#" in (reader.page.get_attribute("#whole-map", "href") or "")
    _, lat = told.covered
    reader.until(f"Math.abs(location.hash.match(/map=[0-9.]+.([0-9.]+)/)[1] - {lat}) < 0.1")
    reader.page.emulate_media(media="print")
    assert reader.page.locator("table").is_hidden()
    assert reader.page.locator("ul.legend").is_visible()


def test_the_picture_of_the_first_page_comes_to_life_for_whoever_turns_to_it(reader: Watched) -> None:
    page = reader.page
    page.goto(f"{reader.site}/en/")
    assert page.evaluate("document.querySelector('.map-picture img').naturalWidth") > 0
    assert not page.query_selector("iframe"), "a phone loads no living map that nobody asked for"
    page.focus(".map-picture a")
    page.keyboard.press("Enter")
    page.wait_for_selector(".map-picture.is-live iframe")
    assert page.url == f"{reader.site}/en/"
    assert page.evaluate("document.activeElement.tagName") == "IFRAME"
    assert not reader.trouble
