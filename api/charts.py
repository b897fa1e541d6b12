"""Charts drawn on the server as SVG, without a script: each stands beside the table that says the same in figures.

Sizes are in units of the picture. Colours come from the stylesheet, by class; texts are escaped by the markup. Numbers
on a scale are written as the reader's language does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor, log10

from markupsafe import Markup

WIDTH, HEIGHT = 640.0, 240.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 12.0, 14.0, 34.0
ROW = 54.0
EDGE = 12.0
LABELS_AT_MOST = 8
LABELS_ON_A_PHONE = 5
LONGEST_NAME = 46

Written = Callable[[float], str]
"""How a number is written."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: what stands below it, its height, and which part of it is marked."""

    label: str
    value: float
    marked: float = 0.0


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a line; None where there is nothing to tell."""

    label: str
    value: float | None


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with the interval in which the true one lies."""

    label: str
    value: float
    low: float
    high: float


def bars(title: str, given: Sequence[Bar], written: Written) -> Markup:
    """Upright bars from zero, each with a label below and its marked part at its foot."""
    top = nice_top(max((one.value for one in given), default=0.0))
    step = (WIDTH - LEFT - RIGHT) / max(len(given), 1)
    parts = [_grid(top, written)]
    for number, one in enumerate(given):
        x = LEFT + step * number
        parts.append(_column("column", x, step, one.value, top))
        if one.marked:
            parts.append(_column("column marked", x, step, one.marked, top))
    parts += _labels([one.label for one in given], step, step / 2)
    return _picture(title, HEIGHT, parts)


def line(title: str, given: Sequence[Point], top: float, written: Written) -> Markup:
    """A line over equal steps; it breaks where there is nothing to tell."""
    step = (WIDTH - LEFT - RIGHT) / max(len(given) - 1, 1)
    parts, path, is_down = [_grid(top, written)], "", False
    for number, one in enumerate(given):
        if one.value is None:
            is_down = False
            continue
        path += f"{'L' if is_down else 'M'}{LEFT + step * number:.1f} {_y(one.value, top):.1f}"
        is_down = True
    parts.append(Markup('<path class="line" d="{}"/>').format(path))
    last = next(
        ((number, one.value) for number, one in reversed(list(enumerate(given))) if one.value is not None), None
    )
    if last:
        parts.append(
            Markup('<circle class="dot" cx="{}" cy="{}" r="4"/>').format(
                f"{LEFT + step * last[0]:.1f}", f"{_y(last[1], top):.1f}"
            )
        )
    parts += _labels([one.label for one in given], step, 0.0)
    return _picture(title, HEIGHT, parts)


def intervals(title: str, given: Sequence[Interval], written: Written) -> Markup:
    """Figures with their intervals on a common scale from zero, one below the other, each under its name."""
    top = nice_top(max((one.high for one in given), default=0.0))
    height = TOP + ROW * len(given) + BOTTOM
    scale = (WIDTH - EDGE - RIGHT) / top
    foot = height - BOTTOM
    parts = []
    for at in _ticks(top):
        x = EDGE + at * scale
        anchor = "start" if at == 0 else "end" if at == top else "middle"
        parts.append(Markup('<path class="rule" d="M{} {}V{}"/>').format(f"{x:.1f}", TOP, f"{foot:.1f}"))
        parts.append(_text("tick below", x, foot + 18, anchor, written(at)))
    for number, one in enumerate(given):
        y = TOP + ROW * (number + 1) - 10
        parts.append(_text("name", EDGE, y - 16, "start", _cut(one.label)))
        parts.append(
            Markup(
                '<path class="range" d="M{low} {y}H{high}"/><circle class="dot" cx="{value}" cy="{y}" r="4.5"/>'
            ).format(
                low=f"{EDGE + one.low * scale:.1f}",
                high=f"{EDGE + one.high * scale:.1f}",
                value=f"{EDGE + one.value * scale:.1f}",
                y=f"{y:.1f}",
            )
        )
    return _picture(title, height, parts)


def nice_top(highest: float) -> float:
    """The end of a scale that holds a value: 1, 2 or 5 times a power of ten; 1 where there is nothing to hold."""
    if highest <= 0:
        return 1.0
    power = 10.0 ** floor(log10(highest))
    return next(factor * power for factor in (1, 2, 5, 10) if highest <= factor * power)


def _y(value: float, top: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top)


def _column(kind: str, x: float, step: float, value: float, top: float) -> Markup:
    y = _y(value, top)
    return Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="2"/>').format(
        kind, f"{x + step * 0.15:.1f}", f"{y:.1f}", f"{step * 0.7:.1f}", f"{HEIGHT - BOTTOM - y:.1f}"
    )


def _grid(top: float, written: Written) -> Markup:
    return Markup("").join(
        Markup('<path class="rule" d="M{} {}H{}"/>').format(LEFT, f"{_y(at, top):.1f}", WIDTH - RIGHT)
        + _text("tick", LEFT - 8, _y(at, top) + 4, "end", written(at))
        for at in _ticks(top)
    )


def _ticks(top: float) -> list[float]:
    return [top * part / 4 for part in range(5)]


def _labels(labels: Sequence[str], step: float, shift: float) -> list[Markup]:
    """As many labels as there is room for, at equal distances; of many, every other one gives way on a phone."""
    every = max(1, -(-len(labels) // LABELS_AT_MOST))
    told = [(number, label) for number, label in enumerate(labels) if number % every == 0]
    are_many = len(told) > LABELS_ON_A_PHONE
    return [
        _text(
            "tick below other" if are_many and place % 2 else "tick below",
            LEFT + step * number + shift,
            HEIGHT - BOTTOM + 20,
            "middle",
            label,
        )
        for place, (number, label) in enumerate(told)
    ]


def _text(kind: str, x: float, y: float, anchor: str, words: str) -> Markup:
    return Markup('<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>').format(
        kind, f"{x:.1f}", f"{y:.1f}", anchor, words
    )


def _cut(label: str) -> str:
    return label if len(label) <= LONGEST_NAME else f"{label[: LONGEST_NAME - 1]}…"


def _picture(title: str, height: float, parts: Sequence[Markup]) -> Markup:
    return Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        f"{WIDTH:g}", f"{height:g}", title, Markup("").join(parts)
    )
