"""A mail server and a receiver of webhooks for tests: real sockets, and answers that a test chooses."""

import socket
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from hashlib import sha256
from hmac import compare_digest, digest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

YES = "250 2.0.0 kept as {number}"


@dataclass
class Sink:
    """Keeps what it is given. `at_recipient` and `at_data` say what it answers; None closes the connection."""

    mails: list[tuple[str, list[str], EmailMessage]] = field(default_factory=list)
    at_recipient: Callable[[str], str] = lambda _: "250 OK"
    at_data: Callable[[EmailMessage], str | None] = lambda _: YES
    url: str = ""

    async def handle_RCPT(  # noqa: N802 (as it is called)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.at_recipient(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        answer = self.at_data(mail)
        if answer is None:
            assert server.transport is not None
            server.transport.close()
            return "421 gone"
        if answer.startswith("250"):
            self.mails.append((str(envelope.mail_from), list(envelope.rcpt_tos), mail))
        return answer.format(number=len(self.mails))

    @property
    def ids(self) -> list[str]:
        """The Message-IDs of what is kept, in order."""
        return [str(mail["Message-ID"]) for _, _, mail in self.mails]

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for _, recipients, mail in self.mails if recipients == [address]]


@contextmanager
def smtp_sink() -> Iterator[Sink]:
    """A server on a port of its own."""
    sink = Sink()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=port, ready_timeout=10)
    controller.start()
    try:
        sink.url = f"smtp://127.0.0.1:{port}"
        yield sink
    finally:
        controller.stop()


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def pdfs_of(mail: EmailMessage) -> list[bytes]:
    return [part.get_content() for part in mail.iter_attachments() if part.get_content_type() == "application/pdf"]


@dataclass
class Receiver:
    """Keeps what it is called with, and answers as a test says."""

    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    status: int = 204
    location: str = ""
    url: str = ""


@contextmanager
def webhook_receiver() -> Iterator[Receiver]:
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            kept.calls.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(kept.status)
            if kept.location:
                self.send_header("Location", kept.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing on standard error."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        kept.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def is_signed(headers: dict[str, str], body: bytes, secret: str) -> bool:
    """What a receiver does to believe a webhook, written from the standard and not from our code."""
    key = b64decode(secret.split("_", 1)[1])
    said = headers["webhook-signature"]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    return said.startswith("v1,") and compare_digest(b64decode(said[3:]), digest(key, signed, sha256))
