"""Accounts by real connections: each step with the database role that it runs with."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import Session

from roads.db import Role, transaction
from roads.domain.accounts import (
    AccountExists,
    AttemptKind,
    BadAccount,
    BadToken,
    LinkExpired,
    RoleNotHeld,
    TooManyAttempts,
    UnknownToken,
    WrongPassword,
)
from roads.domain.actors import OPERATOR, Actor
from roads.domain.actors import Role as Acting
from roads.domain.errors import NotAllowed, NotFound
from roads.queries.accounts import SignedIn, held_roles, held_sessions, held_tokens
from roads.usecases.accounts import CreateUser, GivenRole, create_user
from roads.usecases.accounts_door import (
    Attempt,
    Knock,
    choose_role,
    look_at_session,
    open_attempt,
    sign_in,
    sign_in_for_a_while,
    sign_out,
    sign_out_everywhere,
)
from roads.usecases.accounts_reset import ask_reset, look_at_reset, reset_password
from roads.usecases.accounts_secrets import (
    form_token,
    hash_of,
    hash_password,
    is_form_token,
    is_password,
    new_secret,
)
from roads.usecases.accounts_tokens import IssueToken, issue_token, look_at_token, revoke_token
from tests.accounts import NOW, PASSWORD, make_user, password_hash
from tests.factories import make_organisation

LOGIN, OTHER = "engineer@example.kz", "other@example.kz"
HOUR = timedelta(hours=1)


@pytest.fixture
def people(database: Engine) -> Engine:
    """Two accounts: one with two roles, one with one."""
    with transaction(database, Role.JOBS) as session:
        first, second = make_organisation(session), make_organisation(session)
    with transaction(database, Role.ACCOUNTS) as session:
        make_user(session, first, Acting.ENGINEER, Acting.AUDITOR, login=LOGIN)
        make_user(session, second, Acting.CONTRACTOR, login=OTHER)
    return database


@contextmanager
def door(engine: Engine) -> Iterator[Session]:
    with transaction(engine, Role.ACCOUNTS) as session:
        yield session


def knock(
    engine: Engine, login: str = LOGIN, address: str = "192.0.2.1", *, at: datetime = NOW, **more: str
) -> Attempt:
    with door(engine) as session:
        return open_attempt(session, Knock(login, address, **more), now=at)  # type: ignore[arg-type]


def enter(engine: Engine, login: str = LOGIN, *, at: datetime = NOW, address: str = "192.0.2.1") -> str:
    """Sign in with the right password; gives the secret of the cookie."""
    attempt = knock(engine, login, address, at=at)
    with door(engine) as session:
        return sign_in(session, attempt, is_right=True, now=at)


def behind(engine: Engine, secret: str, at: datetime = NOW) -> SignedIn:
    with door(engine) as session:
        found = look_at_session(session, secret, now=at)
    assert found is not None
    return found


def is_open(engine: Engine, secret: str, at: datetime = NOW) -> bool:
    with door(engine) as session:
        return look_at_session(session, secret, now=at) is not None


@contextmanager
def acting(engine: Engine, actor: Actor) -> Iterator[Session]:
    with transaction(engine, Role.APP, actor) as session:
        yield session


# --- accounts


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"login": "no address"}, "login"),
        ({"code": "Aibek Serikov"}, "code"),
        ({"language": "de"}, "language"),
        ({"roles": []}, "role"),
        ({"roles": [GivenRole(Acting.ENGINEER, "0", "750000000")]}, "kato"),
    ],
)
def test_an_account_that_cannot_be_is_refused_by_its_field(
    people: Engine, changed: dict[str, object], field: str
) -> None:
    sound: dict[str, object] = {"login": "new@example.kz", "code": "new-1", "language": "kk"}
    sound["roles"] = [GivenRole(Acting.ENGINEER, "0")]
    with door(people) as session, pytest.raises(BadAccount) as said:
        create_user(session, OPERATOR, CreateUser(**{**sound, **changed}), now=NOW)  # type: ignore[arg-type]
    assert said.value.params["field"] == field


def test_an_account_is_made_once_for_a_known_organisation_by_who_may(people: Engine) -> None:
    command = CreateUser(LOGIN.upper(), "new-1", "kk", [GivenRole(Acting.ENGINEER, "000000000000")])
    with door(people) as session, pytest.raises(AccountExists):
        create_user(session, OPERATOR, command, now=NOW)
    unknown = CreateUser("new@example.kz", "new-1", "kk", command.roles)
    with door(people) as session, pytest.raises(NotFound):
        create_user(session, OPERATOR, unknown, now=NOW)
    with door(people) as session, pytest.raises(NotAllowed):
        create_user(session, Actor("engineer-1"), unknown, now=NOW)


# --- signing in and out


def test_who_signs_in_acts_in_a_role_of_theirs(people: Engine) -> None:
    found = behind(people, enter(people))
    assert (found.actor.role, found.actor.user_id, found.language) == (Acting.ENGINEER, found.user_id, "en")
    assert found.actor.name.startswith("user-")


def test_a_wrong_password_and_a_login_that_is_not_there_are_one_answer(people: Engine) -> None:
    for login in (LOGIN, "nobody@example.kz"):
        attempt = knock(people, login)
        with door(people) as session, pytest.raises(WrongPassword):
            sign_in(session, attempt, is_right=False, now=NOW)
    assert is_password("anything at all", None) is False
    assert is_password(PASSWORD, password_hash())
    assert not is_password(PASSWORD + " ", password_hash())


def test_a_password_is_hashed_as_nobodys_is_so_that_both_take_as_long() -> None:
    from roads.usecases import accounts_secrets

    assert hash_password("x").split("$")[:4] == accounts_secrets._NOBODYS.split("$")[:4]
    assert password_hash().startswith("$argon2id$")


def test_a_session_is_kept_alive_by_pages_and_ends_after_seven_days(people: Engine) -> None:
    secret = enter(people)
    for hours in range(11, 7 * 24, 11):
        assert is_open(people, secret, NOW + hours * HOUR)
    assert not is_open(people, secret, NOW + timedelta(days=7))


def test_a_session_ends_after_twelve_idle_hours(people: Engine) -> None:
    assert not is_open(people, enter(people), NOW + 12 * HOUR)


def test_a_deactivated_account_is_out_at_once(people: Engine) -> None:
    secret = enter(people)
    with door(people) as session:
        session.execute(text("UPDATE user_account SET is_active = false"))
    assert not is_open(people, secret)
    assert knock(people).password_hash is None


def test_signing_out_ends_one_session_and_everywhere_ends_all(people: Engine) -> None:
    first, second, other = enter(people), enter(people), enter(people, OTHER)
    here = behind(people, first)
    with acting(people, here.actor) as session:
        sign_out(session, here.actor, here.session_id or 0, now=NOW)
    assert [is_open(people, one) for one in (first, second, other)] == [False, True, True]
    with door(people) as session:
        sign_out_everywhere(session, here.actor, now=NOW + HOUR)
    assert [is_open(people, one, NOW + HOUR) for one in (first, second, other)] == [False, False, True]


def test_nobody_ends_a_session_of_somebody_else(people: Engine) -> None:
    mine, other = behind(people, enter(people)), enter(people, OTHER)
    with acting(people, mine.actor) as session, pytest.raises(UnknownToken):
        sign_out(session, mine.actor, behind(people, other).session_id or 0, now=NOW)
    with acting(people, mine.actor) as session:  # without any WHERE
        session.execute(text("UPDATE user_session SET revoked_at = now()"))
    assert is_open(people, other)


def test_a_person_chooses_among_their_own_roles_and_finds_the_last_one_again(people: Engine) -> None:
    secret = enter(people)
    here = behind(people, secret)
    with acting(people, here.actor) as session:
        engineer, auditor = held_roles(session, here.user_id)
        choose_role(session, here.actor, here.session_id or 0, auditor.id)
    assert behind(people, secret).actor.role is Acting.AUDITOR
    assert behind(people, enter(people, at=NOW + HOUR), NOW + HOUR).actor.role is Acting.AUDITOR
    other = behind(people, enter(people, OTHER))
    with acting(people, other.actor) as session, pytest.raises(RoleNotHeld):
        choose_role(session, other.actor, other.session_id or 0, engineer.id)


def test_the_schema_itself_gives_nobody_a_role_of_somebody_else(people: Engine) -> None:
    mine, other = behind(people, enter(people)), behind(people, enter(people, OTHER))
    with pytest.raises(IntegrityError), acting(people, mine.actor) as session:
        session.execute(text("UPDATE user_session SET user_role_id = :role"), {"role": other.role_id})


def test_a_bearer_is_given_the_wanted_role_if_it_is_theirs(people: Engine) -> None:
    attempt = knock(people)
    with door(people) as session:
        found = sign_in_for_a_while(session, attempt, Acting.AUDITOR, is_right=True, now=NOW)
        assert found.actor.role is Acting.AUDITOR
        with pytest.raises(RoleNotHeld):
            sign_in_for_a_while(session, attempt, Acting.CONTRACTOR, is_right=True, now=NOW)


# --- waiting


def fail(engine: Engine, times: int, **where: str) -> None:
    for _ in range(times):
        knock(engine, **where)  # type: ignore[arg-type]


def test_who_guesses_from_one_address_waits_and_nobody_else_does(people: Engine) -> None:
    fail(people, 5)
    with pytest.raises(TooManyAttempts) as said:
        knock(people)
    assert said.value.params == {"seconds": 30}
    knock(people, address="192.0.2.2")
    knock(people, OTHER)
    knock(people, at=NOW + timedelta(seconds=31))


def test_a_stranger_at_the_same_address_locks_out_no_known_device(people: Engine) -> None:
    cookie = enter(people)
    fail(people, 5)
    with pytest.raises(TooManyAttempts):
        knock(people)
    assert knock(people, device=cookie).origin.startswith("device/")
    with pytest.raises(TooManyAttempts):
        knock(people, device=enter(people, OTHER))
    fail(people, 4, device=cookie)
    with pytest.raises(TooManyAttempts):
        knock(people, device=cookie)


def test_the_right_password_forgives_earlier_slips_for_this_login_only(people: Engine) -> None:
    fail(people, 4)
    fail(people, 4, login=OTHER)
    enter(people)
    fail(people, 4)
    knock(people, OTHER)
    with pytest.raises(TooManyAttempts):
        knock(people, OTHER)


def test_many_logins_from_one_address_wait_together(people: Engine) -> None:
    for number in range(30):
        knock(people, f"user{number}@example.kz")
    with pytest.raises(TooManyAttempts):
        knock(people)


def test_of_many_attempts_at_once_no_more_than_the_free_ones_are_listened_to(people: Engine) -> None:
    def one(_: int) -> bool:
        try:
            knock(people)
        except TooManyAttempts:
            return False
        return True

    with ThreadPoolExecutor(5) as many:
        assert sum(many.map(one, range(20))) == 5


def test_attempts_are_forgotten_after_a_day_and_name_no_login(people: Engine) -> None:
    fail(people, 3)
    knock(people, at=NOW + timedelta(days=1, seconds=1))
    with door(people) as session:
        (row,) = session.execute(text("SELECT login_hash, origin FROM sign_in_attempt"))
    assert row == (hash_of(LOGIN), "192.0.2.1")


# --- tokens


def test_a_token_is_shown_once_and_acts_in_its_role_until_it_is_revoked(people: Engine) -> None:
    here = behind(people, enter(people))
    with acting(people, here.actor) as session:
        issued = issue_token(session, here.actor, IssueToken(" nightly ", 30, here.role_id), now=NOW)
        (held,) = held_tokens(session, here.user_id, NOW)
    assert (held.name, held.role, held.expires_at) == ("nightly", Acting.ENGINEER, NOW + timedelta(days=30))
    assert found_by(people, issued.secret) == here.actor
    assert found_by(people, issued.secret, NOW + timedelta(days=30)) is None
    with acting(people, here.actor) as session:
        revoke_token(session, here.actor, issued.id, now=NOW)
    assert found_by(people, issued.secret) is None


def found_by(engine: Engine, token: str, at: datetime = NOW) -> Actor | None:
    with door(engine) as session:
        found = look_at_token(session, token, now=at, today=at.date())
    return found.actor if found else None


@pytest.mark.parametrize(("name", "days"), [("", 30), (" ", 30), ("x" * 101, 30), ("x", 0), ("x", 366)])
def test_a_token_has_a_name_and_an_end(people: Engine, name: str, days: int) -> None:
    here = behind(people, enter(people))
    with acting(people, here.actor) as session, pytest.raises(BadToken):
        issue_token(session, here.actor, IssueToken(name, days, here.role_id), now=NOW)


def test_nobody_sees_or_revokes_a_token_of_somebody_else(people: Engine) -> None:
    mine, other = behind(people, enter(people)), behind(people, enter(people, OTHER))
    with acting(people, other.actor) as session:
        issued = issue_token(session, other.actor, IssueToken("theirs", 1, other.role_id), now=NOW)
    with acting(people, mine.actor) as session:
        assert held_tokens(session, other.user_id, NOW) == []
        assert held_sessions(session, other.user_id, NOW) == []
        with pytest.raises(UnknownToken):
            revoke_token(session, mine.actor, issued.id, now=NOW)
    with pytest.raises(IntegrityError), acting(people, mine.actor) as session:
        issue_token(session, mine.actor, IssueToken("theirs", 1, other.role_id), now=NOW)


@pytest.mark.parametrize(
    "words",
    [
        "SELECT password_hash FROM user_account",
        "SELECT secret_hash FROM user_session",
        "SELECT secret_hash FROM personal_token",
        "SELECT FROM password_reset",
        "SELECT FROM sign_in_attempt",
        "UPDATE user_account SET is_active = true",
        "INSERT INTO user_role (user_id, role, organisation_id) VALUES (1, 'administrator', 1)",
        (
            "INSERT INTO user_session (secret_hash, user_id, user_role_id, created_at, seen_at, expires_at)"
            " VALUES (repeat('0', 64), 1, 1, now(), now(), now())"
        ),
    ],
)
def test_the_application_meets_no_hash_and_makes_no_account(people: Engine, words: str) -> None:
    here = behind(people, enter(people))
    with pytest.raises(ProgrammingError) as said, acting(people, here.actor) as session:
        session.execute(text(words))
    assert isinstance(said.value.orig, InsufficientPrivilege)


def test_everybody_reads_their_own_account_and_an_administrator_reads_all(people: Engine) -> None:
    here = behind(people, enter(people))
    chief = Actor("chief", frozenset(), 1, Acting.ADMINISTRATOR, 99)
    for actor, accounts, roles in ((here.actor, 1, 2), (chief, 2, 3), (None, 0, 0)):
        with transaction(people, Role.APP, actor) as session:
            assert session.scalar(text("SELECT count(id) FROM user_account")) == accounts
            assert session.scalar(text("SELECT count(*) FROM user_role")) == roles


# --- forgotten passwords


def letter_for(engine: Engine, login: str = LOGIN, at: datetime = NOW) -> str:
    attempt = knock(engine, login, at=at, kind=AttemptKind.RESET)
    with door(engine) as session:
        letter = ask_reset(session, attempt.user, now=at)
    assert letter is not None
    assert letter.to == login
    return letter.secret


def test_a_link_sets_another_password_once_and_ends_everything_else(people: Engine) -> None:
    cookie, link, older = enter(people), letter_for(people), letter_for(people)
    here = behind(people, cookie)
    with acting(people, here.actor) as session:
        token = issue_token(session, here.actor, IssueToken("nightly", 30, here.role_id), now=NOW).secret
    later = NOW + timedelta(minutes=1)
    with door(people) as session:
        assert look_at_reset(session, link, now=later).login == LOGIN
        reset_password(session, link, hash_password("another password"), now=later)
    assert not is_open(people, cookie, later)
    assert found_by(people, token, later) is None
    assert is_password("another password", knock(people, at=later).password_hash)
    for used in (link, older):
        with door(people) as session, pytest.raises(LinkExpired):
            reset_password(session, used, password_hash(), now=later)


def test_a_link_is_good_for_an_hour(people: Engine) -> None:
    link = letter_for(people)
    with door(people) as session, pytest.raises(LinkExpired):
        look_at_reset(session, link, now=NOW + HOUR)
    with door(people) as session, pytest.raises(LinkExpired):
        reset_password(session, link, password_hash(), now=NOW + HOUR)


def test_there_is_no_link_for_nobody_and_none_too_often(people: Engine) -> None:
    attempt = knock(people, "nobody@example.kz", kind=AttemptKind.RESET)
    with door(people) as session:
        assert ask_reset(session, attempt.user, now=NOW) is None
    letter_for(people)
    letter_for(people)
    letter_for(people)
    with pytest.raises(TooManyAttempts):
        letter_for(people)
    knock(people)  # a password is another matter


# --- secrets


def test_a_form_token_belongs_to_one_browser() -> None:
    one, two = new_secret(), new_secret()
    assert len(one) >= 43
    assert is_form_token(one, form_token(one))
    assert not is_form_token(one, form_token(two))
    assert not is_form_token(one, "қ")
