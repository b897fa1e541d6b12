"""The outbox: letters are written of what happened, taken to be sent by one sender alone, and what comes of it is kept.

What is being sent stands so before the first word is said to a server, and what was answered is written right after.
Whoever is killed between the two leaves one notice that is sent again, with the same Message-ID.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, or_, select, update
from sqlalchemy.orm import Session

from roads.domain.actors import Actor, Permission
from roads.domain.claims import LADDER
from roads.domain.errors import NotFound
from roads.domain.notices import (
    ADDRESSED_WITHIN,
    ADDRESSEES,
    DOCUMENTS,
    KIND_OF_ACTION,
    KIND_OF_RUNG,
    LEASE,
    OF_FOLLOWERS,
    ROLE_OF,
    Channel,
    NoticeKind,
    NoticeState,
    Outcome,
    after_failure,
    masked,
    pause_after,
)
from roads.models.notices import Notice, NoticeAttempt
from roads.sql import statement
from roads.usecases.accounts_reset import ResetLetter

CLAIMS_AT_ONCE = 500
LONGEST_REPLY = 500

POSTMAN = Actor("postman", frozenset({Permission.RUN_JOBS, Permission.PURSUE_CLAIMS}))
"""The system itself, where it keeps the proof that a contractor's server took a claim."""


@dataclass(frozen=True, slots=True)
class Written:
    """How many letters were written, and to how many recipients in all."""

    letters: int
    notices: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A notice that is ours to send, and everything that is said with it. About a claim unless `letter_id` is None."""

    id: int
    kind: NoticeKind
    channel: Channel
    attempts: int
    token: str
    read_key: str
    created_at: datetime
    address: str | None
    language: str
    is_for_information: bool
    secret: str | None
    letter_id: int | None
    claim_id: int | None
    written_on: date | None
    code: str | None
    ordinal: int
    claim_number: str | None
    contract_number: str | None
    signed_on: date | None
    customer: str | None
    contractor: str | None
    is_to_contractor: bool
    answer_by: date | None
    pdf: bytes | None
    sha256: str | None
    webhook_id: int | None
    url: str | None
    webhook_secret: str | None
    subscription_key: str | None


@dataclass(frozen=True, slots=True)
class Take:
    """Take up to so many notices that are due, of the channels that can be served."""

    most: int
    mail: bool = True
    webhooks: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What one attempt came to: the server that was spoken to, and the line it answered."""

    outcome: Outcome
    server: str
    reply: str


def write_letters(session: Session, actor: Actor, *, today: date, now: datetime) -> Written:
    """Tell what happened and was not told yet: each thing once, to each recipient once; what waits is sent from `now`.

    All that waits of up to 500 claims; ask again until there is nothing.
    """
    actor.require(Permission.RUN_JOBS)
    to = [(kind, one) for kind, addressees in ADDRESSEES.items() for one in addressees]
    row = session.execute(
        statement("write_letters"),
        {
            "on": today,
            "now": now,
            "claims_at_once": CLAIMS_AT_ONCE,
            "actions": [action.value for action in KIND_OF_ACTION],
            "action_kinds": [kind.value for kind in KIND_OF_ACTION.values()],
            "rungs": [step.rung.value for step in LADDER],
            "rung_kinds": [KIND_OF_RUNG[step.rung].value for step in LADDER],
            "to_kinds": [kind.value for kind, _ in to],
            "to_parties": [one.party.value for _, one in to],
            "to_roles": [ROLE_OF[one.party].value for _, one in to],
            "to_information": [one.for_information for _, one in to],
        },
    ).one()
    return Written(row.letters, row.notices)


def address_notices(session: Session, actor: Actor, *, today: date, now: datetime) -> int:
    """Send letters of the last 30 days to whoever has got an address since; gives how many."""
    actor.require(Permission.RUN_JOBS)
    since = today - ADDRESSED_WITHIN
    return int(session.execute(statement("address_notices"), {"now": now, "since": since}).one().notices)


def forget_untold(session: Session, actor: Actor, *, before: date) -> int:
    """What happened before a day was told otherwise, such as on paper: nobody is written of it. Gives how much."""
    actor.require(Permission.RUN_JOBS)
    return int(session.execute(statement("forget_untold"), {"before": before}).scalar_one())


def mail_reset(session: Session, letter: ResetLetter, *, now: datetime) -> None:
    """Have a link to a new password mailed. The secret leaves the outbox as soon as the mail has left the house."""
    waits = insert(Notice).values(
        kind=NoticeKind.PASSWORD_RESET,
        channel=Channel.MAIL,
        address=letter.to,
        language=letter.language,
        state=NoticeState.WAITING,
        next_try_at=now,
        secret=letter.secret,
    )
    # The door may put something into the outbox, and look at nothing in it: not even at the id of what it put there.
    session.execute(waits.inline())


def take_notices(session: Session, actor: Actor, command: Take, *, now: datetime) -> list[Taken]:
    """Take notices to send, oldest first; those of a sender that is gone, too. Nobody else is given them meanwhile."""
    actor.require(Permission.RUN_JOBS)
    rows = session.execute(
        statement("take_notices"),
        {
            "now": now,
            "lost_before": now - LEASE,
            "most": command.most,
            "mail": command.mail,
            "webhooks": command.webhooks,
            "documents": sorted(DOCUMENTS),
        },
    )
    return [_taken(row._mapping) for row in rows]


