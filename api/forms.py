"""What a form sends, read with a limit: a page of text is a page, a gigabyte is not."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from fastapi import Request
from starlette.exceptions import HTTPException

LONGEST_FORM = 65_536
"""Four thousand letters of Kazakh or Russian are 24,000 bytes, as a browser sends them."""
MOST_FIELDS = 50
FORM = "application/x-www-form-urlencoded"


async def read_form(request: Request) -> Mapping[str, str]:
    """The fields of a form; of a repeated one the first. Errors: HTTPException 400, 413, 415."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise HTTPException(415)
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST_FORM:
            raise HTTPException(413)
    try:
        fields = parse_qsl(
            body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS, separator="&"
        )
    except ValueError:
        raise HTTPException(400) from None
    if any("\x00" in value for _, value in fields):  # PostgreSQL has no such character
        raise HTTPException(400)
    return dict(reversed(fields))
