"""The inspector's page on a phone in a real browser: three taps after the photo, no connection, and by keyboard."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from sqlalchemy import Engine, text

from api.app import create_app
from roads.db import transaction
from roads.domain.actors import Role as Acting
from roads.i18n import LANGUAGES, say
from roads.settings import Settings
from tests.browser.test_first_page import browser
from tests.factories import point_beside
from tests.field import Field, make_field
from tests.served import free_site, in_thread

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
ACCURACY_M = 4
PATIENCE_MS = 15_000

__all__ = ["browser"]


@dataclass
class Phone:
    """An inspector's page, and everything on it that should not be."""

    context: BrowserContext
    page: Page
    inspected: Field
    site: str
    trouble: list[str] = field(default_factory=list)

    def open(self, language: str = "en") -> None:
        self.page.goto(f"{self.site}/{language}/field")

    def stand(self, at_m: float, offset_m: float = 2) -> None:
        lon, lat = point_beside(at_m, offset_m, lat=self.inspected.lat)
        self.context.set_geolocation({"longitude": lon, "latitude": lat, "accuracy": ACCURACY_M})

    def photograph(self) -> None:
        picture = {"name": "hole.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
        self.page.set_input_files("input[name=photo]", picture)  # type: ignore[arg-type]

    def sees(self, where: str, words: str) -> None:
        expect(self.page.locator(where)).to_contain_text(words, timeout=PATIENCE_MS)

    def says(self, words: str) -> None:
        self.sees("#said", words)

    def defects(self) -> list[Any]:
        words = "SELECT id, external_id, distress, severity, gps_accuracy_m, detected_on FROM defect ORDER BY id"
        return self.inspected.rows(words)


def jpeg() -> bytes:
    """A grey picture, as a phone makes it."""
    made = BytesIO()
    Image.new("RGB", (640, 480), (90, 90, 95)).save(made, "JPEG")
    return made.getvalue()


@pytest.fixture
def inspected(database: Engine, database_url: str) -> Iterator[tuple[Field, str]]:
    """The application on a port of its own, with a road and its people."""
    app = create_app(Settings(database_url=database_url))
    with in_thread(app, free_site()) as site:
        yield make_field(database, app, TestClient(app)), site


@pytest.fixture
def phone(browser: Browser, inspected: tuple[Field, str]) -> Iterator[Phone]:
    road, site = inspected
    cookie = {"name": "session", "value": road.person().cookie, "url": site}
    context = browser.new_context(viewport={"width": 360, "height": 740}, permissions=["geolocation"], locale="en")
    context.add_cookies([cookie])  # type: ignore[list-item]
    held = Phone(context, context.new_page(), road, site)
    held.page.on("pageerror", lambda error: held.trouble.append(str(error)))
    held.page.on("console", lambda said: held.trouble.append(said.text) if "Security" in said.text else None)
    held.stand(1000)
    yield held
    assert held.trouble == []
    context.close()


def today() -> date:
    return datetime.now(ZoneInfo("Asia/Almaty")).date()


def test_three_taps_after_the_photo_record_a_defect(phone: Phone) -> None:
    phone.open()
    expect(phone.page.locator("#unsent")).to_have_text("Not sent: 0")
    phone.photograph()
    phone.sees("#where", f"within {ACCURACY_M} m")
    phone.page.get_by_text("pothole", exact=True).first.click()
    phone.page.get_by_text("medium severity").click()
    phone.sees("#foreseen", "1+000")
    phone.sees("#foreseen", "2 m from the road")
    with phone.page.expect_request("**/photos?*") as photo:
        phone.page.get_by_role("button", name="Save").click()
        phone.says("Sent: defect 1")
    (row,) = phone.defects()
    assert (row.distress, row.severity, row.gps_accuracy_m) == ("pothole", "medium", ACCURACY_M)
    assert row.detected_on == today()
    sent = photo.value
    assert f"/api/v1/defects/{row.id}/photos?taken_at=" in sent.url
    assert f"accuracy_m={ACCURACY_M}" in sent.url
    assert (sent.headers["content-type"], sent.post_data_buffer) == ("image/jpeg", jpeg())


def test_severity_is_computed_from_measures_before_it_is_saved(phone: Phone) -> None:
    phone.open()
    phone.page.get_by_role("button", name="Take the location now").click()
    phone.page.select_option("select[name=distress]", "pothole")
    for name, value in (("length_m", "0.4"), ("width_m", "0.4"), ("depth_mm", "60")):
        phone.page.fill(f"input[name={name}]", value)
    phone.sees("#foreseen", "medium severity (computed from the measures)")
    assert phone.page.is_checked("input[name=quick][value=pothole]")


def test_what_is_recorded_without_a_connection_is_sent_when_there_is_one(phone: Phone) -> None:
    phone.open()
    phone.context.set_offline(True)
    phone.page.get_by_role("button", name="Take the location now").click()
    phone.page.get_by_text("rutting", exact=True).first.click()
    phone.sees("#foreseen", "No connection")
    phone.page.get_by_role("button", name="Save").click()
    phone.says("Saved on this phone")
    phone.sees("#unsent", "Not sent: 1")
    assert phone.defects() == []
    phone.context.set_offline(False)
    phone.sees("#unsent", "Not sent: 0")
    assert [row.distress for row in phone.defects()] == ["rutting"]


def test_what_is_not_sent_outlives_the_page(phone: Phone) -> None:
    phone.open()
    save_out_of_reach(phone)
    phone.context.unroute_all()
    phone.open("ru")
    phone.sees("#unsent", "Не отправлено: 0")
    assert len(phone.defects()) == 1


def save_out_of_reach(phone: Phone, answer: int = 0) -> None:
    """Save a defect while the server cannot be reached, or answers so."""

    def lost(route: Route) -> None:
        route.fulfill(status=answer, body="{}") if answer else route.abort()

    phone.context.route("**/api/v1/defects", lost)
    phone.page.get_by_role("button", name="Take the location now").click()
    phone.page.get_by_text("pothole", exact=True).first.click()
    phone.sees("#where", "Place:")
    phone.page.get_by_role("button", name="Save").click()
    phone.sees("#unsent", "Not sent: 1")


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_what_may_pass_is_tried_again(phone: Phone, status: int) -> None:
    phone.open()
    save_out_of_reach(phone, status)
    phone.context.unroute_all()
    phone.sees("#unsent", "Not sent: 0")
    assert len(phone.defects()) == 1


def test_an_answer_that_was_lost_does_not_record_it_twice(phone: Phone) -> None:
    keys = []

    def lose_the_answer(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        answer = route.fetch()
        route.abort() if len(keys) == 1 else route.fulfill(response=answer)

    phone.open()
    phone.context.route("**/api/v1/defects", lose_the_answer)
    phone.page.get_by_role("button", name="Take the location now").click()
    phone.page.get_by_text("pothole", exact=True).first.click()
    phone.sees("#where", "Place:")
    phone.page.get_by_role("button", name="Save").click()
    phone.says("Sent: defect 1")
    assert len(set(keys)) == 1
    assert len(keys) == 2
    assert [row.external_id for row in phone.defects()] == keys[:1]


def test_what_the_server_never_takes_is_shown_and_not_sent_again(phone: Phone) -> None:
    phone.open()
    phone.stand(0, 0)
    phone.context.set_geolocation({"longitude": 2.35, "latitude": 48.85, "accuracy": ACCURACY_M})
    phone.page.get_by_role("button", name="Take the location now").click()
    phone.page.get_by_text("pothole", exact=True).first.click()
    phone.sees("#where", "48.85")
    phone.page.get_by_role("button", name="Save").click()
    phone.sees("#refused", "Not accepted:")
    phone.sees("#unsent", "Not sent: 0")
    phone.page.get_by_role("button", name="Discard").click()
    expect(phone.page.locator("#refused li")).to_have_count(0)


def test_a_session_that_is_over_loses_nothing(phone: Phone) -> None:
    phone.open()
    with transaction(phone.inspected.engine, None) as session:
        session.execute(text("UPDATE user_session SET revoked_at = now()"))
    phone.page.get_by_role("button", name="Take the location now").click()
    phone.page.get_by_text("pothole", exact=True).first.click()
    phone.sees("#where", "Place:")
    phone.page.get_by_role("button", name="Save").click()
    phone.sees("#shut", "Nothing is lost")
    phone.sees("#unsent", "Not sent: 1")
    with transaction(phone.inspected.engine, None) as session:
        session.execute(text("UPDATE user_session SET revoked_at = NULL"))
    phone.sees("#unsent", "Not sent: 0")
    assert len(phone.defects()) == 1


def test_it_is_this_one_records_nothing_new(phone: Phone) -> None:
    known = phone.inspected.record(1003)
    phone.open()
    phone.page.get_by_role("button", name="Take the location now").click()
    phone.page.get_by_text("pothole", exact=True).first.click()
    phone.sees("#foreseen", f"Defect {known['id']}, ")
    phone.page.get_by_role("button", name="It is this one").click()
    phone.says(f"It is defect {known['id']}")
    assert len(phone.defects()) == 1


def test_one_tap_says_that_nothing_was_found(phone: Phone) -> None:
    with transaction(phone.inspected.engine, None) as session:
        words = (
            "INSERT INTO planned_inspection (kind, contract_id, carriageway_id, extent, due, planned_on)"
            " SELECT kind, :contract, :line, extent, daterange(:day, :day + 10), :day"
            " FROM (VALUES ('spring', int4range(0, 500000)), ('last_30', int4range(500000, 1000000)))"
            " AS v (kind, extent)"
        )
        values = {"contract": phone.inspected.contract_id, "line": phone.inspected.line_id, "day": today()}
        session.execute(text(words.replace(":day", "CAST(:day AS date)")), values)
    phone.open()
    expect(phone.page.locator("#due li")).to_have_count(2)
    phone.page.get_by_role("button", name="no defect found").first.click()
    phone.says("The inspection was sent")
    due = phone.page.locator("#due li")
    expect(due).to_have_count(1)
    due.locator("summary").click()
    due.locator("input").fill("snow")
    with phone.page.expect_response("**/api/v1/inspections"):
        due.get_by_role("button", name="Record").click()
    rows = phone.inspected.rows("SELECT outcome, note FROM inspection ORDER BY id")
    assert [tuple(row) for row in rows] == [("no_defect_found", None), ("not_completed", "snow")]


def test_everything_can_be_done_by_keyboard(phone: Phone) -> None:
    phone.open()
    phone.page.focus("#locate")
    phone.page.keyboard.press("Enter")
    phone.sees("#where", "Place:")
    phone.page.keyboard.press("Tab")
    assert phone.page.evaluate("document.activeElement.textContent") == "Put the place right"
    phone.page.keyboard.press("Enter")
    for _ in range(3):
        phone.page.keyboard.press("Tab")
    assert phone.page.evaluate("document.activeElement.id") == "map"
    before = phone.page.input_value("#lat")
    phone.page.keyboard.press("ArrowUp")
    assert phone.page.input_value("#lat") > before
    expect(phone.page.locator("#map .road")).not_to_have_count(0)
    phone.page.keyboard.press("Tab")
    phone.page.keyboard.press("Space")
    assert phone.page.is_checked("input[name=quick][value=pothole]")
    phone.page.keyboard.press("Tab")
    phone.page.keyboard.press("Tab")
    phone.page.keyboard.press("Space")
    assert phone.page.is_checked("input[name=severity][value=low]")
    phone.page.keyboard.press("Enter")
    phone.says("Sent: defect 1")


def test_a_phone_that_does_not_say_where_it_is_asks_for_coordinates(phone: Phone) -> None:
    phone.context.clear_permissions()
    phone.open()
    phone.page.get_by_role("button", name="Take the location now").click()
    phone.sees("#where", "Type the coordinates")
    lon, lat = point_beside(2000, 2, lat=phone.inspected.lat)
    phone.page.fill("#lat", str(lat))
    phone.page.fill("#lon", str(lon))
    phone.page.keyboard.press("Tab")
    phone.sees("#foreseen", "2+000")


def test_who_may_not_record_has_no_such_page_and_it_is_kept_nowhere(phone: Phone) -> None:
    asked = phone.context.request.get(f"{phone.site}/en/field")
    assert asked.headers["cache-control"] == "no-store"
    for role, status in ((Acting.ENGINEER, 200), (Acting.CONTRACTOR, 403)):
        cookie = phone.inspected.person(role).cookie
        phone.context.add_cookies([{"name": "session", "value": cookie, "url": phone.site}])
        assert phone.context.request.get(f"{phone.site}/en/field").status == status


@pytest.mark.parametrize("width", [360, 1280])
def test_it_fits_and_is_accessible_in_every_language(phone: Phone, width: int) -> None:
    with transaction(phone.inspected.engine, None) as session:
        words = (
            "INSERT INTO planned_inspection (kind, contract_id, carriageway_id, extent, due, planned_on)"
            " VALUES ('spring', :contract, :line, '[0,500000)', daterange(:day, :last), :day)"
        )
        values = {"contract": phone.inspected.contract_id, "line": phone.inspected.line_id}
        session.execute(text(words), {**values, "day": today(), "last": today() + timedelta(days=5)})
    phone.page.set_viewport_size({"width": width, "height": 800})
    for language in LANGUAGES:
        phone.open(language)
        expect(phone.page.locator("#due li strong")).to_have_count(1)
        phone.page.locator("#correct summary").click()
        phone.page.locator("#locate").click()
        phone.page.locator("input[name=quick]").first.check(force=True)
        phone.sees("#foreseen", say("field.rule.indeterminate", language))
        assert phone.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        phone.page.evaluate(AXE)
        assert [one["id"] for one in phone.page.evaluate("axe.run()")["violations"]] == []
        small = phone.page.evaluate(
            "[...document.querySelectorAll('#field button, #field .choices label, #field summary')]"
            ".filter((one) => one.offsetParent && one.getBoundingClientRect().height < 44)"
            ".map((one) => one.textContent)"
        )
        assert small == []
