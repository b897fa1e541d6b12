"""A sample of how a status or a state is drawn, as a small picture without words: the same on the map and beside it."""

from collections.abc import Sequence

from markupsafe import Markup

from maps.style import DEFECTS, SEGMENTS, WORKS, Dot, Line

WORKS_UNIT = 3.0


def sample(code: str) -> Markup:
    """The sample of a status, of a defect's state (`defect.open`) or of the works. Errors: KeyError."""
    if code in SEGMENTS:
        return _line_sample(SEGMENTS[code])
    return _line_sample(WORKS, WORKS_UNIT) if code == "works" else _dot_sample(DEFECTS[code.removeprefix("defect.")])


def _line_sample(line: Line, unit: float = 4.0) -> Markup:
    passes = "".join(
        f'<path d="M2 9H38" stroke="{stroke.colour}" stroke-width="{stroke.width * unit:g}"'
        f' stroke-opacity="{stroke.opacity:g}"'
        + (f' stroke-dasharray="{" ".join(f"{part * unit:g}" for part in stroke.dash)}"' if stroke.dash else "")
        + "/>"
        for stroke in line
    )
    return _picture(passes)


def _dot_sample(dots: Sequence[Dot]) -> Markup:
    discs = "".join(
        f'<circle cx="20" cy="9" r="{dot.radius:g}" fill="{dot.fill}" stroke="{dot.rim}"'
        f' stroke-width="{dot.rim_width:g}"/>'
        for dot in dots
    )
    return _picture(discs)


def _picture(shapes: str) -> Markup:
    return Markup(f'<svg class="swatch" viewBox="0 0 40 18" width="40" height="18" aria-hidden="true">{shapes}</svg>')  # noqa: S704 - numbers and colours of ours
