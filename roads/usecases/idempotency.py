"""What was asked once is done once: the answer is kept with what it answers for, and given again to whoever asks again.

Both stand in one transaction: a process that is killed leaves both or none. Of two equal requests at once the second
waits at the key until the first one's transaction ends.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Text, cast, delete, literal, select, update
from sqlalchemy.dialects.postgresql import JSON, insert
from sqlalchemy.orm import Session

from roads.domain.actors import Actor, Permission
from roads.domain.idempotency import KEPT_DAYS, KeyReused
from roads.models import KeptAnswer


@dataclass(frozen=True, slots=True)
class AskedOnce:
    """A request by its key; `route` and `content_hash` (SHA-256, hexadecimal) say what it asks for."""

    key: UUID
    route: str
    content_hash: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered: the HTTP status, the JSON as it was sent, and where the new thing is, if there is one."""

    status: int
    answer: str
    location: str | None = None


def answered_before(session: Session, actor: Actor, asked: AskedOnce, *, now: datetime) -> Answered | None:
    """What was answered to this request before; else the key is the caller's until the transaction ends.

    Errors: KeyReused.
    """
    taken = insert(KeptAnswer).values(
        user_id=actor.user_id, key=asked.key, route=asked.route, content_hash=asked.content_hash, created_at=now
    )
    added = taken.on_conflict_do_nothing().returning(KeptAnswer.key)
    if session.scalars(added).one_or_none() is not None:
        return None
    columns = (KeptAnswer.route, KeptAnswer.content_hash, KeptAnswer.status, KeptAnswer.location)
    found = select(*columns, cast(KeptAnswer.answer, Text).label("answer"))
    kept = session.execute(found.where(KeptAnswer.user_id == actor.user_id, KeptAnswer.key == asked.key)).one()
    if (kept.route, kept.content_hash) != (asked.route, asked.content_hash):
        raise KeyReused(key=asked.key)
    return Answered(kept.status, kept.answer, kept.location)


def keep_answer(session: Session, actor: Actor, asked: AskedOnce, given: Answered) -> None:
    """Keep the answer to a request that holds its key."""
    kept = update(KeptAnswer).where(KeptAnswer.user_id == actor.user_id, KeptAnswer.key == asked.key)
    # Cast from text: written by SQLAlchemy's own JSON type it would become a string in quotes.
    answer = cast(literal(given.answer, Text), JSON)
    kept = kept.values(status=given.status, answer=answer, location=given.location)
    session.execute(kept.execution_options(synchronize_session=False))


def forget_answers(session: Session, actor: Actor, *, today: date) -> int:
    """Forget answers that nobody will ask for again; gives how many."""
    actor.require(Permission.RUN_JOBS)
    old = delete(KeptAnswer).where(KeptAnswer.created_at < today - timedelta(days=KEPT_DAYS))
    return session.connection().execute(old).rowcount
