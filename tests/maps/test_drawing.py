"""What Folium draws: our own files, codes only, the same bytes every time."""

import json
import re

import pytest

from maps import assets
from maps.assets import ASSETS, VENDOR, UnknownAsset, files_below, vendored
from maps.charts import CHARTS, STATUS, Chart
from maps.drawing import drawing


def test_an_asset_that_is_not_vendored_stops_the_build(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownAsset) as unknown:
        vendored(["leaflet", "something_new"])
    assert unknown.value.params["name"] == "something_new"
    monkeypatch.setattr(assets, "ASSETS", {name: path for name, path in ASSETS.items() if name != "vectorGrid"})
    with pytest.raises(UnknownAsset):
        drawing(STATUS)


def test_every_named_asset_is_there() -> None:
    assert [path for path in ASSETS.values() if path and not (VENDOR / path).is_file()] == []


def test_the_map_needs_our_own_files_and_no_more() -> None:
    drawn = drawing(STATUS)
    assert drawn.scripts == [
        "leaflet/leaflet.js",
        "leaflet.vectorgrid/Leaflet.VectorGrid.bundled.min.js",
        "leaflet.fullscreen/Control.FullScreen.js",
    ]
    assert drawn.styles == ["leaflet/leaflet.css", "leaflet.fullscreen/Control.FullScreen.css"]


@pytest.mark.parametrize("chart", CHARTS.values(), ids=list(CHARTS))
def test_the_drawing_names_no_host_and_carries_no_markup(chart: Chart) -> None:
    script = drawing(chart).script
    assert "//" not in script
    assert not re.search(r"[<>](?!=)(?! )", script.replace("=>", ""))
    assert "${" not in script
    assert "`" not in script


@pytest.mark.parametrize("chart", CHARTS.values(), ids=list(CHARTS))
def test_the_drawing_holds_ascii_codes_only(chart: Chart) -> None:
    """A word of any language in it would have come from somewhere else than a table of ours."""
    assert drawing(chart).script.isascii()


@pytest.mark.parametrize("chart", CHARTS.values(), ids=list(CHARTS))
def test_the_codes_keep_their_spelling(chart: Chart) -> None:
    script = drawing(chart).script
    assert [code for layer in chart.layers for code in layer.looks if json.dumps(code) not in script] == []


@pytest.mark.parametrize("chart", CHARTS.values(), ids=list(CHARTS))
def test_the_same_map_is_the_same_script(chart: Chart) -> None:
    assert drawing(chart) == drawing(chart)


@pytest.mark.parametrize("chart", CHARTS.values(), ids=list(CHARTS))
def test_every_layer_comes_from_the_tiles_of_an_edition(chart: Chart) -> None:
    script = drawing(chart).script
    addresses = [f"'/tiles/{{edition}}/{layer.tiles}/{{z}}/{{x}}/{{y}}.mvt'" for layer in chart.layers]
    assert [address for address in addresses if address not in script] == []
    # Nothing is asked for before the page knows which edition is the newest.
    assert not re.search(r"vector_grid_protobuf_\w+\.addTo", script)


@pytest.mark.parametrize("suffix", [".css", ".svg"])
def test_no_vendored_stylesheet_or_picture_fetches_from_a_host(suffix: str) -> None:
    for path, content in files_below(VENDOR).items():
        if path.endswith(suffix):
            assert re.findall(rb"(?:url\(|@import|href=)[\s'\"]*(?:https?:)?//[^)]*", content) == []


def test_every_vendored_library_has_its_licence() -> None:
    notices = (VENDOR / "NOTICES").read_text(encoding="utf-8")
    for folder in (path for path in VENDOR.iterdir() if path.is_dir()):
        assert f"{folder.name} " in notices
        assert (folder / "LICENSE").is_file() or f"= {folder.name}\n" in notices
