"""The folder of contents: whole or not there, each once, whoever is killed when."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from roads.domain.errors import BadSetting, NotFound
from roads.media import UNFINISHED, Media, open_media


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_content_is_kept_once_under_its_hash_two_folders_deep(tmp_path: Path) -> None:
    media = Media(tmp_path / "new")
    kept = media.put(b"a photo")
    assert (kept, media.put(b"a photo")) == (sha256(b"a photo").hexdigest(),) * 2
    assert files(tmp_path) == [tmp_path / "new" / kept[:2] / kept[2:4] / kept]
    assert (media.get(kept), media.has(kept)) == (b"a photo", True)


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        Media(tmp_path).get("0" * 64)
    assert not Media(tmp_path).has("0" * 64)


def test_only_what_nobody_put_lately_is_old(tmp_path: Path) -> None:
    media = Media(tmp_path)
    old, again, young = media.put(b"old"), media.put(b"again"), media.put(b"young")
    now = datetime.now(UTC)
    for kept in (old, again):
        path = tmp_path / kept[:2] / kept[2:4] / kept
        os.utime(path, (0, (now - timedelta(days=3)).timestamp()))
    media.put(b"again")
    found = {name for number in range(256) for name in media.untouched_since(now - timedelta(days=1), number)}
    assert found == {old}
    media.remove(int(old[:2], 16), old)
    media.remove(int(old[:2], 16), old)
    assert [media.has(kept) for kept in (old, again, young)] == [False, True, True]


@pytest.mark.parametrize("url", ["s3://bucket/photos", "https://host/photos", "file://host/photos", ""])
def test_a_place_we_cannot_write_to_is_a_bad_setting(url: str) -> None:
    with pytest.raises(BadSetting):
        open_media(url)


def test_a_folder_is_named_by_its_path_or_as_an_address() -> None:
    assert open_media(".local/media") == Media(Path(".local/media"))
    assert open_media("file:///srv/my%20photos") == Media(Path("/srv/my photos"))


WRITER = """
import sys
from pathlib import Path
from roads.media import Media
media = Media(Path(sys.argv[1]))
for number in range(10_000):
    print(media.put(str(number).encode() * 300_000), flush=True)
"""


def test_a_writer_that_is_killed_leaves_only_whole_files_under_a_hash(tmp_path: Path) -> None:
    for _ in range(3):
        command = [sys.executable, "-c", WRITER, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            said = [writer.stdout.readline().strip() for _ in range(4)]
            writer.send_signal(signal.SIGKILL)
            said += writer.stdout.read().split()
        assert all(Media(tmp_path).has(kept) for kept in said[:-1])
    named = [path for path in files(tmp_path) if path.suffix != UNFINISHED]
    assert len(named) >= 4
    assert [path for path in named if sha256(path.read_bytes()).hexdigest() != path.name] == []
