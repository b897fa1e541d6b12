"""A form with files, as browsers send it (RFC 7578): read whole, because it has arrived whole and is small enough."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser

from starlette.exceptions import HTTPException

from api.forms import LONGEST_FORM, MOST_FIELDS

MULTIPART = "multipart/form-data"
LONGEST_HEAD = 1000
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{1,70}")


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file of a form: what its sender calls it and says that it is."""

    name: str
    stated_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class SentForm:
    """The fields of a form, of a repeated one the first, and the files of it that were chosen."""

    fields: Mapping[str, str]
    files: Sequence[SentFile] = ()


def boundary_of(content_type: str) -> bytes:
    """What parts of the form are told apart by. Errors: HTTPException 400, 415."""
    said = Message()
    said["Content-Type"] = content_type
    if said.get_content_type() != MULTIPART:
        raise HTTPException(415)
    boundary = said.get_param("boundary")
    if not isinstance(boundary, str) or not _BOUNDARY.fullmatch(boundary):
        raise HTTPException(400)
    return boundary.encode()


def read_multipart(body: bytes, boundary: bytes) -> SentForm:
    """The form in a body. Errors: HTTPException 400 for what is none, 413 for more words than a page."""
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary)
    if len(pieces) < 2 or not pieces[-1].startswith(b"--") or len(pieces) > MOST_FIELDS:
        raise HTTPException(400)
    fields: dict[str, str] = {}
    files: list[SentFile] = []
    for piece in pieces[1:-1]:
        head, content = _part(piece)
        name = head.get_param("name", header="content-disposition")
        file_name = head.get_filename()
        if not isinstance(name, str):
            raise HTTPException(400)
        if file_name is None:
            fields.setdefault(name, _words(content))
        elif content:  # a file field in which nothing was chosen is sent empty
            files.append(SentFile(file_name[-200:], head.get_content_type(), content))
    if sum(map(len, fields.values())) > LONGEST_FORM:
        raise HTTPException(413)
    return SentForm(fields, files)


def _part(piece: bytes) -> tuple[Message, bytes]:
    head, found, content = piece.partition(b"\r\n\r\n")
    if not found or len(head) > LONGEST_HEAD:
        raise HTTPException(400)
    return BytesHeaderParser().parsebytes(head.lstrip(b"\r\n") + b"\r\n\r\n"), content


def _words(content: bytes) -> str:
    try:
        words = content.decode()
    except UnicodeDecodeError:
        raise HTTPException(400) from None
    if "\x00" in words:  # PostgreSQL has no such character
        raise HTTPException(400)
    return words
