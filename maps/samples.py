"""A sample of how a status or a state is drawn, as a small picture without words: the same on the map and beside it."""

from collections.abc import Mapping
from functools import cache

from markupsafe import Markup

from maps.style import (
    ANSWERED,
    DEFECTS,
    FOUND,
    KINDS,
    MONEY,
    NETWORK,
    PLANNED,
    SEGMENTS,
    SEVERITY,
    WARRANTY,
    WORKS,
    Dot,
    Look,
    Stroke,
)  # fmt: skip

LINE_UNIT = 4.0
NARROWER = {"works": 3.0}
TABLES: Mapping[str, Mapping[str, Look]] = {
    "": {**SEGMENTS, "works": WORKS, "network": NETWORK},
    "defect.": DEFECTS,
    "warranty.": WARRANTY,
    "money.": MONEY,
    "works.": {**KINDS, **PLANNED},
    "severity.": SEVERITY,
    "answered.": ANSWERED,
    "outcome.": FOUND,
}
"""By what the names of their samples begin with."""
LOOKS: Mapping[str, Look] = {prefix + code: look for prefix, table in TABLES.items() for code, look in table.items()}


@cache
def sample(code: str) -> Markup:
    """The sample of a status, of a defect's state (`defect.open`), of the works, or of what else a legend names.

    Errors: KeyError.
    """
    return _picture("".join(_shape(part, NARROWER.get(code, LINE_UNIT)) for part in LOOKS[code]))


def _shape(part: Stroke | Dot, unit: float) -> str:
    if isinstance(part, Dot):
        return (
            f'<circle cx="20" cy="9" r="{part.radius:g}" fill="{part.fill}" stroke="{part.rim}"'
            f' stroke-width="{part.rim_width:g}"/>'
        )
    dash = f' stroke-dasharray="{" ".join(f"{one * unit:g}" for one in part.dash)}"' if part.dash else ""
    return (
        f'<path d="M2 9H38" stroke="{part.colour}" stroke-width="{part.width * unit:g}"'
        f' stroke-opacity="{part.opacity:g}"{dash}/>'
    )


def _picture(shapes: str) -> Markup:
    return Markup(f'<svg class="swatch" viewBox="0 0 40 18" width="40" height="18" aria-hidden="true">{shapes}</svg>')  # noqa: S704 - numbers and colours of ours
