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

from maps.samples import sample
from maps.status import LAYERS, Drawing
from maps.style import DEFECTS, SEGMENTS
from maps.surroundings import Surroundings
from roads.i18n import catalogue, say

templates = Environment(
    loader=PackageLoader("maps"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)

WORDS = ("map.", "works.", "direction.", "claim_state.")
"""The words the page's scripts may need: every sentence whose key begins so."""


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of what the page loads, each with the hash of its content in it."""

    scripts: Sequence[str]
    styles: Sequence[str]
    modules: Sequence[str]
    brushes: str
    drawing: str
    start: str
    places: str


def page(language: str, links: Links, given: Surroundings) -> bytes:
    """The page in one language, as it is served."""
    written = templates.get_template("status.html").render(
        say=partial(_say, language),
        language=language,
        languages=given.languages,
        links=links,
        statuses=list(SEGMENTS),
        states=list(DEFECTS),
        layers=LAYERS,
        sample=sample,
        data=_script_json(_data(language, links, given)),
    )
    return written.encode()


def links_to(drawn: Drawing, vendor: str, own: str, modules: Sequence[str]) -> Links:
    """The links of a page whose vendored files lie under `vendor` and whose own ones under `own`."""
    return Links(
        scripts=[f"{vendor}/{path}" for path in drawn.scripts],
        styles=[*(f"{vendor}/{path}" for path in drawn.styles), f"{own}/status.css"],
        modules=[f"{own}/{name}" for name in modules],
        brushes=f"{own}/brushes.js",
        drawing=f"{own}/drawing.js",
        start=f"{own}/start.js",
        places=f"{own}/places.json",
    )


def _data(language: str, links: Links, given: Surroundings) -> dict[str, Any]:
    words = {key: sentence for key, sentence in catalogue(language).items() if key.startswith(WORDS)}
    basemap = given.basemap
    return {
        "language": language,
        "words": words,
        "places": links.places,
        "home": list(given.home),
        "statuses": list(SEGMENTS),
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
