"""The public maps as data: what lies on each, by which code it is drawn, and what its legend tells apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from maps.style import DEFECTS, SEGMENTS, WORKS, Look

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
        return {"key": self.key, "order": list(self.looks)}


@dataclass(frozen=True, slots=True)
class Group:
    """What a reader can choose from in the legend: codes of one layer, one at a time or several.

    `code` names the group in addresses and questions, `key` the attribute in the tiles.
    """

    code: str
    layer: str
    key: str
    codes: Sequence[str]
    takes_several: bool = False
    words: str = ""
    """What the words of its codes begin with, where not with the group's own name."""

    def word(self, code: str) -> str:
        """The key of a code's words."""
        return f"map.{self.words or self.code}.{code}"

    def sample(self, code: str) -> str:
        """The name of a code's sample: statuses go by their own, for the panel of every map shows them."""
        return code if self.code == "status" else f"{self.code}.{code}"

    def facts(self) -> dict[str, Any]:
        """What the page's scripts know of it."""
        return {
            "code": self.code, "layer": self.layer, "key": self.key, "codes": list(self.codes),
            "several": self.takes_several, "words": self.words or self.code,
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

    def facts(self) -> dict[str, Any]:
        """What the page's scripts know of it."""
        return {
            "name": self.name,
            "layers": {layer.name: layer.facts() for layer in self.layers},
            "groups": [group.facts() for group in self.groups],
            "base": self.base,
            "counts": self.counts,
            "places": self.places,
        }


STATUS = Chart(
    name="status",
    layers=(
        Layer("works", "works", "works", "lines", "", {ONE_LOOK: WORKS}),
        Layer("segments", "segments", "segments", "lines", "status", SEGMENTS),
        Layer("defects", "defects", "defects", "dots", "state", DEFECTS),
    ),
    groups=(Group("status", "segments", "status", tuple(SEGMENTS)),),
    base="segments",
    counts="/api/v1/status",
    places="/api/v1/segments",
    title="map.title",
    signs=(*((f"defect.{state}", f"map.defect.{state}") for state in DEFECTS), ("works", "map.layer.works")),
)

CHARTS: Mapping[str, Chart] = {chart.name: chart for chart in (STATUS,)}
"""In the order in which readers are offered them."""
