"""The first page in a real browser, on a phone and on a desk, in three languages."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from api.app import create_app
from roads.settings import Settings
from tests.api.conftest import Told, told
from tests.served import free_site, in_thread

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

__all__ = ["told"]


@pytest.fixture
def site(database_url: str, told: Told) -> Iterator[str]:
    """The application on a port of its own."""
    with in_thread(create_app(Settings(database_url=database_url)), free_site()) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=FLAGS)
        yield opened
        opened.close()


def quiet_page(browser: Browser, site: str, width: int) -> tuple[Page, list[str]]:
    """A page that notes console errors and requests to other hosts."""
    page = browser.new_page(viewport={"width": width, "height": 800})
    trouble: list[str] = []
    page.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on(
        "request",
        lambda asked: None if asked.url.startswith((site, "data:")) else trouble.append(asked.url),
    )
    return page, trouble


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize(("language", "words"), [("kk", "кепілдікте"), ("ru", "на гарантии"), ("en", "under warranty")])
def test_somebody_asks_who_answers_and_reads_it(
    browser: Browser, site: str, told: Told, width: int, language: str, words: str
) -> None:
    page, trouble = quiet_page(browser, site, width)
    page.goto(f"{site}/{language}/ask")
    page.fill("input[name=road]", told.road)
    page.fill("input[name=chainage]", "1+000")
    page.fill("input[name=on]", "2024-05-01")
    page.keyboard.press("Enter")
    page.wait_for_selector("section.answer")
    assert page.inner_text("section.answer h2") == words
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert trouble == []
    page.close()
