"""What an operator decides about the public maps. Whoever only passes it on loads nothing that draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from geo.bbox import Box


@dataclass(frozen=True, slots=True)
class Basemap:
    """Pictures of another server under the map; none unless an operator asks for them."""

    url: str
    attribution: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an operator decides about the map: languages offered, where it opens, and whose pictures lie under it.

    `home`: west, south, east, north in degrees (EPSG:4326).
    """

    languages: Sequence[str]
    home: tuple[float, float, float, float]
    basemap: Basemap | None = None

    @classmethod
    def of(cls, languages: Sequence[str], area: Box, basemap_url: str, attribution: str) -> Self:
        """As the settings say it: an area, and an address that is empty for no basemap."""
        home = (area.west, area.south, area.east, area.north)
        return cls(languages, home, Basemap(basemap_url, attribution) if basemap_url else None)
