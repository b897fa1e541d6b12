"""How many defects a second a server records: eight clients on kept connections, in a process of their own."""

import asyncio
import sys
import time
from collections.abc import Sequence
from uuid import uuid4

CLIENTS = 8


async def _post(host: str, port: int, token: str, bodies: Sequence[str], until: float) -> int:
    reader, writer = await asyncio.open_connection(host, port)
    recorded = 0
    while time.perf_counter() < until:
        body = bodies[recorded % len(bodies)].encode()
        head = (
            f"POST /api/v1/defects HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n"
            f"Idempotency-Key: {uuid4()}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        told = await reader.readexactly(int(length.split(b":")[1]))
        if not answer.startswith(b"HTTP/1.1 201"):
            raise RuntimeError(f"{answer.splitlines()[0]!r} {told!r}")
        recorded += 1
    writer.close()
    return recorded


async def posts_per_second(host: str, port: int, token: str, bodies: Sequence[str], seconds: float = 10.0) -> float:
    """Defects recorded in a second, all clients together. Errors: RuntimeError for an answer that is not 201."""
    until = time.perf_counter() + seconds
    counted = await asyncio.gather(*(_post(host, port, token, bodies[n::CLIENTS], until) for n in range(CLIENTS)))
    return sum(counted) / seconds


if __name__ == "__main__":
    given = [line.strip() for line in sys.stdin if line.strip()]
    print(asyncio.run(posts_per_second(sys.argv[1], int(sys.argv[2]), sys.argv[3], given)))  # noqa: T201
