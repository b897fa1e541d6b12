"""The page around the map: small, complete in three languages, and inert whatever stands in its words."""

import json
import re
from html.parser import HTMLParser

import pytest
from markupsafe import escape

from geo.bbox import KAZAKHSTAN
from maps import page as pages
from maps.assets import STATIC
from maps.charts import CHARTS, STATUS, Chart
from maps.page import Links, page
from maps.places import places
from maps.samples import LOOKS, sample
from maps.style import DEFECTS, SEGMENTS
from maps.surroundings import Surroundings
from roads.i18n import LANGUAGES, catalogue, say

GIVEN = Surroundings.of(LANGUAGES, KAZAKHSTAN, "", "")
LINKS = Links(
    scripts=["/maps/a/x.js"],
    styles=["/maps/a/x.css"],
    modules=["/maps/b/m.js"],
    framed="/maps/b/f.js",
    brushes="/maps/b/b.js",
    drawing="/maps/b/d.js",
    start="/maps/b/s.js",
    places="/p",
)
LARGEST_PAGE = 100_000
HOSTILE = "${alert(1)} `x` </script><img src=x onerror=alert(1)> \u202e\u2028 &amp; {{7*7}}"


class Reader(HTMLParser):
    """Notes what a browser would make of a page: elements with attributes, and the text of scripts."""

    def __init__(self, written: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inside: list[str] = []
        self.in_script = False
        self.feed(written)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        self.in_script = tag == "script"

    def handle_endtag(self, tag: str) -> None:
        self.in_script = self.in_script and tag != "script"

    def handle_data(self, data: str) -> None:
        if self.in_script:
            self.inside.append(data)


@pytest.mark.parametrize("chart", CHARTS.values(), ids=list(CHARTS))
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_small(chart: Chart, language: str) -> None:
    assert len(page(chart, language, LINKS, GIVEN)) < LARGEST_PAGE
    assert len(places()) < LARGEST_PAGE


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_status_and_state_stands_in_the_legend_in_words(language: str) -> None:
    written = page(STATUS, language, LINKS, GIVEN).decode()
    for status in SEGMENTS:
        assert f'data-status="{status}"' in written
        assert say(f"map.status.{status}", language) in written
    for state in DEFECTS:
        assert say(f"map.defect.{state}", language) in written


@pytest.mark.parametrize("chart", CHARTS.values(), ids=list(CHARTS))
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_runs_or_is_styled_inside_the_page(chart: Chart, language: str) -> None:
    reader = Reader(page(chart, language, LINKS, GIVEN).decode())
    for tag, attributes in reader.elements:
        assert tag != "style"
        assert not any(name == "style" or name.startswith("on") for name in attributes)
        if tag == "script":
            assert attributes.get("type") == "application/json" or attributes.get("src", "") != ""
    assert json.loads("".join(reader.inside))["language"] == language


@pytest.mark.parametrize("chart", CHARTS.values(), ids=list(CHARTS))
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_asks_no_other_host(chart: Chart, language: str) -> None:
    for _, attributes in Reader(page(chart, language, LINKS, GIVEN).decode()).elements:
        for name in ("src", "href"):
            address = attributes.get(name) or "/"
            assert address.startswith(("/", "#", "data:,"))
            assert not address.startswith("//")


@pytest.mark.parametrize("chart", CHARTS.values(), ids=list(CHARTS))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_stands_in_the_legend_in_words_and_every_map_is_linked(chart: Chart, language: str) -> None:
    written = page(chart, language, LINKS, GIVEN).decode()
    for group in chart.groups:
        for code in group.codes:
            assert f'data-{group.code}="{code}"' in written
            assert escape(say(group.word(code), language)) in written
    links = [dict(one) for tag, one in Reader(written).elements if tag == "a"]
    own = {link["href"] for link in links if link.get("aria-current") == "page"}
    assert own == {f"/{language}/map/{chart.name}"}
    assert {f"/{language}/map/{name}" for name in CHARTS} <= {link["href"] for link in links if "href" in link}


def test_hostile_words_stay_words(monkeypatch: pytest.MonkeyPatch) -> None:
    tricked = dict.fromkeys(catalogue("en"), HOSTILE)
    monkeypatch.setattr(pages, "catalogue", lambda _: tricked)
    monkeypatch.setattr(pages, "say", lambda key, *_: tricked[key])
    reader = Reader(page(STATUS, "en", LINKS, GIVEN).decode())
    assert [tag for tag, _ in reader.elements if tag == "img"] == []
    data = json.loads("".join(reader.inside))
    assert data["words"]["map.title"] == HOSTILE


def test_scripts_ask_only_for_words_that_are_written() -> None:
    """Every key that a script names whole is in the catalogue; those it completes with a code begin as some are."""
    known = catalogue("en")
    for path in STATIC.glob("*.js"):
        script = path.read_text(encoding="utf-8")
        whole = set(re.findall(r"'((?:map|direction|works|claim_state)\.[a-z_.]+)'", script))
        assert [key for key in whole if key not in known and f"{key}.other" not in known] == []
        begun = set(re.findall(r"`((?:map|direction|works|claim_state)\.(?:[a-z_]+\.)?)\$\{", script))
        assert [key for key in begun if not any(one.startswith(key) for one in known)] == []


def test_scripts_never_write_markup() -> None:
    for path in STATIC.glob("*.js"):
        script = path.read_text(encoding="utf-8")
        assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", script) == []


@pytest.mark.parametrize("code", LOOKS)
def test_a_sample_is_a_picture_without_style(code: str) -> None:
    drawn = sample(code)
    assert drawn.startswith("<svg")
    assert "style=" not in drawn


def test_a_basemap_is_there_only_when_asked_for() -> None:
    url, by = "https://tiles.example.org/{z}/{x}/{y}.png", "© somebody"
    assert '"basemap":null' in page(STATUS, "en", LINKS, GIVEN).decode()
    with_pictures = Surroundings.of(LANGUAGES, KAZAKHSTAN, url, by)
    data = json.loads("".join(Reader(page(STATUS, "en", LINKS, with_pictures).decode()).inside))
    assert data["basemap"] == {"url": url, "attribution": by}
