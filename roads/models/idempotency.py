"""What was answered to requests that may be sent again."""

from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, SmallInteger, Text, Uuid
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.orm import Mapped, mapped_column

from roads.models.base import Base, Moment


class KeptAnswer(Base):
    """The answer to a request with an `Idempotency-Key`, written in the transaction of what it answers for.

    `content_hash` is the SHA-256 of the body in one fixed form. Status and answer are empty inside that transaction
    only; JSON and not JSONB, because the answer is given again byte for byte.
    """

    __tablename__ = "kept_answer"
    __table_args__ = (
        CheckConstraint("content_hash ~ '^[0-9a-f]{64}$'", name="content_hash"),
        CheckConstraint("(status IS NULL) = (answer IS NULL)", name="status"),
        Index("kept_answer_created_at_idx", "created_at"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    key: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    route: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(Text)
    status: Mapped[int | None] = mapped_column(SmallInteger)
    answer: Mapped[str | None] = mapped_column(JSON)
    location: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[Moment] = mapped_column(DateTime(timezone=True))
