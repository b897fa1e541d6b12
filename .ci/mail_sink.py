"""A mail server for the demonstration: keeps every mail as a file, and sends nothing anywhere.

    ROADS_MAIL_SINK   the folder; without it this process only waits, because another mail server is used
    ROADS_SMTP_URL    where to listen, smtp://127.0.0.1:port

A mail that opens somebody's account goes into the folder `private`, which no page shows.
"""

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime
from email import message_from_bytes
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from aiosmtpd.smtp import SMTP, Envelope, Session

LARGEST = 25_000_000
PRIVATE_KINDS = ("password_reset",)


class Keeper:
    """Keeps what it is given, whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "private").mkdir(parents=True, exist_ok=True, mode=0o700)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{sha256(content).hexdigest()[:12]}"
        is_private = message_from_bytes(content).get("X-Notice-Kind") in PRIVATE_KINDS
        folder = self.folder / "private" if is_private else self.folder
        # Under another name until it is whole: a page may look at any moment.
        unfinished = folder / f"{name}.part"
        unfinished.write_bytes(content)
        unfinished.rename(folder / f"{name}.eml")
        return f"250 2.0.0 kept as {name}"


async def serve() -> None:
    """Until somebody asks to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    folder = os.environ.get("ROADS_MAIL_SINK")
    if folder:
        where = urlsplit(os.environ["ROADS_SMTP_URL"])
        keeper = Keeper(Path(folder))
        await loop.create_server(
            lambda: SMTP(keeper, data_size_limit=LARGEST, hostname="localhost", loop=loop),
            host=where.hostname,
            port=where.port or 25,
        )
    await stop.wait()


if __name__ == "__main__":
    asyncio.run(serve())
    sys.exit(0)
