"""Personal tokens: what a person's own program shows in place of a password."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from roads.domain.accounts import LONGEST_TOKEN, LONGEST_TOKEN_NAME, BadToken, NotSignedIn, UnknownToken
from roads.domain.actors import Actor
from roads.models.accounts import PersonalToken
from roads.queries.accounts import SignedIn, behind_token
from roads.usecases.accounts_secrets import hash_of, new_secret

PREFIX = "szp_"
"""By this a personal token is told from a bearer token, and found by whoever searches code for secrets."""


@dataclass(frozen=True, slots=True)
class IssueToken:
    """A token of this name for so many days, in one of the person's own roles."""

    name: str
    days: int
    role_id: int


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token; `secret` is shown once and kept nowhere."""

    id: int
    secret: str
    expires_at: datetime


def issue_token(session: Session, actor: Actor, command: IssueToken, *, now: datetime) -> Issued:
    """Make a token in one's own name. The schema holds that the role is one's own. Errors: NotSignedIn, BadToken."""
    if actor.user_id is None:
        raise NotSignedIn()
    name = command.name.strip()
    if not 1 <= len(name) <= LONGEST_TOKEN_NAME or not 1 <= command.days <= LONGEST_TOKEN.days:
        raise BadToken(longest_days=LONGEST_TOKEN.days, longest_name=LONGEST_TOKEN_NAME)
    secret, expires_at = PREFIX + new_secret(), now + timedelta(days=command.days)
    added = insert(PersonalToken).values(
        secret_hash=hash_of(secret),
        name=name,
        user_id=actor.user_id,
        user_role_id=command.role_id,
        created_at=now,
        expires_at=expires_at,
    )
    return Issued(session.scalars(added.returning(PersonalToken.id)).one(), secret, expires_at)


def revoke_token(session: Session, actor: Actor, token_id: int, *, now: datetime) -> None:
    """End one of one's own tokens. Errors: UnknownToken."""
    ended = (
        update(PersonalToken)
        .where(PersonalToken.id == token_id, PersonalToken.user_id == actor.user_id, PersonalToken.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(PersonalToken.id)
        .execution_options(synchronize_session=False)
    )
    if session.scalars(ended).one_or_none() is None:
        raise UnknownToken()


def look_at_token(session: Session, secret: str, *, now: datetime, today: date) -> SignedIn | None:
    """Who is behind a personal token; the day of its use is kept."""
    found = behind_token(session, hash_of(secret), now)
    if found is None:
        return None
    signed_in, token_id, used_on = found
    if used_on != today:
        session.execute(update(PersonalToken).where(PersonalToken.id == token_id).values(last_used_on=today))
    return signed_in
