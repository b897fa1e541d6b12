"""Where webhooks may go, and what they look like."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from jobs.calls import NotReachable, Switchboard, headers_of, is_public, outcome_of
from jobs.mails import Post, Sender
from roads.domain.errors import BadSetting
from roads.domain.notices import BadWebhook, Outcome
from roads.usecases.webhooks import demand_callable


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.1", "224.0.0.1",
        "::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b:1::1",
    ],
)  # fmt: skip
def test_addresses_of_our_own_network_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2a00:1450:4001::1", "::ffff:8.8.8.8"])
def test_addresses_of_the_open_network_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.kz/hook", "ftp://example.kz", "https://", "https://127.0.0.1/x", "https://[::1]/x",
        "https://user:word@example.kz/", "https://localhost/x", "https://example.kz:notaport/", "https://a b.kz/",
        "https://example.kz/#x", "javascript:alert(1)", "",
    ],
)  # fmt: skip
def test_what_is_plainly_nothing_to_call_is_refused_at_once(url: str) -> None:
    with pytest.raises(BadWebhook):
        demand_callable(url, may_be_local=False)


def test_a_public_address_and_in_the_demonstration_a_local_one_can_be_called() -> None:
    demand_callable("https://example.kz:8443/hook?x=1", may_be_local=False)
    demand_callable("http://127.0.0.1:9000/hook", may_be_local=True)


def test_a_name_that_leads_into_our_network_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    async def lookup(*_: Any, **__: Any) -> list[Any]:
        return [(2, 1, 6, "", ("8.8.8.8", 443)), (2, 1, 6, "", ("10.0.0.5", 443))]

    async def ask() -> str:
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", lookup)
        return await Switchboard("http://x")._address_of(httpx2.URL("https://example.kz/"))

    with pytest.raises(NotReachable, match="not in the open network"):
        asyncio.run(ask())


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(200, "sent"), (204, "sent"), (301, "later"), (307, "later"), (400, "later"), (410, "refused"), (503, "later")],
)
def test_only_a_yes_is_a_yes(status: int, outcome: str) -> None:
    assert outcome_of(status) is Outcome(outcome)


def test_the_signature_is_that_of_the_standard() -> None:
    """The example of standardwebhooks.com, worked out with its own library."""
    headers = headers_of(
        "p5jXN8AQM9LWM0D4loKWxJek",
        b'{"test": 2432232314}',
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        datetime.fromtimestamp(1614265330, UTC),
    )
    assert headers["webhook-id"] == "msg_p5jXN8AQM9LWM0D4loKWxJek"
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example.kz", Post("mail.example.kz", 25, "none")),
        ("smtps://mail.example.kz", Post("mail.example.kz", 465, "tls")),
        (
            "smtp+starttls://me%40x.kz:a%2Fb@mail.example.kz:2525",
            Post("mail.example.kz", 2525, "starttls", "me@x.kz", "a/b"),
        ),
    ],
)
def test_a_mail_server_is_one_setting(url: str, expected: Post) -> None:
    assert Post.of(url) == expected


@pytest.mark.parametrize("url", ["mail.example.kz", "http://me:word@h", "smtp://", "smtp://me:word@h:port"])
def test_what_names_no_mail_server_is_said_without_its_password(url: str) -> None:
    with pytest.raises(BadSetting) as refused:
        Post.of(url)
    assert "me:word" not in str(refused.value)


def test_without_an_address_of_its_own_the_site_writes_from_its_host() -> None:
    assert Sender.of("", "https://zhol.example.kz/").envelope("t") == "noreply+t@zhol.example.kz"
    assert Sender.of("Roads <roads@akimat.kz>", "http://x").envelope("t") == "roads+t@akimat.kz"
    assert Sender.of("", "http://127.0.0.1:8000").domain == "localhost"
