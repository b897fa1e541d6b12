"""Two claims as the people live them: through real pages, programs and mails, to a ledger that tells the truth."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import Engine, text

from api.app import create_app
from roads.db import Role, transaction
from roads.domain.actors import Role as Acting
from roads.models import Contract, Organisation
from roads.settings import Settings
from tests.accounts import make_user
from tests.api.office import Office, login_of, make_office, today
from tests.browser.test_first_page import browser
from tests.claims import make_scene
from tests.factories import make_distress, point_beside
from tests.ledger import SECRET, by_hand, compared
from tests.mail import Sink, smtp_sink, text_of
from tests.pdf import words_of
from tests.served import free_site, in_thread

__all__ = ["browser"]
ROOT = Path(__file__).parents[2]
PATIENCE_MS = 20_000
OTHER_LAT = 51.0
NIGHT = ("draft-claims", "refresh-status")
POST = ("write-letters", "render-letters", "deliver-notices")


@dataclass
class Town:
    """The system as it runs: two contracts with their people, a server, a mail server, and browsers."""

    engine: Engine
    office: Office
    client: TestClient
    site: str
    sink: Sink
    env: dict[str, str]
    browser: Browser
    trouble: list[str] = field(default_factory=list)

    def jobs(self, *names: str) -> None:
        """Run jobs as the operator does, in a process of their own."""
        command = [sys.executable, "-m", "jobs", "once", *names]
        subprocess.run(command, cwd=ROOT, env=self.env, check=True, capture_output=True, timeout=120)

    def open(self, who: str, *, width: int = 1280) -> Page:
        """A browser in which somebody has signed in."""
        context = self.browser.new_context(viewport={"width": width, "height": 800}, permissions=["geolocation"])
        self._let_in(context, who)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("console", lambda said: self.trouble.append(said.text) if "Security" in said.text else None)
        return page

    def _let_in(self, context: BrowserContext, who: str) -> None:
        secret = self.office.signed_in(who).secret
        context.add_cookies([{"name": "session", "value": secret, "url": self.site}])

    def post(self, who: str, path: str, body: object, **headers: str) -> Any:
        """What somebody's program sends."""
        shown = {**self.office.program(self.client, who), **headers}
        return self.client.post(f"/api/v1/{path}", json=body, headers=shown)

    def record(self, who: str, at_m: float, lat: float) -> int:
        """An inspector's program records a pothole."""
        lon, lat = point_beside(at_m, 2, lat=lat)
        body = {"lon": lon, "lat": lat, "detected_on": today().isoformat(), "distress": "pothole", "severity": "high"}
        answer = self.post(who, "defects", body, **{"Idempotency-Key": str(uuid4())})
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    def rows(self, words: str, **values: object) -> list[Any]:
        with transaction(self.engine, None) as session:
            return list(session.execute(text(words), values))

    def indicators(self) -> dict[str, Any]:
        self.jobs("refresh-status")
        told: dict[str, Any] = self.client.get("/api/v1/indicators").json()
        return told


@pytest.fixture
def town(database: Engine, database_url: str, tmp_path: Path, browser: Browser) -> Iterator[Town]:
    office = make_office(database)
    _settle_others(database, office)
    media = tmp_path / "media"
    site = free_site()
    app = create_app(Settings(database_url=database_url, media_url=str(media), base_url=site))
    with in_thread(app, site), smtp_sink() as sink:
        env = {
            **os.environ,
            "ROADS_DATABASE_URL": database_url,
            "ROADS_MEDIA_URL": str(media),
            "ROADS_BASE_URL": site,
            "ROADS_SMTP_URL": sink.url,
            "ROADS_LEDGER_NAME": "ledger.test",
            "ROADS_LEDGER_KEY": SECRET,
        }
        yield Town(database, office, TestClient(app), site, sink, env, browser)


def _settle_others(engine: Engine, office: Office) -> None:
    """A second contract of another customer with people of its own, one more inspector, and the catalogue."""
    with transaction(engine) as session:
        make_distress(session)
        year_ago = today() - timedelta(days=400)
        other = make_scene(session, lat=OTHER_LAT, with_rules=False, accepted_on=year_ago)
        own = session.get_one(Organisation, session.get_one(Contract, office.contract_id).customer_id)
    people = (
        ("second inspector", own, Acting.INSPECTOR),
        ("other inspector", other.customer, Acting.INSPECTOR),
        ("other engineer", other.customer, Acting.ENGINEER),
        ("other builder", other.contractor, Acting.CONTRACTOR),
    )
    with transaction(engine, Role.ACCOUNTS) as session:
        for who, organisation, role in people:
            make_user(session, organisation, role, login=login_of(who))


def jpeg(shade: int) -> bytes:
    """A picture unlike those of another shade."""
    made = BytesIO()
    picture = Image.new("RGB", (640, 480), (shade, shade, shade))
    for step in range(0, 640, 40):
        picture.paste((255 - shade, (step * shade) % 255, step % 255), (step, step % 480, step + 20, step % 480 + 60))
    picture.save(made, "JPEG")
    return made.getvalue()


def a_photo(shade: int) -> Any:
    return {"name": f"{shade}.jpg", "mimeType": "image/jpeg", "buffer": jpeg(shade)}


