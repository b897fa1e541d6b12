"""Which of our own files stands for each file that Folium would fetch from another host.

Folium names every script and stylesheet its elements need. A name without a line here stops the build: nobody's browser
shall be sent to a host that nobody chose.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from roads.domain.errors import RoadsError

STATIC = Path(__file__).parent / "static"
VENDOR = STATIC / "vendor"

NOT_USED = ""
"""For what Folium always links and this map has no use for: it shows no icon, no popup and no Bootstrap control."""

ASSETS: Mapping[str, str] = {
    "leaflet": "leaflet/leaflet.js",
    "leaflet_css": "leaflet/leaflet.css",
    "vectorGrid": "leaflet.vectorgrid/Leaflet.VectorGrid.bundled.min.js",
    "Control.Fullscreen.js": "leaflet.fullscreen/Control.FullScreen.js",
    "Control.FullScreen.css": "leaflet.fullscreen/Control.FullScreen.css",
    "jquery": NOT_USED,
    "bootstrap": NOT_USED,
    "bootstrap_css": NOT_USED,
    "glyphicons_css": NOT_USED,
    "awesome_markers": NOT_USED,
    "awesome_markers_font_css": NOT_USED,
    "awesome_markers_css": NOT_USED,
    "awesome_rotate_css": NOT_USED,
}


class UnknownAsset(RoadsError):
    """Folium asks for a script or stylesheet that is not vendored. Carries its `name`."""

    code = "unknown_asset"


def vendored(names: Iterable[str]) -> list[str]:
    """The vendored files for Folium's names, in their order, as paths below `vendor`. Errors: UnknownAsset."""
    found = []
    for name in names:
        if name not in ASSETS:
            raise UnknownAsset(name=name)
        if ASSETS[name] is not NOT_USED:
            found.append(ASSETS[name])
    return found


def files_below(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its path there, in the order of the paths."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }
