"""What a mail says, and how it is handed to a mail server."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit

import aiosmtplib

from jobs.mails_to_followers import to_follower
from roads.domain.errors import BadSetting
from roads.domain.letters import LetterLine, number_of
from roads.domain.notices import OF_FOLLOWERS, NoticeKind, Outcome
from roads.domain.subscriptions import News
from roads.i18n import say, unturned
from roads.letters.words import Words
from roads.usecases.notices import Answer, Taken

MOST_LINES = 20
"""A mail names so many lines; the letter and the claim's page have them all."""
PATIENCE_S = 30.0
DEMAND = "smtp://host:port, smtps://host or smtp+starttls://user:password@host"


# --- what it says


@dataclass(frozen=True, slots=True)
class Sender:
    """In whose name mails go out, and where their links lead. Bounces go to `local+token@domain`."""

    name: str
    address: str
    base_url: str

    @classmethod
    def of(cls, mail_from: str, base_url: str) -> "Sender":
        """From the settings; without an address of its own, `noreply` at the host of the site. Errors: BadSetting."""
        host = urlsplit(base_url).hostname or "localhost"
        # A mail server takes no bare number for a domain.
        host = "localhost" if host.replace(".", "").isdecimal() or ":" in host else host
        name, address = parseaddr(mail_from) if mail_from else ("Sapaly Zhol", f"noreply@{host}")
        if "@" not in address:
            raise BadSetting(setting="ROADS_MAIL_FROM", problem=f"{mail_from!r} is no address")
        return cls(name or "Sapaly Zhol", address, base_url.rstrip("/"))

    @property
    def domain(self) -> str:
        """Where Message-IDs are at home."""
        return self.address.rpartition("@")[2]

    def envelope(self, token: str) -> str:
        """Where a mail that cannot be delivered comes back to, told apart by its token."""
        local, _, domain = self.address.rpartition("@")
        return f"{local}+{token}@{domain}"


def message_id(token: str, domain: str) -> str:
    """The same for every attempt: whoever gets a mail twice can tell."""
    return f"<{token}@{domain}>"


def write_mail(notice: Taken, lines: Sequence[LetterLine], sender: Sender, news: Sequence[News] = ()) -> EmailMessage:
    """The mail of a notice: the same bytes at every attempt."""
    words = Words(notice.language)
    subject, text = map(unturned, _said(notice, lines, words, sender, news))
    mail = EmailMessage()
    mail["From"] = f"{sender.name} <{sender.address}>"
    mail["To"] = notice.address or ""
    mail["Subject"] = subject
    mail["Date"] = format_datetime(notice.created_at)
    mail["Message-ID"] = message_id(notice.token, sender.domain)
    # A mailbox can be sorted by it; the demonstration's sink keeps apart what opens an account.
    mail["X-Notice-Kind"] = notice.kind.value
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = notice.language
    if notice.kind in OF_FOLLOWERS:
        # One press in a mail program ends it (RFC 8058).
        mail["List-Unsubscribe"] = f"<{sender.base_url}/unsubscribe/{notice.subscription_key}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(text, cte="base64")
    if notice.pdf is not None:
        mail.add_attachment(notice.pdf, maintype="application", subtype="pdf", filename=f"{_number(notice)}.pdf")
        mail.set_boundary(f"={notice.token}=")
    return mail


def _number(notice: Taken) -> str:
    return number_of(notice.claim_number or "", notice.ordinal).replace("/", "-")


def _said(
    notice: Taken, lines: Sequence[LetterLine], words: Words, sender: Sender, news: Sequence[News]
) -> tuple[str, str]:
    """Subject and text."""
    if notice.kind in OF_FOLLOWERS:
        return to_follower(notice, news, words, sender.base_url)
    return _reset(notice, words, sender) if notice.letter_id is None else _told(notice, lines, words, sender)


def _reset(notice: Taken, words: Words, sender: Sender) -> tuple[str, str]:
    if notice.kind is NoticeKind.WEBHOOK_DISABLED:
        subject = words.say(f"notice.{notice.kind}")
        return subject, words.say("mail.webhook_disabled.text", address=notice.url or "")
    address = f"{sender.base_url}/{notice.language}/reset/{notice.secret}"
    return words.say("mail.reset.subject"), words.say("mail.reset.text", address=address)


def _told(notice: Taken, lines: Sequence[LetterLine], words: Words, sender: Sender) -> tuple[str, str]:
    subject = words.say("mail.subject", number=notice.claim_number, matter=words.say(f"notice.{notice.kind}"))
    if notice.is_for_information:
        subject = words.say("mail.subject.information", subject=subject)
    return subject, "\n\n".join(_paragraphs(notice, lines, words, sender)) + "\n"


