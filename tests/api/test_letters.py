"""Letters as their parties open them, as anybody checks them, and as an administrator sees them go out."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api.app import create_app
from roads.domain.actors import Role as Acting
from roads.settings import Settings
from roads.usecases.accounts_secrets import form_token
from tests.letters import Desk, add_person, address, make_desk
from tests.mail import Sink, pdfs_of, smtp_sink, text_of
from tests.signed import enter

OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def sink() -> Iterator[Sink]:
    with smtp_sink() as server:
        yield server


@pytest.fixture
def desk(database: Engine, sink: Sink) -> Desk:
    made = make_desk(database, sink.url)
    made.clock.now = datetime.now(UTC)
    return made


@pytest.fixture
def client(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    app = create_app(Settings(database_url=database_url, mail_sink=tmp_path))
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as asked:
        yield asked


Show = Callable[[str], tuple[dict[str, str], str]]


@pytest.fixture
def show(desk: Desk, client: TestClient) -> Show:
    """What somebody's browser and program show, and the token of their forms."""

    def signed(who: str) -> tuple[dict[str, str], str]:
        client.cookies.clear()
        app: Any = client.app
        entered = enter(desk.engine, address(who))
        return {**entered.cookie, **entered.program(app)}, entered.token

    return signed


def sent(desk: Desk) -> tuple[int, str]:
    """A claim whose letter went out; gives its id and the letter's code."""
    claim = desk.issue()
    desk.write()
    desk.deliver()
    return claim, desk.rows("SELECT code FROM letter")[0].code


def test_anybody_checks_a_letter_by_its_code_and_sees_no_more_than_that(desk: Desk, client: TestClient) -> None:
    _, code = sent(desk)
    page = client.get(f"/ru/letters/{code}")
    (row,) = desk.rows("SELECT sha256, pdf FROM letter_document WHERE language = 'ru'")
    assert (page.status_code, row.sha256 in page.text) == (200, True)
    assert sha256(row.pdf).hexdigest() == row.sha256
    assert desk.scene.contractor.name in page.text
    assert "builder" not in page.text
    assert page.headers["cache-control"] == "no-store"
    assert client.get("/ru/letters/0123456789abcdef0123").status_code == 404
    assert client.get("/ru/letters/x' OR 1=1").status_code == 404
    assert client.get(f"/letters/{code}").headers["location"].endswith(f"/letters/{code}")


def test_the_contractor_who_opens_the_letter_has_read_it_once(desk: Desk, client: TestClient, show: Show) -> None:
    claim, code = sent(desk)
    headers, _ = show("builder")
    for _ in range(2):
        opened = client.get(f"/ru/letters/{code}/open", headers=headers)
        assert (opened.status_code, opened.headers["content-type"]) == (200, "application/pdf")
    (row,) = desk.rows("SELECT acknowledged_at FROM claim WHERE id = :id", id=claim)
    assert row.acknowledged_at is not None
    (event,) = desk.rows("SELECT person, evidence FROM claim_event WHERE action = 'acknowledge'")
    assert (event.person, sha256(opened.content).hexdigest() in event.evidence["proof"]) == ("builder-1", True)
    (read,) = desk.rows("SELECT read_at FROM notice WHERE address = :to", to=address("builder"))
    assert read.read_at is not None


def test_whoever_else_opens_it_acknowledges_nothing(desk: Desk, client: TestClient, show: Show) -> None:
    claim, code = sent(desk)
    add_person(desk.engine, "rival", Acting.CONTRACTOR, desk.scene.customer.bin)
    for who, status in (("engineer", 200), ("supervisor", 200), ("rival", 404)):
        assert client.get(f"/ru/letters/{code}/open", headers=show(who)[0]).status_code == status, who
    assert desk.rows("SELECT FROM claim WHERE id = :id AND acknowledged_at IS NOT NULL", id=claim) == []


def test_the_mailed_link_takes_a_button_and_acknowledges_no_claim(desk: Desk, client: TestClient, sink: Sink) -> None:
    _, code = sent(desk)
    (mail,) = sink.to(address("builder"))
    link = next(word for word in text_of(mail).split() if "/read?key=" in word)
    path = link.removeprefix("http://zhol.example.kz")
    page = client.get(path)
    unread = "SELECT FROM notice WHERE read_at IS NOT NULL"
    assert (page.status_code, desk.rows(unread)) == (200, [])
    form = {"token": form_token(client.cookies["form"]), "key": link.partition("key=")[2]}
    answer = client.post(f"/ru/letters/{code}/read", data=form, headers=OWN)
    assert answer.status_code == 303
    assert len(desk.rows(unread)) == 1
    assert desk.rows("SELECT FROM claim_event WHERE action = 'acknowledge'") == []
    guessed = client.post(f"/ru/letters/{code}/read", data={**form, "key": "0" * 32}, headers=OWN)
    assert guessed.status_code == 404


