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

NETWORK: Line = (Stroke("#80878e", 0.75),)
"""The roads on which a map has nothing to say: there they show through."""

WARRANTY: Mapping[str, Line] = {
    "ends_in_90_days": (Stroke("#a3001b", 2.5), Stroke("#ffffff", 0.9, (1.3, 1.3))),
    "ends_in_a_year": (Stroke("#cc5500", 1.9, (3.4, 0.9)),),
    "ends_in_three_years": (Stroke("#2673b8", 1.7),),
    "ends_later": (Stroke("#123f7a", 2.1), Stroke("#ffffff", 0.5)),
    "works": SEGMENTS["works_under_way"],
    "term_unknown": (Stroke("#7b3fa0", 1.9, (0.8, 1.0)),),
    "expired": (Stroke("#5f666d", 1.3, (2.4, 1.4)),),
    "carve_out": (Stroke("#6b4f00", 1.9, (2.2, 0.7, 0.5, 0.7)),),
}
"""From the first to end to what ends last, then what nobody can say an end of, and what is over."""

MONEY: Mapping[str, Line] = {
    "above_600": (Stroke("#3b1a5f", 2.6), Stroke("#ffffff", 0.8, (1.4, 1.4))),
    "to_600": (Stroke("#2f4f97", 2.3), Stroke("#ffffff", 0.6)),
    "to_300": (Stroke("#1c7483", 1.9),),
    "to_150": (Stroke("#3c8550", 1.6, (3.4, 0.9)),),
    "to_50": (Stroke("#85760f", 1.4, (1.4, 1.0)),),
    "no_value": (Stroke("#5f666d", 1.4, (0.5, 1.3)),),
}
"""The dearest first: the wider and darker, the more."""

KINDS: Mapping[str, Line] = {
    "construction": (Stroke("#3b1a5f", 2.5), Stroke("#ffffff", 0.8, (1.4, 1.4))),
    "reconstruction": (Stroke("#3b1a5f", 2.3), Stroke("#ffffff", 0.6)),
    "capital_repair": (Stroke("#a3001b", 2.0),),
    "medium_repair": (Stroke("#cc5500", 1.9, (3.4, 0.9)),),
    "current_repair": (Stroke("#2673b8", 1.8, (1.6, 1.0)),),
    "maintenance": (Stroke("#2a8577", 1.6, (0.6, 1.0)),),
}

PLANNED: Mapping[str, Dots] = {
    "repair_late": (Dot("#a3001b", "#ffffff", 7), Dot("#ffffff", "#ffffff", 2)),
    "repair_planned": (Dot("#ffffff", "#1559a5", 6, 2.5), Dot("#1559a5", "#1559a5", 1.5)),
}

SEVERITY: Mapping[str, Dots] = {
    "high": (Dot("#a3001b", "#ffffff", 7), Dot("#ffffff", "#ffffff", 2)),
    "medium": (Dot("#cc5500", "#ffffff", 6),),
    "low": (Dot("#ffffff", "#1559a5", 5, 2.5),),
    "not_known": (Dot("#ffffff", "#5f666d", 4, 1.5), Dot("#5f666d", "#5f666d", 1)),
}

ANSWERED: Mapping[str, Line] = {
    "warranty": SEGMENTS["sound_under_warranty"],
    "works": SEGMENTS["works_under_way"],
    "term_unknown": WARRANTY["term_unknown"],
    "carve_out": WARRANTY["carve_out"],
    "expired": WARRANTY["expired"],
}

FOUND: Mapping[str, Dots] = {
    "under_warranty": (Dot("#cc5500", "#ffffff", 6),),
    "not_yet_accepted": (Dot("#1f2933", "#ffffff", 6), Dot("#ffd43b", "#ffd43b", 2)),
    "excluded": (Dot("#ffffff", "#6b4f00", 5, 2.5),),
    "nobody": (Dot("#9c2c96", "#ffffff", 5), Dot("#ffffff", "#ffffff", 1.2)),
}


def as_data(looks: Mapping[str, Look]) -> dict[str, list[dict[str, Any]]]:
    """A table of looks as plain lists, for the functions that draw."""
    return {code: [_plain(part) for part in look] for code, look in looks.items()}


def _plain(part: Stroke | Dot) -> dict[str, Any]:
    if isinstance(part, Dot):
        return {"fill": part.fill, "rim": part.rim, "radius": part.radius, "rimWidth": part.rim_width}
    return {"colour": part.colour, "width": part.width, "dash": list(part.dash), "opacity": part.opacity}
