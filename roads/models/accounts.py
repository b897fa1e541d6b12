"""Who may sign in, in which roles, from where; secrets are kept as hashes only.

The random values that open something (sessions, tokens, reset links) have 256 bits and are kept as SHA-256; passwords
as Argon2id. Times are given by the caller, whose clock also decides when something is over.
"""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from roads.domain.actors import Role
from roads.models.base import Base, Key, Moment, one_of


def _is_hash(column: str) -> CheckConstraint:
    """SHA-256 in hexadecimal: a value kept as it is would not pass."""
    return CheckConstraint(f"{column} ~ '^[0-9a-f]{{64}}$'", name=column)


class UserAccount(Base):
    """A person who may sign in. `code` stands in ledgers in place of the person, whose name is kept nowhere.

    What was signed in before `valid_from` is over: a new password and "sign out everywhere" move it.
    """

    __tablename__ = "user_account"
    __table_args__ = (
        UniqueConstraint("login"),
        UniqueConstraint("code"),
        CheckConstraint("login = lower(login) AND login ~ '^[^@[:space:]]+@[^@[:space:]]+$'", name="login"),
        CheckConstraint("code ~ '^[a-z][a-z0-9-]*$'", name="code"),
        CheckConstraint("language IN ('kk', 'ru', 'en')", name="language"),
    )

    id: Mapped[Key]
    login: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))
    password_hash: Mapped[str | None] = mapped_column(Text)
    valid_from: Mapped[Moment] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[Moment] = mapped_column(DateTime(timezone=True))


class UserRole(Base):
    """What a person is for one organisation, in one region (two digits of KATO) or in all of them."""

    __tablename__ = "user_role"
    __table_args__ = (
        one_of("role", Role),
        UniqueConstraint("id", "user_id"),
        UniqueConstraint("user_id", "role", "organisation_id", "kato", postgresql_nulls_not_distinct=True),
        CheckConstraint("kato ~ '^[0-9]{2}$'", name="kato"),
    )

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    role: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    kato: Mapped[str | None] = mapped_column(Text)


def _of_own_role() -> ForeignKeyConstraint:
    """Nobody acts in somebody else's role; who loses a role loses what was opened in it."""
    return ForeignKeyConstraint(["user_role_id", "user_id"], ["user_role.id", "user_role.user_id"], ondelete="CASCADE")


class UserSession(Base):
    """A browser in which somebody has signed in, and the role they act in there."""

    __tablename__ = "user_session"
    __table_args__ = (
        _of_own_role(),
        UniqueConstraint("secret_hash"),
        _is_hash("secret_hash"),
        CheckConstraint("seen_at >= created_at AND expires_at > created_at", name="times"),
        Index("user_session_user_id_idx", "user_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    secret_hash: Mapped[str] = mapped_column(Text)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    user_role_id: Mapped[int]
    created_at: Mapped[Moment] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[Moment] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[Moment] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class PersonalToken(Base):
    """What a person's own program shows in place of a password, in one of the person's roles."""

    __tablename__ = "personal_token"
    __table_args__ = (
        _of_own_role(),
        UniqueConstraint("secret_hash"),
        _is_hash("secret_hash"),
        CheckConstraint("char_length(name) BETWEEN 1 AND 100", name="name"),
        CheckConstraint("expires_at > created_at", name="times"),
        Index("personal_token_user_id_idx", "user_id"),
    )

    id: Mapped[Key]
    secret_hash: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    user_role_id: Mapped[int]
    created_at: Mapped[Moment] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[Moment] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_used_on: Mapped[date | None] = mapped_column(Date)


class PasswordReset(Base):
    """A link by which somebody who forgot a password sets another one, once."""

    __tablename__ = "password_reset"
    __table_args__ = (
        UniqueConstraint("secret_hash"),
        _is_hash("secret_hash"),
        CheckConstraint("expires_at > created_at", name="times"),
        Index("password_reset_user_id_idx", "user_id"),
    )

    id: Mapped[Key]
    secret_hash: Mapped[str] = mapped_column(Text)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[Moment] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[Moment] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class SignInAttempt(Base):
    """A password or a reset link that was asked for, kept for a day. Every worker counts the same rows.

    `origin` is an address, or a device from which this person has signed in before.
    """

    __tablename__ = "sign_in_attempt"
    __table_args__ = (
        _is_hash("login_hash"),
        CheckConstraint("kind IN ('password', 'reset')", name="kind"),
        Index("sign_in_attempt_origin_idx", "origin", "at"),
        Index("sign_in_attempt_at_idx", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    login_hash: Mapped[str] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(Text)
    at: Mapped[Moment] = mapped_column(DateTime(timezone=True))
    is_ok: Mapped[bool] = mapped_column(server_default=text("false"))
