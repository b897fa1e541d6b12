"""Photos for the public: only of what is public, masked, without metadata, and for good under one address."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy import Engine, text

from api.app import create_app
from roads.db import transaction
from roads.domain.actors import OPERATOR
from roads.domain.claims import Action
from roads.domain.photos import MaskKind, PhotoSubject, Region
from roads.media import MediaFolder
from roads.queries.photos import KeptPhoto, Mask, Subject
from roads.settings import Settings
from roads.usecases.claims_repairs import ReportRepair, report_repair
from roads.usecases.photos import AttachPhoto, KeepPhoto, attach_photo, keep_photo
from roads.usecases.photos_public import MaskPhoto, ReleasePhoto, hide_photo, mask_photo, release_photo
from tests.claims import TODAY, make_scene
from tests.pictures import asphalt, exif_of, written


@pytest.fixture
def media(tmp_path: Path) -> MediaFolder:
    return MediaFolder(tmp_path / "media")


@pytest.fixture
def client(database_url: str, media: MediaFolder) -> Iterator[TestClient]:
    settings = Settings(database_url=database_url, media_url=str(media.folder))
    with TestClient(create_app(settings), raise_server_exceptions=False) as asked:
        yield asked


@pytest.fixture
def kept(database: Engine, media: MediaFolder) -> KeptPhoto:
    """A released photo that is evidence of nothing yet."""
    content = written(asphalt(1), exif=exif_of(taken="2024:06:03 12:00:00", at=(71.5, 51.25)))
    with transaction(database) as session:
        sent = keep_photo(session, OPERATOR, KeepPhoto(content), media=media)
        return release_photo(session, OPERATOR, ReleasePhoto(sent.photo.id), today=TODAY)


@pytest.fixture
def of_a_defect(database: Engine, kept: KeptPhoto) -> str:
    """The address part of a photo of a confirmed defect."""
    with transaction(database) as session:
        subject = Subject(PhotoSubject.DEFECT, make_scene(session).defect(1000).id)
        attach_photo(session, OPERATOR, AttachPhoto(kept.id, subject), today=TODAY)
    assert kept.full_hash is not None
    return kept.full_hash


@pytest.mark.parametrize(("size", "pixels"), [("full", (800, 600)), ("small", (320, 240))])
def test_a_photo_of_a_confirmed_defect_is_shown_for_good(
    client: TestClient, of_a_defect: str, size: str, pixels: tuple[int, int]
) -> None:
    address = f"/photos/{of_a_defect}.{size}.webp"
    answer = client.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    assert "immutable" in answer.headers["cache-control"]
    image = Image.open(BytesIO(answer.content))
    assert (image.size, dict(image.getexif())) == (pixels, {})
    again = client.get(address, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = {"full": "small", "small": "full"}[size]
    assert client.get(f"/photos/{of_a_defect}.{other}.webp").headers["etag"] != answer.headers["etag"]


UNPUBLISHED: dict[str, str] = {
    "is not confirmed": "UPDATE defect SET is_confirmed = false",
    "was withdrawn": "UPDATE defect SET withdrawn_on = '2024-07-01', withdrawn_reason = 'none there'",
}


@pytest.mark.parametrize("why", UNPUBLISHED)
def test_a_photo_of_a_defect_that_is_not_public_is_not_there(
    client: TestClient, database: Engine, of_a_defect: str, why: str
) -> None:
    address = f"/photos/{of_a_defect}.full.webp"
    etag = client.get(address).headers["etag"]
    with transaction(database) as session:
        session.execute(text(UNPUBLISHED[why]))
    assert client.get(address).status_code == 404
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 404


def test_a_photo_that_nobody_released_or_that_was_taken_back_is_not_there(
    client: TestClient, database: Engine, kept: KeptPhoto, of_a_defect: str
) -> None:
    address = f"/photos/{of_a_defect}.full.webp"
    assert client.get(address).status_code == 200
    with transaction(database) as session:
        hide_photo(session, OPERATOR, ReleasePhoto(kept.id), today=TODAY)
    assert client.get(address).status_code == 404


def test_a_photo_that_is_evidence_of_nothing_is_not_there(client: TestClient, kept: KeptPhoto) -> None:
    assert client.get(f"/photos/{kept.full_hash}.full.webp").status_code == 404


def test_a_photo_of_a_repair_is_shown_when_it_was_judged(
    client: TestClient, database: Engine, media: MediaFolder, kept: KeptPhoto
) -> None:
    address = f"/photos/{kept.full_hash}.small.webp"
    with transaction(database) as session:
        scene = make_scene(session)
        line = scene.issued(1000)
        keep_photo(session, scene.builder, KeepPhoto(media.get(kept.content_hash)), media=media)
        report_repair(session, scene.builder, ReportRepair(line.id, [kept.id]), today=TODAY)
    assert client.get(address).status_code == 404
    with transaction(database) as session:
        scene.session = session
        scene.does(line, Action.VERIFY)
    assert client.get(address).status_code == 200


WRONG: dict[str, Callable[[KeptPhoto], str]] = {
    "the original": lambda kept: f"{kept.content_hash}.full.webp",
    "the thumbnail's own hash": lambda kept: f"{kept.small_hash}.small.webp",
    "another size": lambda kept: f"{kept.full_hash}.original.webp",
    "another kind": lambda kept: f"{kept.full_hash}.full.jpg",
    "upper case": lambda kept: f"{str(kept.full_hash).upper()}.full.webp",
    "nobody's": lambda _: f"{'0' * 64}.full.webp",
    "a way out": lambda _: "..%2f..%2fetc%2fpasswd.full.webp",
    "no hash": lambda _: "%00.full.webp",
}


@pytest.mark.parametrize("what", WRONG)
def test_nothing_else_of_it_has_an_address(client: TestClient, kept: KeptPhoto, of_a_defect: str, what: str) -> None:
    assert client.get(f"/photos/{WRONG[what](kept)}").status_code == 404


def test_a_masked_photo_has_a_new_address_and_the_old_one_is_gone(
    client: TestClient, database: Engine, media: MediaFolder, kept: KeptPhoto, of_a_defect: str
) -> None:
    command = MaskPhoto(kept.id, [Mask(Region(0.25, 0.25, 0.75, 0.75), MaskKind.PLATE)])
    with transaction(database) as session:
        masked = mask_photo(session, OPERATOR, command, media=media, today=TODAY)
    for size in ("full", "small"):
        assert client.get(f"/photos/{of_a_defect}.{size}.webp").status_code == 404
        shown = Image.open(BytesIO(client.get(f"/photos/{masked.full_hash}.{size}.webp").content)).convert("L")
        assert shown.getpixel((shown.width // 2, shown.height // 2)) in range(20)


def test_a_file_that_was_lost_is_not_there(client: TestClient, media: MediaFolder, of_a_defect: str) -> None:
    media.remove(int(of_a_defect[:2], 16), of_a_defect)
    assert client.get(f"/photos/{of_a_defect}.full.webp").status_code == 404
    assert client.get(f"/photos/{of_a_defect}.small.webp").status_code == 200