def _paragraphs(notice: Taken, lines: Sequence[LetterLine], words: Words, sender: Sender) -> Iterator[str]:
    facts = {"contractor": notice.contractor, "answer_by": words.day(notice.answer_by)}
    yield words.say(f"mail.text.{notice.kind}", **facts)
    yield words.say(
        "mail.head",
        claim=notice.claim_number,
        contract=notice.contract_number,
        signed_on=words.dated(notice.signed_on) if notice.signed_on else "-",
        customer=notice.customer,
        contractor=notice.contractor,
    )
    if lines:
        yield "\n".join(_lines(lines, words))
    yield from _links(notice, words, sender)
    yield words.say("mail.foot")


def _lines(lines: Sequence[LetterLine], words: Words) -> Iterator[str]:
    for line in lines[:MOST_LINES]:
        at = words.say("letter.at", chainage=words.chainage(line))
        by = words.short(line.rectify_by)
        yield words.say(
            "mail.line", number=line.number, road=words.road(line), at=at, defect=words.defect(line), rectify_by=by
        )
        if line.reason:
            yield "   " + words.say("mail.reason", reason=say(f"claim_reason.{line.reason}", words.language))
        if line.note:
            yield "   " + words.say("mail.note", note=line.note)
    if len(lines) > MOST_LINES:
        yield words.say("mail.more", count=len(lines) - MOST_LINES)


def _links(notice: Taken, words: Words, sender: Sender) -> Iterator[str]:
    page = f"{sender.base_url}/{notice.language}/letters/{notice.code}"
    if notice.pdf is not None:
        yield words.say("mail.open", address=f"{page}/open")
        yield words.say("mail.check", address=page, sha256=notice.sha256)
    yield words.say("mail.claim", address=f"{sender.base_url}/{notice.language}/claims/{notice.claim_id}")
    yield words.say("mail.read", address=f"{page}/read?key={notice.read_key}")


# --- how it is handed over


@dataclass(frozen=True, slots=True)
class Post:
    """A mail server. `security`: none, tls from the start, or starttls."""

    host: str
    port: int
    security: str
    user: str | None = None
    password: str | None = None

    @classmethod
    def of(cls, url: str) -> "Post":
        """From ROADS_SMTP_URL. Errors: BadSetting, which never repeats the password."""
        parts = urlsplit(url)
        known = {"smtp": ("none", 25), "smtps": ("tls", 465), "smtp+starttls": ("starttls", 587)}
        try:
            port = parts.port
        except ValueError:
            raise BadSetting(setting="ROADS_SMTP_URL", problem=DEMAND) from None
        if parts.scheme not in known or not parts.hostname:
            raise BadSetting(setting="ROADS_SMTP_URL", problem=DEMAND)
        security, usual = known[parts.scheme]
        user = unquote(parts.username) if parts.username else None
        return cls(parts.hostname, port or usual, security, user, unquote(parts.password or "") if user else None)

    @property
    def name(self) -> str:
        """The server as proofs name it."""
        return f"{self.host}:{self.port}"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[aiosmtplib.SMTP]:
        """A conversation with the server. Errors: what `answer_to` understands."""
        server = aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            username=self.user,
            password=self.password,
            use_tls=self.security == "tls",
            start_tls=self.security == "starttls",
            timeout=PATIENCE_S,
        )
        await server.connect()
        try:
            yield server
        finally:
            await _leave(server)

    async def hand_over(self, server: aiosmtplib.SMTP, mail: EmailMessage, envelope: str) -> Answer:
        """Give a mail to the server that was reached. What it says decides, not what we hope."""
        to = parseaddr(str(mail["To"]))[1]
        try:
            refused, reply = await server.send_message(mail, sender=envelope, recipients=[to])
        except TROUBLES as trouble:
            return self.answer_to(trouble)
        if refused:
            (response,) = refused.values()
            return self._said(response.code, response.message)
        return Answer(Outcome.SENT, self.name, one_line(reply))

    def answer_to(self, trouble: Exception) -> Answer:
        """What a failure means for the notice: only a no to this recipient or this mail is for good."""
        if isinstance(trouble, aiosmtplib.SMTPRecipientsRefused) and trouble.recipients:
            first = trouble.recipients[0]
            return self._said(first.code, first.message)
        if isinstance(trouble, aiosmtplib.SMTPDataError | aiosmtplib.SMTPRecipientRefused):
            return self._said(trouble.code, trouble.message)
        return Answer(Outcome.LATER, self.name, one_line(f"{type(trouble).__name__}: {trouble}"))

    def _said(self, code: int, words: str) -> Answer:
        outcome = Outcome.REFUSED if code >= 500 else Outcome.LATER
        return Answer(outcome, self.name, one_line(f"{code} {words}"))


TROUBLES = (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError)
"""What can go wrong with a server. ValueError: an address that cannot be written into a command."""


@contextmanager
def _unmoved() -> Iterator[None]:
    """Saying goodbye to a server that is gone is no failure of what was said before."""
    try:
        yield
    except TROUBLES:
        return


async def _leave(server: aiosmtplib.SMTP) -> None:
    with _unmoved():
        if server.is_connected:
            await server.quit()
    server.close()


def one_line(words: str) -> str:
    """An answer as it is kept: without what could break a line."""
    return " ".join(words.split())[:500]
