"""Signing in for programs: bearer tokens, personal tokens, and what an answer says when there is none."""

import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from api.app import create_app
from api.bearers import Bearers
from roads.__main__ import app as command_line
from roads.db import Role, transaction
from roads.domain.actors import Role as Acting
from roads.domain.errors import BadSetting
from roads.settings import Settings
from tests.accounts import PASSWORD, make_user
from tests.factories import make_organisation

LOGIN = "engineer@example.kz"
KEY = "a key for these tests, of no use elsewhere"


@pytest.fixture
def people(database: Engine) -> Engine:
    """An engineer who is an auditor too, and somebody else."""
    begun = datetime.now(UTC) - timedelta(hours=1)
    with transaction(database, Role.JOBS) as session:
        organisation = make_organisation(session)
    with transaction(database, Role.ACCOUNTS) as session:
        make_user(session, organisation, Acting.ENGINEER, Acting.AUDITOR, login=LOGIN, now=begun)
        make_user(session, organisation, Acting.CONTRACTOR, login="other@example.kz", now=begun)
    return database


def ask(client: TestClient, login: str = LOGIN, password: str = PASSWORD, **more: str):  # type: ignore[no-untyped-def]
    return client.post("/api/v1/token", data={"username": login, "password": password, **more})


def signed(client: TestClient, login: str = LOGIN, **more: str) -> dict[str, str]:
    """The header of somebody who has signed in."""
    return {"Authorization": f"Bearer {ask(client, login, **more).json()['access_token']}"}


def test_a_password_gives_a_bearer_token_for_ten_minutes(client: TestClient, people: Engine) -> None:
    answer = ask(client, grant_type="password")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert {**answer.json(), "access_token": ""} == {
        "access_token": "",
        "token_type": "bearer",
        "expires_in": 600,
        "role": "engineer",
    }
    me = client.get("/api/v1/me", headers={"Authorization": f"bearer {answer.json()['access_token']}"})
    assert me.status_code == 200
    assert (me.json()["acting"]["role"], [one["role"] for one in me.json()["roles"]]) == (
        "engineer",
        ["engineer", "auditor"],
    )
    assert "pursue_claims" in me.json()["permissions"]


def test_the_token_ends_after_ten_minutes(client: TestClient, people: Engine) -> None:
    shown = signed(client)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=9), tick=False):
        assert client.get("/api/v1/me", headers=shown).status_code == 200
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=10, seconds=1), tick=False):
        assert client.get("/api/v1/me", headers=shown).status_code == 401


def test_the_wanted_role_is_given_if_it_is_held(client: TestClient, people: Engine) -> None:
    assert ask(client, scope="auditor").json()["role"] == "auditor"
    assert ask(client, scope="contractor").status_code == 403
    assert ask(client, scope="emperor").status_code == 403


@pytest.mark.parametrize(("login", "password"), [(LOGIN, "not this one"), ("nobody@example.kz", PASSWORD)])
def test_what_was_wrong_is_not_told(client: TestClient, people: Engine, login: str, password: str) -> None:
    answer = ask(client, login, password)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["detail"] == "There is no account with this address and password."


def test_who_guesses_is_told_when_to_come_again(client: TestClient, people: Engine) -> None:
    assert [ask(client, password="wrong").status_code for _ in range(5)] == [401] * 5  # noqa: S106
    answer = ask(client)
    assert answer.status_code == 429
    assert answer.headers["content-type"] == "application/problem+json"
    assert 0 < int(answer.headers["retry-after"]) <= 30


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"username=a&password=b&grant_type=client_credentials", "application/x-www-form-urlencoded", 400),
        (b"username=a", "application/x-www-form-urlencoded", 400),
        (b"username=%00&password=b", "application/x-www-form-urlencoded", 400),
        (b"username=%ff&password=b", "application/x-www-form-urlencoded", 400),
        (b"\xff=1", "application/x-www-form-urlencoded", 400),
        (b"a=1&" * 60, "application/x-www-form-urlencoded", 400),
        (b"username=" + b"a" * 70_000, "application/x-www-form-urlencoded", 413),
        (b"{}", "application/json", 415),
        (b"", "", 415),
    ],
)
def test_what_is_no_form_is_refused(client: TestClient, people: Engine, content: bytes, kind: str, status: int) -> None:
    answer = client.post("/api/v1/token", content=content, headers={"Content-Type": kind})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def forged(**changed: object) -> str:
    said = {
        "iss": "sapaly-zhol",
        "aud": "sapaly-zhol api",
        "iat": datetime.now(UTC).timestamp(),
        "exp": datetime.now(UTC) + timedelta(minutes=5),
        "sub": "1",
        "role": 1,
        **changed,
    }
    return jwt.encode({name: value for name, value in said.items() if value is not None}, Bearers(KEY)._key, "HS256")


@pytest.mark.parametrize(
    "changed", [{"aud": "another"}, {"iss": "another"}, {"exp": None}, {"sub": None}, {"sub": "x"}, {"role": "x"}]
)
def test_a_token_says_who_made_it_for_whom_and_until_when(changed: dict[str, object]) -> None:
    assert Bearers(KEY).read(forged()) is not None
    assert Bearers(KEY).read(forged(**changed)) is None
    assert Bearers(KEY + "!").read(forged()) is None


def test_a_token_without_a_signature_is_none() -> None:
    payload = jwt.decode(forged(), options={"verify_signature": False})
    assert Bearers(KEY).read(jwt.encode(payload, "", "none")) is None


