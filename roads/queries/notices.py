"""The outbox as it stands: what is due, and what an administrator sees of it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from roads.domain.letters import number_of
from roads.domain.notices import ADDRESSED_WITHIN, LEASE, OF_FOLLOWERS, Channel, NoticeKind, NoticeState, masked
from roads.models.claims import Claim
from roads.models.contracts import Organisation
from roads.models.notices import Letter, Notice, Webhook
from roads.sql import statement

MOST_DUE = 2_000
"""So many are sent in one run of the job; the next one, a minute later, goes on."""


def address_found(session: Session, today: date) -> bool:
    """Whether somebody has got an address for whom a letter that is not too old waits."""
    since = today - ADDRESSED_WITHIN
    return bool(session.execute(statement("address_found"), {"since": since}).scalar_one())


def count_due(session: Session, *, with_mail: bool, now: datetime) -> int:
    """How many notices are due, up to those of one run; of webhooks only, where no mail can be sent."""
    is_due = or_(
        and_(Notice.state == NoticeState.WAITING, Notice.next_try_at <= now),
        and_(Notice.state == NoticeState.SENDING, Notice.taken_at <= now - LEASE),
    )
    due = select(Notice.id).where(is_due)
    if not with_mail:
        due = due.where(Notice.channel == Channel.WEBHOOK)
    return session.scalar(select(func.count()).select_from(due.limit(MOST_DUE).subquery())) or 0


# --- for people


class Box(StrEnum):
    """The heaps an administrator looks through; `failing` are those that wait for another try."""

    WAITING = "waiting"
    FAILING = "failing"
    SENDING = "sending"
    BOUNCED = "bounced"
    GIVEN_UP = "given_up"
    UNADDRESSED = "unaddressed"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class OutboxLine:
    """A notice as an administrator sees it: nothing in it opens anything."""

    id: int
    kind: NoticeKind
    channel: Channel
    box: Box
    number: str | None
    claim_id: int | None
    organisation: str | None
    recipient: str | None
    language: str | None
    is_for_information: bool
    attempts: int
    next_try_at: datetime | None
    sent_at: datetime | None
    bounced_at: datetime | None
    read_at: datetime | None
    reply: str | None
    created_at: datetime

    @property
    def may_be_tried_again(self) -> bool:
        """Whether sending it again could help."""
        return self.number is not None and self.box in (Box.FAILING, Box.BOUNCED, Box.GIVEN_UP)


def outbox(session: Session, box: Box, *, before: int | None, limit: int) -> list[OutboxLine]:
    """Notices of a heap, the newest first, below an id; one more than asked for when there are more."""
    asked = _lines().where(_of_box(box)).order_by(Notice.id.desc()).limit(limit + 1)
    if before is not None:
        asked = asked.where(Notice.id < before)
    return [_line(row._mapping, box) for row in session.execute(asked)]


def count_boxes(session: Session) -> dict[Box, int]:
    """How much there is in each heap that needs somebody; what was sent is not counted."""
    failing = (Notice.attempts > 0).label("is_failing")
    rows = session.execute(
        select(Notice.state, failing, func.count())
        .where(Notice.state != NoticeState.SENT)
        .group_by(Notice.state, failing)
    )
    counts: dict[Box, int] = {box: 0 for box in Box if box is not Box.SENT}
    for state, is_failing, number in rows:
        box = Box.FAILING if state == NoticeState.WAITING and is_failing else Box(state)
        counts[box] += number
    return counts


def _of_box(box: Box) -> Any:
    if box in (Box.WAITING, Box.FAILING):
        failed = Notice.attempts > 0 if box is Box.FAILING else Notice.attempts == 0
        return and_(Notice.state == NoticeState.WAITING, failed)
    return Notice.state == box.value


def _lines() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Notice.id,
            Notice.kind,
            Notice.channel,
            Notice.address,
            Notice.language,
            Notice.is_for_information,
            Notice.attempts,
            Notice.next_try_at,
            Notice.sent_at,
            Notice.bounced_at,
            Notice.read_at,
            Notice.reply,
            Notice.created_at,
            Letter.ordinal,
            Letter.claim_id,
            Claim.number.label("claim_number"),
            Organisation.name.label("organisation"),
            Webhook.url,
        )
        .outerjoin(Letter, Letter.id == Notice.letter_id)
        .outerjoin(Claim, Claim.id == Letter.claim_id)
        .outerjoin(Organisation, Organisation.id == Notice.organisation_id)
        .outerjoin(Webhook, Webhook.id == Notice.webhook_id)
    )


def _line(row: Any, box: Box) -> OutboxLine:
    number = number_of(row["claim_number"], row["ordinal"]) if row["claim_number"] else None
    same = {name: row[name] for name in OutboxLine.__slots__ if name in row}
    same |= {"kind": NoticeKind(row["kind"]), "channel": Channel(row["channel"])}
    return OutboxLine(**same, box=box, number=number, recipient=_recipient(row))


def _recipient(row: Any) -> str | None:
    """Whoever only follows something is nobody's business, and no administrator's."""
    shown: str | None = row["address"] or row["url"]
    return masked(shown) if shown and row["kind"] in OF_FOLLOWERS else shown
