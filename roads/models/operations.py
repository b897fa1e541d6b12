"""The ledger of job runs: what ran for which day, and what came of it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from roads.models.base import Base, Key, Moment


class JobRun(Base):
    """One job for one slot. Its insert is the claim, so a slot runs once even with two schedulers."""

    __tablename__ = "job_run"
    __table_args__ = (
        UniqueConstraint("job", "slot"),
        CheckConstraint("state IN ('running', 'finished', 'failed')", name="state"),
    )

    id: Mapped[Key]
    job: Mapped[str] = mapped_column(Text)
    slot: Mapped[date]
    state: Mapped[str] = mapped_column(Text)
    host: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(server_default=text("1"))
    started_at: Mapped[Moment] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    error: Mapped[str | None] = mapped_column(Text)
