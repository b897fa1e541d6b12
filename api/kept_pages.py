"""Public pages that were written already: until a fact of the public's changes they are sent again as they are.

What is kept is known by the version of the facts it was written from, which is read first: a page is never older than
its version. Pages of people who have signed in are never kept.
"""

from collections.abc import Awaitable, Callable
from functools import cached_property, wraps
from typing import Any

from fastapi import Request, Response

from api.compression import squeezed, takes_gzip
from api.dependencies import offered, tag_of, tagged, today
from api.editions import Editions

KEPT_BYTES = 24_000_000
"""What a process keeps of pages, compression apart: it adds a quarter at most."""
LONGEST_QUERY = 200
HTML = "text/html; charset=utf-8"

Writing = Callable[..., Awaitable[Response]]


class KeptPage:
    """A page as it is and, for those who read that, compressed: each worked out when the first of them asks."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    @cached_property
    def squeezed(self) -> bytes:
        """The page compressed."""
        return squeezed(self.body)

    @cached_property
    def tag(self) -> str:
        """The ETag of the page as it is."""
        return tag_of(self.body)

    @cached_property
    def tag_of_squeezed(self) -> str:
        """The ETag of the page compressed."""
        return tag_of(self.squeezed)

    def sent(self, request: Request) -> Response:
        """The answer, with its ETag."""
        if not takes_gzip(request):
            return tagged(request, self.body, HTML, tag=self.tag)
        return tagged(request, self.squeezed, HTML, encoding="gzip", tag=self.tag_of_squeezed)


class KeptPages:
    """The pages that one process keeps, all of one version of the facts."""

    def __init__(self) -> None:
        self._version = ""
        self._pages: dict[object, KeptPage] = {}
        self.bytes_kept = 0

    def find(self, version: str, key: object) -> KeptPage | None:
        """A page written from this version."""
        if version != self._version:
            self._forget(version)
        return self._pages.get(key)

    def keep(self, version: str, key: object, body: bytes) -> KeptPage:
        """Keep a page that was written from a version; one that is over by now is only given back."""
        page = KeptPage(body)
        if version == self._version and key not in self._pages:
            self.bytes_kept += len(page.body)
            if self.bytes_kept > KEPT_BYTES:
                self._forget(version)
            self._pages[key] = page
        return page

    def _forget(self, version: str) -> None:
        self._version = version
        self._pages.clear()
        self.bytes_kept = 0


def kept(write: Writing) -> Writing:
    """A route that writes a public page, made one that writes it once for all who ask for the same."""

    @wraps(write)
    async def sent(request: Request, **given: Any) -> Response:
        offered(request, given["language"])
        pages: KeptPages = request.app.state.kept_pages
        editions: Editions = request.app.state.editions
        version = await editions.version()
        key = (request.url.path, request.url.query, today(request))
        page = pages.find(version, key)
        if page is None:
            answer = await write(request=request, **given)
            if answer.status_code != 200 or len(request.url.query) > LONGEST_QUERY:
                return answer
            page = pages.keep(version, key, bytes(answer.body))
        return page.sent(request)

    return sent
