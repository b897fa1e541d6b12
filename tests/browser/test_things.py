"""Pages of segments and contracts in a real browser: they fit a phone and a desk, and need nothing but themselves."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy import Engine, text

from roads.db import transaction
from roads.i18n import LANGUAGES
from tests.api.conftest import Told
from tests.api.pages import HOSTILE, write_everywhere
from tests.browser.test_first_page import browser, quiet_page, site, told

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")

__all__ = ["browser", "site", "told"]


@dataclass(frozen=True)
class Address:
    """Where a page is, and what stands on it."""

    path: str
    words: str


def addresses(told: Told) -> list[Address]:
    return [Address(f"segments/{told.segment}", told.road), Address(f"contracts/{told.contract}", "2023-118")]


@pytest.mark.parametrize("width", [360, 1280])
def test_pages_fit_and_are_quiet_in_every_language(browser: Browser, site: str, told: Told, width: int) -> None:
    page, trouble = quiet_page(browser, site, width)
    for language in LANGUAGES:
        for address in addresses(told):
            page.goto(f"{site}/{language}/{address.path}")
            assert address.words in page.inner_text("h1")
            assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
            levels = page.eval_on_selector_all("h1, h2, h3", "all => all.map(one => Number(one.tagName[1]))")
            assert levels[0] == 1
            page.evaluate(AXE)
            assert [one["id"] for one in page.evaluate("axe.run()")["violations"]] == []
            assert max(later - earlier for earlier, later in pairwise(levels)) <= 1
    assert trouble == []
    page.close()


def test_pages_are_read_without_scripts_and_their_links_work(browser: Browser, site: str, told: Told) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/en/segments/{told.segment}")
    page.locator("#contracts a").first.click()
    assert page.url == f"{site}/en/contracts/{told.contract}"
    page.get_by_role("link", name="Қазақша").click()
    assert page.url == f"{site}/kk/contracts/{told.contract}"
    page.locator("#segments a").first.click()
    assert page.locator("h1").count() == 1
    context.close()


def test_hostile_names_do_nothing(browser: Browser, site: str, told: Told, database: Engine) -> None:
    with transaction(database, None) as session:
        write_everywhere(session, HOSTILE)
        session.execute(text("UPDATE carriageway SET source_id = :name || id"), {"name": HOSTILE})
    page, trouble = quiet_page(browser, site, 360)
    for address in addresses(told):
        page.goto(f"{site}/ru/{address.path}")
        assert "onerror" in page.inner_text("h1")
        assert page.locator("main img").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert trouble == []
    page.close()
