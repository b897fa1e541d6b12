"""Publishing the maps: every file under the hash of what it holds, then the pages that name them.

What a reader's browser has loaded stays valid: a page is replaced only after its files are there, and the files of the
page before it are kept until the next publishing. Publishing the same again writes nothing.

    files/<hash>/...       what never changes under its name; `.gz` beside a file is the same, compressed
    <map>.<language>.html  the pages
    published.json         the folders in use now, and before
"""

import gzip
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from uuid import uuid4

from maps.assets import STATIC, VENDOR, files_below
from maps.charts import CHARTS
from maps.drawing import Drawing, drawing
from maps.page import FRAMED, drawing_file, links_to, page
from maps.places import places
from maps.surroundings import Surroundings

FILES = "files"
LEDGER = "published.json"
ADDRESS = "/maps"
WORTH_SQUEEZING = 0.8


@dataclass(frozen=True, slots=True)
class Published:
    """How many files were written and how many folders of older ones were removed."""

    written: int
    removed: int


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a folder shall hold: its files in the order in which they are put there, and the folders they lie in."""

    folder: Path
    files: Mapping[Path, bytes]
    bundles: Sequence[str]

    def missing(self) -> int:
        """How many of the files are not there yet, or hold something else."""
        return sum(not _is_there(self.folder / path, content) for path, content in self.files.items())

    def carry_out(self) -> Published:
        """Puts in place what is missing, pages last; then removes what neither they nor the ones before them name."""
        written = sum(_write(self.folder / path, content) for path, content in self.files.items())
        return Published(written, _retire(self.folder, self.bundles))


def plan(folder: Path, given: Surroundings, only: Sequence[str] = ()) -> Plan:
    """What publishing the maps means; `only` names languages when not all are wanted. Errors: UnknownAsset."""
    drawn = {name: drawing(chart) for name, chart in CHARTS.items()}
    vendor, own = files_below(VENDOR), _own_files(drawn)
    files = {Path(FILES, _hash(one), path): content for one in (vendor, own) for path, content in _both_ways(one)}
    pages = dict(_pages(drawn, f"{ADDRESS}/{_hash(vendor)}", f"{ADDRESS}/{_hash(own)}", given, only))
    return Plan(folder, {**files, **pages}, [_hash(vendor), _hash(own)])


def publish(folder: Path, given: Surroundings, only: Sequence[str] = ()) -> Published:
    """Builds the maps into a folder. Errors: as `plan`."""
    return plan(folder, given, only).carry_out()


def _own_files(drawn: Mapping[str, Drawing]) -> dict[str, bytes]:
    ours = {path.name: path.read_bytes() for path in sorted(STATIC.iterdir()) if path.is_file()}
    scripts = {drawing_file(CHARTS[name]): one.script.encode() for name, one in drawn.items()}
    return {**ours, **scripts, "places.json": places()}


def _pages(
    drawn: Mapping[str, Drawing], vendor: str, own: str, given: Surroundings, only: Sequence[str]
) -> Iterator[tuple[Path, bytes]]:
    modules = [path.name for path in sorted(STATIC.glob("*.js")) if path.name != FRAMED]
    for name, chart in CHARTS.items():
        links = links_to(chart, drawn[name], vendor, own, modules)
        for code in only or given.languages:
            yield Path(f"{name}.{code}.html"), page(chart, code, links, given)


def _both_ways(bundle: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Each file as it is, and compressed where that spares a reader something: once here, not at each request."""
    for path, content in bundle.items():
        yield path, content
        squeezed = gzip.compress(content, mtime=0)
        if len(squeezed) < len(content) * WORTH_SQUEEZING:
            yield f"{path}.gz", squeezed


def _hash(bundle: Mapping[str, bytes]) -> str:
    """A name for a set of files by what they hold and what they are called."""
    digest = blake2b(digest_size=8)
    for path, content in bundle.items():
        digest.update(blake2b(path.encode(), digest_size=16).digest() + blake2b(content, digest_size=16).digest())
    return digest.hexdigest()


def _is_there(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def _write(path: Path, content: bytes) -> int:
    """Puts a file in place at once, complete or not at all; 0 when it is there already."""
    if _is_there(path, content):
        return 0
    path.parent.mkdir(parents=True, exist_ok=True)
    # A name of its own: two who publish at once do not write into each other's file.
    unfinished = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return 1


def _retire(folder: Path, current: Sequence[str]) -> int:
    """Notes which folders are in use; removes those that neither these pages nor the ones before them name."""
    known = _ledger(folder)
    if known.get("current") == sorted(current):
        return 0
    before = known.get("current", [])
    _write(folder / LEDGER, json.dumps({"current": sorted(current), "before": before}).encode())
    return sum(_remove(path) for path in _folders(folder) if path.name not in {*current, *before})


def _ledger(folder: Path) -> dict[str, list[str]]:
    path = folder / LEDGER
    found: dict[str, list[str]] = json.loads(path.read_bytes()) if path.is_file() else {}
    return found


def _folders(folder: Path) -> Iterable[Path]:
    return [path for path in (folder / FILES).iterdir() if path.is_dir()]


def _remove(path: Path) -> int:
    shutil.rmtree(path, ignore_errors=True)
    return 1
