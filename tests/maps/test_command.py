"""`python -m maps build`, as an operator runs it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from maps.__main__ import app
from maps.charts import CHARTS
from roads.i18n import LANGUAGES

RUNNER = CliRunner()


def test_the_map_is_built_into_a_folder(tmp_path: Path) -> None:
    first = RUNNER.invoke(app, ["build", "--out", str(tmp_path)])
    second = RUNNER.invoke(app, ["build", "--out", str(tmp_path)])
    assert (first.exit_code, second.exit_code) == (0, 0)
    expected = {f"{name}.{language}.html" for name in CHARTS for language in LANGUAGES}
    assert {path.name for path in tmp_path.glob("*.html")} == expected
    assert ": 0 files written" in second.output


def test_one_language_can_be_built(tmp_path: Path) -> None:
    built = RUNNER.invoke(app, ["build", "--out", str(tmp_path), "--language", "kk"])
    assert built.exit_code == 0
    assert {path.name for path in tmp_path.glob("*.html")} == {f"{name}.kk.html" for name in CHARTS}
    assert "жазылған" in built.output


def test_an_unknown_language_is_one_clear_line(tmp_path: Path) -> None:
    built = RUNNER.invoke(app, ["build", "--out", str(tmp_path), "--language", "de"])
    assert built.exit_code == 2
    assert "de" in built.output
    assert "Traceback" not in built.output


@pytest.mark.parametrize("url", ["https://host; script-src *", "ftp://h/{z}/{x}/{y}.png", "https://h/x.png", "//h/{z}"])
def test_a_basemap_that_is_no_address_of_tiles_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("ROADS_BASEMAP_URL", url)
    built = RUNNER.invoke(app, ["build", "--out", str(tmp_path)])
    assert built.exit_code == 2
    assert "ROADS_BASEMAP_URL" in built.output
