"""The places of contents, a folder and a bucket of a real S3 store: whole or not there, whoever is killed when."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import chain
from pathlib import Path
from time import sleep

import obstore
import pytest

from roads.domain.errors import BadSetting, MediaUnusable, NotFound
from roads.media import FOLDERS, UNFINISHED, Media, MediaFolder, open_media
from roads.media.bucket import MediaBucket
from roads.media.contents import PIECE_BYTES
from tests.buckets import Buckets, is_kept
from tests.ports import free_port

FOREVER = timedelta(days=1000)


@pytest.fixture(params=["folder", "bucket"])
def media(request: pytest.FixtureRequest, tmp_path: Path) -> Media:
    """Each kind, as the setting names it; the folder is not there yet."""
    url = str(tmp_path / "new") if request.param == "folder" else request.getfixturevalue("bucket_url")
    place = open_media(url)
    place.demand_usable()
    return place


def all_untouched_since(media: Media, moment: datetime) -> set[str]:
    return set(chain.from_iterable(media.untouched_since(moment, number) for number in range(FOLDERS)))


def test_a_content_is_kept_once_under_its_hash(media: Media) -> None:
    kept = media.put(b"a photo")
    assert (kept, media.put(b"a photo")) == (sha256(b"a photo").hexdigest(),) * 2
    assert all_untouched_since(media, datetime.now(UTC) + FOREVER) == {kept}
    assert media.get(kept) == b"a photo"


@pytest.mark.parametrize("size", [1, PIECE_BYTES, 2 * PIECE_BYTES + 1])
def test_a_content_is_sent_on_piece_by_piece(media: Media, size: int) -> None:
    content = os.urandom(size)
    stored = media.open(media.put(content))
    pieces = list(stored.pieces)
    assert (stored.size, b"".join(pieces) == content) == (size, True)
    assert max(map(len, pieces)) <= PIECE_BYTES


def test_what_is_not_there_is_said(media: Media) -> None:
    for ask in (media.get, media.open):
        with pytest.raises(NotFound):
            ask("0" * 64)
    media.remove(0, "0" * 64)
    assert all_untouched_since(media, datetime.now(UTC) + FOREVER) == set()


def test_what_arrives_is_a_file_of_nobody_else(media: Media) -> None:
    with media.draft() as first, media.draft() as second:
        first.write(b"half a photo")
        assert second.read() == b""
        first.seek(0)
        assert first.read() == b"half a photo"
    assert all_untouched_since(media, datetime.now(UTC) + FOREVER) == set()


def test_what_is_put_again_is_young_again_and_only_the_old_is_found_and_removed(media: Media) -> None:
    old, again = media.put(b"old"), media.put(b"again")
    # A store tells moments in whole seconds.
    between = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    sleep((between - datetime.now(UTC)).total_seconds())
    young = media.put(b"young")
    media.put(b"again")
    assert all_untouched_since(media, between) == {old}
    for _ in range(2):
        media.remove(int(old[:2], 16), old)
    assert [is_kept(media, kept) for kept in (old, again, young)] == [False, True, True]


# --- folders


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_folder_holds_contents_two_folders_deep(tmp_path: Path) -> None:
    kept = MediaFolder(tmp_path / "new").put(b"a photo")
    assert files(tmp_path) == [tmp_path / "new" / kept[:2] / kept[2:4] / kept]


def test_a_folder_that_is_a_file_is_a_bad_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(BadSetting, match="file is no folder"):
        open_media(str(tmp_path / "file" / "photos")).demand_usable()


def test_a_folder_is_named_by_its_path_or_as_an_address() -> None:
    assert open_media(".local/media") == MediaFolder(Path(".local/media"))
    assert open_media("file:///srv/my%20photos") == MediaFolder(Path("/srv/my photos"))


WRITER = """
import sys
from pathlib import Path
from roads.media import MediaFolder
media = MediaFolder(Path(sys.argv[1]))
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
        assert all(is_kept(MediaFolder(tmp_path), kept) for kept in said[:-1])
    named = [path for path in files(tmp_path) if path.suffix != UNFINISHED]
    assert len(named) >= 4
    assert [path for path in named if sha256(path.read_bytes()).hexdigest() != path.name] == []


