"""Photos as evidence by HTTP: kept once, refused without a trace, shown to those concerned, masked and released."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from struct import pack
from typing import Any
from zlib import crc32

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from PIL import Image
from sqlalchemy import Engine, text

from api.app import create_app
from roads.db import transaction
from roads.domain.actors import Role
from roads.domain.photos import LARGEST_BYTES
from roads.media import MediaFolder
from roads.settings import Settings
from tests.claims import make_scene
from tests.factories import make_organisation, point_beside
from tests.pictures import asphalt, exif_of, written
from tests.signed import Person, signed

JPEG = {"Content-Type": "image/jpeg"}
PHOTO = written(asphalt(1, 400, 300), exif=exif_of(taken="2024:06:03 12:00:00", offset="+05:00", at=(70.01, 50.0)))


@dataclass(frozen=True)
class Site:
    """The application with two defects, of which one is claimed of the contractor, and the people around them."""

    app: FastAPI
    client: TestClient
    engine: Engine
    media: MediaFolder
    claimed: int
    drafted: int
    inspector: Person
    engineer: Person
    contractor: Person
    auditor: Person
    stranger: Person

    def send(self, who: Person, path: str = "/api/v1/photos", content: Any = PHOTO, **headers: str) -> Response:
        return self.client.post(path, content=content, headers={**who.bearer, **JPEG, **headers})

    def get(self, who: Person, path: str) -> Response:
        return self.client.get(f"/api/v1{path}", headers=who.bearer)

    def put(self, who: Person, path: str, body: object = None, tag: str | None = '"1"') -> Response:
        match = {} if tag is None else {"If-Match": tag}
        return self.client.put(f"/api/v1{path}", json=body, headers={**who.bearer, **match})

    def files(self) -> set[str]:
        return {path.name for path in self.media.folder.rglob("*") if path.is_file()}

    def rows(self) -> int:
        with transaction(self.engine) as session:
            return int(session.scalar(text("SELECT count(*) FROM photo")) or 0)


@pytest.fixture
def site(database: Engine, database_url: str, tmp_path: Path) -> Iterator[Site]:
    media = MediaFolder(tmp_path / "media")
    app = create_app(Settings(database_url=database_url, media_url=str(media.folder)))
    with transaction(database) as session:
        scene = make_scene(session)
        claimed = scene.issued(1000).defect_id
        drafted = scene.defect(3000).id
        elsewhere = make_organisation(session)
    people = {
        "inspector": (scene.customer, Role.INSPECTOR),
        "engineer": (scene.customer, Role.ENGINEER),
        "contractor": (scene.contractor, Role.CONTRACTOR),
        "auditor": (elsewhere, Role.AUDITOR),
        "stranger": (elsewhere, Role.ENGINEER),
    }
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client:
        known = {name: signed(app, database, *who) for name, who in people.items()}
        yield Site(app, client, database, media, claimed, drafted, **known)


# --- sending


def test_a_photo_is_kept_and_told_what_was_found(site: Site) -> None:
    asked = "?taken_at=2024-06-03T12:30:00%2B05:00&lon=70.0101&lat=50&accuracy_m=6&name=hole"
    answer = site.send(site.inspector, f"/api/v1/photos{asked}")
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    told = answer.json()
    assert (told["kind"], told["bytes"], told["width"], told["height"]) == ("jpeg", len(PHOTO), 400, 300)
    assert (told["lon"], told["lat"]) == pytest.approx((70.01, 50.0))
    assert datetime.fromisoformat(told["taken_at"]) == datetime.fromisoformat("2024-06-03T07:00:00+00:00")
    assert (told["device"]["accuracy_m"], told["device"]["lon"]) == (6, 70.0101)
    assert told["check"]["metres"] == pytest.approx(7.2, abs=0.2)
    assert (told["check"]["hours"], told["mismatches"], told["released_on"]) == (0.5, [], None)
    assert site.media.get(told["content_hash"]) == PHOTO


def test_the_same_upload_again_gives_the_same_answer_and_is_kept_once(site: Site) -> None:
    first, again = (site.send(site.inspector, "/api/v1/photos?lon=70&lat=50") for _ in range(2))
    other_words = site.send(site.inspector, "/api/v1/photos?lon=71&lat=51&name=other")
    assert (first.status_code, again.json(), other_words.json()) == (201, first.json(), first.json())
    assert (site.rows(), len(site.files())) == (1, 3)


def test_what_the_device_says_otherwise_is_told_in_words_and_kept(site: Site) -> None:
    asked = "?taken_at=2024-06-03T20:00:00%2B05:00&lon=70.02&lat=50"
    answer = site.send(site.inspector, f"/api/v1/photos{asked}", **{"Accept-Language": "ru"})
    assert answer.status_code == 201
    assert [one["code"] for one in answer.json()["mismatches"]] == ["positions_differ", "clocks_differ"]
    assert "расходятся на 717 м" in answer.json()["mismatches"][0]["because"]


@pytest.mark.parametrize(("kind", "stated"), [("PNG", "image/png"), ("WEBP", "image/webp"), ("HEIF", "image/heic")])
def test_every_kind_of_photo_is_taken(site: Site, kind: str, stated: str) -> None:
    answer = site.send(site.contractor, content=written(asphalt(2, 400, 300), kind), **{"Content-Type": stated})
    assert (answer.status_code, answer.json()["width"]) == (201, 400)


def bomb() -> bytes:
    """A PNG of a few bytes that says it is 30,000 pixels wide and high."""
    parts = ((b"IHDR", pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)), (b"IDAT", b""), (b"IEND", b""))
    chunks = (pack(">I", len(words)) + kind + words + pack(">I", crc32(kind + words)) for kind, words in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def piecemeal() -> Iterator[bytes]:
    """Too much, of a size that is not said before."""
    for _ in range(LARGEST_BYTES // 1_000_000 + 1):
        yield b"\xff\xd8\xff" + bytes(999_997)


REFUSED: dict[str, tuple[int, str, Any]] = {
    "nothing": (422, "image/jpeg", b""),
    "no photo": (422, "image/jpeg", b"<svg/>" * 100),
    "another kind than stated": (422, "image/png", PHOTO),
    "cut off": (422, "image/jpeg", PHOTO[: len(PHOTO) // 2]),
    "a bomb": (422, "image/png", bomb()),
    "an animation": (
        422, "image/webp", written(asphalt(1, 40, 30), "WEBP", save_all=True, append_images=[asphalt(2, 40, 30)]),
    ),
    "no photo's type": (415, "text/plain", PHOTO),
    "no type": (415, "", PHOTO),
    "too large": (413, "image/jpeg", bytes(LARGEST_BYTES + 1)),
    "too large, piece by piece": (413, "image/jpeg", piecemeal()),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_of_what_is_refused_nothing_is_kept(site: Site, what: str) -> None:
    status, stated, content = REFUSED[what]
    for path in ("/api/v1/photos", f"/api/v1/defects/{site.claimed}/photos"):
        answer = site.send(site.inspector, path, content, **{"Content-Type": stated})
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        assert status == 415 or answer.json()["detail"]
        content = PHOTO[:900] if what.endswith("piece by piece") else content
        status = 422 if what.endswith("piece by piece") else status
    assert (site.rows(), site.files()) == (0, set())


@pytest.mark.parametrize(
    "asked", ["lon=70", "lon=181&lat=0", "lon=nan&lat=0", "accuracy_m=3", "taken_at=2024-06-03T12:00:00", "nmae=x"]
)
def test_a_question_that_makes_no_sense_is_refused(site: Site, asked: str) -> None:
    assert site.send(site.inspector, f"/api/v1/photos?{asked}").status_code == 400
    assert site.rows() == 0


def test_who_has_not_signed_in_or_only_reads_sends_nothing(site: Site) -> None:
    assert site.client.post("/api/v1/photos", content=PHOTO, headers=JPEG).status_code == 401
    assert site.send(site.auditor).status_code == 403
    assert site.send(site.contractor, f"/api/v1/defects/{site.claimed}/photos").status_code == 403
    assert (site.rows(), site.files()) == (0, set())


# --- of a defect


def test_a_photo_of_a_defect_is_compared_with_its_place_and_day(site: Site) -> None:
    lon, lat = point_beside(3000, lat=50.0)
    path = f"/api/v1/defects/{site.claimed}/photos?lon={lon}&lat={lat}"
    answer = site.send(site.inspector, path, **{"Idempotency-Key": "6f0e2b6e-3f0a-4f7e-9f43-0d7f3c1d2a11"})
    told = answer.json()
    assert (answer.status_code, told["defect"]) == (201, site.claimed)
    assert told["place_check"]["device_m"] == pytest.approx(2000, abs=10)
    assert told["place_check"]["hours"] == 0
    assert "device_far_away" in [one["code"] for one in told["mismatches"]]
    assert site.send(site.inspector, path).json() == told
    [listed] = site.get(site.inspector, f"/defects/{site.claimed}/photos").json()["items"]
    assert (listed["id"], listed["subject"], listed["attached_by"]) == (told["id"], "defect", site.inspector.code)
    assert listed["place_check"] == told["place_check"]
    assert "2" in listed["mismatches"][0]["because"]


def test_a_photo_of_no_defect_is_refused_without_a_trace(site: Site) -> None:
    assert site.send(site.inspector, "/api/v1/defects/999999/photos").status_code == 404
    assert site.get(site.inspector, "/defects/999999/photos").status_code == 404
    assert (site.rows(), site.files()) == (0, set())


@pytest.fixture
def photo(site: Site) -> int:
    """A photo of the claimed defect; another one of the defect that is not claimed has the next number."""
    site.send(site.inspector, f"/api/v1/defects/{site.claimed}/photos")
    site.send(site.inspector, f"/api/v1/defects/{site.drafted}/photos", written(asphalt(5, 400, 300)))
    return int(site.get(site.inspector, f"/defects/{site.claimed}/photos").json()["items"][0]["id"])


def test_those_concerned_see_the_photos_of_a_defect_and_others_see_none(site: Site, photo: int) -> None:
    seen = {
        name: [
            len(site.get(getattr(site, name), f"/defects/{defect}/photos").json()["items"])
            for defect in (site.claimed, site.drafted)
        ]
        for name in ("inspector", "engineer", "contractor", "auditor", "stranger")
    }
    assert seen == {
        "inspector": [1, 1], "engineer": [1, 1], "contractor": [1, 0], "auditor": [1, 1], "stranger": [0, 0],
    }  # fmt: skip
    assert site.get(site.stranger, f"/photos/{photo}").status_code == 404


@pytest.mark.parametrize(
    ("who", "status"), [("inspector", 200), ("engineer", 200), ("auditor", 200), ("contractor", 403), ("stranger", 404)]
)
def test_the_original_is_for_who_may_see_faces_and_plates(site: Site, photo: int, who: str, status: int) -> None:
    answer = site.get(getattr(site, who), f"/photos/{photo}/original")
    assert answer.status_code == status
    if status == 200:
        assert answer.content == PHOTO
        headers = answer.headers
        assert headers["content-disposition"] == f'attachment; filename="photo-{photo}.jpg"'
        assert (headers["content-type"], headers["x-content-type-options"]) == ("image/jpeg", "nosniff")
        assert (headers["cache-control"], "sandbox" in headers["content-security-policy"]) == ("no-store", True)


def test_a_contractor_has_the_originals_of_its_own_photos(site: Site) -> None:
    sent = site.send(site.contractor).json()
    assert site.get(site.contractor, f"/photos/{sent['id']}/original").content == PHOTO


def test_a_photo_is_looked_at_without_metadata_and_masked(site: Site, photo: int) -> None:
    assert site.put(site.engineer, f"/photos/{photo}/masks", MASKS).status_code == 200
    seen = {}
    for query in ("", "?size=small", "?masks=off"):
        answer = site.get(site.engineer, f"/photos/{photo}/view{query}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
        assert answer.headers["cache-control"] == "no-store"
        image = Image.open(BytesIO(answer.content))
        assert (image.size, dict(image.getexif())) == ((320, 240) if "small" in query else (400, 300), {})
        seen[query] = bool(np.asarray(image.convert("L"))[image.height // 2, image.width // 2] < 24)
    assert seen == {"": True, "?size=small": True, "?masks=off": False}
    assert site.get(site.contractor, f"/photos/{photo}/view").status_code == 200
    assert site.get(site.contractor, f"/photos/{photo}/view?masks=off").status_code == 403
    assert site.get(site.stranger, f"/photos/{photo}/view").status_code == 404
    assert site.get(site.engineer, f"/photos/{photo}/view?size=huge").status_code == 400


# --- masking and releasing

BOX = {"left": 0.25, "top": 0.25, "right": 0.75, "bottom": 0.75, "kind": "plate"}
MASKS = {"masks": [BOX]}


def test_masks_are_set_by_who_looked_at_the_present_revision(site: Site, photo: int) -> None:
    path = f"/photos/{photo}/masks"
    before = site.get(site.engineer, f"/photos/{photo}")
    assert (before.headers["etag"], before.json()["masks"]) == ('"1"', [])
    assert site.put(site.engineer, path, MASKS, tag=None).status_code == 428
    answer = site.put(site.engineer, path, MASKS, tag=before.headers["etag"])
    assert (answer.status_code, answer.headers["etag"], answer.json()["masks"]) == (200, '"2"', [BOX])
    for stale in ('"1"', "*", 'W/"2"'):
        assert site.put(site.engineer, path, MASKS, tag=stale).status_code == 412
    assert site.put(site.engineer, path, {"masks": []}, tag='"2"').json()["masks"] == []


@pytest.mark.parametrize(
    "body",
    [
        {}, [], {"masks": [BOX] * 101},
        *({"masks": [{**BOX, **wrong}]} for wrong in ({"right": 0.25}, {"left": -0.1}, {"kind": "x"}, {"hue": 1})),
    ],
)  # fmt: skip
def test_regions_that_are_none_are_refused(site: Site, photo: int, body: object) -> None:
    assert site.put(site.engineer, f"/photos/{photo}/masks", body).status_code == 422


def test_only_a_concerned_engineer_masks_and_releases(site: Site, photo: int) -> None:
    for who, status in ((site.inspector, 403), (site.contractor, 403), (site.auditor, 403), (site.stranger, 404)):
        assert site.put(who, f"/photos/{photo}/masks", MASKS).status_code == status
        assert site.put(who, f"/photos/{photo}/release").status_code == status


def test_the_public_sees_a_photo_once_it_is_released_and_until_it_is_taken_back(site: Site, photo: int) -> None:
    masked = site.put(site.engineer, f"/photos/{photo}/masks", MASKS)
    with transaction(site.engine) as session:
        full_hash = session.scalar(text("SELECT full_hash FROM photo WHERE id = :id"), {"id": photo})
    public = f"/photos/{full_hash}.full.webp"
    assert site.client.get(public).status_code == 404
    released = site.put(site.engineer, f"/photos/{photo}/release", tag=masked.headers["etag"])
    assert (released.status_code, bool(released.json()["released_on"])) == (200, True)
    assert site.client.get(public).status_code == 200
    headers = {**site.engineer.bearer, "If-Match": released.headers["etag"]}
    assert site.client.delete(f"/api/v1/photos/{photo}/release", headers=headers).json()["released_on"] is None
    assert site.client.get(public).status_code == 404


def test_what_a_photo_is_evidence_of_is_told_as_far_as_one_may_know(site: Site, photo: int) -> None:
    site.send(site.inspector, f"/api/v1/defects/{site.drafted}/photos")
    uses = {who: site.get(getattr(site, who), f"/photos/{photo}").json()["uses"] for who in ("engineer", "contractor")}
    assert [one["subject_id"] for one in uses["engineer"]] == [site.claimed, site.drafted]
    assert [one["subject_id"] for one in uses["contractor"]] == [site.claimed]


# --- the page


@pytest.mark.parametrize(
    ("language", "words"), [("kk", "Жұртқа жариялау"), ("ru", "Открыть для публики"), ("en", "Release")]
)
def test_the_page_of_a_photo_in_each_language(site: Site, photo: int, language: str, words: str) -> None:
    page = site.client.get(f"/{language}/photos/{photo}", headers=site.engineer.cookie)
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert words in page.text
    assert f"/{language}/photos/{photo}/view" in page.text
    assert 'style="' not in page.text
    for script in ("photos.js", "photos.css"):
        assert site.client.get(f"/static/{script}").status_code == 200


def test_the_page_shows_others_neither_boxes_nor_buttons(site: Site, photo: int) -> None:
    page = site.client.get(f"/en/photos/{photo}", headers=site.contractor.cookie)
    assert (page.status_code, "masking" in page.text, "Release" in page.text) == (200, False, False)
    assert "/original" not in page.text
    assert site.client.get(f"/en/photos/{photo}/original", headers=site.contractor.cookie).status_code == 403
    assert site.client.get(f"/en/photos/{photo}/view", headers=site.contractor.cookie).status_code == 200
    assert site.client.get(f"/en/photos/{photo}", headers=site.stranger.cookie).status_code == 404
    assert site.client.get(f"/en/photos/{photo}").status_code == 303


def post(site: Site, who: Person, path: str, **fields: str) -> Response:
    return site.client.post(path, data={**who.form, **fields}, headers=who.cookie)


def test_an_engineer_masks_and_releases_on_the_page(site: Site, photo: int) -> None:
    where = f"/en/photos/{photo}"
    box = '[{"left": 0.25, "top": 0.25, "right": 0.75, "bottom": 0.75, "kind": "plate"}]'
    saved = post(site, site.engineer, f"{where}/masks", masks=box, revision="1")
    assert (saved.status_code, saved.headers["location"]) == (303, f"{where}?done=saved")
    assert site.get(site.engineer, f"/photos/{photo}").json()["masks"] == [BOX]
    stale = post(site, site.engineer, f"{where}/release", action="release", revision="1")
    assert (stale.status_code, "meanwhile" in stale.text) == (412, True)
    assert post(site, site.engineer, f"{where}/release", action="release", revision="2").status_code == 303
    assert "Released on" in site.client.get(where, headers=site.engineer.cookie).text
    assert post(site, site.engineer, f"{where}/release", action="hide", revision="3").status_code == 303
    assert site.get(site.engineer, f"/photos/{photo}").json()["released_on"] is None


def box_of(left: str) -> str:
    return f'[{{"left": {left}, "top": 0, "right": 1, "bottom": 1, "kind": "face"}}]'


@pytest.mark.parametrize(
    "masks", ["", "[", "7", "[7]", '[{"left": 0}]', "[" * 2000, box_of("NaN"), box_of("true"), box_of('"0.1"')]
)
def test_boxes_that_are_none_are_said_on_the_page(site: Site, photo: int, masks: str) -> None:
    answer = post(site, site.engineer, f"/en/photos/{photo}/masks", masks=masks, revision="1")
    assert (answer.status_code, 'role="alert"' in answer.text) == (422, True)


def test_a_form_that_is_not_ours_changes_nothing(site: Site, photo: int) -> None:
    for path in ("masks", "release"):
        forged = site.client.post(
            f"/en/photos/{photo}/{path}", data={"token": "x", "revision": "1"}, headers=site.engineer.cookie
        )
        assert forged.status_code == 403
    assert site.get(site.engineer, f"/photos/{photo}").headers["etag"] == '"1"'
