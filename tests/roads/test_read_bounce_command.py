"""A mail that came back, as a mail server pipes it into `python -m roads read-bounce`."""

import pytest

from roads.commands.bounces import token_in

TOKEN = "0123456789abcdef0123456789abcdef"  # noqa: S105 (the token of no notice)
REPORT = """From: MAILER-DAEMON@mail.example.kz
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.kz

Final-Recipient: rfc822; builder@example.kz
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <builder@example.kz>:
 no such user

--b
Content-Type: {quoted}

Message-ID: <{token}@zhol.example.kz>
Subject: x

x
--b--
"""


def report(to: str = "noreply@zhol.example.kz", action: str = "failed", quoted: str = "message/rfc822") -> bytes:
    return REPORT.format(to=to, action=action, quoted=quoted, token=TOKEN).encode()


@pytest.mark.parametrize("quoted", ["message/rfc822", "text/rfc822-headers"])
def test_a_report_is_known_by_the_message_it_quotes(quoted: str) -> None:
    found = token_in(report(quoted=quoted))
    assert found is not None
    assert (found.token, found.reply) == (TOKEN, "550 5.1.1 <builder@example.kz>: no such user")


def test_a_report_is_known_by_the_address_it_came_to() -> None:
    other = "f" * 32
    found = token_in(report(to=f"noreply+{other}@zhol.example.kz"))
    assert found is not None
    assert found.token == other


@pytest.mark.parametrize(
    "mail",
    [
        report(action="delayed"),
        report(action="delivered"),
        b"",
        b"\xff\x00\xfe",
        b"Subject: I am on holiday\n\nback in June",
        report().replace(TOKEN.encode(), b"somebody-elses"),
    ],
)
def test_what_is_no_bounce_of_ours_marks_nothing(mail: bytes) -> None:
    assert token_in(mail) is None
