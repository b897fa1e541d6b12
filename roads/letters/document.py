"""A letter drawn up as a PDF: the same facts in the same language are the same bytes on every machine with its fonts.

Nothing is loaded from anywhere: pictures are `data:` addresses, and everything else is refused. The file carries no
time of its making.
"""

# WeasyPrint carries no types.
# mypy: disallow-untyped-calls=False

import warnings
from base64 import b64encode
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any

import segno
from jinja2 import Environment, PackageLoader, StrictUndefined
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from roads.domain.letters import LetterFacts
from roads.domain.notices import NoticeKind
from roads.i18n import unturned
from roads.letters.sketch import draw
from roads.letters.words import Words

ONLY_ITSELF = {"allowed_protocols": ("data",), "allow_redirects": False}
"""A letter asks for nothing outside itself: no host, no file of the server's."""


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("roads.letters", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(facts: LetterFacts, language: str, base_url: str) -> bytes:
    """The letter as a PDF. `base_url` is where its public page is found. Errors: KeyError for an unknown language."""
    fonts = FontConfiguration()
    style = CSS(string=files("roads.letters").joinpath("templates/letter.css").read_text(), font_config=fonts)
    page = HTML(string=as_html(facts, language, base_url), url_fetcher=URLFetcher(**ONLY_ITSELF))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        written = page.write_pdf(
            stylesheets=[style], font_config=fonts, pdf_identifier=f"{facts.code}-{language}".encode(), pdf_tags=True
        )
    return bytes(written or b"")


def as_html(facts: LetterFacts, language: str, base_url: str) -> str:
    """The letter as the page it is set from."""
    words = Words(language)
    address = f"{base_url.rstrip('/')}/{language}/letters/{facts.code}"
    sketch = facts.sketch and draw(facts.sketch, north=words.say("letter.north"), label=words.say("letter.sketch"))
    written = (
        _templates()
        .get_template("letter.html")
        .render(
            facts=facts,
            words=words,
            say=words.say,
            language=language,
            kind=facts.kind.value,
            kinds=NoticeKind,
            address=address,
            qr=_qr(address),
            sketch=_as_picture(sketch) if sketch else None,
            deadlines=_deadlines(facts),
            photos=[(one.line, _data("image/webp", one.webp)) for one in facts.photos],
        )
    )
    return unturned(written)


def _deadlines(facts: LetterFacts) -> dict[str, Any]:
    """The last days of all lines together."""
    safety = [line.safety_by for line in facts.lines if line.safety_by]
    rectify = [line.rectify_by for line in facts.lines if line.rectify_by]
    grace = [line.grace_until for line in facts.lines if line.grace_until]
    return {
        "safety": min(safety, default=None),
        "rectify": max(rectify, default=None),
        "grace": max(grace, default=None),
        "has_winter": any(line.is_moved_by_winter for line in facts.lines),
    }


def _qr(address: str) -> str:
    """The address as a picture that a phone reads: printed small, so with a quarter of it to spare."""
    out = BytesIO()
    segno.make(address, error="q", micro=False).save(out, kind="svg", xmldecl=False, svgns=True, border=2, scale=3)
    return _data("image/svg+xml", out.getvalue())


def _as_picture(svg: str) -> str:
    return _data("image/svg+xml", svg.encode())


def _data(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{b64encode(content).decode()}"
