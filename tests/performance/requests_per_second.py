"""How many requests a second a server answers: eight clients on kept connections, in a process of their own."""

import asyncio
import sys
import time
from collections.abc import Iterable, Sequence
from itertools import cycle

CLIENTS = 8


async def _ask(host: str, port: int, paths: Iterable[str], until: float, tag: str) -> int:
    reader, writer = await asyncio.open_connection(host, port)
    answered = 0
    held, status = (f"If-None-Match: {tag}\r\n", b"304") if tag else ("", b"200")
    for path in paths:
        if time.perf_counter() >= until:
            break
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

    The paths are asked for again and again, or each of them once when there is no time to fill (`seconds` is 0).
    Errors: RuntimeError for an answer that is not 200, or with a tag not 304.
    """
    shares: list[Iterable[str]] = [paths[n::CLIENTS] for n in range(CLIENTS)]
    if seconds:
        shares = [cycle(paths[n::CLIENTS] or paths) for n in range(CLIENTS)]
    began = time.perf_counter()
    until = began + seconds if seconds else float("inf")
    answered = await asyncio.gather(*(_ask(host, port, share, until, tag) for share in shares))
    return sum(answered) / (time.perf_counter() - began)


if __name__ == "__main__":
    given = [line.strip() for line in sys.stdin if line.strip()]
    host, port, seconds, *tag = sys.argv[1:]
    print(asyncio.run(requests_per_second(host, int(port), given, float(seconds), "".join(tag))))  # noqa: T201
