"""The sketch of a letter: the roads around its places, north up, with a scale, as SVG without a word to translate."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from math import cos, floor, hypot, log10, radians

from roads.domain.letters import MAIN_PLACES, Drawn, Sketch

WIDTH = 640.0
TALLEST, LOWEST = 320.0, 200.0
METRES_PER_DEGREE = 111_320.0
GRAY, ROAD, INK, MARK = "#c9ced3", "#4a5661", "#16212b", "#b00020"
STEPS = 32
"""Points looked at along each straight piece of a road, to find room for its name."""
APART = 15.0
"""Signs nearer than this would cover each other."""


@dataclass(frozen=True, slots=True)
class Frame:
    """From degrees to points on the paper; true to scale around the middle of the box."""

    west: float
    north: float
    per_lon: float
    per_lat: float
    height: float
    metres_per_point: float

    @classmethod
    def of(cls, sketch: Sketch) -> "Frame":
        """The frame in which the whole box is seen."""
        west, south, east, north = sketch.box
        narrow = cos(radians((south + north) / 2))
        wide_m = max((east - west) * METRES_PER_DEGREE * narrow, 1.0)
        high_m = max((north - south) * METRES_PER_DEGREE, 1.0)
        metres = max(wide_m / WIDTH, high_m / TALLEST)
        height = max(LOWEST, high_m / metres)
        # What is less than the paper stands in its middle.
        west -= (WIDTH * metres - wide_m) / 2 / (METRES_PER_DEGREE * narrow)
        north += (height * metres - high_m) / 2 / METRES_PER_DEGREE
        return cls(west, north, METRES_PER_DEGREE * narrow / metres, METRES_PER_DEGREE / metres, height, metres)

    def at(self, point: tuple[float, float]) -> tuple[float, float]:
        """A point on the paper."""
        return (point[0] - self.west) * self.per_lon, (self.north - point[1]) * self.per_lat


def draw(sketch: Sketch, *, north: str, label: str) -> str:
    """The sketch as an SVG element. `north` is the letter over the arrow, `label` what the picture is called.

    Metres are written `m` in all languages of ours but those in Cyrillic, which write `м`: the scale takes the letter
    from the word for north.
    """
    frame = Frame.of(sketch)
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {frame.height:.0f}" role="img"'
        f' aria-label="{escape(label)}" font-family="DejaVu Sans, sans-serif" font-size="11">'
    )
    parts = [
        opening,
        f'<rect x="0.5" y="0.5" width="{WIDTH - 1:.0f}" height="{frame.height - 1:.0f}" fill="#fff" stroke="{GRAY}"/>',
        *(_stroke(frame, road, GRAY, 2.0) for road in sketch.roads if not road.is_own),
        *(_stroke(frame, road, ROAD, 3.5) for road in sketch.roads if road.is_own),
        *_names(frame, sketch.roads),
        *(_stroke(frame, place, MARK, 6.0) for place in sketch.places if len(place.points) > 1),
        *_marks(frame, sketch.places),
        _arrow(north),
        _scale(frame, is_cyrillic=ord(north[0]) > 0x400),
        "</svg>",
    ]
    return "".join(parts)


def _stroke(frame: Frame, drawn: Drawn, colour: str, width: float) -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(frame.at, drawn.points))
    return (
        f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-linejoin="round"'
        ' stroke-linecap="round"/>'
    )


def _names(frame: Frame, roads: Sequence[Drawn]) -> list[str]:
    """The reference of each road of ours, once, beside its longest stroke."""
    longest: dict[str, Drawn] = {}
    for road in roads:
        if road.is_own and road.name and len(road.points) > len(longest.get(road.name, Drawn([])).points):
            longest[road.name] = road
    told = []
    for name, road in sorted(longest.items()):
        seen = [at for at in _along(frame, road) if 12 < at[0] < WIDTH - 80 and 34 < at[1] < frame.height - 34]
        if not seen:
            continue
        x, y = seen[len(seen) // 6]
        y += 4
        ground = f'<rect x="{x - 2:.1f}" y="{y - 10:.1f}" width="{8 * len(name) + 4}" height="13" fill="#fff"/>'
        told.append(f'{ground}<text x="{x:.1f}" y="{y:.1f}" fill="{INK}" font-weight="bold">{escape(name)}</text>')
    return told


def _along(frame: Frame, road: Drawn) -> Iterator[tuple[float, float]]:
    """Points along a road on the paper, close enough to find one where its name has room."""
    for start, end in pairwise(map(frame.at, road.points)):
        for step in range(STEPS):
            part = step / STEPS
            yield start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part


def _marks(frame: Frame, places: Sequence[Drawn]) -> list[str]:
    """A numbered sign at each place; of places that lie on each other one sign names all of them."""
    signs: list[tuple[float, float, list[int]]] = []
    for place in places:
        if place.number is None:
            continue
        x, y = frame.at(place.points[len(place.points) // 2])
        near = next((one for one in signs if hypot(one[0] - x, one[1] - y) < APART), None)
        if near is None:
            signs.append((x, y, [place.number]))
        elif place.number not in near[2]:
            near[2].append(place.number)
    return [_mark(x, y, numbers) for x, y, numbers in signs[:MAIN_PLACES]]


def _mark(x: float, y: float, numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, sorted(numbers)[:3])) + ("…" if len(numbers) > 3 else "")
    half = 4.0 + 3.6 * len(shown)
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{MARK}" stroke="#fff"/>'
        f'<rect x="{x - half:.1f}" y="{y - 24:.1f}" width="{2 * half:.1f}" height="16" rx="3" fill="#fff"'
        f' stroke="{MARK}"/>'
        f'<text x="{x:.1f}" y="{y - 12:.1f}" text-anchor="middle" fill="{MARK}" font-weight="bold">{shown}</text>'
    )


def _arrow(north: str) -> str:
    x, y = WIDTH - 26, 20
    return (
        f'<text x="{x:.0f}" y="{y - 4}" text-anchor="middle" fill="{INK}" font-weight="bold">{escape(north)}</text>'
        f'<path d="M{x:.0f},{y} l7,22 l-7,-5 l-7,5 z" fill="{INK}"/>'
    )


def _scale(frame: Frame, *, is_cyrillic: bool) -> str:
    """A bar of a round length, about a quarter of the width."""
    metres = round_length(WIDTH / 4 * frame.metres_per_point)
    length = metres / frame.metres_per_point
    unit = ("км" if is_cyrillic else "km") if metres >= 1000 else ("м" if is_cyrillic else "m")
    figure = f"{metres / 1000:g}" if metres >= 1000 else f"{metres:g}"
    y = frame.height - 14
    return (
        f'<path d="M14,{y - 5:.1f} v5 h{length:.1f} v-5" fill="none" stroke="{INK}" stroke-width="1.5"/>'
        f'<text x="{14 + length / 2:.1f}" y="{y - 5:.1f}" text-anchor="middle" fill="{INK}">{figure} {unit}</text>'
    )


def round_length(metres: float) -> float:
    """The longest of 1, 2 or 5 times a power of ten that is not longer."""
    power = 10.0 ** floor(log10(metres))
    return max(step * power for step in (1, 2, 5) if step * power <= metres)
