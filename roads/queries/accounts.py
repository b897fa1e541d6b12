"""Accounts as they stand: who is behind a login, a session or a token, and what a person holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, and_, func, select
from sqlalchemy.orm import Session

from roads.domain.accounts import DEVICE_KNOWN, AttemptKind, Failure, Lifetime, Limit
from roads.domain.actors import Actor, Role, person
from roads.models.accounts import PasswordReset, PersonalToken, SignInAttempt, UserAccount, UserRole, UserSession
from roads.models.contracts import Organisation


@dataclass(frozen=True, slots=True)
class KnownUser:
    """An account with what the door asks of it."""

    id: int
    login: str
    code: str
    language: str
    is_active: bool
    password_hash: str | None
    valid_from: datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is there, in which role, and for browsers in which session."""

    actor: Actor
    user_id: int
    role_id: int
    language: str
    session_id: int | None = None


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role that a person may act in."""

    id: int
    role: Role
    organisation: str
    bin: str
    kato: str | None


@dataclass(frozen=True, slots=True)
class HeldSession:
    """A browser in which a person is signed in."""

    id: int
    role: Role
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class HeldToken:
    """A token that works, without what opens something."""

    id: int
    name: str
    role: Role
    created_at: datetime
    expires_at: datetime
    last_used_on: date | None


# --- asked at the door


def find_user(session: Session, login: str) -> KnownUser | None:
    """The account of a login."""
    return _user(session, _users().where(UserAccount.login == login))


def find_reset(session: Session, secret_hash: str, now: datetime) -> KnownUser | None:
    """Whose password a link may set, unless it was used or is too old."""
    asked = _users().join(PasswordReset, PasswordReset.user_id == UserAccount.id)
    works = (PasswordReset.secret_hash == secret_hash, PasswordReset.used_at.is_(None), PasswordReset.expires_at > now)
    return _user(session, asked.where(*works, UserAccount.is_active))


def _users() -> Select[*tuple[Any, ...]]:
    return select(
        UserAccount.id,
        UserAccount.login,
        UserAccount.code,
        UserAccount.language,
        UserAccount.is_active,
        UserAccount.password_hash,
        UserAccount.valid_from,
    )


def _user(session: Session, asked: Select[*tuple[Any, ...]]) -> KnownUser | None:
    row = session.execute(asked).one_or_none()
    return None if row is None else KnownUser(**row._mapping)


def known_device(session: Session, user_id: int, secret_hash: str, now: datetime) -> int | None:
    """The session that this browser once opened for this person, even if it is over now; not one that was revoked."""
    return session.scalar(
        select(UserSession.id).where(
            UserSession.secret_hash == secret_hash,
            UserSession.user_id == user_id,
            UserSession.revoked_at.is_(None),
            UserSession.created_at > now - DEVICE_KNOWN,
        )
    )


def failures_from(
    session: Session, kind: AttemptKind, origin: str, login_hash: str, now: datetime
) -> Sequence[Failure]:
    """What came to nothing lately from one origin."""
    rows = session.execute(
        select(SignInAttempt.at, SignInAttempt.login_hash).where(
            SignInAttempt.origin == origin,
            SignInAttempt.at > now - Limit.WINDOW,
            SignInAttempt.kind == kind,
            SignInAttempt.is_ok.is_(False),
        )
    )
    return [Failure(row.at, row.login_hash == login_hash) for row in rows]


def role_to_begin_with(session: Session, user_id: int, wanted: Role | None = None) -> int | None:
    """The role that was acted in last, else the first one; of the wanted kind, where one is wanted."""
    lately = select(func.max(UserSession.created_at)).where(UserSession.user_role_id == UserRole.id).scalar_subquery()
    asked = select(UserRole.id).where(UserRole.user_id == user_id)
    if wanted is not None:
        asked = asked.where(UserRole.role == wanted)
    return session.scalar(asked.order_by(lately.desc().nulls_last(), UserRole.id).limit(1))


def behind_session(session: Session, secret_hash: str, now: datetime) -> tuple[SignedIn, datetime] | None:
    """Who is behind a cookie, if the session is open, and when they were last seen there."""
    row = session.execute(
        _signed_in(UserSession.id.label("session_id"), UserSession.created_at, UserSession.seen_at)
        .add_columns(UserSession.expires_at, UserSession.revoked_at)
        .join(UserSession, _of_role(UserSession))
        .where(UserSession.secret_hash == secret_hash)
    ).one_or_none()
    if row is None:
        return None
    life = Lifetime(row.created_at, row.seen_at, row.expires_at, row.revoked_at, row.valid_from)
    return (_as_signed_in(row, row.session_id), row.seen_at) if life.is_open(now) else None


def behind_token(session: Session, secret_hash: str, now: datetime) -> tuple[SignedIn, int, date | None] | None:
    """Who is behind a personal token that works, its id, and the day it was last used."""
    row = session.execute(
        _signed_in(PersonalToken.id.label("token_id"), PersonalToken.last_used_on)
        .join(PersonalToken, _of_role(PersonalToken))
        .where(
            PersonalToken.secret_hash == secret_hash,
            PersonalToken.revoked_at.is_(None),
            PersonalToken.expires_at > now,
            PersonalToken.created_at >= UserAccount.valid_from,
        )
    ).one_or_none()
    return None if row is None else (_as_signed_in(row), row.token_id, row.last_used_on)


def in_role(session: Session, user_id: int, role_id: int, since: datetime) -> SignedIn | None:
    """The person in a role, if what was signed in then still holds."""
    asked = _signed_in().where(UserAccount.id == user_id, UserRole.id == role_id, UserAccount.valid_from <= since)
    row = session.execute(asked).one_or_none()
    return None if row is None else _as_signed_in(row)


def _signed_in(*others: Any) -> Select[Any]:
    return (
        select(
            UserAccount.id.label("user_id"),
            UserAccount.code,
            UserAccount.language,
            UserAccount.valid_from,
            UserRole.id.label("role_id"),
            UserRole.role,
            UserRole.organisation_id,
            UserRole.kato,
            *others,
        )
        .select_from(UserAccount)
        .join(UserRole, UserRole.user_id == UserAccount.id)
        .where(UserAccount.is_active)
    )


def _of_role(opened: type[UserSession] | type[PersonalToken]) -> Any:
    return and_(opened.user_role_id == UserRole.id, opened.user_id == UserAccount.id)


def _as_signed_in(row: Row[Any], session_id: int | None = None) -> SignedIn:
    actor = person(row.code, Role(row.role), row.organisation_id, user_id=row.user_id, kato=row.kato)
    return SignedIn(actor, row.user_id, row.role_id, row.language, session_id)


# --- asked by a person, of what is theirs


def held_roles(session: Session, user_id: int) -> Sequence[HeldRole]:
    """The roles of a person."""
    rows = session.execute(
        select(UserRole.id, UserRole.role, Organisation.name, Organisation.bin, UserRole.kato)
        .join(Organisation, Organisation.id == UserRole.organisation_id)
        .where(UserRole.user_id == user_id)
        .order_by(UserRole.id)
    )
    return [HeldRole(row.id, Role(row.role), row.name, row.bin, row.kato) for row in rows]


def held_sessions(session: Session, user_id: int, now: datetime) -> Sequence[HeldSession]:
    """The open sessions of a person, the one seen last first."""
    rows = session.execute(
        select(
            UserSession.id,
            UserRole.role,
            UserSession.created_at,
            UserSession.seen_at,
            UserSession.expires_at,
            UserSession.revoked_at,
        )
        .join(UserRole, UserRole.id == UserSession.user_role_id)
        .where(UserSession.user_id == user_id, UserSession.revoked_at.is_(None), UserSession.expires_at > now)
        .order_by(UserSession.seen_at.desc())
    )
    # What "sign out everywhere" ended was revoked as well, so that `valid_from` is not asked.
    return [
        HeldSession(row.id, Role(row.role), row.created_at, row.seen_at)
        for row in rows
        if Lifetime(row.created_at, row.seen_at, row.expires_at, row.revoked_at, row.created_at).is_open(now)
    ]


def held_tokens(session: Session, user_id: int, now: datetime) -> Sequence[HeldToken]:
    """The tokens of a person that work, the newest first."""
    rows = session.execute(
        select(
            PersonalToken.id,
            PersonalToken.name,
            UserRole.role,
            PersonalToken.created_at,
            PersonalToken.expires_at,
            PersonalToken.last_used_on,
        )
        .join(UserRole, UserRole.id == PersonalToken.user_role_id)
        .where(PersonalToken.user_id == user_id, PersonalToken.revoked_at.is_(None), PersonalToken.expires_at > now)
        .order_by(PersonalToken.id.desc())
    )
    return [
        HeldToken(row.id, row.name, Role(row.role), row.created_at, row.expires_at, row.last_used_on) for row in rows
    ]


# --- for whoever administers


@dataclass(frozen=True, slots=True)
class ListedUser:
    """An account with its roles."""

    id: int
    login: str
    code: str
    language: str
    is_active: bool
    roles: Sequence[HeldRole]


def all_users(session: Session) -> list[ListedUser]:
    """Every account that whoever acts may see, by login."""
    account = (UserAccount.id, UserAccount.login, UserAccount.code, UserAccount.language, UserAccount.is_active)
    users = session.execute(select(*account).order_by(UserAccount.login)).all()
    role = (UserRole.user_id, UserRole.id, UserRole.role, Organisation.name, Organisation.bin, UserRole.kato)
    asked = select(*role).join(Organisation, Organisation.id == UserRole.organisation_id).order_by(UserRole.id)
    roles: dict[int, list[HeldRole]] = {}
    for row in session.execute(asked):
        roles.setdefault(row.user_id, []).append(HeldRole(row.id, Role(row.role), row.name, row.bin, row.kato))
    return [ListedUser(*user, roles=roles.get(user.id, ())) for user in users]
