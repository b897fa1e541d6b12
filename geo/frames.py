"""Local metric frames: around a place a degree is so many metres east and so many north.

Feet of perpendiculars and distances are found in such a frame. In degrees they err, at 55 N by up to 17 m for a point
30 m beside a line, because a degree of longitude is shorter there than one of latitude.
"""

import numpy as np

from geo.crs import Floats


def metres_per_degree(lat: Floats) -> tuple[Floats, Floats]:
    """Metres in a degree of longitude and of latitude on the WGS 84 ellipsoid; right to a millimetre in 100 m."""
    phi = np.radians(lat)
    lon_m = 111412.84 * np.cos(phi) - 93.5 * np.cos(3 * phi) + 0.118 * np.cos(5 * phi)
    lat_m = 111132.92 - 559.82 * np.cos(2 * phi) + 1.175 * np.cos(4 * phi)
    return lon_m, lat_m


def feet(
    lon: Floats, lat: Floats, edge_lon: Floats, edge_lat: Floats, edge_lon_to: Floats, edge_lat_to: Floats
) -> tuple[Floats, Floats]:
    """Where the nearest place of an edge lies for each point: how far along the edge (0 to 1), and how many metres off.

    Points and edges are paired; each pair is worked out in the frame around its point.
    """
    lon_m, lat_m = metres_per_degree(lat)
    from_east, from_north = (edge_lon - lon) * lon_m, (edge_lat - lat) * lat_m
    east, north = (edge_lon_to - edge_lon) * lon_m, (edge_lat_to - edge_lat) * lat_m
    squared = east**2 + north**2
    along = -(from_east * east + from_north * north) / np.where(squared > 0, squared, 1)
    share = np.clip(along, 0, 1)
    return share, np.hypot(from_east + share * east, from_north + share * north)
