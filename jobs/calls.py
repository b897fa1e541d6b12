"""Webhooks: how another program is told, signed as Standard Webhooks has it, and never into our own network.

webhook-id         the notice, the same at every attempt
webhook-timestamp  seconds since 1970, of this attempt
webhook-signature  v1,<base64 of HMAC-SHA256 over "id.timestamp.body" with the secret>
"""

import asyncio
import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from hmac import digest
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from socket import SOCK_STREAM, gaierror
from urllib.parse import urlsplit

import httpx2

from jobs.mails import one_line
from roads.domain.letters import LetterLine, number_of
from roads.domain.notices import Outcome
from roads.usecases.notices import Answer, Taken

PATIENCE_S = 10.0
PREFIX = "whsec_"
LONGEST_ANSWER = 4096


def body_of(notice: Taken, lines: Sequence[LetterLine], base_url: str) -> bytes:
    """What is told: codes and ids only, and where more is found. The same bytes at every attempt."""
    told = {
        "type": f"claim.{notice.kind}",
        "timestamp": notice.created_at.isoformat(),
        "data": {
            "claim_id": notice.claim_id,
            "claim_number": notice.claim_number,
            "contract_number": notice.contract_number,
            "letter_id": notice.letter_id,
            "letter_number": number_of(notice.claim_number or "", notice.ordinal),
            "written_on": notice.written_on.isoformat() if notice.written_on else None,
            "for_information": notice.is_for_information,
            "lines": [{"number": line.number, "state": line.state} for line in lines],
            "letter": f"{base_url.rstrip('/')}/api/v1/letters/{notice.letter_id}.pdf",
        },
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def headers_of(token: str, body: bytes, secret: str, now: datetime) -> dict[str, str]:
    """How the receiver can tell that it was us, and when."""
    stamp = str(int(now.timestamp()))
    key = b64decode(secret.removeprefix(PREFIX))
    signature = b64encode(digest(key, b".".join((f"msg_{token}".encode(), stamp.encode(), body)), sha256)).decode()
    return {
        "content-type": "application/json",
        "user-agent": "sapaly-zhol",
        "webhook-id": f"msg_{token}",
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{signature}",
    }


TRANSLATED = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))
"""Where a network translates IPv6 into IPv4."""


def is_public(address: str) -> bool:
    """Whether an address lies in the open network: not ours, not this machine, not the cloud's own services."""
    known = ip_address(address.partition("%")[0])
    inner = known.ipv4_mapped if isinstance(known, IPv6Address) else None
    told: IPv4Address | IPv6Address = inner or known
    # Ways in which one address leads to another one, which may be anybody's.
    if isinstance(told, IPv6Address) and (told.sixtofour or told.teredo or any(told in net for net in TRANSLATED)):
        return False
    return told.is_global and not told.is_multicast


class NotReachable(OSError):
    """The host has no address that may be called."""


@dataclass(frozen=True, slots=True)
class Switchboard:
    """Calls other programs. `to_private`: also in our own network, which only the demonstration and tests do."""

    base_url: str
    to_private: bool = False

    async def call(self, notice: Taken, lines: Sequence[LetterLine], now: datetime) -> Answer:
        """Tell a program; anything but a yes is tried again, except 410, which says never."""
        host = urlsplit(notice.url or "").netloc.rpartition("@")[2]
        body = body_of(notice, lines, self.base_url)
        try:
            headers = headers_of(notice.token, body, notice.webhook_secret or "", now)
            # The whole of it: one who answers a byte at a time would hold up everybody else.
            async with asyncio.timeout(PATIENCE_S):
                status, said = await self._post(httpx2.URL(notice.url or ""), body, headers)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as trouble:
            return Answer(Outcome.LATER, host, f"{type(trouble).__name__}: {trouble}".rstrip(": "))
        return Answer(outcome_of(status), host, f"{status} {said}".strip())

    async def _post(self, url: httpx2.URL, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        address = await self._address_of(url)
        # The name was looked up once: a second look-up by the client could lead into our network.
        async with (
            httpx2.AsyncClient(timeout=PATIENCE_S, follow_redirects=False, trust_env=False) as client,
            client.stream(
                "POST",
                url.copy_with(host=address),
                content=body,
                headers={**headers, "host": url.netloc.decode()},
                extensions={"sni_hostname": url.host},
            ) as answer,
        ):
            async for piece in answer.aiter_raw(LONGEST_ANSWER):
                return answer.status_code, one_line(piece.decode(errors="replace"))[:200]
            return answer.status_code, ""

    async def _address_of(self, url: httpx2.URL) -> str:
        if url.scheme != "https" and not (url.scheme == "http" and self.to_private):
            raise NotReachable("an https address is needed")
        port = url.port or (443 if url.scheme == "https" else 80)
        try:
            found = await asyncio.get_running_loop().getaddrinfo(url.host, port, type=SOCK_STREAM)
        except gaierror:
            raise NotReachable("the name is not known") from None
        addresses = [str(one[4][0]) for one in found]
        if not addresses or not (self.to_private or all(map(is_public, addresses))):
            raise NotReachable("the address is not in the open network")
        return addresses[0]


def outcome_of(status: int) -> Outcome:
    """What a status means: 2xx is a yes, 410 is never again, anything else later. A redirect is no yes."""
    if 200 <= status < 300:
        return Outcome.SENT
    return Outcome.REFUSED if status == 410 else Outcome.LATER
