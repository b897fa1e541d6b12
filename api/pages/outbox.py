"""The administrator's outbox: what waits, what fails and why, what came back, and one more try."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.auth import acting, moment
from api.cookies import demand_own_form
from api.dependencies import settings_of
from api.headers import PRIVATE
from api.pages.private import Form, Signed, Tongue, Visitor, private_page
from api.schemas.questions import LARGEST_ID
from roads.domain.actors import Permission
from roads.domain.errors import NotFound
from roads.queries.notices import Box, count_boxes, outbox
from roads.usecases.notices import try_again

router = APIRouter(include_in_schema=False)
LINES = 50
SHOWN_FIRST = (Box.FAILING, Box.BOUNCED, Box.GIVEN_UP, Box.UNADDRESSED, Box.WAITING, Box.SENDING, Box.SENT)


@router.get("/{language}/desk/outbox")
def outbox_page(request: Request, language: Tongue, who: Signed) -> Response:
    """One heap of the outbox, the newest first. Errors: NotAllowed for anybody but administrators."""
    return _page(request, language, who)


@router.post("/{language}/desk/outbox/again")
def send_again(request: Request, language: Tongue, form: Form, who: Signed) -> Response:
    """Send a notice again, from the start."""
    demand_own_form(request, form, who.secret)
    actor = who.signed_in.actor
    try:
        with acting(request, actor) as session:
            try_again(session, actor, _number(form.get("notice", "")) or 0, now=moment())
    except NotFound as wrong:
        return _page(request, language, who, wrong)
    box = _box(form.get("box", ""))
    return RedirectResponse(f"/{language}/desk/outbox?box={box}", 303, headers=PRIVATE)


def _page(request: Request, language: str, who: Visitor, wrong: NotFound | None = None) -> Response:
    actor = who.signed_in.actor
    actor.require(Permission.MANAGE_NOTICES)
    box = _box(request.query_params.get("box", ""))
    with acting(request, actor) as session:
        lines = outbox(session, box, before=_number(request.query_params.get("before", "")), limit=LINES)
        counts = count_boxes(session)
    facts: Mapping[str, Any] = {
        "page": "desk/outbox",
        "query": f"box={box}",
        "box": box,
        "boxes": SHOWN_FIRST,
        "counts": counts,
        "lines": lines[:LINES],
        "older": lines[LINES - 1].id if len(lines) > LINES else None,
        "has_server": bool(settings_of(request).smtp_url),
    }
    return private_page(request, "outbox.html", language, who, facts, wrong)


def _box(asked: str) -> Box:
    return Box(asked) if asked in list(Box) else Box.FAILING


def _number(written: str) -> int | None:
    """An id as it stands in an address or form; None for anything else. Ids of notices are wider than others."""
    is_number = written.isascii() and written.isdecimal() and len(written) < 18
    return int(written) if is_number and int(written) <= LARGEST_ID * 2**20 else None
