"""What pages of segments and contracts have in common: addresses, parts of lists, a page for what is not there."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fastapi import Request, Response

from api.dependencies import offered, today
from api.pages.public import page_in
from api.pages.words import Words, as_query, words_in
from api.schemas.questions import LARGEST_ID
from roads.domain.attribution import Outcome
from roads.domain.status import DefectState
from roads.queries import pages
from roads.queries.pages import Part, Wanted

HTML = "text/html; charset=utf-8"
_NUMBER = re.compile("[1-9][0-9]{0,9}")


def words_of(request: Request, language: str) -> Words:
    """The words of a page's language. Errors: HTTPException 404 for one that is not offered."""
    return words_in(offered(request, language))


def number_of(word: str) -> int | None:
    """The number in an address; None for what cannot be one."""
    number = int(word) if _NUMBER.fullmatch(word) else 0
    return number if 0 < number <= LARGEST_ID else None


def wanted(request: Request, lists: Iterable[str]) -> Wanted:
    """Which part of each list is asked for; whatever else a shared link carries is nobody's concern."""
    return Wanted(today(request), _parts(request, lists))


def wanted_of_many(request: Request, lists: Iterable[str]) -> Wanted:
    """The same for a page of so many lists that each shows fewer rows."""
    return Wanted(today(request), _parts(request, lists), pages.ROWS_OF_MANY_LISTS)


def _parts(request: Request, lists: Iterable[str]) -> dict[str, int]:
    given = {name: request.query_params.get(name, "") for name in lists}
    return {name: int(word) for name, word in given.items() if _NUMBER.fullmatch(word)}


def not_found(request: Request, words: Words, page: str) -> Response:
    """A page that says that there is no such thing."""
    facts = {**_tools(Wanted(today(request), {})), "page": page}
    return Response(page_in(request, "not_found.html", words.language, facts), 404, media_type=HTML)


def shown(request: Request, words: Words, template: str, asked: Wanted, facts: Mapping[str, Any]) -> Response:
    """The page."""
    written = page_in(request, template, words.language, {**_tools(asked), **facts})
    return Response(written, media_type=HTML)


def _tools(asked: Wanted) -> dict[str, Any]:
    return {
        "sign_of": sign_of,
        "today": asked.today,
        "address_of_part": _addresses(asked),
    }


def sign_of(defect: Any) -> str:
    """By which sample a defect is drawn, as on the map: an open one for which a warranty answers stands apart."""
    is_covered = defect.state == DefectState.OPEN and defect.outcome == Outcome.UNDER_WARRANTY
    return "defect.open_under_warranty" if is_covered else f"defect.{defect.state}"


def _addresses(asked: Wanted) -> Callable[[str, Part, int], str]:
    """The address of another part of one list, the parts of the others kept."""

    def address(name: str, part: Part, step: int) -> str:
        query = as_query({**asked.parts, name: part.number + step})
        return f"?{query}#{name}"

    return address
