"""The page around the map in one language: markup from a template, words from the catalogue, no fact of the database.

Facts come when the page is read, so a built page stays right for as long as its files are the same.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from maps.charts import CHARTS, Chart
from maps.drawing import Drawing
from maps.samples import sample
from maps.style import DEFECTS, SEGMENTS
from maps.surroundings import Surroundings
from roads.i18n import catalogue, say

templates = Environment(
    loader=PackageLoader("maps"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)

FRAMED = "framed.js"
"""The one script of ours that is no module: it runs before anything is drawn."""
WORDS = ("map.", "works.", "direction.", "claim_state.")
"""The words the page's scripts may need: every sentence whose key begins so."""


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of what the page loads, each with the hash of its content in it."""

    scripts: Sequence[str]
    styles: Sequence[str]
    modules: Sequence[str]
    framed: str
    brushes: str
    drawing: str
    start: str
    places: str


def page(chart: Chart, language: str, links: Links, given: Surroundings) -> bytes:
    """The page of a map in one language, as it is served."""
    written = templates.get_template("map.html").render(
        say=partial(_say, language),
        language=language,
        languages=given.languages,
        links=links,
        chart=chart,
        charts=list(CHARTS.values()),
        samples=_samples_beside(chart),
        sample=sample,
        data=_script_json(_data(chart, language, links, given)),
    )
    return written.encode()


def links_to(chart: Chart, drawn: Drawing, vendor: str, own: str, modules: Sequence[str]) -> Links:
    """The links of a map's page whose vendored files lie under `vendor` and whose own ones under `own`."""
    return Links(
        scripts=[f"{vendor}/{path}" for path in drawn.scripts],
        styles=[*(f"{vendor}/{path}" for path in drawn.styles), f"{own}/map.css"],
        modules=[f"{own}/{name}" for name in modules],
        framed=f"{own}/{FRAMED}",
        brushes=f"{own}/brushes.js",
        drawing=f"{own}/{drawing_file(chart)}",
        start=f"{own}/start.js",
        places=f"{own}/places.json",
    )


def drawing_file(chart: Chart) -> str:
    """The name of the script that draws a map."""
    return f"drawing.{chart.name}.js"


def _samples_beside(chart: Chart) -> list[str]:
    """The samples that the panel may show and the legend does not: of statuses and of the states of defects."""
    shown = {group.sample(code) for group in chart.groups for code in group.codes} | {code for code, _ in chart.signs}
    return [code for code in (*SEGMENTS, *(f"defect.{state}" for state in DEFECTS)) if code not in shown]


def _data(chart: Chart, language: str, links: Links, given: Surroundings) -> dict[str, Any]:
    words = {key: sentence for key, sentence in catalogue(language).items() if key.startswith(WORDS)}
    basemap = given.basemap
    return {
        "language": language,
        "words": words,
        "places": links.places,
        "home": list(given.home),
        "chart": chart.facts(),
        "states": list(DEFECTS),
        "basemap": {"url": basemap.url, "attribution": basemap.attribution} if basemap else None,
    }


def _script_json(data: Mapping[str, Any]) -> Markup:
    """JSON that cannot end the element it stands in: no character of markup is left in it."""
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        written = written.replace(character, f"\\u{ord(character):04x}")
    return Markup(written)  # noqa: S704 - every character of markup is escaped above


def _say(language: str, key: str, **params: object) -> str:
    return say(key, language, params)
