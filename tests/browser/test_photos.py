"""The page of a photo in a real browser: boxes are drawn with a pointer and by keys, on a phone and on a desk."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine, text

from api.app import create_app
from roads.db import transaction
from roads.domain.actors import OPERATOR, Role
from roads.domain.photos import PhotoSubject, Position
from roads.i18n import LANGUAGES
from roads.media import MediaFolder
from roads.queries.photos import Subject
from roads.settings import Settings
from roads.usecases.photos import AttachPhoto, KeepPhoto, Taken, attach_photo, keep_photo
from tests.browser.test_first_page import browser, quiet_page
from tests.browser.test_things import AXE
from tests.claims import TODAY, make_scene
from tests.pictures import asphalt, exif_of, written
from tests.served import free_site, in_thread
from tests.signed import Person, signed

__all__ = ["browser"]


@dataclass(frozen=True)
class Shown:
    """A photo of a defect on a site of its own, and the engineer who looks at it."""

    site: str
    photo: int
    engineer: Person
    engine: Engine

    def open(self, browser: Browser, width: int, language: str = "en") -> tuple[Page, list[str]]:
        page, trouble = quiet_page(browser, self.site, width)
        name, _, value = self.engineer.cookie["Cookie"].partition("=")
        page.context.add_cookies([{"name": name, "value": value, "url": self.site}])
        page.goto(f"{self.site}/{language}/photos/{self.photo}")
        return page, trouble

    def masks(self) -> list[tuple[float, ...]]:
        asked = 'SELECT "left", top, "right", bottom FROM photo_mask WHERE lifted_on IS NULL ORDER BY id'
        with transaction(self.engine) as session:
            return [tuple(row) for row in session.execute(text(asked))]


@pytest.fixture
def shown(database: Engine, database_url: str, tmp_path: Path) -> Iterator[Shown]:
    media = MediaFolder(tmp_path)
    with transaction(database) as session:
        scene = make_scene(session)
        subject = Subject(PhotoSubject.DEFECT, scene.issued(1000).defect_id)
        exif = exif_of(taken="2024:05:31 12:00:00", offset="+05:00", at=(70.5, 50.0))
        command = KeepPhoto(written(asphalt(1), exif=exif), taken=Taken(Position(70.01, 50.0)))
        photo = keep_photo(session, OPERATOR, command, media=media).photo.id
        attach_photo(session, OPERATOR, AttachPhoto(photo, subject), today=TODAY)
    site = free_site()
    app = create_app(Settings(database_url=database_url, media_url=str(tmp_path), base_url=site))
    with in_thread(app, site):
        yield Shown(site, photo, signed(app, database, scene.customer, Role.ENGINEER), database)


@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_fits_and_is_quiet_in_every_language(browser: Browser, shown: Shown, width: int) -> None:
    for language in LANGUAGES:
        page, trouble = shown.open(browser, width, language)
        page.click("[data-add]")
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        page.evaluate(AXE)
        assert [one["id"] for one in page.evaluate("axe.run()")["violations"]] == []
        assert trouble == []
        page.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_an_engineer_draws_a_box_moves_it_saves_and_releases(browser: Browser, shown: Shown, width: int) -> None:
    page, trouble = shown.open(browser, width)
    sheet = page.locator(".sheet")
    sheet.scroll_into_view_if_needed()
    frame = sheet.bounding_box()
    assert frame is not None

    def at(across: float, down: float) -> tuple[float, float]:
        return frame["x"] + across * frame["width"], frame["y"] + down * frame["height"]

    for begin, end in (((0.2, 0.2), (0.5, 0.6)), ((0.3, 0.3), (0.4, 0.4))):  # drawn, and then moved by its middle
        page.mouse.move(*at(*begin))
        page.mouse.down()
        page.mouse.move(*at(*end), steps=4)
        page.mouse.up()
    page.locator("legend").press("ArrowRight")
    page.locator("legend").press("Shift+ArrowDown")
    page.select_option("[data-kind]", "plate")
    page.get_by_role("button", name="Save the boxes").click()
    page.wait_for_selector(".saved")
    [box] = shown.masks()
    assert box == pytest.approx((0.31, 0.3, 0.61, 0.71), abs=0.02)
    page.get_by_role("button", name="Release for the public").click()
    page.wait_for_selector("text=Released on")
    assert trouble == []
    page.close()


def test_boxes_are_set_by_keys_alone(browser: Browser, shown: Shown) -> None:
    page, trouble = shown.open(browser, 360)
    page.focus("[data-add]")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("10.5")
    page.keyboard.press("Tab")
    page.keyboard.type("20")
    page.keyboard.press("Tab")
    page.focus("[data-add]")
    page.keyboard.press("Enter")
    page.keyboard.press("Delete")
    page.get_by_role("button", name="Save the boxes").press("Enter")
    page.wait_for_selector(".saved")
    assert shown.masks() == [(0.105, 0.2, 0.6, 0.6)]
    assert trouble == []
    page.close()


def test_a_finger_draws_a_box(browser: Browser, shown: Shown) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 800}, has_touch=True, is_mobile=True)
    name, _, value = shown.engineer.cookie["Cookie"].partition("=")
    context.add_cookies([{"name": name, "value": value, "url": shown.site}])
    page = context.new_page()
    page.goto(f"{shown.site}/en/photos/{shown.photo}")
    page.locator(".sheet").scroll_into_view_if_needed()
    frame = page.locator(".sheet").bounding_box()
    assert frame is not None
    finger = context.new_cdp_session(page)

    def touch(kind: str, *place: float) -> None:
        points = [{"x": frame["x"] + place[0] * frame["width"], "y": frame["y"] + place[1] * frame["height"]}]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points if kind != "touchEnd" else []})

    touch("touchStart", 0.1, 0.1)
    touch("touchMove", 0.2, 0.2)
    touch("touchMove", 0.4, 0.5)
    touch("touchEnd", 0, 0)
    page.get_by_role("button", name="Save the boxes").click()
    page.wait_for_selector(".saved")
    [box] = shown.masks()
    assert box == pytest.approx((0.1, 0.1, 0.4, 0.5), abs=0.02)
    context.close()