# --- buckets


def test_a_bucket_lays_contents_as_a_folder_does_and_leaves_alone_what_is_not_ours(bucket_url: str) -> None:
    media = open_media(bucket_url)
    assert isinstance(media, MediaBucket)
    kept = media.put(b"a photo")
    others = ["ab/cd/abcd-notes.txt", f"ab/{'ab' * 32}", "readme"]
    for path in others:
        obstore.put(media.store, path, b"of somebody else")
    laid = {found["path"] for page in obstore.list(media.store) for found in page}
    assert laid == {f"{kept[:2]}/{kept[2:4]}/{kept}", *others}
    assert all_untouched_since(media, datetime.now(UTC) + FOREVER) == {kept}


def test_two_prefixes_of_one_bucket_know_nothing_of_each_other(bucket_url: str) -> None:
    media, other = open_media(bucket_url), open_media(f"{bucket_url}/deeper")
    kept = media.put(b"a photo")
    assert not is_kept(other, kept)
    other.remove(int(kept[:2], 16), kept)
    assert is_kept(media, kept)


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("AWS_SECRET_ACCESS_KEY", "somebody else's", "SignatureDoesNotMatch"),
        ("AWS_ACCESS_KEY_ID", "nobody", "InvalidAccessKeyId"),
        ("AWS_ENDPOINT_URL", "nonsense", "AWS_ENDPOINT_URL"),
        ("AWS_ALLOW_HTTP", "no", "AWS_ALLOW_HTTP=true"),
        ("AWS_ALLOW_HTTP", "perhaps", "AWS_ALLOW_HTTP=true"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:{free_port}", "error sending request"),
    ],
)
def test_a_store_that_cannot_be_used_as_things_stand_is_a_bad_setting(
    bucket_url: str, monkeypatch: pytest.MonkeyPatch, name: str, value: str, problem: str
) -> None:
    # Tests are called the same in every process that runs them: a port is chosen when this one runs.
    monkeypatch.setenv(name, value.format(free_port=free_port()))
    with pytest.raises(BadSetting, match=problem):
        open_media(bucket_url).demand_usable()


def test_a_bucket_that_is_not_there_is_a_bad_setting_and_no_missing_photo(bucket_url: str) -> None:
    media = open_media(bucket_url.replace("photos-", "nobodys-"))
    with pytest.raises(BadSetting, match=r"ROADS_MEDIA_URL.*NoSuchBucket"):
        media.demand_usable()
    for ask in (media.get, media.open):
        with pytest.raises(MediaUnusable, match="NoSuchBucket"):
            ask("0" * 64)
    with pytest.raises(MediaUnusable, match="NoSuchBucket"):
        media.put(b"a photo")


def test_while_the_store_is_away_everything_says_so_and_after_it_all_is_there(
    bucket_url: str, buckets: Buckets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_TIMEOUT", "200ms")
    media = open_media(bucket_url)
    kept = media.put(b"a photo")
    with buckets.stopped():
        with pytest.raises(MediaUnusable):
            media.put(b"another")
        with pytest.raises(MediaUnusable):
            media.get(kept)
        with pytest.raises(MediaUnusable):
            list(media.untouched_since(datetime.now(UTC), 0))
    assert (media.get(kept), media.get(media.put(b"another"))) == (b"a photo", b"another")


@pytest.mark.parametrize(
    "url",
    [
        "https://host/photos",
        "file://host/photos",
        "",
        "s3://",
        "s3:///photos",
        "s3://bucket/photos?region=eu-1",
        "s3://key:word@bucket/photos",
    ],
)
def test_a_place_that_nobody_can_write_to_is_a_bad_setting_and_no_secret_is_repeated(url: str) -> None:
    with pytest.raises(BadSetting) as refused:
        open_media(url)
    assert "word" not in str(refused.value)
