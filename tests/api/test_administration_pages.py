"""The administrator lets people in, keeps them out and states rules; nobody else opens these pages."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from roads.db import Role, transaction
from tests.api.office import PEOPLE, Office, login_of, make_office


@pytest.fixture
def office(database: Engine) -> Office:
    return make_office(database)


def page(client: TestClient, office: Office, path: str, language: str = "en") -> str:
    shown, _ = office.browser("administrator")
    client.cookies.clear()
    answer = client.get(f"/{language}/administration{path}", headers=shown)
    assert answer.status_code == 200
    return answer.text


def send(client: TestClient, office: Office, path: str, **form: str):  # type: ignore[no-untyped-def]
    shown, token = office.browser("administrator")
    client.cookies.clear()
    return client.post(
        f"/en/administration{path}", data={"token": token, **form}, headers=shown, follow_redirects=False
    )


def one(office: Office, words: str, **params: object) -> object:
    with transaction(office.engine, None) as session:
        return session.execute(text(words), params).scalar()


def account(office: Office, who: str) -> int:
    found = one(office, "SELECT id FROM user_account WHERE login = :login", login=login_of(who))
    assert isinstance(found, int)
    return found


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize("path", ["", "/users", "/rules"])
def test_every_page_is_there_in_every_language(client: TestClient, office: Office, path: str, language: str) -> None:
    assert "<h1>" in page(client, office, path, language)


def test_everybody_stands_among_the_people_with_their_role(client: TestClient, office: Office) -> None:
    written = page(client, office, "/users")
    assert all(login_of(who) in written for who in PEOPLE)


@pytest.mark.parametrize("who", ["engineer", "builder", "auditor", "inspector"])
def test_nobody_else_opens_them(client: TestClient, office: Office, who: str) -> None:
    shown, token = office.browser(who)
    assert client.get("/en/administration/users", headers=shown).status_code == 403
    form = {"token": token, "login": "x@example.kz", "code": "x", "role": "administrator", "bin": office.bins[who]}
    assert client.post("/en/administration/users", data=form, headers=shown).status_code == 403
    assert one(office, "SELECT count(*) FROM user_account") == len(PEOPLE)


def test_a_new_person_gets_a_link_and_the_ledger_an_entry(client: TestClient, office: Office) -> None:
    new = {"login": "new@example.kz", "code": "inspector-7", "language": "kk", "role": "inspector"}
    done = send(client, office, "/users", **new, bin=office.bins["engineer"], kato="75")
    assert done.status_code == 303
    assert one(office, "SELECT count(*) FROM password_reset") == 1
    told = one(office, "SELECT text FROM ledger_entry WHERE subject = 'user_role' ORDER BY id DESC LIMIT 1")
    assert '"role":"inspector"' in str(told)
    assert "new@example.kz" not in str(told)
    again = send(client, office, "/users", **new, bin=office.bins["engineer"])
    assert (again.status_code, 'role="alert"' in again.text, 'value="new@example.kz"' in again.text) == (
        409,
        True,
        True,
    )


def test_whoever_is_kept_out_is_out_at_once_and_may_be_let_in_again(client: TestClient, office: Office) -> None:
    shown, _ = office.browser("builder")
    assert client.get("/en/desk", headers=shown).status_code == 200
    builder = account(office, "builder")
    assert send(client, office, f"/users/{builder}/deactivate").status_code == 303
    client.cookies.clear()
    assert client.get("/en/desk", headers=shown, follow_redirects=False).status_code == 303
    assert send(client, office, f"/users/{builder}/activate").status_code == 303
    assert one(office, "SELECT is_active FROM user_account WHERE id = :id", id=builder) is True


def test_a_role_is_given_and_taken_and_what_was_open_in_it_is_over(client: TestClient, office: Office) -> None:
    engineer = account(office, "engineer")
    office.browser("engineer")
    role = one(office, "SELECT id FROM user_role WHERE user_id = :id", id=engineer)
    given = send(client, office, f"/users/{engineer}/give-role", role="auditor", bin=office.bins["engineer"])
    assert given.status_code == 303
    assert send(client, office, f"/users/{engineer}/take-role", role=str(role)).status_code == 303
    assert one(office, "SELECT role FROM user_role WHERE user_id = :id", id=engineer) == "auditor"
    assert one(office, "SELECT count(*) FROM user_session WHERE user_id = :id", id=engineer) == 0


def test_an_administrator_does_not_lock_themselves_out(client: TestClient, office: Office) -> None:
    own = account(office, "administrator")
    role = one(office, "SELECT id FROM user_role WHERE user_id = :id", id=own)
    assert send(client, office, f"/users/{own}/deactivate").status_code == 409
    assert send(client, office, f"/users/{own}/take-role", role=str(role)).status_code == 409


def test_a_rule_is_stated_with_its_source(client: TestClient, office: Office) -> None:
    stated = {"table": "holiday", "day": "2027-03-08", "legal_basis": "Labour Code, article 84", "confirmed": "yes"}
    assert send(client, office, "/rules", **stated).status_code == 303
    assert one(office, "SELECT legal_basis FROM calendar_day WHERE day = '2027-03-08'") == "Labour Code, article 84"
    assert "Labour Code, article 84" in page(client, office, "/rules")


def test_a_rule_that_makes_no_sense_is_refused_by_field_and_kept_on_the_page(
    client: TestClient, office: Office
) -> None:
    stated = {"table": "term", "kind_of_works": "medium_repair", "months": "many", "legal_basis": "Order 7"}
    wrong = send(client, office, "/rules", **stated)
    assert wrong.status_code == 422
    assert "Months:" in wrong.text.split('role="alert"')[1]
    assert 'value="Order 7"' in wrong.text
    assert one(office, "SELECT count(*) FROM term_rule WHERE legal_basis = 'Order 7'") == 0


def test_a_new_term_changes_warranties_at_once(client: TestClient, office: Office) -> None:
    before = one(office, "SELECT max(ends_on) FROM warranty WHERE upper_inf(recorded)")
    stated = {"table": "term", "kind_of_works": "medium_repair", "months": "60", "legal_basis": "Order 8"}
    with transaction(office.engine, Role.JOBS) as session:
        session.execute(text("UPDATE contract SET stated_term_months = NULL"))
    assert send(client, office, "/rules", **stated).status_code == 303
    assert str(one(office, "SELECT max(ends_on) FROM warranty WHERE upper_inf(recorded)")) > str(before)
