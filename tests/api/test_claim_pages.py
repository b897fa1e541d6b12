"""The page of a claim: what each may do stands there as a form, and what is wrong is said beside it."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from roads.db import transaction
from tests.api.office import Office, make_office


@pytest.fixture
def office(database: Engine) -> Office:
    return make_office(database)


def page(client: TestClient, office: Office, who: str, path: str, language: str = "en") -> str:
    shown, _ = office.browser(who)
    client.cookies.clear()
    answer = client.get(f"/{language}/{path}", headers=shown)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    return answer.text


def send(client: TestClient, office: Office, who: str, path: str, **form: str):  # type: ignore[no-untyped-def]
    shown, token = office.browser(who)
    client.cookies.clear()
    return client.post(f"/en/{path}", data={"token": token, **form}, headers=shown, follow_redirects=False)


def deeds(written: str) -> set[str]:
    """What the forms of a page do."""
    return set(re.findall(r'action="/\w+/claims/\d+/(?:items/\d+/)?([a-z-]+)"', written))


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_contractor_finds_what_to_answer_in_every_language(
    client: TestClient, office: Office, language: str
) -> None:
    line = office.issued()
    written = page(client, office, "builder", f"claims/{line.claim_id}", language)
    assert {"acknowledge", "accept", "dispute", "repair", "plan"} <= deeds(written)
    assert "withdraw" not in deeds(written)
    assert str(line.claim_id) in page(client, office, "builder", "claims", language)


def test_an_auditor_reads_and_does_nothing(client: TestClient, office: Office) -> None:
    line = office.issued()
    assert deeds(page(client, office, "auditor", f"claims/{line.claim_id}")) == set()


def test_a_draft_is_issued_on_its_page(client: TestClient, office: Office) -> None:
    draft = office.drafted()
    path = f"claims/{draft.claim_id}"
    assert "issue" in deeds(page(client, office, "engineer", path))
    assert send(client, office, "engineer", f"{path}/issue").headers["location"] == f"/en/{path}"
    assert "issue" not in deeds(page(client, office, "engineer", path))
    again = send(client, office, "engineer", f"{path}/issue")
    assert (again.status_code, 'role="alert"' in again.text) == (409, True)


def test_an_answer_goes_back_to_its_line(client: TestClient, office: Office) -> None:
    line = office.issued()
    path = f"claims/{line.claim_id}"
    done = send(client, office, "builder", f"{path}/items/{line.number}/accept", revision="1")
    assert (done.status_code, done.headers["location"]) == (303, f"/en/{path}#line-{line.number}")
    assert "accept" not in deeds(page(client, office, "builder", path))


def test_what_was_written_is_kept_when_something_is_wrong(client: TestClient, office: Office) -> None:
    line = office.issued()
    words = 'A dig <script>alert("x")</script> by others'
    wrong = send(client, office, "builder", f"claims/{line.claim_id}/items/{line.number}/dispute", note=words)
    assert wrong.status_code == 422
    assert 'role="alert"' in wrong.text
    assert "Reason" in wrong.text.split('role="alert"')[1][:300]
    assert "A dig &lt;script&gt;" in wrong.text
    assert "<script>alert" not in wrong.text


def test_whoever_looked_at_an_older_page_is_told_so(client: TestClient, office: Office) -> None:
    line = office.issued()
    path = f"claims/{line.claim_id}/items/{line.number}"
    send(client, office, "builder", f"{path}/patch", revision="1")
    late = send(client, office, "builder", f"{path}/accept", revision="1")
    assert late.status_code == 412
    with transaction(office.engine) as session:
        asked = text("SELECT state FROM claim_line WHERE id = :id")
        assert session.scalars(asked, {"id": line.id}).one() == "issued"


@pytest.mark.parametrize("who", ["stranger", "centre"])
def test_a_claim_of_others_is_not_there(client: TestClient, office: Office, who: str) -> None:
    line = office.issued()
    shown, _ = office.browser(who)
    assert client.get(f"/en/claims/{line.claim_id}", headers=shown).status_code == 404
    sent = send(client, office, who, f"claims/{line.claim_id}/items/{line.number}/accept")
    assert sent.status_code == 404


def test_a_browser_is_told_what_is_wrong_on_a_page_and_a_program_in_a_document(
    client: TestClient, office: Office
) -> None:
    shown, _ = office.browser("stranger")
    page = client.get("/kk/claims/999999", headers={**shown, "Accept": "text/html,*/*"})
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert '<html lang="kk">' in page.text
    document = client.get("/kk/claims/999999", headers=shown)
    assert (document.status_code, document.headers["content-type"]) == (404, "application/problem+json")
    forbidden = client.get("/ru/administration", headers={**shown, "Accept": "text/html"})
    assert (forbidden.status_code, 'role="alert"' in forbidden.text) == (403, True)


def test_a_form_of_another_site_changes_nothing(client: TestClient, office: Office) -> None:
    line = office.issued()
    shown, token = office.browser("builder")
    path = f"/en/claims/{line.claim_id}/items/{line.number}/accept"
    for headers, form in (
        ({**shown, "Sec-Fetch-Site": "cross-site"}, {"token": token}),
        (shown, {"token": "guessed"}),
    ):
        assert client.post(path, data=form, headers=headers).status_code == 403


@pytest.mark.parametrize("path", ["items/1/destroy", "items/0/accept", "items/x/accept"])
def test_what_is_no_deed_is_not_there(client: TestClient, office: Office, path: str) -> None:
    line = office.issued()
    assert send(client, office, "builder", f"claims/{line.claim_id}/{path}").status_code == 404
