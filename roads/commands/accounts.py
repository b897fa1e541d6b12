"""Accounts from the command line of the server: a first administrator, a token for a machine, a link to a new password.

A password comes from a prompt or from standard input, never from an argument, which every process list would show.
"""

import sys
from datetime import UTC
from getpass import getpass
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from roads.commands.running import IN_ENGLISH, Language, one_clear_line, surroundings
from roads.db import Role, transaction
from roads.domain import actors
from roads.domain.accounts import NoPassword, RoleNotHeld, demand_good, login_of
from roads.domain.actors import OPERATOR
from roads.domain.errors import NotFound
from roads.i18n import say
from roads.queries.accounts import KnownUser, SignedIn, find_user, in_role, role_to_begin_with
from roads.usecases.accounts import CreateUser, GivenRole, create_user
from roads.usecases.accounts_reset import ask_reset
from roads.usecases.accounts_secrets import hash_password
from roads.usecases.accounts_tokens import IssueToken, issue_token

app = typer.Typer()

Login = Annotated[str, typer.Argument(help="the person's e-mail address")]
WantedRole = Annotated[actors.Role, typer.Option("--role", help="what the person is")]


@app.command("create-user")
@one_clear_line
def create(
    login: Login,
    code: Annotated[str, typer.Argument(help="what ledgers call the person, such as engineer-1: never a name")],
    role: WantedRole,
    organisation: Annotated[str, typer.Option("--organisation", help="BIN of the organisation they act for")],
    region: Annotated[str | None, typer.Option("--region", help="two digits of KATO; all regions without it")] = None,
    speaks: Annotated[str, typer.Option("--speaks", help="kk, ru or en: the language of letters")] = "kk",
    language: Language = IN_ENGLISH,
) -> None:
    """Make an account. The password is asked for, or is the first line of standard input."""
    password = read_password(language)
    demand_good(password, login_of(login))
    command = CreateUser(login, code, speaks, [GivenRole(role, organisation, region)], hash_password(password))
    with surroundings() as here, transaction(here.engine, Role.ACCOUNTS) as session:
        create_user(session, OPERATOR, command, now=here.now.astimezone(UTC))
    print(say("command.user_created", language, {"login": login_of(login), "code": code}))  # noqa: T201


def read_password(language: str) -> str:
    """What is typed unseen, or the first line of standard input. Errors: NoPassword."""
    typed = getpass(say("command.password", language)) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not typed:
        raise NoPassword()
    return typed


@app.command("issue-token")
@one_clear_line
def issue(
    login: Login,
    name: Annotated[str, typer.Argument(help="what the token is for")],
    days: Annotated[int, typer.Option(help="how long it works, at most 365")] = 90,
    role: Annotated[actors.Role | None, typer.Option(help="in which of the person's roles")] = None,
    language: Language = IN_ENGLISH,
) -> None:
    """Make a personal token and print it, this once."""
    with surroundings() as here, transaction(here.engine, Role.ACCOUNTS) as session:
        now = here.now.astimezone(UTC)
        user = known(session, login)
        role_id = role_to_begin_with(session, user.id, role)
        found: SignedIn | None = in_role(session, user.id, role_id, now) if role_id else None
        if found is None:
            raise RoleNotHeld(role=role or "")
        issued = issue_token(session, found.actor, IssueToken(name, days, found.role_id), now=now)
    print(issued.secret)  # noqa: T201
    print(say("command.token_issued", language, {"until": issued.expires_at.date()}), file=sys.stderr)  # noqa: T201


@app.command("reset-link")
@one_clear_line
def reset_link(login: Login, language: Language = IN_ENGLISH) -> None:  # noqa: ARG001 (for what goes wrong)
    """Print a link by which a person sets another password, for whoever cannot get it by mail."""
    with surroundings() as here, transaction(here.engine, Role.ACCOUNTS) as session:
        letter = ask_reset(session, known(session, login), now=here.now.astimezone(UTC))
        if letter is None:
            raise NotFound(thing="user", key=login)
    print(f"{here.settings.base_url.rstrip('/')}/{letter.language}/reset/{letter.secret}")  # noqa: T201


def known(session: Session, login: str) -> KnownUser:
    """The account of a login. Errors: NotFound."""
    user = find_user(session, login_of(login))
    if user is None:
        raise NotFound(thing="user", key=login_of(login))
    return user
