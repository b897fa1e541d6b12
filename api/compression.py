"""What is sent compressed: pages and files that are the same for everybody, never what holds somebody's form token."""

import gzip
from functools import lru_cache

from fastapi import Request, Response

from api.dependencies import tagged

REFUSED = {"q=0", "q=0.0", "q=0.00", "q=0.000"}


def takes_gzip(request: Request) -> bool:
    """Whether the client says that it reads what gzip has compressed."""
    given = (part.partition(";") for part in request.headers.get("accept-encoding", "").split(","))
    return any(name.strip() == "gzip" and quality.replace(" ", "") not in REFUSED for name, _, quality in given)


def squeezed(body: bytes) -> bytes:
    """A body compressed, the same each time."""
    return gzip.compress(body, compresslevel=6, mtime=0)


@lru_cache(maxsize=256)
def squeezed_once(body: bytes) -> bytes:
    """The same for what is sent again and again: those asked for last are remembered."""
    return squeezed(body)


def tagged_small(request: Request, body: bytes, media_type: str) -> Response:
    """The body with its ETag as `tagged` sends it, compressed for whoever takes that."""
    if not takes_gzip(request):
        return tagged(request, body, media_type)
    return tagged(request, squeezed_once(body), media_type, encoding="gzip")
