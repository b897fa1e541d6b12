"""How the maps draw each code: a colour and a pattern, so that no one has to tell colours apart.

Colours keep 3:1 contrast to the ground of the map, and codes whose colours look alike to somebody who sees no red
or no green differ in pattern. Dashes and widths are in units of the line's width at a zoom level (see `strokes.js`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

GROUND = "#f4f2ec"


@dataclass(frozen=True, slots=True)
class Stroke:
    """One pass of the brush along a line. `width` and `dash` in units of the line's width; no dash: solid."""

    colour: str
    width: float
    dash: tuple[float, ...] = ()
    opacity: float = 1.0

    def pattern(self) -> tuple[object, ...]:
        """What is left of the stroke without its colour."""
        return (self.width, self.dash)


@dataclass(frozen=True, slots=True)
class Dot:
    """A disc or ring, radius and rim in pixels at zoom 14."""

    fill: str
    rim: str
    radius: float
    rim_width: float = 1.5


Line = tuple[Stroke, ...]
Dots = tuple[Dot, ...]
Look = Line | Dots
"""How one code is drawn: the passes of a line, or the discs of a point, the lowest first."""

SEGMENTS: Mapping[str, Line] = {
    "overdue": (Stroke("#a3001b", 2.2), Stroke("#ffffff", 0.7, (1.6, 1.6))),
    "open_under_warranty": (Stroke("#d9480f", 1.8),),
    "open": (Stroke("#9c2c96", 1.7, (2.6, 1.3)),),
    "works_under_way": (Stroke("#1f2933", 2.0), Stroke("#ffd43b", 1.3, (1.5, 1.5))),
    "unknown": (Stroke("#767d84", 0.9, (0.9, 1.1)),),
    "sound_under_warranty": (Stroke("#1559a5", 1.7), Stroke("#ffffff", 0.45)),
    "sound": (Stroke("#2a8577", 0.9),),
}
"""From the most to the least urgent, as the first status that applies is shown."""

DEFECTS: Mapping[str, Dots] = {
    "overdue": (Dot("#a3001b", "#ffffff", 7), Dot("#ffffff", "#ffffff", 2)),
    "open_under_warranty": (Dot("#d9480f", "#ffffff", 5.5),),
    "open": (Dot("#9c2c96", "#ffffff", 5),),
    "claimed": (Dot("#ffffff", "#d9480f", 5, 2.5),),
    "contractor_says_fixed": (Dot("#ffffff", "#1559a5", 5, 2.5), Dot("#1559a5", "#1559a5", 1.5)),
    "verified": (Dot("#2a8577", "#ffffff", 4.5),),
    "closed": (Dot("#767d84", "#ffffff", 3.5),),
}
"""The states of a defect; an open one for which a warranty answers is drawn apart, as its segment is."""

WORKS: Line = (Stroke("#e0a800", 4.6, opacity=0.4),)


def as_data(looks: Mapping[str, Look]) -> dict[str, list[dict[str, Any]]]:
    """A table of looks as plain lists, for the functions that draw."""
    return {code: [_plain(part) for part in look] for code, look in looks.items()}


def _plain(part: Stroke | Dot) -> dict[str, Any]:
    if isinstance(part, Dot):
        return {"fill": part.fill, "rim": part.rim, "radius": part.radius, "rimWidth": part.rim_width}
    return {"colour": part.colour, "width": part.width, "dash": list(part.dash), "opacity": part.opacity}
