"""What a mail that came back says: which notice it was, and whether it is gone for good."""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

_TOKEN = re.compile(r"[0-9a-f]{32}")
_PLUS = re.compile(r"\+([0-9a-f]{32})@")
LONGEST = 5_000_000


@dataclass(frozen=True, slots=True)
class Bounce:
    """The notice's token, and what the server said for which it failed."""

    token: str
    reply: str


def token_in(raw: bytes) -> Bounce | None:
    """The notice that a delivery report (RFC 3464) says has failed; None for anything else, a mere delay too.

    Known by the address the report came to, which only the failed mail carried, else by the Message-ID it quotes.
    """
    mail = message_from_bytes(raw[:LONGEST], policy=policy.default)
    if not isinstance(mail, EmailMessage) or mail.get_content_type() != "multipart/report":
        return None
    failed = next((part for part in _reports(mail) if _field(part, "Action").lower() == "failed"), None)
    token = _of_address(mail) or _of_quoted(mail)
    if failed is None or token is None:
        return None
    said = _field(failed, "Diagnostic-Code").partition(";")[2] or _field(failed, "Status")
    return Bounce(token, " ".join(said.split()) or "failed")


def _reports(mail: EmailMessage) -> list[EmailMessage]:
    """The parts of the report that tell of one recipient each."""
    found: list[EmailMessage] = []
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status" and part.is_multipart():
            found.extend(one for one in part.get_payload() if isinstance(one, EmailMessage))
    return found


def _field(part: EmailMessage, name: str) -> str:
    return str(part.get(name, "")).strip()


def _of_address(mail: EmailMessage) -> str | None:
    for name in ("Delivered-To", "X-Original-To", "To"):
        for value in mail.get_all(name, []):
            if found := _PLUS.search(str(value)):
                return found.group(1)
    return None


def _of_quoted(mail: EmailMessage) -> str | None:
    for part in mail.walk():
        if part.get_content_type() not in ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers"):
            continue
        payload = part.get_payload()
        quoted = payload[0] if isinstance(payload, list) else message_from_bytes(_bytes_of(part), policy=policy.default)
        if isinstance(quoted, EmailMessage) and (found := _TOKEN.search(_field(quoted, "Message-ID"))):
            return found.group(0)
    return None


def _bytes_of(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
