"""How notices that were taken are sent: mails over one connection, programs one after the other.

What each came to is kept as soon as it is known.
"""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from jobs.calls import Switchboard
from jobs.mails import TROUBLES, Post, Sender, write_mail
from jobs.notices import DeliverNotices
from roads.db import transaction
from roads.domain.accounts import RESET_LIFE
from roads.domain.actors import Actor
from roads.domain.letters import LetterLine
from roads.domain.notices import Channel, Outcome
from roads.domain.subscriptions import News
from roads.usecases.notices import Answer, Take, Taken, record_answer, take_notices, wipe_old_secrets
from roads.usecases.webhooks import judge_webhook

log = structlog.get_logger()


def take(
    session: Session, actor: Actor, *, most: int, with_mail: bool, now: datetime
) -> tuple[Sequence[Taken], Mapping[str, int]]:
    """Take what is due, and let go of links that nobody can use any more. Gives what was taken, and counts."""
    expired = wipe_old_secrets(session, actor, before=now - RESET_LIFE)
    taken = take_notices(session, actor, Take(most, mail=with_mail), now=now)
    return taken, {"taken": len(taken), "expired": expired}


@dataclass(frozen=True, slots=True)
class Sending:
    """The sending of some notices that were taken."""

    task: DeliverNotices
    engine: Engine | Connection
    actor: Actor
    today: date
    lines: Mapping[int, Sequence[LetterLine]]
    news: Mapping[int, Sequence[News]] = field(default_factory=dict)

    async def send(self, taken: Sequence[Taken]) -> None:
        """Send them, mails over one connection, and keep what each came to as soon as it is known."""
        counts: Counter[str] = Counter()
        mails = [one for one in taken if one.channel is Channel.MAIL]
        for answered in (
            self._call_all([one for one in taken if one.channel is Channel.WEBHOOK]),
            self._mail_all(mails),
        ):
            async for notice, answer in answered:
                self._keep(notice, answer)
                counts[answer.outcome] += 1
        log.info("delivered", **counts)

    async def _mail_all(self, taken: Sequence[Taken]) -> AsyncIterator[tuple[Taken, Answer]]:
        if not taken:
            return
        post, sender = Post.of(self.task.smtp_url), Sender.of(self.task.mail_from, self.task.base_url)
        waiting = list(taken)
        while waiting:
            try:
                async with post.open() as server:
                    # A server that has hung up is called again for the next one.
                    while waiting and server.is_connected:
                        notice = waiting.pop(0)
                        mail = write_mail(notice, self._lines_of(notice), sender, self.news.get(notice.id, ()))
                        yield notice, await post.hand_over(server, mail, sender.envelope(notice.token))
            except TROUBLES as trouble:
                # It is the same for all that wait: the next round tries them again.
                for notice in waiting:
                    yield notice, post.answer_to(trouble)
                return

    async def _call_all(self, taken: Sequence[Taken]) -> AsyncIterator[tuple[Taken, Answer]]:
        board = Switchboard(self.task.base_url, self.task.to_private)
        for notice in taken:
            yield notice, await board.call(notice, self._lines_of(notice), self.task.clock())

    def _lines_of(self, notice: Taken) -> Sequence[LetterLine]:
        return self.lines.get(notice.letter_id or 0, [])

    def _keep(self, notice: Taken, answer: Answer) -> None:
        now = self.task.clock()
        with transaction(self.engine) as session:
            record_answer(session, self.actor, notice, answer, today=self.today, now=now)
            if notice.channel is Channel.WEBHOOK and notice.webhook_id is not None:
                judge_webhook(session, self.actor, notice.webhook_id, is_ok=answer.outcome is Outcome.SENT, now=now)
