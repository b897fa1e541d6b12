"""The pages of the door: a session is opened, kept, chosen in and ended, by forms of our own alone."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from api.app import create_app
from roads.__main__ import app as command_line
from roads.db import Role, transaction
from roads.domain.actors import Role as Acting
from roads.settings import Settings
from tests.accounts import PASSWORD, make_user
from tests.factories import make_organisation

LOGIN, OTHER = "engineer@example.kz", "other@example.kz"
OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def people(database: Engine) -> Engine:
    begun = datetime.now(UTC) - timedelta(hours=1)
    with transaction(database, Role.JOBS) as session:
        organisation = make_organisation(session)
    with transaction(database, Role.ACCOUNTS) as session:
        make_user(session, organisation, Acting.ENGINEER, Acting.AUDITOR, login=LOGIN, now=begun)
        make_user(session, organisation, Acting.CONTRACTOR, login=OTHER, now=begun)
    return database


@pytest.fixture
def other_client(database_url: str) -> Iterator[TestClient]:
    """Another browser."""
    with TestClient(create_app(Settings(database_url=database_url)), raise_server_exceptions=False) as asked:
        yield asked


def token_in(page: Response) -> str:
    return str(re.findall(r'name="token" value="([0-9a-f]{64})"', page.text)[0])


def submit(
    client: TestClient, at: str, form_at: str = "", headers: dict[str, str] | None = None, **fields: str
) -> Response:
    """Fill in the form of a page and send it."""
    token = token_in(client.get(form_at or at))
    sent = {"token": token, **fields}
    return client.post(at, data=sent, headers=OURS if headers is None else headers, follow_redirects=False)


def come_in(client: TestClient, login: str = LOGIN, password: str = PASSWORD, then: str = "") -> Response:
    return submit(client, "/en/sign-in", login=login, password=password, next=then)


def is_in(client: TestClient) -> bool:
    return client.get("/en/account", follow_redirects=False).status_code == 200


def test_who_is_not_signed_in_goes_to_the_door_and_back_to_the_page(client: TestClient, people: Engine) -> None:
    door = client.get("/ru/account", follow_redirects=False)
    assert (door.status_code, door.headers["location"]) == (303, "/ru/sign-in?next=/ru/account")
    assert come_in(client, then="/en/account").headers["location"] == "/en/account"
    assert is_in(client)
    assert client.get("/en/sign-in", follow_redirects=False).status_code == 303


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_pages_are_written_in_three_languages(client: TestClient, people: Engine, language: str) -> None:
    for page in ("sign-in", "reset"):
        assert f'lang="{language}"' in client.get(f"/{language}/{page}").text
    come_in(client)
    assert f'lang="{language}"' in client.get(f"/{language}/account").text
    assert client.get("/de/sign-in").status_code == 404


def test_the_cookie_is_an_opaque_secret_that_no_script_and_no_site_sees(client: TestClient, people: Engine) -> None:
    answer = come_in(client)
    (cookie,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith("session=")]
    assert re.match(r"session=[\w-]{43}; HttpOnly; Max-Age=\d+; Path=/; SameSite=lax$", cookie)
    assert answer.headers["cache-control"] == "no-store"


def test_on_https_the_cookie_is_bound_to_the_host(database_url: str, people: Engine) -> None:
    known = Settings(database_url=database_url, base_url="https://roads.example.kz")
    with TestClient(create_app(known), base_url="https://roads.example.kz") as client:
        answer = come_in(client)
        (cookie,) = [one for one in answer.headers.get_list("set-cookie") if "-session=" in one]
        assert re.match(r"__Host-session=[\w-]{43}; HttpOnly; .*Path=/; SameSite=lax; Secure$", cookie)
        assert "domain" not in cookie.lower()
        assert is_in(client)


@pytest.mark.parametrize(
    "asked",
    ["https://evil.example/", "//evil.example/en/", "/\\evil.example", "/en/\\x", "javascript:alert(1)", "/api"],
)
def test_signing_in_leads_to_no_other_site(client: TestClient, people: Engine, asked: str) -> None:
    assert come_in(client, then=asked).headers["location"] == "/en/desk"


def test_a_wrong_password_is_said_on_the_page_and_what_was_typed_stays_text(client: TestClient, people: Engine) -> None:
    answer = come_in(client, login='"><script>alert(1)</script>@b', password="wrong")  # noqa: S106
    assert answer.status_code == 401
    assert "There is no account with this address and password." in answer.text
    assert "<script>" not in answer.text
    assert not is_in(client)


def test_a_stranger_waits_and_the_persons_own_browser_does_not(
    client: TestClient, other_client: TestClient, people: Engine
) -> None:
    come_in(client)
    for _ in range(5):
        assert come_in(other_client, password="wrong").status_code == 401  # noqa: S106
    refused = come_in(other_client)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    with transaction(people, Role.ACCOUNTS) as session:  # idle for long: over, but the browser is known
        session.execute(
            text(
                "UPDATE user_session SET created_at = now() - interval '2 days', seen_at = now() - interval '13 hours'"
            )
        )
        session.execute(text("UPDATE user_account SET valid_from = now() - interval '3 days'"))
    assert not is_in(client)
    assert come_in(client).status_code == 303


# --- forms


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
    ],
)
def test_a_form_from_elsewhere_is_refused_even_with_the_right_token(
    client: TestClient, people: Engine, headers: dict[str, str]
) -> None:
    assert submit(client, "/en/sign-in", login=LOGIN, password=PASSWORD, headers=headers).status_code == 403
    come_in(client)
    answer = submit(client, "/en/sign-out", "/en/account", headers=headers)
    assert answer.status_code == 403
    assert is_in(client)


@pytest.mark.parametrize("headers", [OURS, {"Origin": "http://testserver"}, {"Origin": "http://127.0.0.1:8000"}])
def test_a_form_of_our_own_is_taken(client: TestClient, people: Engine, headers: dict[str, str]) -> None:
    assert submit(client, "/en/sign-in", login=LOGIN, password=PASSWORD, headers=headers).status_code == 303


OWN_FORMS = ["sign-out", "role", "account/sessions", "account/everywhere", "account/tokens", "account/tokens/revoke"]


@pytest.mark.parametrize("at", OWN_FORMS)
def test_a_form_of_another_browser_is_refused(
    client: TestClient, other_client: TestClient, people: Engine, at: str
) -> None:
    come_in(client)
    come_in(other_client, OTHER)
    theirs = token_in(other_client.get("/en/account"))
    for token in (theirs, "", "0" * 64):
        answer = client.post(f"/en/{at}", data={"token": token}, headers=OURS, follow_redirects=False)
        assert answer.status_code == 403
    assert is_in(client)


@pytest.mark.parametrize("at", OWN_FORMS)
def test_a_form_of_nobody_leads_to_the_door(client: TestClient, people: Engine, at: str) -> None:
    answer = client.post(f"/en/{at}", data={"token": "x"}, headers=OURS, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/en/sign-in?next=/en/account")


# --- what is one's own


def test_signing_out_ends_the_session_on_the_server(client: TestClient, people: Engine) -> None:
    come_in(client)
    kept = client.cookies["session"]
    assert submit(client, "/en/sign-out", "/en/account").headers["location"] == "/en/sign-in?done=ended"
    assert "session" not in client.cookies
    client.cookies.set("session", kept)
    assert not is_in(client)


def test_a_person_acts_in_one_role_after_the_other(client: TestClient, people: Engine) -> None:
    come_in(client)
    page = client.get("/en/account").text
    assert "You act as: engineer" in page
    (other,) = re.findall(r'name="role" value="(\d+)"', page)
    assert submit(client, "/en/role", "/en/account", role=other).status_code == 303
    assert "You act as: auditor" in client.get("/en/account").text
    for nobodys in ("99999", "x", "-1", "9" * 40, "٣"):
        assert submit(client, "/en/role", "/en/account", role=nobodys).status_code == 403


def test_a_session_elsewhere_is_ended_from_here(client: TestClient, other_client: TestClient, people: Engine) -> None:
    come_in(client)
    come_in(other_client)
    sessions = re.findall(r'name="session" value="(\d+)"', client.get("/en/account").text)
    assert len(sessions) == 2
    theirs = max(sessions, key=int)
    assert submit(client, "/en/account/sessions", "/en/account", session=theirs).headers["location"] == "/en/account"
    assert (is_in(client), is_in(other_client)) == (True, False)
    assert submit(client, "/en/account/sessions", "/en/account", session=theirs).status_code == 404


def test_signing_out_everywhere_leaves_nothing_open(
    client: TestClient, other_client: TestClient, people: Engine
) -> None:
    come_in(client)
    come_in(other_client)
    assert submit(client, "/en/account/everywhere", "/en/account").status_code == 303
    assert (is_in(client), is_in(other_client)) == (False, False)


def test_a_token_is_shown_once(client: TestClient, people: Engine) -> None:
    come_in(client)
    made = submit(client, "/en/account/tokens", "/en/account", name="<b>nightly</b>", days="30")
    assert made.status_code == 200
    (secret,) = re.findall(r"szp_[\w-]{43}", made.text)
    assert "<b>nightly" not in made.text
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    page = client.get("/en/account").text
    assert secret not in page
    (token_id,) = re.findall(r'name="token_id" value="(\d+)"', page)
    assert submit(client, "/en/account/tokens/revoke", "/en/account", token_id=token_id).status_code == 303
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).status_code == 401
    assert submit(client, "/en/account/tokens/revoke", "/en/account", token_id=token_id).status_code == 404
    assert submit(client, "/en/account/tokens", "/en/account", name="", days="30").status_code == 422
    assert submit(client, "/en/account/tokens", "/en/account", name="x", days="400").status_code == 422


def test_a_cookie_opens_no_door_of_the_api(client: TestClient, people: Engine) -> None:
    come_in(client)
    assert client.get("/api/v1/me").status_code == 401


# --- a forgotten password


def test_asking_for_a_link_tells_nobody_who_has_an_account(client: TestClient, people: Engine) -> None:
    there = submit(client, "/en/reset", login=LOGIN)
    absent = submit(client, "/en/reset", login="nobody@example.kz")
    assert (there.status_code, absent.status_code) == (200, 200)
    assert there.text == absent.text
    with transaction(people, Role.ACCOUNTS) as session:
        assert session.scalar(text("SELECT count(*) FROM password_reset")) == 1


def test_a_link_sets_another_password_and_ends_what_was_open(
    client: TestClient, other_client: TestClient, people: Engine, database_url: str
) -> None:
    come_in(other_client)
    made = CliRunner().invoke(command_line, ["reset-link", LOGIN], env={"ROADS_DATABASE_URL": database_url})
    path = "/" + made.stdout.strip().split("/", 3)[3]
    assert 'autocomplete="new-password"' in client.get(path).text
    weak = submit(client, path, password="short")  # noqa: S106
    assert (weak.status_code, "12 characters" in weak.text) == (422, True)
    assert submit(client, path, password=LOGIN).status_code == 422
    done = submit(client, path, password="another good one")  # noqa: S106
    assert (done.status_code, done.headers["location"]) == (303, "/en/sign-in?done=password")
    assert not is_in(other_client)
    assert come_in(client).status_code == 401
    assert come_in(client, password="another good one").status_code == 303  # noqa: S106
    used = client.get(path)
    assert (used.status_code, "has been used" in used.text) == (404, True)


def test_a_link_that_was_guessed_leads_nowhere(client: TestClient, people: Engine) -> None:
    assert client.get("/en/reset/guessed").status_code == 404
    token = token_in(client.get("/en/reset"))
    sent = {"token": token, "password": "another good one"}
    assert client.post("/en/reset/guessed", data=sent, headers=OURS).status_code == 404


def test_no_page_of_the_door_is_kept_by_caches_or_names_another_host(client: TestClient, people: Engine) -> None:
    come_in(client)
    for page in ("/kk/account", "/kk/reset", "/kk/reset/x"):
        answer = client.get(page)
        assert answer.headers["cache-control"] == "no-store"
        assert "http" not in re.sub(r"http-equiv", "", answer.text)
        assert not re.search(r"<script|style=|\son\w+=", answer.text)