def _taken(row: Any) -> Taken:
    facts = {name: row[name] for name in Taken.__slots__ if name in row}
    facts |= {
        "kind": NoticeKind(row["kind"]),
        "channel": Channel(row["channel"]),
        "language": row["language"] or "en",
        "ordinal": row["ordinal"] or 1,
        "is_to_contractor": row["organisation_id"] == row["contractor_id"] and not row["is_for_information"],
        "answer_by": row["silence_by"],
    }
    return Taken(**facts)


def record_answer(session: Session, actor: Actor, notice: Taken, answer: Answer, *, today: date, now: datetime) -> bool:
    """Keep what an attempt came to; gives whether the notice was still ours. A late answer is kept as proof, too.

    A claim's letter that a server took for its contractor is delivered: on that the claim keeps the proof.
    """
    actor.require(Permission.RUN_JOBS)
    reply = _kept_of(notice.kind, notice.address, answer.reply)
    session.execute(
        insert(NoticeAttempt).values(
            notice_id=notice.id, at=now, outcome=answer.outcome, server=answer.server, reply=reply
        )
    )
    ended = update(Notice).where(
        Notice.id == notice.id, Notice.state == NoticeState.SENDING, Notice.attempts == notice.attempts
    )
    ended = ended.values(reply=reply, taken_at=None, **_after(notice, answer, now))
    is_ours = session.scalars(ended.returning(Notice.id)).one_or_none() is not None
    if is_ours and answer.outcome is Outcome.SENT:
        _prove_delivery(session, notice, answer, today)
    return is_ours


def _kept_of(kind: NoticeKind, address: str | None, reply: str) -> str:
    """What a server said. Of whoever only follows something it must not outlive the address that was given."""
    if kind in OF_FOLLOWERS and address:
        reply = re.sub(re.escape(address), masked(address), reply, flags=re.IGNORECASE)
    return reply[:LONGEST_REPLY]


def _after(notice: Taken, answer: Answer, now: datetime) -> dict[str, Any]:
    if answer.outcome is Outcome.SENT:
        return {"state": NoticeState.SENT, "sent_at": now, "document_sha256": notice.sha256, "secret": None}
    state = after_failure(notice.attempts, answer.outcome, notice.channel)
    changes: dict[str, Any] = {"state": state}
    if state is NoticeState.WAITING:
        return changes | {"next_try_at": now + pause_after(notice.attempts)}
    if state is NoticeState.BOUNCED:
        changes |= {"bounced_at": now}
    return changes | {"secret": None}


def _prove_delivery(session: Session, notice: Taken, answer: Answer, today: date) -> None:
    is_claim = notice.kind is NoticeKind.CLAIM_ISSUED and notice.channel is Channel.MAIL
    if is_claim and notice.is_to_contractor and notice.claim_id is not None:
        # Whoever serves pages puts links into the outbox, and need not wait for what claims bring along.
        from roads.usecases.claims_drafting import Receipt, record_delivery  # noqa: PLC0415

        proof = f"{answer.server} answered {answer.reply[:200]}; message {notice.token}; sha256 {notice.sha256}"
        record_delivery(session, POSTMAN, Receipt(notice.claim_id, proof), today=today)


def record_bounce(session: Session, actor: Actor, token: str, reply: str, *, now: datetime) -> int:
    """A mail came back later: its notice is no longer sent. Gives its id. Errors: NotFound for a token of none."""
    actor.require(Permission.RUN_JOBS)
    asked = select(Notice.kind, Notice.address).where(Notice.token == token, Notice.channel == Channel.MAIL)
    known = session.execute(asked).one_or_none()
    if known is None:
        raise NotFound(thing="notice", key=token)
    kept = _kept_of(NoticeKind(known.kind), known.address, reply)
    came_back = (
        update(Notice)
        .where(Notice.token == token, Notice.channel == Channel.MAIL)
        .values(state=NoticeState.BOUNCED, bounced_at=now, taken_at=None, reply=kept, secret=None)
        .returning(Notice.id)
    )
    notice_id = session.scalars(came_back).one()
    refused = insert(NoticeAttempt).values(
        notice_id=notice_id, at=now, outcome=Outcome.REFUSED, server="bounce", reply=kept
    )
    session.execute(refused)
    return notice_id


def try_again(session: Session, actor: Actor, notice_id: int, *, now: datetime) -> None:
    """An administrator has it sent again, from the start.

    Errors: NotAllowed, NotFound for one that waits or is sent.
    """
    actor.require(Permission.MANAGE_NOTICES)
    again = (
        update(Notice)
        .where(
            Notice.id == notice_id,
            # A link to a new password is gone with its secret.
            Notice.letter_id.is_not(None),
            or_(
                Notice.state.in_((NoticeState.BOUNCED, NoticeState.GIVEN_UP)),
                (Notice.state == NoticeState.WAITING) & (Notice.attempts > 0),
            ),
        )
        .values(state=NoticeState.WAITING, next_try_at=now, attempts=0)
        .returning(Notice.id)
    )
    if session.scalars(again).one_or_none() is None:
        raise NotFound(thing="notice", key=notice_id)


def wipe_old_secrets(session: Session, actor: Actor, *, before: datetime) -> int:
    """Links that no longer open anything leave the outbox unsent; gives how many."""
    actor.require(Permission.RUN_JOBS)
    old = select(Notice.id).where(Notice.secret.is_not(None), Notice.created_at < before)
    wiped = (
        update(Notice)
        .where(Notice.id.in_(old), Notice.state == NoticeState.WAITING)
        .values(secret=None, state=NoticeState.GIVEN_UP)
        .returning(Notice.id)
    )
    return len(session.scalars(wiped).all())
