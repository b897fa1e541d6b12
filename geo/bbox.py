"""Boxes of longitude and latitude: is a coordinate where it can be, or have its axes been swapped?"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """West, south, east, north in degrees (EPSG:4326); borders belong to it."""

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        if not (-180 <= self.west < self.east <= 180 and -90 <= self.south < self.north <= 90):
            raise ValueError(f"not a box west,south,east,north in degrees: {self}")

    @classmethod
    def parse(cls, words: str) -> "Box":
        """A box from `west,south,east,north`. Errors: ValueError."""
        parts = words.split(",")
        if len(parts) != 4:
            raise ValueError(f"four numbers west,south,east,north expected, got {words!r}")
        west, south, east, north = (float(part) for part in parts)
        return cls(west, south, east, north)

    def holds(self, lon: float, lat: float) -> bool:
        """Whether a coordinate lies inside."""
        return self.west <= lon <= self.east and self.south <= lat <= self.north

    def holds_swapped(self, lon: float, lat: float) -> bool:
        """Whether a coordinate outside would lie inside with its axes swapped."""
        return not self.holds(lon, lat) and self.holds(lat, lon)


KAZAKHSTAN = Box(46.4, 40.5, 87.4, 55.5)
WORLD = Box(-180.0, -90.0, 180.0, 90.0)
