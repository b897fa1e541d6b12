"""How many requests a second a server answers: eight clients on kept connections, in a process of their own."""

import asyncio
import sys
import time
from collections.abc import Sequence

CLIENTS = 8


async def _ask(host: str, port: int, paths: Sequence[str], until: float, tag: str) -> int:
    reader, writer = await asyncio.open_connection(host, port)
    answered = 0
    held, status = (f"If-None-Match: {tag}\r\n", b"304") if tag else ("", b"200")
    while time.perf_counter() < until:
        path = paths[answered % len(paths)]
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\n{held}\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 " + status):
            raise RuntimeError(f"{path}: {head.splitlines()[0]!r}")
        if not tag:
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(int(length.split(b":")[1]))
        answered += 1
    writer.close()
    return answered


async def requests_per_second(host: str, port: int, paths: Sequence[str], seconds: float = 5.0, tag: str = "") -> float:
    """Requests answered in a second, all clients together; with a tag the client has the answers already.

    Errors: RuntimeError for an answer that is not 200, or with a tag not 304.
    """
    until = time.perf_counter() + seconds
    answered = await asyncio.gather(*(_ask(host, port, paths[n::CLIENTS] or paths, until, tag) for n in range(CLIENTS)))
    return sum(answered) / seconds


if __name__ == "__main__":
    given = [line.strip() for line in sys.stdin if line.strip()]
    print(asyncio.run(requests_per_second(sys.argv[1], int(sys.argv[2]), given, tag="".join(sys.argv[3:]))))  # noqa: T201
