"""The map of statuses as one still picture: what a first page shows before anybody wants to move the map.

It lies where the living map will: the same box in the same projection, the same colours, the largest towns.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from math import log, pi, radians, tan

from geo.bbox import Box
from maps.places import regions, towns
from maps.style import GROUND, SEGMENTS

WIDTH = 1024
"""Units across: half a pixel of a phone's screen, or one of a desk's."""
LINE_PIXELS, FEWEST_DASH_PIXELS = 1.25, 2
REGION, BORDER, INK = "#fbfaf6", "#b9b3a3", "#3c444b"
MOST_TOWNS = 12
LETTER, LINE = 20, 45
"""Units that a letter of a name is wide, and a line of them high, on the screen of a phone."""
MERCATOR_ENDS = 85.0
# A name and its dot have the same size on the screen of a phone as on that of a desk.
SIZES = (
    "text{font:600 34px system-ui,sans-serif}circle{r:7px}@media(min-width:640px){text{font-size:18px}circle{r:3.5px}}"
)


@dataclass(frozen=True, slots=True)
class Frame:
    """A box as it lies on the picture: spherical Mercator (EPSG:3857), `WIDTH` units across."""

    box: Box

    @classmethod
    def of(cls, area: Box) -> "Frame":
        """Of the area where the map opens; the poles, which the projection does not have, cut off."""
        return cls(Box(area.west, max(area.south, -MERCATOR_ENDS), area.east, min(area.north, MERCATOR_ENDS)))

    @property
    def height(self) -> int:
        """Units from the upper edge to the lower."""
        return round(self.at(self.box.west, self.box.south)[1])

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        """Where a coordinate lies: units from the left and from above."""
        units = WIDTH / radians(self.box.east - self.box.west)
        return radians(lon - self.box.west) * units, (_stretched(self.box.north) - _stretched(lat)) * units


def _stretched(lat: float) -> float:
    return log(tan(pi / 4 + radians(lat) / 2))


def picture(frame: Frame, lines: Mapping[str, str], language: str) -> bytes:
    """The picture as SVG. `lines`: the `d` of a path by status, in the units of the frame."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {frame.height}" lang="{language}">'
    roads = (part for status in reversed(list(SEGMENTS)) if lines.get(status) for part in _roads(status, lines[status]))
    parts = (head, f"<style>{SIZES}</style>", _ground(frame), *roads, _names(frame, language), "</svg>")
    return "".join(parts).encode()


@cache
def _ground(frame: Frame) -> str:
    outlines = (ring for region in regions() for ring in region["rings"])
    rings = "".join(f"M{' '.join(_units(frame, at) for at in ring)}z" for ring in outlines)
    return (
        f'<path d="M0 0h{WIDTH}v{frame.height}H0z" fill="{GROUND}"/>'
        f'<path d="{rings}" fill="{REGION}" stroke="{BORDER}" vector-effect="non-scaling-stroke"/>'
    )


def _units(frame: Frame, at: Sequence[float]) -> str:
    x, y = frame.at(at[0], at[1])
    return f"{x:.0f} {y:.0f}"


def _roads(status: str, d: str) -> Iterator[str]:
    for stroke in SEGMENTS[status]:
        dash = " ".join(f"{max(one * LINE_PIXELS, FEWEST_DASH_PIXELS):g}" for one in stroke.dash) or "none"
        yield (
            f'<path d="{d}" fill="none" stroke="{stroke.colour}" stroke-width="{stroke.width * LINE_PIXELS:g}"'
            f' stroke-dasharray="{dash}" vector-effect="non-scaling-stroke"/>'
        )


@cache
def _names(frame: Frame, language: str) -> str:
    return "".join(_named(frame, language))


def _named(frame: Frame, language: str) -> Iterator[str]:
    taken: list[tuple[float, float, float]] = []
    for town in towns():
        x, y = frame.at(*town["at"])
        name = town["name"][language]
        half = (len(name) + 1) * LETTER / 2
        middle = min(max(x, half), WIDTH - half)
        is_inside = 0 < x < WIDTH and LINE < y < frame.height - LINE
        if is_inside and all(abs(middle - x2) > half + half2 or abs(y - y2) > LINE for x2, y2, half2 in taken):
            taken.append((middle, y, half))
            yield (
                f'<circle cx="{x:.0f}" cy="{y:.0f}" r="5" fill="{INK}"/>'
                f'<text x="{middle:.0f}" y="{y:.0f}" dy="-.5em" text-anchor="middle" fill="{INK}" stroke="{REGION}"'
                f' stroke-width="3" paint-order="stroke">{escape(name)}</text>'
            )
        if len(taken) == MOST_TOWNS:
            return
