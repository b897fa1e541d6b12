"""The jobs that write letters, draw them up and send them.

A mail is sent after the transaction that took it is committed, and what came of it is written in one of its own:
whoever is killed between the two leaves one mail that goes out again under the same Message-ID. A dry run, which is
rolled back, sends nothing.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import event
from sqlalchemy.orm import Session

from jobs.tasks import Piece
from roads.domain.actors import Actor
from roads.domain.errors import NotFound
from roads.domain.letters import LetterPhoto
from roads.domain.notices import OF_FOLLOWERS
from roads.media import Media
from roads.queries.letters import documents_wanted, has_untold, letter_facts, photos_of_letter, told_lines
from roads.queries.notices import address_found, count_due
from roads.queries.operations import IdRange
from roads.queries.subscriptions import has_subscriptions, news_of_notices
from roads.settings import Settings

DOCUMENTS_AT_ONCE = 10
MOST_DOCUMENTS = 5_000
NOTICES_AT_ONCE = 20
ALL = IdRange(0, 0)
EVERY_LETTER = (1, 2**31 - 1)
Clock = Callable[[], datetime]


def moment() -> datetime:
    """What time it is: the clock by which mails wait and are tried again."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class WriteLetters:
    """Writes letters and notices of what happened, and finds addresses for those that had none."""

    clock: Clock = moment

    def waiting(self, session: Session, today: date, /) -> Sequence[IdRange]:
        """One piece while something is untold, or somebody has got an address."""
        return [ALL] if has_untold(session) or address_found(session, today) else []

    def work(self, session: Session, actor: Actor, piece: Piece) -> Mapping[str, int]:
        """Tell all there is: in one transaction, so that letters come in the order of what they tell."""
        from roads.usecases.notices import address_notices, write_letters  # noqa: PLC0415

        counts: Counter[str] = Counter()
        now = self.clock()
        while has_untold(session):
            written = write_letters(session, actor, today=piece.today, now=now)
            counts.update(letters=written.letters, notices=written.notices)
        counts.update(addressed=address_notices(session, actor, today=piece.today, now=now))
        return counts


@dataclass(frozen=True, slots=True)
class RenderLetters:
    """Draws up the letters that are documents, in the languages of those who get them."""

    base_url: str
    fallback: str
    media: Media | None = None

    def waiting(self, session: Session, _today: date, /) -> Sequence[IdRange]:
        """Ranges of letters."""
        wanted = documents_wanted(session, self.fallback, within=EVERY_LETTER, most=MOST_DOCUMENTS)
        ids = sorted({one.letter_id for one in wanted})
        pieces = (ids[at : at + DOCUMENTS_AT_ONCE] for at in range(0, len(ids), DOCUMENTS_AT_ONCE))
        return [IdRange(piece[0], piece[-1]) for piece in pieces]

    def work(self, session: Session, actor: Actor, piece: Piece) -> Mapping[str, int]:
        """Draw up what is still wanted in the range."""
        from roads.letters.document import render  # noqa: PLC0415
        from roads.usecases.letters import keep_document  # noqa: PLC0415

        counts: Counter[str] = Counter()
        for wanted in documents_wanted(
            session, self.fallback, within=(piece.ids.first, piece.ids.last), most=MOST_DOCUMENTS
        ):
            facts = replace(letter_facts(session, wanted.letter_id), photos=self._photos(session, wanted.letter_id))
            pdf = render(facts, wanted.language, self.base_url)
            counts["documents"] += keep_document(session, actor, wanted.letter_id, wanted.language, pdf)
        return counts

    def _photos(self, session: Session, letter_id: int) -> list[LetterPhoto]:
        """Photos whose files are there: a letter is not held up by one that is lost, but waits for a store that is
        away."""
        if self.media is None:
            return []
        found = ((line, _file(self.media, copy)) for line, copy in photos_of_letter(session, letter_id))
        return [LetterPhoto(line, content) for line, content in found if content is not None]


def _file(media: Media, copy: str) -> bytes | None:
    try:
        return media.get(copy)
    except NotFound:
        return None


@dataclass(frozen=True, slots=True)
class TellFollowers:
    """Writes to those who follow something by e-mail what is new to them."""

    zone: ZoneInfo
    clock: Clock = moment

    def waiting(self, session: Session, _today: date, /) -> Sequence[IdRange]:
        """One piece where anybody follows anything."""
        return [ALL] if has_subscriptions(session) else []

    def work(self, session: Session, actor: Actor, piece: Piece) -> Mapping[str, int]:
        """Write to all who are due."""
        from roads.usecases.subscriptions import tell_followers  # noqa: PLC0415

        told = tell_followers(session, actor, today=piece.today, now=self.clock(), zone=self.zone)
        return {"mails": told.mails, "news": told.news, "forgotten": told.forgotten}


@dataclass(frozen=True, slots=True)
class DeliverNotices:
    """Sends what is due in the outbox. Without a mail server mails wait."""

    smtp_url: str
    mail_from: str
    base_url: str
    to_private: bool = False
    clock: Clock = moment

    @classmethod
    def of(cls, settings: Settings) -> "DeliverNotices":
        """As the settings say."""
        return cls(settings.smtp_url, settings.mail_from, settings.base_url, settings.webhooks_to_private)

    def waiting(self, session: Session, _today: date, /) -> Sequence[IdRange]:
        """So many pieces as what is due now takes."""
        due = count_due(session, with_mail=bool(self.smtp_url), now=self.clock())
        return [ALL] * -(-due // NOTICES_AT_ONCE)

    def work(self, session: Session, actor: Actor, piece: Piece) -> Mapping[str, int]:
        """Take some; they are sent when this transaction is committed."""
        from jobs.sending import Sending, take  # noqa: PLC0415

        taken, counts = take(session, actor, most=NOTICES_AT_ONCE, with_mail=bool(self.smtp_url), now=self.clock())
        if taken:
            lines = told_lines(session, [one.letter_id for one in taken if one.letter_id])
            news = news_of_notices(session, [one.id for one in taken if one.kind in OF_FOLLOWERS])
            sending = Sending(self, session.get_bind(), actor, piece.today, lines, news)
            event.listen(session, "after_commit", lambda _: asyncio.run(sending.send(taken)), once=True)
        return counts
