"""Public pages that were written already: until a fact of the public's changes they are sent again as they are.

What is kept is known by the version of the facts it was written from, which is read first: a page is never older than
its version. Pages of people who have signed in are never kept.
"""

from collections.abc import Callable, Collection, Coroutine
from functools import cached_property, wraps
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response

from api.compression import squeezed, takes_gzip
from api.dependencies import offered, tag_of, tagged, today
from api.editions import Editions
from api.keeping import Kept, UnderWay

KEPT_BYTES = 24_000_000
"""What a process keeps of pages, compression apart: it adds a quarter at most."""
LONGEST_QUERY = 200
HTML = "text/html; charset=utf-8"

Writing = Callable[..., Coroutine[Any, Any, Response]]


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


def kept_pages() -> Kept[KeptPage]:
    """Room for the pages that one process keeps."""
    return Kept(KEPT_BYTES)


def kept(*known: str) -> Callable[[Writing], Writing]:
    """A route that writes a public page, made one that writes it once for all who ask for the same.

    Of the query only the parameters that the page knows are asked for: whatever else an address carries makes no other
    page, and the links of the page do not carry it on.
    """

    def once(write: Writing) -> Writing:
        @wraps(write)
        async def sent(request: Request, **given: Any) -> Response:
            offered(request, given["language"])
            request = _asking(request, known)
            pages: Kept[KeptPage] = request.app.state.kept_pages
            editions: Editions = request.app.state.editions
            version = await editions.version()
            key = (request.url.path, request.url.query, today(request))
            page = pages.find(version, key)
            if page is None:
                writing: UnderWay[Response] = request.app.state.pages_under_way
                answer = await writing.made((version, key), lambda: write(request=request, **given))
                if answer.status_code != 200 or len(request.url.query) > LONGEST_QUERY:
                    return answer
                page = KeptPage(bytes(answer.body))
                pages.keep(version, key, page, len(page.body))
            return page.sent(request)

        return sent

    return once


def _asking(request: Request, known: Collection[str]) -> Request:
    """The request with those parameters of its query alone."""
    given = request.query_params.multi_items()
    asked = [(name, value) for name, value in given if name in known]
    if len(asked) == len(given):
        return request
    return Request({**request.scope, "query_string": urlencode(asked).encode()}, request.receive)
