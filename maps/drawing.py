"""A public map as Folium builds it.

A Folium object is given numbers and codes only, because much of what it is given becomes script or markup. Words reach
the page from the catalogue and from JSON, and are set as text.
"""

# Folium's plugins carry no types.
# mypy: disallow-untyped-calls=False

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import folium
from branca.element import CssLink, Figure, JavascriptLink
from folium.plugins import Fullscreen, VectorGridProtobuf
from folium.utilities import JsCode

from maps.assets import vendored
from maps.charts import Chart, Layer
from maps.style import as_data
from roads.queries.tiles import SMALLEST_ZOOM

CENTRE = (48.2, 67.3)
LARGEST_ZOOM = 18


@dataclass(frozen=True, slots=True)
class Drawing:
    """What Folium made: the script that draws, and the vendored scripts and stylesheets it needs, in order."""

    script: str
    scripts: Sequence[str]
    styles: Sequence[str]


def drawing(chart: Chart) -> Drawing:
    """The map, rendered once for all languages. Errors: UnknownAsset."""
    figure = _map(chart).get_root()
    if not isinstance(figure, Figure):
        raise TypeError("a Folium map stands in a figure of its own")
    figure.render()
    header = figure.header._children
    return Drawing(
        script=figure.script.render(),
        scripts=vendored(name for name, child in header.items() if isinstance(child, JavascriptLink)),
        styles=vendored(name for name, child in header.items() if isinstance(child, CssLink)),
    )


def _map(chart: Chart) -> folium.Map:
    whole = folium.Map(
        location=CENTRE,
        zoom_start=5,
        tiles=None,
        control_scale=True,
        zoom_control=True,
        # Tiles that fade in are drawn anew for every frame: on a cheap phone that takes longer than to draw them.
        fadeAnimation=False,
        minZoom=SMALLEST_ZOOM,
        maxZoom=LARGEST_ZOOM,
    )
    _named(whole, chart.name)
    for depth, layer in enumerate(chart.layers):
        # Not shown from the start: the page first asks which edition of the tiles is the newest.
        address = f"/tiles/{{edition}}/{layer.tiles}/{{z}}/{{x}}/{{y}}.mvt"
        grid = VectorGridProtobuf(address, options=_options(layer, depth))
        _named(grid, layer.name)
        grid.show = False
        grid.add_to(whole)
    # The element that goes full screen holds the panel as well; the words for the button are set by the page.
    whole_page = JsCode("document.getElementById('atlas')")
    _named(Fullscreen(title="", title_cancel="", fullscreenElement=whole_page), "whole").add_to(whole)
    return whole


def _options(layer: Layer, depth: int) -> str:
    """Options as script: Folium would rewrite the codes among their keys (`works_under_way` to `worksUnderWay`)."""
    looks = json.dumps(as_data(layer.looks))
    return (
        f"{{edition: 'current', minZoom: {SMALLEST_ZOOM}, maxZoom: {LARGEST_ZOOM}, zIndex: {depth + 2}, "
        f"rendererFactory: sharpTile, getFeatureId: feature => feature.id, "
        f"vectorTileLayerStyles: {{{layer.inside}: strokes.{layer.brush}('{layer.name}', {looks})}}}}"
    )


def _named(element: Any, code: str) -> Any:
    """Gives an element a name of ours in place of a random one: the same map is then the same file, byte for byte."""
    element._id = code
    return element
