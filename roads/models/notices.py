"""Letters as they were sent, and the outbox: what has to be told to whom, and what became of it."""

from datetime import date, datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from roads.domain.actors import Role
from roads.domain.notices import Channel, NoticeKind, NoticeState, Outcome
from roads.models.base import Base, Key, Moment, one_of

NOW = func.clock_timestamp()
BigKey = BigInteger()


class Untold(Base):
    """Something that happened to a claim and of which nobody has been told: added by triggers, taken by the job.

    It is written in the transaction of what it tells of, and taken in the transaction that writes the notices.
    """

    __tablename__ = "untold"
    __table_args__ = (
        CheckConstraint("num_nonnulls(event_id, step_id) = 1", name="what"),
        Index("untold_claim_id_idx", "claim_id"),
    )

    id: Mapped[int] = mapped_column(BigKey, Identity(always=True), primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"))
    line_id: Mapped[int | None] = mapped_column(ForeignKey("claim_line.id"))
    event_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("claim_event.id"))
    step_id: Mapped[int | None] = mapped_column(ForeignKey("ladder_step.id"))


class Letter(Base):
    """One matter that is told: of one kind, about one claim, on one day. `code` opens its public page.

    `ordinal` counts the letters of a claim; `person` is the code of whoever did what is told of.
    """

    __tablename__ = "letter"
    __table_args__ = (
        one_of("kind", NoticeKind),
        UniqueConstraint("claim_id", "ordinal"),
        UniqueConstraint("code"),
        CheckConstraint("code ~ '^[0-9a-f]{20}$'", name="code"),
        Index("letter_claim_issued_key", "claim_id", unique=True, postgresql_where=text("kind = 'claim_issued'")),
    )

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(Text)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"))
    ordinal: Mapped[int]
    written_on: Mapped[date]
    person: Mapped[str | None] = mapped_column(Text)
    code: Mapped[str] = mapped_column(
        Text, server_default=text("left(encode(sha256(convert_to(gen_random_uuid()::text, 'UTF8')), 'hex'), 20)")
    )
    created_at: Mapped[Moment] = mapped_column(DateTime(timezone=True), server_default=NOW)


class LetterCause(Base):
    """What a letter tells of: an event or a rung is told of in one letter and in no other."""

    __tablename__ = "letter_cause"
    __table_args__ = (
        CheckConstraint("num_nonnulls(event_id, step_id) = 1", name="what"),
        UniqueConstraint("event_id"),
        UniqueConstraint("step_id"),
        Index("letter_cause_letter_id_idx", "letter_id"),
    )

    id: Mapped[int] = mapped_column(BigKey, Identity(always=True), primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"))
    line_id: Mapped[int | None] = mapped_column(ForeignKey("claim_line.id"))
    event_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("claim_event.id"))
    step_id: Mapped[int | None] = mapped_column(ForeignKey("ladder_step.id"))


class LetterDocument(Base):
    """A letter as a file, drawn up once in a language and kept as it was sent."""

    __tablename__ = "letter_document"
    __table_args__ = (
        CheckConstraint("language IN ('kk', 'ru', 'en')", name="language"),
        CheckConstraint("sha256 = encode(sha256(pdf), 'hex')", name="sha256"),
    )

    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), primary_key=True)
    language: Mapped[str] = mapped_column(Text, primary_key=True)
    pdf: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(Text)
    rendered_at: Mapped[Moment] = mapped_column(DateTime(timezone=True), server_default=NOW)


class OrganisationAddress(Base):
    """Where an organisation itself is written to, beside its people."""

    __tablename__ = "organisation_address"
    __table_args__ = (
        UniqueConstraint("organisation_id", "email"),
        CheckConstraint("email = lower(email) AND email ~ '^[^@[:space:]]+@[^@[:space:]]+$'", name="email"),
        CheckConstraint("language IN ('kk', 'ru', 'en')", name="language"),
    )

    id: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    email: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))
    stated_by: Mapped[str] = mapped_column(Text)
    stated_at: Mapped[Moment] = mapped_column(DateTime(timezone=True), server_default=NOW)


