"""Publishing writes what changed, and nothing else; a reader of the page before still finds its files."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from geo.bbox import KAZAKHSTAN
from maps import publish as publishing
from maps.charts import CHARTS
from maps.publish import Published, publish
from maps.surroundings import Surroundings
from roads.i18n import LANGUAGES

GIVEN = Surroundings.of(LANGUAGES, KAZAKHSTAN, "", "")


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def bundles(folder: Path) -> set[str]:
    return {path.name for path in (folder / "files").iterdir()}


def change(monkeypatch: pytest.MonkeyPatch, to: bytes) -> None:
    monkeypatch.setattr(publishing, "places", lambda: to)


def test_all_languages_and_everything_they_load_is_there(tmp_path: Path) -> None:
    publish(tmp_path, GIVEN)
    for language in LANGUAGES:
        written = (tmp_path / f"status.{language}.html").read_text(encoding="utf-8")
        for bundle, path in re.findall(r'"/maps/([0-9a-f]{16})/([^"]+)"', written):
            assert (tmp_path / "files" / bundle / path).is_file()


def test_what_a_module_imports_is_there(tmp_path: Path) -> None:
    publish(tmp_path, GIVEN)
    for path in (tmp_path / "files").rglob("*.js"):
        for imported in re.findall(
            r"from '(\./[a-z]+\.js)'|import '(\./[a-z]+\.js)'", path.read_text(encoding="utf-8")
        ):
            assert (path.parent / "".join(imported)).is_file()


def test_publishing_twice_writes_nothing(tmp_path: Path) -> None:
    assert publish(tmp_path, GIVEN).written > 0
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert publish(tmp_path, GIVEN) == Published(written=0, removed=0)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_the_files_before_are_kept_until_the_next_publishing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(monkeypatch, b'{"first":1}')
    publish(tmp_path, GIVEN)
    first = bundles(tmp_path)
    change(monkeypatch, b'{"second":2}')
    assert publish(tmp_path, GIVEN).removed == 0
    assert first < bundles(tmp_path)
    change(monkeypatch, b'{"third":3}')
    assert publish(tmp_path, GIVEN).removed == 1
    assert len(first - bundles(tmp_path)) == 1


def test_a_damaged_file_is_put_right(tmp_path: Path) -> None:
    publish(tmp_path, GIVEN)
    (damaged,) = (tmp_path / "files").rglob("leaflet.js")
    whole = damaged.read_bytes()
    damaged.write_bytes(b"half")
    assert publish(tmp_path, GIVEN).written == 1
    assert damaged.read_bytes() == whole


def test_one_language_alone_leaves_the_others(tmp_path: Path) -> None:
    publish(tmp_path, GIVEN, only=["ru"])
    assert {path.name for path in tmp_path.glob("*.html")} == {f"{name}.ru.html" for name in CHARTS}


def test_two_who_publish_at_once_leave_one_whole_map(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as together:
        list(together.map(lambda _: publish(tmp_path, GIVEN), range(4)))
    assert publish(tmp_path, GIVEN) == Published(written=0, removed=0)
    assert not [name for name in content(tmp_path) if Path(name).name.startswith(".")]
    assert set(json.loads((tmp_path / "published.json").read_bytes())["current"]) == bundles(tmp_path)


def test_a_publishing_that_breaks_off_leaves_the_page_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(tmp_path, GIVEN)
    before = content(tmp_path)
    change(monkeypatch, b"{}")

    def break_off(*_: object) -> bytes:
        raise OSError("no space left")

    monkeypatch.setattr(publishing, "page", break_off)
    with pytest.raises(OSError, match="no space"):
        publish(tmp_path, GIVEN)
    after = content(tmp_path)
    assert {name: after[name] for name in before} == before
