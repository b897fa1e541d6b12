"""People who may sign in: their accounts, roles and passwords."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from re import fullmatch

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert as insert_unless_there
from sqlalchemy.orm import Session

from roads.domain.accounts import LONGEST_LOGIN, AccountExists, BadAccount, NotSignedIn, OwnAccount, login_of
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


@dataclass(frozen=True, slots=True)
class ChangeRole:
    """One more role for somebody who has an account."""

    user_id: int
    given: GivenRole


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


def give_role(session: Session, actor: Actor, command: ChangeRole) -> None:
    """Give somebody one more role; one they have already stays. Errors: NotAllowed, NotFound, BadAccount."""
    actor.require(Permission.MANAGE_ACCOUNTS)
    acts(session, actor, "give_role")
    _demand_account(session, command.user_id)
    _demand_region(command.given)
    _give(session, command.user_id, command.given)


def take_role(session: Session, actor: Actor, user_id: int, role_id: int) -> None:
    """Take a role from somebody; what was open in it is over. Errors: NotAllowed, NotFound, OwnAccount."""
    actor.require(Permission.MANAGE_ACCOUNTS)
    _demand_other(actor, user_id)
    acts(session, actor, "take_role")
    taken = delete(UserRole).where(UserRole.id == role_id, UserRole.user_id == user_id).returning(UserRole.id)
    if session.scalars(taken).one_or_none() is None:
        raise NotFound(thing="role", key=role_id)


def set_active(session: Session, actor: Actor, user_id: int, *, is_active: bool, now: datetime) -> None:
    """Let somebody in again, or keep them out, which ends all that is open in their name.

    Errors: NotAllowed, NotFound, OwnAccount.
    """
    actor.require(Permission.MANAGE_ACCOUNTS)
    _demand_other(actor, user_id)
    acts(session, actor, "activate_user" if is_active else "deactivate_user")
    _demand_account(session, user_id)
    session.execute(update(UserAccount).where(UserAccount.id == user_id).values(is_active=is_active))
    if not is_active:
        end_everything(session, user_id, now=now)


def _demand_account(session: Session, user_id: int) -> None:
    if session.scalar(select(UserAccount.id).where(UserAccount.id == user_id)) is None:
        raise NotFound(thing="user", key=user_id)


def _demand_other(actor: Actor, user_id: int) -> None:
    """An administrator who locks themselves out has nobody to let them in."""
    if actor.user_id == user_id:
        raise OwnAccount()


def _demand_region(given: GivenRole) -> None:
    if given.kato is not None and not fullmatch(r"[0-9]{2}", given.kato):
        raise BadAccount(field="kato", value=given.kato)


def _demand_sound(command: CreateUser) -> None:
    """Errors: BadAccount, naming the first field that cannot be as it is."""
    if not fullmatch(r"[^@\s]+@[^@\s]+", login_of(command.login)) or len(command.login) > LONGEST_LOGIN:
        raise BadAccount(field="login", value=command.login[:LONGEST_LOGIN])
    if not fullmatch(r"[a-z][a-z0-9-]{0,99}", command.code):
        raise BadAccount(field="code", value=command.code[:LONGEST_LOGIN])
    if command.language not in LANGUAGES:
        raise BadAccount(field="language", value=command.language)
    if not command.roles:
        raise BadAccount(field="role", value="")
    for given in command.roles:
        _demand_region(given)


def _give(session: Session, user_id: int, given: GivenRole) -> None:
    organisation_id = session.scalar(select(Organisation.id).where(Organisation.bin == given.bin))
    if organisation_id is None:
        raise NotFound(thing="organisation", key=given.bin)
    added = insert_unless_there(UserRole).values(
        user_id=user_id, role=given.role, organisation_id=organisation_id, kato=given.kato
    )
    session.execute(added.on_conflict_do_nothing())


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