class Webhook(Base):
    """A program of an organisation that wants to hear what its people are written; `kinds` empty: of everything.

    Only who sends may read the `secret` that what is sent is signed with.
    """

    __tablename__ = "webhook"
    __table_args__ = (
        CheckConstraint("url ~ '^https?://'", name="url"),
        Index("webhook_organisation_id_idx", "organisation_id"),
    )

    id: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    url: Mapped[str] = mapped_column(Text)
    secret: Mapped[str] = mapped_column(Text)
    kinds: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))
    stated_by: Mapped[str] = mapped_column(Text)
    stated_at: Mapped[Moment] = mapped_column(DateTime(timezone=True), server_default=NOW)
    failing_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    disabled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Notice(Base):
    """One notice to one recipient. `token` makes its Message-ID and its address for bounces; `read_key` its link.

    `secret` opens something and is wiped as soon as it is sent; only who sends may read it. `reply` is the last line
    that the other side answered.
    """

    __tablename__ = "notice"
    __table_args__ = (
        one_of("kind", NoticeKind),
        one_of("channel", Channel),
        one_of("state", NoticeState),
        one_of("role", Role),
        CheckConstraint("language IN ('kk', 'ru', 'en')", name="language"),
        CheckConstraint(
            "CASE channel WHEN 'webhook' THEN webhook_id IS NOT NULL ELSE state = 'unaddressed' OR address IS NOT NULL"
            " END",
            name="recipient",
        ),
        CheckConstraint("(state = 'sending') = (taken_at IS NOT NULL)", name="taken_at"),
        CheckConstraint("state <> 'sent' OR sent_at IS NOT NULL", name="sent_at"),
        CheckConstraint(
            "letter_id IS NOT NULL"
            " OR kind IN ('password_reset', 'webhook_disabled', 'subscription_asked', 'subscription_news')",
            name="letter",
        ),
        CheckConstraint("secret IS NULL OR kind = 'password_reset'", name="secret"),
        Index(
            "notice_mail_key",
            "letter_id",
            "address",
            unique=True,
            postgresql_where=text("channel = 'mail' AND address IS NOT NULL"),
        ),
        Index(
            "notice_webhook_key",
            "letter_id",
            "webhook_id",
            unique=True,
            postgresql_where=text("webhook_id IS NOT NULL"),
        ),
        UniqueConstraint("token"),
        UniqueConstraint("read_key"),
        Index("notice_due_idx", "next_try_at", postgresql_where=text("state IN ('waiting', 'sending')")),
        Index("notice_state_idx", "state", "id"),
        Index("notice_letter_id_idx", "letter_id"),
        Index("notice_subscription_id_idx", "subscription_id", postgresql_where=text("subscription_id IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(BigKey, Identity(always=True), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id"))
    webhook_id: Mapped[int | None] = mapped_column(ForeignKey("webhook.id"))
    subscription_id: Mapped[int | None] = mapped_column(ForeignKey("subscription.id", ondelete="SET NULL"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    role: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str | None] = mapped_column(Text)
    is_for_information: Mapped[bool] = mapped_column(server_default=text("false"))
    state: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    next_try_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    taken_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    bounced_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reply: Mapped[str | None] = mapped_column(Text)
    document_sha256: Mapped[str | None] = mapped_column(Text)
    token: Mapped[str] = mapped_column(
        Text, server_default=text("left(encode(sha256(convert_to(gen_random_uuid()::text, 'UTF8')), 'hex'), 32)")
    )
    read_key: Mapped[str] = mapped_column(
        Text, server_default=text("left(encode(sha256(convert_to(gen_random_uuid()::text, 'UTF8')), 'hex'), 32)")
    )
    secret: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[Moment] = mapped_column(DateTime(timezone=True), server_default=NOW)


class NoticeAttempt(Base):
    """One attempt to send a notice and what the other side said: the proof of sending, to which is only added."""

    __tablename__ = "notice_attempt"
    __table_args__ = (one_of("outcome", Outcome), Index("notice_attempt_notice_id_idx", "notice_id"))

    id: Mapped[int] = mapped_column(BigKey, Identity(always=True), primary_key=True)
    notice_id: Mapped[int] = mapped_column(BigKey, ForeignKey("notice.id"))
    at: Mapped[Moment] = mapped_column(DateTime(timezone=True))
    outcome: Mapped[str] = mapped_column(Text)
    server: Mapped[str] = mapped_column(Text)
    reply: Mapped[str] = mapped_column(Text)
