"""A forgotten password: a link goes to the person's address and sets another password, once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from roads.domain.accounts import RESET_LIFE, LinkExpired
from roads.models.accounts import PasswordReset
from roads.queries.accounts import KnownUser, find_reset
from roads.usecases.accounts import set_password
from roads.usecases.accounts_secrets import hash_of, new_secret


@dataclass(frozen=True, slots=True)
class ResetLetter:
    """What is to be mailed: to whom, in which language, and the secret of the link."""

    to: str
    language: str
    secret: str


def ask_reset(session: Session, user: KnownUser | None, *, now: datetime) -> ResetLetter | None:
    """Make a link for a person; None where there is nobody, which nobody outside may tell."""
    if user is None or not user.is_active:
        return None
    session.execute(
        insert(PasswordReset).values(
            secret_hash=hash_of(secret := new_secret()), user_id=user.id, created_at=now, expires_at=now + RESET_LIFE
        )
    )
    return ResetLetter(user.login, user.language, secret)


def look_at_reset(session: Session, secret: str, *, now: datetime) -> KnownUser:
    """Whose password this link may set. Errors: LinkExpired."""
    user = find_reset(session, hash_of(secret), now)
    if user is None:
        raise LinkExpired()
    return user


def reset_password(session: Session, secret: str, password_hash: str, *, now: datetime) -> None:
    """Use the link: another password, and everything that was open in this name is over. Errors: LinkExpired."""
    used = (
        update(PasswordReset)
        .where(
            PasswordReset.secret_hash == hash_of(secret),
            PasswordReset.used_at.is_(None),
            PasswordReset.expires_at > now,
        )
        .values(used_at=now)
        .returning(PasswordReset.user_id)
    )
    user_id = session.scalars(used).one_or_none()
    if user_id is None:
        raise LinkExpired()
    set_password(session, user_id, password_hash, now=now)