def the_inspector_records_on_a_phone(town: Town) -> None:
    page = town.open("inspector", width=360)
    lon, lat = point_beside(1000, 2)
    page.context.set_geolocation({"longitude": lon, "latitude": lat, "accuracy": 4})
    page.goto(f"{town.site}/en/field")
    page.set_input_files("input[name=photo]", a_photo(90))
    page.get_by_text("pothole", exact=True).first.click()
    page.get_by_text("high severity").click()
    expect(page.locator("#foreseen")).to_contain_text("1+000")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#said")).to_contain_text("Sent: defect")
    expect(page.locator("#unsent")).to_have_text("Not sent: 0")


def the_engineer_issues_what_is_drafted(town: Town) -> str:
    page = town.open("engineer")
    page.goto(f"{town.site}/en/desk")
    page.locator("section[aria-labelledby=drafts] input[type=checkbox]").check()
    page.get_by_role("button", name="Issue what is ticked").click()
    said = page.locator("[role=alert]")
    expect(said).to_contain_text("1 claim was issued")
    return said.locator("a").first.inner_text()


def the_contractor_disputes_one_line_and_repairs_the_other(town: Town, number: str) -> None:
    page = town.open("builder", width=360)
    page.goto(f"{town.site}/en/desk")
    page.locator("section[aria-labelledby=owed] a", has_text=number).first.click()
    page.locator("#line-2 summary", has_text="Dispute").click()
    page.locator("#line-2 form[action$=dispute] select").select_option("design")
    page.locator("#line-2 form[action$=dispute] textarea[name=note]").fill("The base was designed too thin")
    page.locator("#line-2 form[action$=dispute] button").click()
    expect(page.locator("#line-2 .chip")).to_have_text("disputed")
    page.locator("#line-1 form[action$=repair] input[type=file]").set_input_files(a_photo(200))
    expect(page.locator("#line-1 form[action$=repair] .sent")).to_contain_text(": sent")
    page.locator("#line-1 form[action$=repair] button").click()
    expect(page.locator("#line-1 .chip")).to_have_text("reported as repaired")


def another_organisation_verifies(town: Town, claim_id: int) -> None:
    page = town.open("engineer")
    page.goto(f"{town.site}/en/claims/{claim_id}")
    page.locator("#line-1 summary", has_text="Offer the verification").click()
    page.locator("#line-1 form[action$=offer-verification] select").select_option(town.office.bins["centre"])
    page.locator("#line-1 form[action$=offer-verification] button").click()
    expect(page.locator(".timeline")).to_contain_text("offer the verification to another organisation")
    page = town.open("centre")
    page.goto(f"{town.site}/en/claims/{claim_id}")
    expect(page.locator("#line-2")).to_have_count(0)
    page.locator("#line-1 form[action$=verify] button").click()
    expect(page.locator("#line-1 .chip")).to_have_text("verified as repaired")


@pytest.mark.slow
def test_from_a_phone_to_a_verified_repair_and_a_ledger_that_finds_a_planted_edit(town: Town) -> None:
    the_inspector_records_on_a_phone(town)
    town.record("second inspector", 3000, 50.0)
    town.record("other inspector", 2000, OTHER_LAT)
    assert len(town.rows("SELECT FROM photo_use WHERE subject = 'defect'")) == 1

    town.jobs(*NIGHT)
    drafts = {row.contract_id: row.id for row in town.rows("SELECT id, contract_id FROM claim WHERE issued_on IS NULL")}
    assert len(drafts) == 2
    claim_id = drafts[town.office.contract_id]
    number = the_engineer_issues_what_is_drafted(town)
    (other_id,) = set(drafts.values()) - {claim_id}
    assert town.post("engineer", f"claims/{other_id}/issue", {}).status_code == 404
    assert town.post("other engineer", f"claims/{other_id}/issue", {}).status_code == 200

    town.jobs(*POST)
    for who in ("builder", "other builder"):
        (mail,) = town.sink.to(login_of(who))
        (letter,) = mail.iter_attachments()
        assert letter.get_content_type() == "application/pdf"
        assert (number in words_of(letter.get_content())) is (who == "builder")
        assert re.search(rf"{town.site}/\w+/letters/", text_of(mail))

    before = town.indicators()
    the_contractor_disputes_one_line_and_repairs_the_other(town, number)
    line = f"claims/{claim_id}/items/1/verify"
    assert town.post("builder", line, {}).status_code == 403
    assert town.post("own engineer", line, {}).status_code == 404
    assert town.post("other engineer", line, {}).status_code == 404
    another_organisation_verifies(town, claim_id)
    decided = town.post("engineer", f"claims/{claim_id}/items/2/uphold", {"note": "The design was the contractor's"})
    assert decided.status_code == 200
    town.jobs(*POST)
    assert len(town.sink.to(login_of("builder"))) > 1

    after = town.indicators()
    assert before["elimination_rate"]["numerator"] == 0
    assert (after["elimination_rate"]["numerator"], after["elimination_rate"]["denominator"]) == (1, 3)
    assert after["ends"]["verified"] == 1

    town.jobs("sequence-ledger")
    with transaction(town.engine, None) as session:
        session.execute(text("SET LOCAL ROLE roads_jobs"))
        found = compared(session)
        assert (found.strayed, found.records > 0) == (None, True)
        by_hand(session, "UPDATE repair SET verifier = 'somebody-else'")
        strayed = compared(session).strayed
        assert strayed is not None
        assert strayed.subject == "repair"
    assert town.trouble == []
