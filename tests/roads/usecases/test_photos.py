"""Photos as evidence: kept once, attached, compared with their place and day, never used twice, masked, swept."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from PIL import Image, ImageEnhance
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from roads.db import transaction
from roads.domain.actors import OPERATOR, Actor, Role, person
from roads.domain.claims import DisputeReason, NotPossibleNow, NotYourClaim, PhotoUsedBefore
from roads.domain.errors import NotAllowed, NotFound
from roads.domain.photos import (
    BadMask,
    MaskKind,
    MaskTooMany,
    Mismatch,
    NotThePosition,
    PhotoBroken,
    PhotoChanged,
    PhotoNotKept,
    PhotoNotYours,
    PhotoRefused,
    PhotoShowsTheDefect,
    PhotoSubject,
    Position,
    Region,
)
from roads.media import UNFINISHED, MediaFolder
from roads.models import ClaimEvent, ClaimLine, Inspection, Photo, PhotoMask, PhotoUse
from roads.queries.photos import KeptPhoto, Mask, Subject, evidence_of, masks_of
from roads.usecases.claims_answers import DisputeLine, dispute
from roads.usecases.claims_repairs import RejectRepair, ReportRepair, reject_repair, report_repair
from roads.usecases.photos import NOTHING_SAID, AttachPhoto, KeepPhoto, Taken, attach_photo, keep_photo
from roads.usecases.photos_public import MaskPhoto, ReleasePhoto, hide_photo, mask_photo, release_photo
from roads.usecases.photos_sweeping import find_unneeded
from tests.claims import TODAY, Scene, make_photo, make_scene
from tests.factories import point_beside
from tests.pictures import asphalt, exif_of, written

DAY = timedelta(days=1)
ALL_FOLDERS = range(256)
INSPECTOR = person("inspector-1", Role.INSPECTOR, 1)
INSPECTOR_OF_NONE = replace(INSPECTOR, organisation_id=None)


@pytest.fixture
def scene(session: Session) -> Scene:
    return make_scene(session)


@pytest.fixture
def media(tmp_path: Path) -> MediaFolder:
    return MediaFolder(tmp_path / "media")


def keep(
    session: Session, media: MediaFolder, content: bytes, *, by: Actor = OPERATOR, taken: Taken = NOTHING_SAID
) -> KeptPhoto:
    return keep_photo(session, by, KeepPhoto(content, taken=taken, name="photo.jpg"), media=media).photo


def files(media: MediaFolder) -> set[str]:
    return {path.name for path in media.folder.rglob("*") if path.is_file()}


def shown(scene: Scene, media: MediaFolder, content: bytes) -> int:
    """A photo that the contractor sends."""
    return keep(scene.session, media, content, by=scene.builder).id


def report(scene: Scene, line: ClaimLine, *photo_ids: int) -> None:
    report_repair(scene.session, scene.builder, ReportRepair(line.id, photo_ids), today=TODAY)


# --- keeping


def test_a_photo_is_kept_with_what_it_says_and_two_copies_for_the_public(session: Session, media: MediaFolder) -> None:
    exif = exif_of(taken="2024:06:03 12:00:00", at=(71.5, 51.25), orientation=6)
    content = written(asphalt(1, 400, 300), exif=exif)
    kept = keep(session, media, content)
    row = session.scalars(select(Photo)).one()
    assert (row.kind, row.bytes, row.width, row.height, row.kept_by) == ("jpeg", len(content), 300, 400, "operator")
    assert (row.lon, row.lat) == pytest.approx((71.5, 51.25))
    assert row.taken_at == datetime(2024, 6, 3, 7, tzinfo=UTC)
    assert row.looks is not None
    assert row.looks[0] == row.look_hash
    assert media.get(kept.content_hash) == content
    assert files(media) == {row.content_hash, row.full_hash, row.small_hash}


def test_the_same_photo_is_kept_once(session: Session, media: MediaFolder) -> None:
    content = written(asphalt(1, 400, 300))
    assert keep(session, media, content) == keep(session, media, content)
    assert (len(files(media)), session.scalar(text("SELECT count(*) FROM photo"))) == (3, 1)


@pytest.mark.parametrize("content", [b"", b"<svg/>", written(asphalt(1, 400, 300))[:900]])
def test_of_what_is_refused_nothing_is_kept(session: Session, media: MediaFolder, content: bytes) -> None:
    with pytest.raises(PhotoRefused):
        keep(session, media, content)
    assert (files(media), session.scalar(text("SELECT count(*) FROM photo"))) == (set(), 0)


def test_a_known_photo_sent_as_something_else_is_refused_all_the_same(session: Session, media: MediaFolder) -> None:
    content = written(asphalt(1, 400, 300))
    keep(session, media, content)
    with pytest.raises(PhotoRefused):
        keep_photo(session, OPERATOR, KeepPhoto(content, "image/png"), media=media)


def test_an_auditor_keeps_and_masks_nothing(session: Session, media: MediaFolder) -> None:
    kept = keep(session, media, written(asphalt(1, 400, 300)))
    for role in (Role.AUDITOR, Role.SUPERVISOR, Role.ADMINISTRATOR):
        with pytest.raises(NotAllowed):
            keep_photo(session, person("a", role, 1), KeepPhoto(b"x"), media=media)
    command = MaskPhoto(kept.id, [Mask(Region(0, 0, 1, 1), MaskKind.FACE)])
    for role in (Role.AUDITOR, Role.INSPECTOR, Role.CONTRACTOR):
        with pytest.raises(NotAllowed):
            mask_photo(session, person("a", role, 1), command, media=media, today=TODAY)
        with pytest.raises(NotAllowed):
            release_photo(session, person("a", role, 1), ReleasePhoto(kept.id), today=TODAY)
        with pytest.raises(NotAllowed):
            hide_photo(session, person("a", role, 1), ReleasePhoto(kept.id), today=TODAY)


def test_a_photo_known_by_its_content_alone_is_filled_when_it_arrives(
    session: Session, scene: Scene, media: MediaFolder
) -> None:
    content = written(asphalt(1, 400, 300))
    session.add(Photo(content_hash=sha256(content).hexdigest()))
    session.flush()
    kept = keep(session, media, content)
    assert (kept.width, kept.full_hash in files(media)) == (400, True)
    assert session.scalars(select(Photo.kept_by)).all() == ["operator"]


def test_what_the_device_says_stands_beside_what_the_file_says(session: Session, media: MediaFolder) -> None:
    content = written(asphalt(1, 400, 300), exif=exif_of(taken="2024:06:03 12:00:00", at=(71.5, 51.25)))
    said = Taken(Position(71.5, 51.26), datetime(2024, 6, 3, 10, tzinfo=UTC), 7.5)
    sent = keep_photo(session, INSPECTOR_OF_NONE, KeepPhoto(content, taken=said, name="hole"), media=media)
    check = sent.upload.check(sent.photo)
    assert check.metres == pytest.approx(1113, abs=2)
    assert check.hours == 3
    assert check.mismatches() == [Mismatch.POSITIONS_DIFFER, Mismatch.CLOCKS_DIFFER]
    assert (sent.upload.name, sent.upload.device_accuracy_m) == ("hole", 7.5)
    again = keep_photo(session, INSPECTOR_OF_NONE, KeepPhoto(content, name="other"), media=media)
    assert again == sent


def test_the_same_photo_from_somebody_else_is_one_photo_with_two_who_sent_it(
    session: Session, media: MediaFolder
) -> None:
    content = written(asphalt(1, 400, 300))
    first, second = keep(session, media, content), keep(session, media, content, by=INSPECTOR_OF_NONE)
    assert first == second
    assert session.scalar(text("SELECT count(*) FROM photo_upload")) == 2
    assert len(files(media)) == 3


# --- attaching, and does it show what it should


def attached(session: Session, photo_id: int, subject: Subject) -> list[Mismatch]:
    return attach_photo(session, OPERATOR, AttachPhoto(photo_id, subject), today=TODAY).mismatches


def test_a_photo_taken_there_and_then_fits(session: Session, scene: Scene, media: MediaFolder) -> None:
    defect = scene.defect(1000)
    there = point_beside(1040, lat=scene.lat)
    exif = exif_of(taken="2024:06:03 12:00:00", offset="+05:00", at=there)
    kept = keep(session, media, written(asphalt(1, 400, 300), exif=exif), taken=Taken(Position(*there)))
    subject = Subject(PhotoSubject.DEFECT, defect.id)
    assert attached(session, kept.id, subject) == []
    [shown] = evidence_of(session, subject)
    assert shown.check.exif_m == pytest.approx(40, abs=1)
    assert shown.check.device_m == pytest.approx(40, abs=1)
    assert (shown.check.hours, shown.mismatches, shown.name) == (0, [], "photo.jpg")


def test_what_does_not_fit_is_kept_and_shown_and_not_refused(
    session: Session, scene: Scene, media: MediaFolder
) -> None:
    defect = scene.defect(1000)
    exif = exif_of(taken="2024:05:31 12:00:00", offset="+05:00", at=point_beside(1300, lat=scene.lat))
    said = Taken(Position(*point_beside(5000, lat=scene.lat)))
    kept = keep(session, media, written(asphalt(1, 400, 300), exif=exif), taken=said)
    subject = Subject(PhotoSubject.DEFECT, defect.id)
    found = attached(session, kept.id, subject)
    assert found == [Mismatch.EXIF_FAR_AWAY, Mismatch.DEVICE_FAR_AWAY, Mismatch.OTHER_TIME]
    [shown] = evidence_of(session, subject)
    assert shown.mismatches == found
    assert shown.check.exif_m == pytest.approx(300, abs=2)
    assert shown.check.device_m == pytest.approx(4000, abs=10)
    assert shown.check.hours == 60  # from noon of 31 May to the beginning of 3 June


def test_a_photo_that_says_nothing_is_compared_with_nothing(session: Session, scene: Scene, media: MediaFolder) -> None:
    defect = scene.defect(1000)
    kept = keep(session, media, written(asphalt(1, 400, 300)))
    subject = Subject(PhotoSubject.DEFECT, defect.id)
    assert attached(session, kept.id, subject) == []
    assert attached(session, kept.id, subject) == []
    [shown] = evidence_of(session, subject)
    assert (shown.check.exif_m, shown.check.device_m, shown.check.hours) == (None, None, None)


def test_the_clock_of_the_device_serves_where_the_file_says_nothing(
    session: Session, scene: Scene, media: MediaFolder
) -> None:
    taken = Taken(at=datetime(2024, 6, 6, 19, tzinfo=UTC))  # midnight of Almaty, three days after the day's end
    kept = keep(session, media, written(asphalt(1, 400, 300)), taken=taken)
    subject = Subject(PhotoSubject.DEFECT, scene.defect(1000).id)
    assert attached(session, kept.id, subject) == [Mismatch.OTHER_TIME]
    assert evidence_of(session, subject)[0].check.hours == 72


def test_a_photo_of_an_inspection_is_compared_with_the_stretch_that_was_looked_at(
    session: Session, scene: Scene, media: MediaFolder
) -> None:
    inspection = Inspection(
        source="s", external_id="1", kind="spring", inspected_on=TODAY, outcome="no_defect_found", stated_source_id="x"
    )
    session.add(inspection)
    session.flush()
    session.execute(
        text("INSERT INTO inspected_stretch VALUES (:i, :c, int4range(100000, 300000))"),
        {"i": inspection.id, "c": scene.line.id},
    )
    subject = Subject(PhotoSubject.INSPECTION, inspection.id)
    for number, (at_m, away_m) in enumerate(((2000, 0), (3600, 600))):
        exif = exif_of(at=point_beside(at_m, lat=scene.lat))
        kept = keep(session, media, written(asphalt(number, 400, 300), exif=exif))
        attached(session, kept.id, subject)
        assert evidence_of(session, subject)[-1].check.exif_m == pytest.approx(away_m, abs=15)


def test_nothing_is_attached_to_what_is_not_there(session: Session, scene: Scene, media: MediaFolder) -> None:
    kept = keep(session, media, written(asphalt(1, 400, 300)))
    for kind in PhotoSubject:
        with pytest.raises(NotFound):
            attached(session, kept.id, Subject(kind, 0))
    subject = Subject(PhotoSubject.DEFECT, scene.defect(1000).id)
    with pytest.raises(NotFound):
        attached(session, 0, subject)
    with pytest.raises(PhotoNotKept):
        attached(session, make_photo(session, OPERATOR, is_kept=False), subject)
    with pytest.raises(PhotoNotYours):
        attached(session, scene.photo(), subject)


def test_who_may_attach_depends_on_what_it_shows(session: Session, scene: Scene, media: MediaFolder) -> None:
    kept = shown(scene, media, written(asphalt(1, 400, 300)))
    line = scene.issued(1000)
    to_defect = AttachPhoto(kept, Subject(PhotoSubject.DEFECT, line.defect_id))
    to_repair = AttachPhoto(kept, Subject(PhotoSubject.REPAIR, line.id))
    to_dispute = AttachPhoto(kept, Subject(PhotoSubject.DISPUTE, line.id))
    with pytest.raises(NotAllowed):
        attach_photo(session, scene.builder, to_defect, today=TODAY)
    with pytest.raises(NotPossibleNow):
        attach_photo(session, scene.builder, to_repair, today=TODAY)
    report(scene, line, scene.photo())
    stranger = person("builder-2", Role.CONTRACTOR, scene.customer.id)
    for command in (to_repair, to_dispute):
        with pytest.raises(NotYourClaim):
            attach_photo(session, stranger, command, today=TODAY)
    attach_photo(session, scene.builder, to_repair, today=TODAY)
    attach_photo(session, scene.builder, to_dispute, today=TODAY)
    assert [len(evidence_of(session, one.subject)) for one in (to_repair, to_dispute)] == [2, 1]


def test_a_dispute_is_shown_with_photos_that_may_show_another_dispute_too(
    session: Session, scene: Scene, media: MediaFolder
) -> None:
    lines = [scene.issued(1000), scene.issued(2000)]
    kept = shown(scene, media, written(asphalt(1, 400, 300)))
    for line in lines:
        command = DisputeLine(line.id, DisputeReason.OVERLOAD, "lorries", photo_ids=[kept, kept])
        assert dispute(session, scene.builder, command, today=TODAY).state == "disputed"
        [found] = evidence_of(session, Subject(PhotoSubject.DISPUTE, line.id))
        assert (found.photo.id, found.subject, found.attached_by) == (kept, PhotoSubject.DISPUTE, "builder-1")
    told = session.scalars(select(ClaimEvent.evidence).where(ClaimEvent.action == "dispute")).all()
    assert [one and one["photos"] for one in told] == [[kept], [kept]]


@pytest.mark.parametrize(("lon", "lat"), [(181, 0), (0, 91), (float("nan"), 0)])
def test_a_position_that_is_none_is_refused(lon: float, lat: float) -> None:
    with pytest.raises(NotThePosition):
        Position(lon, lat)


# --- used before


def test_the_same_content_is_refused_for_another_line_naming_the_first_use(
    session: Session, scene: Scene, media: MediaFolder
) -> None:
    first, second = scene.issued(1000), scene.issued(2000)
    kept = shown(scene, media, written(asphalt(1, 400, 300)))
    report(scene, first, kept)
    with pytest.raises(PhotoUsedBefore) as refused, session.begin_nested():
        report(scene, second, kept)
    params = refused.value.params
    assert (params["media"], params["line"], params["day"]) == ("photo.jpg", 1, TODAY)
    assert str(params["claim"]).startswith("2024-")
    assert str(params["place"]).endswith(" 1+000")


@pytest.mark.parametrize("change", ["written anew", "smaller", "brighter", "cut"])
def test_the_same_look_is_refused_for_another_line_too(
    session: Session, scene: Scene, media: MediaFolder, change: str
) -> None:
    image = asphalt(1)
    changed = {
        "written anew": written(image, "WEBP", quality=40),
        "smaller": written(image.resize((200, 150))),
        "brighter": written(ImageEnhance.Brightness(image).enhance(1.25)),
        "cut": written(image.crop((16, 12, 784, 588))),
    }[change]
    first, second = scene.issued(1000), scene.issued(2000)
    report(scene, first, shown(scene, media, written(image)))
    with pytest.raises(PhotoUsedBefore) as refused:
        report(scene, second, shown(scene, media, changed))
    assert refused.value.params["day"] == TODAY


def test_another_photo_of_plain_asphalt_is_fine(session: Session, scene: Scene, media: MediaFolder) -> None:
    for number, line in enumerate((scene.issued(1000), scene.issued(2000), scene.issued(3000))):
        report(scene, line, shown(scene, media, written(asphalt(number, 400, 300))))
    assert session.scalar(text("SELECT count(*) FROM photo_use")) == 3


def test_the_same_photo_may_be_shown_again_for_the_same_line(
    session: Session, scene: Scene, media: MediaFolder
) -> None:
    line = scene.issued(1000)
    kept = shown(scene, media, written(asphalt(1, 400, 300)))
    report(scene, line, kept)
    reject_repair(session, scene.engineer, RejectRepair(line.id, "too dark to see"), today=TODAY)
    brighter = shown(scene, media, written(ImageEnhance.Brightness(asphalt(1, 400, 300)).enhance(1.3)))
    report(scene, line, kept, brighter)
    assert len(evidence_of(session, Subject(PhotoSubject.REPAIR, line.id))) == 3


def test_the_photo_of_the_defect_does_not_prove_its_repair(session: Session, scene: Scene, media: MediaFolder) -> None:
    line = scene.issued(1000)
    kept = keep(session, media, written(asphalt(1, 400, 300)))
    attached(session, kept.id, Subject(PhotoSubject.DEFECT, line.defect_id))
    with pytest.raises(PhotoShowsTheDefect):
        report(scene, line, shown(scene, media, media.get(kept.content_hash)))


def test_of_two_who_show_the_same_look_at_once_one_is_refused(database: Engine, media: MediaFolder) -> None:
    with transaction(database) as session:
        scene = make_scene(session)
        lines = [scene.issued(1000).id, scene.issued(2000).id]
        builder = scene.builder
        kept = [shown(scene, media, written(asphalt(1), quality=quality)) for quality in (90, 40)]
    said: list[str] = []

    def show(line_id: int, photo_id: int) -> None:
        try:
            with transaction(database) as own:
                report_repair(own, builder, ReportRepair(line_id, [photo_id]), today=TODAY)
                own.execute(text("SELECT pg_sleep(0.3)"))
            said.append("kept")
        except PhotoUsedBefore:
            said.append("used before")

    threads = [Thread(target=show, args=pair) for pair in zip(lines, kept, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["kept", "used before"]


# --- masking


FACE = Mask(Region(0.1, 0.1, 0.3, 0.4), MaskKind.FACE)
PLATE = Mask(Region(0.6, 0.6, 0.9, 0.9), MaskKind.PLATE)
ENGINEER = person("engineer-1", Role.ENGINEER, 1)


def masked(session: Session, media: MediaFolder, photo_id: int, *masks: Mask, revision: int | None = None) -> KeptPhoto:
    return mask_photo(session, ENGINEER, MaskPhoto(photo_id, masks, revision), media=media, today=TODAY)


def test_what_is_masked_is_black_for_the_public_at_another_address_and_the_original_stays(
    session: Session, media: MediaFolder
) -> None:
    content = written(Image.new("RGB", (800, 600), "white"))
    kept = keep(session, media, content)
    masked(session, media, kept.id, FACE)
    now = masked(session, media, kept.id, FACE, PLATE)
    assert now.full_hash is not None
    assert len({kept.full_hash, now.full_hash, kept.small_hash, now.small_hash}) == 4
    pixels = np.asarray(Image.open(BytesIO(media.get(now.full_hash))))
    assert (int(pixels[70:230, 90:230].max()) < 24, int(pixels[370:530, 490:710].max()) < 24) == (True, True)
    assert int(pixels[:, 300:460].min()) > 230
    assert media.get(kept.content_hash) == content
    assert session.scalars(select(PhotoMask.kind).order_by(PhotoMask.id)).all() == ["face", "plate"]
    assert keep(session, media, content).full_hash == now.full_hash


def test_a_mask_drawn_in_the_wrong_place_is_lifted_and_who_did_it_stays_on_record(
    session: Session, media: MediaFolder
) -> None:
    kept = keep(session, media, written(asphalt(1, 400, 300)))
    masked(session, media, kept.id, FACE, PLATE)
    now = masked(session, media, kept.id, PLATE)
    assert masks_of(session, kept.id) == [PLATE]
    lifted = session.execute(select(PhotoMask.kind, PhotoMask.lifted_by, PhotoMask.lifted_on).order_by(PhotoMask.id))
    assert [tuple(row) for row in lifted] == [("face", "engineer-1", TODAY), ("plate", None, None)]
    assert masked(session, media, kept.id, PLATE) == now
    bare = masked(session, media, kept.id)
    assert (bare.full_hash, bare.revision) == (kept.full_hash, 4)


def test_whoever_looked_at_another_revision_masks_and_releases_nothing(session: Session, media: MediaFolder) -> None:
    kept = keep(session, media, written(asphalt(1, 400, 300)))
    now = masked(session, media, kept.id, FACE, revision=kept.revision)
    with pytest.raises(PhotoChanged):
        masked(session, media, kept.id, PLATE, revision=kept.revision)
    with pytest.raises(PhotoChanged):
        release_photo(session, ENGINEER, ReleasePhoto(kept.id, kept.revision), today=TODAY)
    released = release_photo(session, ENGINEER, ReleasePhoto(kept.id, now.revision), today=TODAY)
    assert (released.released_on, released.released_by) == (TODAY, "engineer-1")
    assert release_photo(session, ENGINEER, ReleasePhoto(kept.id), today=TODAY + DAY) == released
    hidden = hide_photo(session, ENGINEER, ReleasePhoto(kept.id, released.revision), today=TODAY)
    assert (hidden.released_on, hidden.revision) == (None, released.revision + 1)
    assert hide_photo(session, ENGINEER, ReleasePhoto(kept.id), today=TODAY) == hidden


def test_what_was_never_kept_is_neither_masked_nor_released(session: Session, media: MediaFolder) -> None:
    bare = make_photo(session, OPERATOR, is_kept=False)
    with pytest.raises(PhotoNotKept):
        masked(session, media, bare, FACE)
    with pytest.raises(PhotoNotKept):
        release_photo(session, ENGINEER, ReleasePhoto(bare), today=TODAY)


def test_no_photo_needs_more_than_a_hundred_masks(session: Session, media: MediaFolder) -> None:
    kept = keep(session, media, written(asphalt(1, 400, 300)))
    many = [Mask(Region(0, 0, 1, step / 101), MaskKind.OTHER) for step in range(1, 102)]
    with pytest.raises(MaskTooMany):
        masked(session, media, kept.id, *many)


@pytest.mark.parametrize("sides", [(0.5, 0, 0.5, 1), (-0.1, 0, 1, 1), (0, 0, 1, 1.01), (0, 0.9, 1, 0.1)])
def test_a_region_outside_the_photo_or_of_no_area_is_refused(sides: tuple[float, float, float, float]) -> None:
    with pytest.raises(BadMask):
        Region(*sides)


def test_nobody_rewrites_what_was_kept(session: Session, media: MediaFolder) -> None:
    keep(session, media, written(asphalt(1, 400, 300)))
    for column in ("content_hash", "id"):
        may = f"SELECT has_column_privilege('roads_app', 'photo', '{column}', 'UPDATE')"
        assert session.scalar(text(may)) is False
    with pytest.raises(IntegrityError, match="photo_kept"), session.begin_nested():
        session.execute(text("UPDATE photo SET look_hash = NULL"))


# --- sweeping, and being killed


def age(media: MediaFolder, *, days: int) -> None:
    for path in media.folder.rglob("*"):
        if path.is_file():
            moment = (datetime.combine(TODAY, datetime.min.time(), UTC) - timedelta(days=days)).timestamp()
            os.utime(path, (moment, moment))


def sweep(session: Session, media: MediaFolder) -> int:
    unneeded = find_unneeded(session, OPERATOR, ALL_FOLDERS, media=media, today=TODAY)
    unneeded.remove()
    return len(unneeded.names)


def test_what_nobody_names_is_swept_after_a_day_and_what_is_named_stays(session: Session, media: MediaFolder) -> None:
    kept = keep(session, media, written(asphalt(1, 400, 300)))
    now = masked(session, media, kept.id, FACE)
    orphan = media.put(b"nobody's")
    (media.folder / orphan[:2] / orphan[2:4] / f"tmp0{UNFINISHED}").write_bytes(b"half a ph")
    age(media, days=1)
    assert (sweep(session, media), len(files(media))) == (0, 7)
    age(media, days=3)
    assert (sweep(session, media), sweep(session, media)) == (4, 0)
    assert files(media) == {now.content_hash, now.full_hash, now.small_hash}
    with pytest.raises(NotAllowed):
        find_unneeded(session, INSPECTOR, ALL_FOLDERS, media=media, today=TODAY)


def test_what_somebody_is_keeping_right_now_is_not_swept(database: Engine, media: MediaFolder) -> None:
    content = written(asphalt(1, 400, 300))
    media.put(content)
    age(media, days=9)
    swept: list[int] = []

    def sweeper() -> None:
        with transaction(database) as own:
            swept.append(sweep(own, media))

    thread = Thread(target=sweeper)
    with transaction(database) as session:
        kept = keep(session, media, content)
        age(media, days=9)
        thread.start()
        thread.join(1)
        assert swept == []
    thread.join()
    assert (swept, len(files(media)), media.get(kept.content_hash)) == ([0], 3, content)


KEEPER = """
import sys, time
from pathlib import Path
from roads.db import open_engine, transaction
from roads.domain.actors import OPERATOR
from roads.media import MediaFolder
from roads.usecases.photos import KeepPhoto, keep_photo
url, folder, photo = sys.argv[1:]
with transaction(open_engine(url)) as session:
    keep_photo(session, OPERATOR, KeepPhoto(Path(photo).read_bytes()), media=MediaFolder(Path(folder)))
    print("put", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def killed(database_url: str, media: MediaFolder, tmp_path: Path) -> bytes:
    """A photo whose keeper was killed after the files and before the row was there for good."""
    content = written(asphalt(1, 400, 300))
    (tmp_path / "photo.jpg").write_bytes(content)
    command = [sys.executable, "-c", KEEPER, database_url, str(media.folder), str(tmp_path / "photo.jpg")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as keeper:
        assert keeper.stdout is not None
        assert keeper.stdout.readline() == "put\n"
        keeper.send_signal(signal.SIGKILL)
    return content


def test_who_is_killed_between_file_and_row_leaves_files_without_a_row_and_may_come_again(
    database: Engine, media: MediaFolder, killed: bytes
) -> None:
    assert len(files(media)) == 3
    with transaction(database) as session:
        assert session.scalar(text("SELECT count(*) FROM photo")) == 0
        kept = keep(session, media, killed)
    age(media, days=9)
    with transaction(database) as session:
        assert sweep(session, media) == 0
    assert media.get(kept.content_hash) == killed


def test_what_a_killed_keeper_left_is_swept(database: Engine, media: MediaFolder, killed: bytes) -> None:
    age(media, days=9)
    with transaction(database) as session:
        assert (sweep(session, media), files(media)) == (3, set())


def test_a_broken_photo_of_a_known_content_cannot_be_in_the_folder(session: Session, media: MediaFolder) -> None:
    kept = keep(session, media, written(asphalt(1, 400, 300)))
    with pytest.raises(PhotoBroken):
        keep(session, media, media.get(kept.content_hash)[:-200])
    assert session.scalars(select(PhotoUse.id)).all() == []
