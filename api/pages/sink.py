"""What went out, in the demonstration: the mails that the sink of `make run` keeps as files, to be looked at.

Served only where a folder is set. A mail is text of somebody else's: it is shown as text, and files come as PDF or not
at all.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from api.dependencies import settings_of
from api.headers import PRIVATE
from api.pages.private import Tongue
from api.pages.public import page_in

router = APIRouter(include_in_schema=False)
NAME = re.compile(r"[0-9]{8}T[0-9]{6}-[0-9a-f]{12}")
ON_A_PAGE = 50
LARGEST = 20_000_000


@dataclass(frozen=True, slots=True)
class Shown:
    """A mail as the page shows it."""

    name: str
    sender: str
    to: str
    subject: str
    date: str
    text: str
    attached: Sequence[str]


@router.get("/{language}/mail")
def mails(request: Request, language: Tongue) -> Response:
    """The mails that went out, the newest first."""
    names = _names(_folder(request))
    before = request.query_params.get("before", "")
    if NAME.fullmatch(before):
        names = [name for name in names if name < before]
    shown = [_shown(_folder(request), name) for name in names[:ON_A_PAGE]]
    older = names[ON_A_PAGE - 1] if len(names) > ON_A_PAGE else None
    return _page(request, language, "mail", {"mails": shown, "older": older, "mail": None})


@router.get("/{language}/mail/{name}")
def mail(request: Request, language: Tongue, name: str) -> Response:
    """One mail: who, what, and its text."""
    shown = _shown(_folder(request), _known(request, name))
    return _page(request, language, f"mail/{name}", {"mails": [], "older": None, "mail": shown})


@router.get("/{language}/mail/{name}/{number}.pdf")
def attachment(request: Request, language: Tongue, name: str, number: str) -> Response:  # noqa: ARG001 (in the path)
    """A letter that went with a mail."""
    found = _attachments(_read(_folder(request), _known(request, name)))
    at = int(number) if number.isascii() and number.isdecimal() and len(number) < 4 else 0
    if not 1 <= at <= len(found):
        raise HTTPException(404)
    content = found[at - 1].get_content()
    headers = {**PRIVATE, "Content-Disposition": "inline"}
    return Response(content if isinstance(content, bytes) else b"", media_type="application/pdf", headers=headers)


def _folder(request: Request) -> Path:
    folder = settings_of(request).mail_sink
    if folder is None:
        raise HTTPException(404)
    return folder


def _names(folder: Path) -> list[str]:
    return sorted((file.stem for file in folder.glob("*.eml") if NAME.fullmatch(file.stem)), reverse=True)


def _known(request: Request, name: str) -> str:
    if not NAME.fullmatch(name) or not (_folder(request) / f"{name}.eml").is_file():
        raise HTTPException(404)
    return name


def _read(folder: Path, name: str) -> EmailMessage:
    with (folder / f"{name}.eml").open("rb") as file:
        found = message_from_bytes(file.read(LARGEST), policy=policy.default)
    if not isinstance(found, EmailMessage):
        raise HTTPException(404)
    return found


def _attachments(found: EmailMessage) -> list[EmailMessage]:
    parts = found.iter_attachments() if found.is_multipart() else []
    return [part for part in parts if isinstance(part, EmailMessage) and part.get_content_type() == "application/pdf"]


def _shown(folder: Path, name: str) -> Shown:
    found = _read(folder, name)
    body = found.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    return Shown(
        name,
        str(found.get("From", "")),
        str(found.get("To", "")),
        str(found.get("Subject", "")),
        str(found.get("Date", "")),
        text if isinstance(text, str) else "",
        [str(part.get_filename() or "pdf") for part in _attachments(found)],
    )


def _page(request: Request, language: str, page: str, facts: dict[str, object]) -> Response:
    written = page_in(request, "sink.html", language, {"page": page, "query": "", **facts})
    return HTMLResponse(written, headers=PRIVATE)