def test_programs_read_the_letters_of_a_claim_and_what_became_of_them(
    desk: Desk, client: TestClient, show: Show
) -> None:
    claim, _ = sent(desk)
    seen = client.get(f"/api/v1/claims/{claim}/letters", headers=show("engineer")[0]).json()["items"]
    assert [one["kind"] for one in seen] == ["claim_issued"]
    assert {one["state"] for one in seen[0]["deliveries"]} == {"sent"}
    assert len(seen[0]["deliveries"]) == 2
    headers, _ = show("builder")
    (own,) = client.get(f"/api/v1/claims/{claim}/letters", headers=headers).json()["items"]
    assert [one["organisation"] for one in own["deliveries"]] == [desk.scene.contractor.name]
    document = next(one for one in own["documents"] if one["language"] == "ru")
    fetched = client.get(document["path"], headers=headers)
    assert sha256(fetched.content).hexdigest() == document["sha256"]
    assert client.get(f"/api/v1/claims/{claim}/letters?all=1", headers=headers).status_code == 400
    assert client.get(f"/api/v1/letters/{own['id']}.pdf?language=xx", headers=headers).status_code == 400


def test_the_outbox_shows_why_and_one_more_try_sends(desk: Desk, client: TestClient, show: Show, sink: Sink) -> None:
    add_person(desk.engine, "chief", Acting.ADMINISTRATOR, desk.scene.customer.bin, "en")
    sink.at_recipient = lambda to: "550 5.1.1 <b>nobody</b>" if to == address("builder") else "250 OK"
    sent(desk)
    headers, token = show("chief")
    page = client.get("/en/desk/outbox?box=bounced", headers=headers)
    assert "5.1.1 &lt;b&gt;nobody&lt;/b&gt;" in page.text
    assert "(1)" in page.text
    (row,) = desk.rows("SELECT id FROM notice WHERE state = 'bounced'")
    form = {"token": token, "notice": str(row.id), "box": "bounced"}
    assert client.post("/en/desk/outbox/again", data=form, headers=headers).status_code == 303
    sink.at_recipient = lambda _: "250 OK"
    desk.clock.now = datetime.now(UTC) + timedelta(minutes=1)
    desk.deliver()
    assert desk.states() == ["sent", "sent"]
    assert client.get("/en/desk/outbox?box=sent", headers=headers).text.count("<tr>") == 3
    assert client.get("/en/desk/outbox?box=nonsense&before=x", headers=headers).status_code == 200


def test_a_long_outbox_is_turned_page_by_page(desk: Desk, client: TestClient, show: Show) -> None:
    add_person(desk.engine, "chief", Acting.ADMINISTRATOR, desk.scene.customer.bin, "en")
    desk.do(
        "INSERT INTO notice (kind, channel, address, language, state, next_try_at)"
        " SELECT 'password_reset', 'mail', n || '@example.kz', 'kk', 'waiting', now() FROM generate_series(1, 120) n"
    )
    headers, _ = show("chief")
    address_, seen = "/en/desk/outbox?box=waiting", []
    while address_:
        page = client.get(address_, headers=headers).text
        seen += [n for n in range(1, 121) if f">{n}@example.kz<" in page]
        address_ = "/en" + page.partition('<p><a href="/en')[2].partition('"')[0].replace("&amp;", "&")
        address_ = address_ if "before=" in address_ else ""
    assert seen == [*range(71, 121), *range(21, 71), *range(1, 21)]


def test_a_forgotten_password_goes_into_the_outbox_and_never_into_a_page(
    desk: Desk, client: TestClient, show: Show, sink: Sink
) -> None:
    client.get("/kk/reset")
    form = {"token": form_token(client.cookies["form"]), "login": address("builder")}
    assert client.post("/kk/reset", data=form, headers=OWN).status_code == 200
    (row,) = desk.rows("SELECT secret FROM notice WHERE kind = 'password_reset'")
    add_person(desk.engine, "chief", Acting.ADMINISTRATOR, desk.scene.customer.bin, "en")
    page = client.get("/en/desk/outbox?box=waiting", headers=show("chief")[0])
    assert (address("builder") in page.text, row.secret in page.text) == (True, False)
    desk.clock.now = datetime.now(UTC)
    desk.deliver()
    assert f"/ru/reset/{row.secret}" in text_of(sink.to(address("builder"))[0])


def test_the_sink_shows_mails_as_text_and_pdfs_as_files(
    desk: Desk, client: TestClient, sink: Sink, tmp_path: Path
) -> None:
    assert client.get("/en/mail").status_code == 200
    sent(desk)
    (mail,) = sink.to(address("builder"))
    mail.replace_header("Subject", "<script>alert(1)</script>")
    (tmp_path / "20261122T100000-0123456789ab.eml").write_bytes(bytes(mail))
    listed = client.get("/en/mail").text
    assert "&lt;script&gt;" in listed
    assert "<script>" not in listed
    page = client.get("/en/mail/20261122T100000-0123456789ab").text
    assert "/open" in page
    pdf = client.get("/en/mail/20261122T100000-0123456789ab/1.pdf")
    assert (pdf.headers["content-type"], [pdf.content]) == ("application/pdf", pdfs_of(mail))
    for path in ("/en/mail/..%2f..%2fetc%2fpasswd", "/en/mail/20261122T100000-0123456789ab/2.pdf", "/en/mail/x"):
        assert client.get(path).status_code == 404, path
