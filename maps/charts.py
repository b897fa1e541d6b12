"""The public maps as data: what lies on each, by which code it is drawn, and what its legend tells apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
    Look,
)  # fmt: skip

ONE_LOOK = ""
"""The code of a layer whose features are all drawn alike."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of tiles and how it is drawn.

    `tiles` stands in the address of a tile, `inside` names the layer within it. `key` is the attribute by whose code a
    feature is drawn; `looks` has the codes from the most to the least urgent. `brush` names the function that draws.
    """

    name: str
    tiles: str
    inside: str
    brush: str
    key: str
    looks: Mapping[str, Look]
    has_switch: bool = True

    def facts(self) -> dict[str, Any]:
        """What the page's scripts know of it."""
        return {"key": self.key, "brush": self.brush, "order": list(self.looks)}


@dataclass(frozen=True, slots=True)
class Group:
    """What a reader can choose from in the legend: codes of its layers, one at a time or several.

    `code` names the group in addresses and questions, `key` the attribute in the tiles.
    """

    code: str
    layers: Sequence[str]
    key: str
    codes: Sequence[str]
    takes_several: bool = False
    has_samples: bool = True
    is_listed: bool = True
    """Whether the list can be asked for its codes."""
    words: str = ""
    """What the words of its codes begin with, where not with the group's own name."""

    def word(self, code: str) -> str:
        """The key of a code's words."""
        return f"{self.words or f'map.{self.code}'}.{code}"

    def sample(self, code: str) -> str:
        """The name of a code's sample: statuses go by their own, for the panel of every map shows them."""
        return code if self.code == "status" else f"{self.code}.{code}"

    def facts(self) -> dict[str, Any]:
        """What the page's scripts know of it."""
        return {
            "code": self.code, "layers": list(self.layers), "key": self.key, "codes": list(self.codes),
            "several": self.takes_several, "listed": self.is_listed, "words": self.words or f"map.{self.code}",
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chart:
    """One map. `layers` from the lowest to the topmost; a click is answered by the segments of the layer `base`.

    `counts` and `places` are the questions that fill the legend and the list; the first group orders the list.
    """

    name: str
    layers: Sequence[Layer]
    groups: Sequence[Group]
    base: str
    counts: str
    places: str
    title: str
    signs: Sequence[tuple[str, str]] = ()
    """Samples and words of what is drawn and cannot be chosen."""
    note: str = ""
    """The key of a sentence beside the legend."""
    has_years: bool = False
    tells: str = ""
    """The group of whose places the panel of a segment tells, beside what it tells of every segment."""

    def facts(self) -> dict[str, Any]:
        """What the page's scripts know of it."""
        return {
            "name": self.name,
            "layers": {layer.name: layer.facts() for layer in self.layers},
            "groups": [group.facts() for group in self.groups],
            "base": self.base,
            "counts": self.counts,
            "places": self.places,
            "years": self.has_years,
            "tells": self.tells,
        }


STATUS = Chart(
    name="status",
    layers=(
        Layer("works", "works", "works", "lines", "", {ONE_LOOK: WORKS}),
        Layer("segments", "segments", "segments", "lines", "status", SEGMENTS),
        Layer("defects", "defects", "defects", "dots", "state", DEFECTS),
    ),
    groups=(Group("status", ("segments",), "status", tuple(SEGMENTS)),),
    base="segments",
    counts="/api/v1/status",
    places="/api/v1/segments",
    title="map.title",
    signs=(*((f"defect.{state}", f"map.defect.{state}") for state in DEFECTS), ("works", "map.layer.works")),
)

GROUND = Layer("network", "segments", "segments", "lines", "", {ONE_LOOK: NETWORK}, has_switch=False)
"""All roads, under what a map shows of some: tiles of the map `status`, which a reader may have already."""


def _stretches(name: str, tiles: str, looks: Mapping[str, Look]) -> Layer:
    return Layer(name, tiles, "stretches", "lines", "code", looks)


def _points(name: str, tiles: str, key: str, looks: Mapping[str, Look]) -> Layer:
    return Layer(name, tiles, "points", "clusters", key, looks)


WARRANTIES = Chart(
    name="warranty",
    layers=(GROUND, _stretches("warranty", "warranty", WARRANTY)),
    groups=(Group("warranty", ("warranty",), "code", tuple(WARRANTY)),),
    base="network",
    counts="/api/v1/maps/warranty",
    places="/api/v1/maps/warranty/places",
    title="map.title.warranty",
    signs=(("network", "map.warranty.none"),),
)

DEFECT_MAP = Chart(
    name="defects",
    layers=(GROUND, _points("found", "open_defects", "severity", SEVERITY)),
    groups=(
        Group("severity", ("found",), "severity", tuple(SEVERITY), takes_several=True),
        Group("age", ("found",), "age", ("month", "quarter", "year", "older"), takes_several=True, has_samples=False),
        Group(
            "distress",
            ("found",),
            "distress",
            ("holes", "cracks", "shape", "edge", "signs", "structures", "other"),
            takes_several=True,
            has_samples=False,
        ),
    ),
    base="network",
    counts="/api/v1/maps/defects",
    places="/api/v1/maps/defects/places",
    title="map.title.defects",
    note="map.clusters",
)

MONEY_MAP = Chart(
    name="money",
    layers=(GROUND, _stretches("money", "money", MONEY)),
    groups=(Group("money", ("money",), "code", tuple(MONEY)),),
    base="network",
    counts="/api/v1/maps/money",
    places="/api/v1/maps/money/places",
    title="map.title.money",
    signs=(("network", "map.money.none"),),
    note="map.money_counted",
    tells="money",
)

WORKS_MAP = Chart(
    name="works",
    layers=(
        GROUND,
        Layer("works", "works", "works", "lines", "kind", KINDS),
        _points("planned", "planned", "works", PLANNED),
    ),
    groups=(Group("works", ("works", "planned"), "kind", (*KINDS, *PLANNED)),),
    base="network",
    counts="/api/v1/maps/works",
    places="/api/v1/maps/works/places",
    title="map.title.works",
    signs=(("network", "map.works.none"),),
    tells="works",
)

HISTORY = Chart(
    name="history",
    layers=(
        GROUND,
        _stretches("answered", "answered-{year}", ANSWERED),
        _points("broke", "found-{year}", "outcome", FOUND),
    ),
    groups=(
        Group("outcome", ("broke",), "outcome", tuple(FOUND)),
        Group("answered", ("answered",), "code", tuple(ANSWERED), is_listed=False),
    ),
    base="network",
    counts="/api/v1/maps/history",
    places="/api/v1/maps/history/places",
    title="map.title.history",
    signs=(("network", "map.warranty.none"),),
    has_years=True,
)

CHARTS: Mapping[str, Chart] = {
    chart.name: chart for chart in (STATUS, WARRANTIES, DEFECT_MAP, WORKS_MAP, MONEY_MAP, HISTORY)
}
"""In the order in which readers are offered them."""
