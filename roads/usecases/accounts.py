"""People who may sign in: their accounts, roles and passwords."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from re import fullmatch

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_unless_there
from sqlalchemy.orm import Session

from roads.domain.accounts import AccountExists, BadAccount, NotSignedIn, login_of
from roads.domain.actors import Actor, Permission, Role
from roads.domain.errors import NotFound
from roads.i18n import LANGUAGES
from roads.models.accounts import PasswordReset, PersonalToken, UserAccount, UserRole, UserSession
from roads.models.contracts import Organisation
from roads.usecases.acting import acts


@dataclass(frozen=True, slots=True)
class GivenRole:
    """What a person is for the organisation with this BIN, in one region (two digits of KATO) or in all."""

    role: Role
    bin: str
    kato: str | None = None


@dataclass(frozen=True, slots=True)
class CreateUser:
    """A new account. Its first password is set by hand (a hash of it) or by a link."""

    login: str
    code: str
    language: str
    roles: Sequence[GivenRole]
    password_hash: str | None = None


def create_user(session: Session, actor: Actor, command: CreateUser, *, now: datetime) -> int:
    """Make an account with its roles, and give its id. `now` is when its life begins.

    Errors: NotAllowed, BadAccount, AccountExists, NotFound for an organisation that is not known.
    """
    actor.require(Permission.MANAGE_ACCOUNTS)
    _demand_sound(command)
    acts(session, actor, "create_user")
    added = (
        insert_unless_there(UserAccount)
        .values(
            login=login_of(command.login),
            code=command.code,
            language=command.language,
            password_hash=command.password_hash,
            valid_from=now,
            created_at=now,
        )
        .on_conflict_do_nothing()
        .returning(UserAccount.id)
    )
    user_id = session.scalars(added).one_or_none()
    if user_id is None:
        raise AccountExists(login=login_of(command.login), code_=command.code)
    for given in command.roles:
        _give(session, user_id, given)
    return user_id


def _demand_sound(command: CreateUser) -> None:
    """Errors: BadAccount, naming the first field that cannot be as it is."""
    if not fullmatch(r"[^@\s]+@[^@\s]+", login_of(command.login)):
        raise BadAccount(field="login", value=command.login)
    if not fullmatch(r"[a-z][a-z0-9-]*", command.code):
        raise BadAccount(field="code", value=command.code)
    if command.language not in LANGUAGES:
        raise BadAccount(field="language", value=command.language)
    if not command.roles:
        raise BadAccount(field="role", value="")
    for given in command.roles:
        if given.kato is not None and not fullmatch(r"[0-9]{2}", given.kato):
            raise BadAccount(field="kato", value=given.kato)


def _give(session: Session, user_id: int, given: GivenRole) -> None:
    organisation_id = session.scalar(select(Organisation.id).where(Organisation.bin == given.bin))
    if organisation_id is None:
        raise NotFound(thing="organisation", key=given.bin)
    session.execute(
        insert(UserRole).values(user_id=user_id, role=given.role, organisation_id=organisation_id, kato=given.kato)
    )


def set_password(session: Session, user_id: int, password_hash: str, *, now: datetime) -> None:
    """Keep another password; everything that was opened with the old one is over."""
    session.execute(update(UserAccount).where(UserAccount.id == user_id).values(password_hash=password_hash))
    end_everything(session, user_id, now=now)


def end_everything(session: Session, user_id: int, *, now: datetime) -> None:
    """Sign a person out everywhere: sessions, tokens and links that were not used yet.

    Errors: NotSignedIn for nobody.
    """
    moved = update(UserAccount).where(UserAccount.id == user_id).values(valid_from=now).returning(UserAccount.id)
    if session.scalars(moved).one_or_none() is None:
        raise NotSignedIn()
    for opened in (UserSession, PersonalToken):
        session.execute(
            update(opened).where(opened.user_id == user_id, opened.revoked_at.is_(None)).values(revoked_at=now)
        )
    session.execute(
        update(PasswordReset)
        .where(PasswordReset.user_id == user_id, PasswordReset.used_at.is_(None))
        .values(used_at=now)
    )