@pytest.mark.parametrize("shown", ["", "Bearer", "Bearer ", "Bearer x", "Bearer szp_x", "Basic eDp5", "Bearer a.b.c"])
def test_without_a_token_that_holds_there_is_no_answer(client: TestClient, people: Engine, shown: str) -> None:
    answer = client.get("/api/v1/me", headers={"Authorization": shown} if shown else {})
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_deactivated_account_is_out_at_once(client: TestClient, people: Engine) -> None:
    shown = signed(client)
    with transaction(people, Role.ACCOUNTS) as session:
        session.execute(text("UPDATE user_account SET is_active = false"))
    assert client.get("/api/v1/me", headers=shown).status_code == 401
    assert ask(client).status_code == 401


def test_a_personal_token_is_made_listed_used_and_revoked(client: TestClient, people: Engine) -> None:
    shown = signed(client, scope="auditor")
    made = client.post("/api/v1/tokens", json={"name": "nightly", "days": 30}, headers=shown)
    assert made.status_code == 201
    by_token = {"Authorization": f"Bearer {made.json()['token']}"}
    assert made.json()["token"].startswith("szp_")
    assert client.get("/api/v1/me", headers=by_token).json()["acting"]["role"] == "auditor"
    (listed,) = client.get("/api/v1/tokens", headers=by_token).json()["items"]
    assert listed.keys() == {"id", "name", "role", "created_at", "expires_at", "last_used_on"}
    assert listed["last_used_on"] is not None
    again = client.post("/api/v1/tokens", json={"name": "for ever", "days": 365}, headers=by_token)
    assert again.status_code == 403
    other = signed(client, "other@example.kz")
    assert client.get("/api/v1/tokens", headers=other).json() == {"items": [], "next": None}
    assert client.delete(f"/api/v1/tokens/{listed['id']}", headers=other).status_code == 404
    assert client.delete(f"/api/v1/tokens/{listed['id']}", headers=by_token).status_code == 204
    assert client.get("/api/v1/me", headers=by_token).status_code == 401


@pytest.mark.parametrize(
    "asked",
    [
        {"name": ""},
        {"name": " "},
        {"name": "x" * 101},
        {"name": "a\x00b"},
        {"name": "\ud800"},
        {"name": "x", "days": 0},
        {"name": "x", "days": 366},
        {"name": "x", "days": True},
        {"name": "x", "role": "administrator"},
        {},
    ],
)
def test_a_token_that_cannot_be_is_refused(client: TestClient, people: Engine, asked: dict[str, object]) -> None:
    headers = {**signed(client), "Content-Type": "application/json"}
    answer = client.post("/api/v1/tokens", content=json.dumps(asked), headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


# --- the command line


def run(database_url: str, *arguments: str, given: str = ""):  # type: ignore[no-untyped-def]
    return CliRunner().invoke(
        command_line, list(arguments), input=given, env={"ROADS_DATABASE_URL": database_url}, catch_exceptions=False
    )


def test_an_account_and_a_token_are_made_on_the_command_line(
    client: TestClient, people: Engine, database_url: str
) -> None:
    with transaction(people, Role.JOBS) as session:
        number = session.scalar(text("SELECT bin FROM organisation LIMIT 1"))
    words = ("create-user", "New@Example.kz", "chief-1", "--role", "administrator", "--organisation", str(number))
    assert run(database_url, *words, given="short\n").exit_code == 2
    assert run(database_url, *words).exit_code == 2
    made = run(database_url, *words, given="a long new password\n")
    assert (made.exit_code, made.stdout) == (0, "chief-1 can sign in as new@example.kz.\n")
    assert run(database_url, *words, given="a long new password\n").exit_code == 2
    assert ask(client, "new@example.kz", "a long new password").json()["role"] == "administrator"
    issued = run(database_url, "issue-token", "new@example.kz", "nightly", "--days", "7")
    assert issued.exit_code == 0
    me = client.get("/api/v1/me", headers={"Authorization": f"Bearer {issued.stdout.strip()}"})
    assert me.json()["code"] == "chief-1"
    assert run(database_url, "issue-token", "nobody@example.kz", "nightly").exit_code == 2
    assert run(database_url, "issue-token", "new@example.kz", "x", "--role", "auditor").exit_code == 2


def test_a_link_to_another_password_is_printed_for_who_exists(people: Engine, database_url: str) -> None:
    link = run(database_url, "reset-link", LOGIN)
    assert link.stdout.startswith("http://127.0.0.1:8000/en/reset/")
    assert run(database_url, "reset-link", "nobody@example.kz").exit_code == 2


# --- the secret of the server


@pytest.mark.parametrize("given", [None, "", "too short to keep anything"])
def test_a_server_without_a_secret_does_not_start(
    monkeypatch: pytest.MonkeyPatch, database_url: str, given: str | None
) -> None:
    monkeypatch.setenv("ROADS_DATABASE_URL", database_url)
    monkeypatch.delenv("ROADS_SECRET_KEY", raising=False)
    if given is not None:
        monkeypatch.setenv("ROADS_SECRET_KEY", given)
    with pytest.raises(BadSetting) as said:
        create_app()
    assert said.value.params["setting"] == "ROADS_SECRET_KEY"


def test_what_one_server_signs_another_with_the_same_secret_reads(database_url: str, people: Engine) -> None:
    known = Settings(database_url=database_url, secret_key=KEY)
    with TestClient(create_app(known)) as one, TestClient(create_app(known)) as two:
        assert two.get("/api/v1/me", headers=signed(one)).status_code == 200
