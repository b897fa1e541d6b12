"""Addresses without what other sites hang on them to follow people.

Whoever comes from a social network brings a mark that nobody else has. It asks for nothing: without it the page is the
same for everybody, written once, and its links do not carry the mark on.
"""

import re

from starlette.types import ASGIApp, Receive, Scope, Send

_MARK = re.compile(rb"(?:utm_\w+|[a-z]{1,3}clid|msclkid|igshid|igsh|_openstat|mc_[ce]id|ref_src)(?:=|$)")


class PlainAddresses:
    """Answers as if the marks were not there."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] == "http" and scope["query_string"]:
            parts = scope["query_string"].split(b"&")
            wanted = [part for part in parts if not _MARK.match(part)]
            if len(wanted) < len(parts):
                scope = {**scope, "query_string": b"&".join(wanted)}
        await self.app(scope, receive, send)
