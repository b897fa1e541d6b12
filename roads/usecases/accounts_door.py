"""Signing in and out: an attempt is counted before the password is looked at, and a session is opened after."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from roads.db import wait_for_turn
from roads.domain.accounts import (
    LONGEST_SESSION,
    OF_ONE_LOGIN,
    OF_RESETS,
    SEEN_EVERY,
    AttemptKind,
    RoleNotHeld,
    TooManyAttempts,
    UnknownToken,
    WrongPassword,
    login_of,
    origin_of,
    origin_of_device,
    wait_after,
)
from roads.domain.actors import Actor, Role
from roads.models.accounts import SignInAttempt, UserSession
from roads.queries.accounts import (
    KnownUser,
    SignedIn,
    behind_session,
    failures_from,
    find_user,
    held_roles,
    in_role,
    known_device,
    role_to_begin_with,
)
from roads.usecases.accounts import end_everything
from roads.usecases.accounts_secrets import hash_of, new_secret

KEPT = timedelta(days=1)
"""Attempts are kept no longer: an address is somebody's."""


@dataclass(frozen=True, slots=True)
class Knock:
    """Somebody asks to come in, from an address; `device` is the cookie of an earlier session, if there is one."""

    login: str
    address: str
    device: str | None = None
    kind: AttemptKind = AttemptKind.PASSWORD


@dataclass(frozen=True, slots=True)
class Attempt:
    """A knock that is counted. Without a user there is no such login, which nobody outside may tell."""

    id: int
    login_hash: str
    origin: str
    user: KnownUser | None

    @property
    def password_hash(self) -> str | None:
        """What the password is compared with, if anything."""
        return self.user.password_hash if self.user and self.user.is_active else None


def open_attempt(session: Session, knock: Knock, *, now: datetime) -> Attempt:
    """Count a knock, as a failure until it turns out well: of many at once none slips through uncounted.

    Errors: TooManyAttempts, which counts no further one.
    """
    login = login_of(knock.login)
    user = find_user(session, login)
    origin, login_hash = _origin(session, knock, user, now), hash_of(login)
    wait_for_turn(session, f"attempts from {origin}")
    limit = OF_RESETS if knock.kind is AttemptKind.RESET else OF_ONE_LOGIN
    wait = wait_after(failures_from(session, knock.kind, origin, login_hash, now), now, limit)
    if wait:
        raise TooManyAttempts(seconds=ceil(wait.total_seconds()))
    _forget(session, now)
    added = insert(SignInAttempt).values(kind=knock.kind, login_hash=login_hash, origin=origin, at=now)
    return Attempt(session.scalars(added.returning(SignInAttempt.id)).one(), login_hash, origin, user)


def _forget(session: Session, now: datetime) -> None:
    """Remove old attempts, some at a time, and never those that somebody else is removing."""
    old = select(SignInAttempt.id).where(SignInAttempt.at < now - KEPT).limit(100).with_for_update(skip_locked=True)
    session.execute(delete(SignInAttempt).where(SignInAttempt.id.in_(old)).execution_options(synchronize_session=False))


def _origin(session: Session, knock: Knock, user: KnownUser | None, now: datetime) -> str:
    device = known_device(session, user.id, hash_of(knock.device), now) if user and knock.device else None
    return origin_of(knock.address) if device is None else origin_of_device(device)


def close_attempt(session: Session, attempt: Attempt, *, is_right: bool) -> KnownUser:
    """The person who knocked, if the password was right; their earlier slips from there are forgiven.

    Errors: WrongPassword.
    """
    if attempt.user is None or not is_right:
        raise WrongPassword()
    session.execute(
        update(SignInAttempt)
        .where(
            SignInAttempt.origin == attempt.origin,
            SignInAttempt.login_hash == attempt.login_hash,
            SignInAttempt.kind == AttemptKind.PASSWORD,
        )
        .values(is_ok=True)
    )
    return attempt.user


def sign_in(session: Session, attempt: Attempt, *, is_right: bool, now: datetime) -> str:
    """Open a session in the role acted in last, and give its secret, which is for the cookie.

    Errors: WrongPassword, RoleNotHeld for a person without any role.
    """
    user = close_attempt(session, attempt, is_right=is_right)
    session.execute(
        insert(UserSession).values(
            secret_hash=hash_of(secret := new_secret()),
            user_id=user.id,
            user_role_id=_role(session, user, None),
            created_at=now,
            seen_at=now,
            expires_at=now + LONGEST_SESSION,
        )
    )
    return secret


def sign_in_for_a_while(
    session: Session, attempt: Attempt, wanted: Role | None, *, is_right: bool, now: datetime
) -> SignedIn:
    """Who may have a bearer token, in the wanted role or the one acted in last. Errors: WrongPassword, RoleNotHeld."""
    user = close_attempt(session, attempt, is_right=is_right)
    signed_in = in_role(session, user.id, _role(session, user, wanted), now)
    if signed_in is None:
        raise WrongPassword()
    return signed_in


def _role(session: Session, user: KnownUser, wanted: Role | None) -> int:
    role_id = role_to_begin_with(session, user.id, wanted)
    if role_id is None:
        raise RoleNotHeld(role=wanted.value if wanted else "")
    return role_id


def look_at_session(session: Session, secret: str, *, now: datetime) -> SignedIn | None:
    """Who is behind a cookie; the session lives on."""
    found = behind_session(session, hash_of(secret), now)
    if found is None:
        return None
    signed_in, seen_at = found
    if now - seen_at > SEEN_EVERY:
        session.execute(update(UserSession).where(UserSession.id == signed_in.session_id).values(seen_at=now))
    return signed_in


def sign_out(session: Session, actor: Actor, session_id: int, *, now: datetime) -> None:
    """End one of one's own sessions. Errors: UnknownToken."""
    ended = (
        update(UserSession)
        .where(UserSession.id == session_id, UserSession.user_id == actor.user_id, UserSession.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(UserSession.id)
        .execution_options(synchronize_session=False)
    )
    if session.scalars(ended).one_or_none() is None:
        raise UnknownToken()


def sign_out_everywhere(session: Session, actor: Actor, *, now: datetime) -> None:
    """End everything that is open in one's own name. Errors: NotSignedIn."""
    end_everything(session, actor.user_id or 0, now=now)


def choose_role(session: Session, actor: Actor, session_id: int, role_id: int) -> None:
    """Act in another of one's own roles from now on, in this session. Errors: RoleNotHeld."""
    held = {one.id for one in held_roles(session, actor.user_id or 0)}
    if role_id not in held:
        raise RoleNotHeld(role=str(role_id))
    session.execute(
        update(UserSession)
        .where(UserSession.id == session_id, UserSession.user_id == actor.user_id)
        .values(user_role_id=role_id)
        .execution_options(synchronize_session=False)
    )
