"""What people without an account tell, and what becomes of it: one decision, one defect, no name."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from geo.bbox import KAZAKHSTAN
from roads.domain.actors import Role, person
from roads.domain.claims import Action, LineState
from roads.domain.errors import NotAllowed, NotFound
from roads.domain.remarks import BadFields
from roads.domain.reports import LetterKind as Kind
from roads.domain.reports import (
    NotFixedTooLate,
    OwnVerdict,
    PhotoReportedBefore,
    RejectReason,
    ReopeningDecided,
    ReportDecided,
    SeenTooLongAgo,
    TooManyReports,
)
from roads.media import MediaFolder
from roads.usecases.defects_recording import Ground
from roads.usecases.photos import ALMATY, KeepPhoto, ReadyPhoto, make_ready
from roads.usecases.reports import FoundPlace, MakeReport, let_in, make_report, saw_it_too, say_not_fixed
from roads.usecases.reports_deciding import (
    AcceptReport,
    DecideReopening,
    JoinReport,
    RejectReport,
    accept_report,
    decide_reopening,
    join_report,
    reject_report,
)
from tests.claims import TODAY, Scene, make_scene
from tests.factories import make_distress, point_beside
from tests.pictures import asphalt, written

NOW = datetime(2024, 6, 3, 12, tzinfo=UTC)
GROUND = Ground(KAZAKHSTAN, ALMATY, 30)
SOMEBODY, SOMEBODY_ELSE = "a" * 64, "b" * 64
Report = Callable[..., str]


@pytest.fixture
def scene(session: Session) -> Scene:
    made = make_scene(session)
    make_distress(session)
    return made


@pytest.fixture
def report(scene: Scene, tmp_path: Path) -> Report:
    """Somebody reports a pothole at a chainage."""

    def send(
        at_m: float = 1000, origin: str = SOMEBODY, photo: bytes | None = None, form: str | None = None, **said: str
    ) -> str:
        lon, lat = point_beside(at_m, lat=scene.lat)
        values = {"lon": repr(lon), "lat": repr(lat), "distress": "pothole", **said}
        place = FoundPlace(scene.line.id, round(at_m * 100), scene.contract.id)
        photos: list[tuple[KeepPhoto, ReadyPhoto]] = []
        if photo is not None:
            photos = [(KeepPhoto(photo), make_ready(KeepPhoto(photo)))]
        command = MakeReport(values, GROUND, origin, "kk", place, form=form, photos=photos)
        return make_report(scene.session, command, media=MediaFolder(tmp_path), now=NOW, today=TODAY)

    return send


def row(scene: Scene, words: str, **values: object) -> Any:
    return scene.session.execute(text(words), values).one()


def id_of(scene: Scene, code: str) -> int:
    return int(row(scene, "SELECT id FROM report WHERE code = :code", code=code).id)


def test_a_report_counts_as_no_defect_until_somebody_accepts_it(scene: Scene, report: Report) -> None:
    code = report(note="a deep one", detected_on="2024-05-31")
    assert row(scene, "SELECT count(*) AS many FROM defect").many == 0
    defect = accept_report(scene.session, scene.engineer, AcceptReport(id_of(scene, code), GROUND), today=TODAY)
    kept = row(scene, "SELECT * FROM public_defect WHERE id = :id", id=defect)
    assert (kept.source, kept.external_id, kept.detected_on, kept.distress) == (
        "citizens", code, date(2024, 5, 31), "pothole",
    )  # fmt: skip
    answer = row(scene, "SELECT outcome, contract_id FROM standing_answer WHERE defect_id = :id", id=defect)
    assert (answer.outcome, answer.contract_id) == ("under_warranty", scene.contract.id)
    assert row(scene, "SELECT note FROM defect WHERE id = :id", id=defect).note is None
    told = row(scene, "SELECT state, defect_id, witnesses FROM public_report WHERE code = :code", code=code)
    assert tuple(told) == ("accepted", defect, 1)
    with pytest.raises(ReportDecided):
        accept_report(scene.session, scene.engineer, AcceptReport(id_of(scene, code), GROUND), today=TODAY)


def test_who_decides_may_put_right_what_was_said(scene: Scene, report: Report) -> None:
    code = report(distress="", gps_accuracy_m="12")
    command = AcceptReport(id_of(scene, code), GROUND, {"distress": "pothole", "severity": "high", "note": ""})
    defect = accept_report(scene.session, scene.engineer, command, today=TODAY)
    kept = row(scene, "SELECT distress, severity, gps_accuracy_m FROM defect WHERE id = :id", id=defect)
    assert tuple(kept) == ("pothole", "high", 12)


@pytest.mark.parametrize("said", [{"lon": "0"}, {"lat": "x"}, {"distress": "hole"}, {"detected_on": "2024-06-04"}])
def test_what_inspectors_could_not_record_nobody_reports(report: Report, said: dict[str, str]) -> None:
    with pytest.raises(BadFields):
        report(**said)


def test_what_was_seen_long_ago_is_not_reported(report: Report) -> None:
    with pytest.raises(SeenTooLongAgo):
        report(detected_on="2024-05-01")


def test_a_form_that_comes_twice_is_one_report(scene: Scene, report: Report) -> None:
    assert report(form="x" * 64) == report(form="x" * 64)
    assert row(scene, "SELECT count(*) AS many FROM report").many == 1


def test_witnesses_are_counted_once_and_follow_the_report_to_its_defect(scene: Scene, report: Report) -> None:
    code = report()
    for origin in (SOMEBODY, SOMEBODY_ELSE, SOMEBODY_ELSE):
        saw_it_too(scene.session, origin, report=code, now=NOW)
    defect = scene.defect(1005)
    saw_it_too(scene.session, "c" * 64, defect_id=defect.id, now=NOW)
    saw_it_too(scene.session, SOMEBODY, defect_id=defect.id, now=NOW)
    assert row(scene, "SELECT witnesses FROM public_report").witnesses == 2
    join_report(scene.session, scene.engineer, JoinReport(id_of(scene, code), defect.id), today=TODAY)
    assert tuple(row(scene, "SELECT * FROM public_witness")) == (defect.id, 3)
    with pytest.raises(NotFound):
        saw_it_too(scene.session, SOMEBODY, defect_id=999_999, now=NOW)


def test_a_rejected_report_says_why_and_takes_no_witness(scene: Scene, report: Report) -> None:
    code = report()
    with pytest.raises(NotAllowed):
        reject_report(scene.session, scene.builder, RejectReport(1, RejectReason.SPAM), today=TODAY)
    command = RejectReport(id_of(scene, code), RejectReason.NOT_FOUND)
    reject_report(scene.session, scene.engineer, command, today=TODAY)
    assert tuple(row(scene, "SELECT state, reason FROM public_report")) == ("rejected", "not_found")
    with pytest.raises(NotFound):
        saw_it_too(scene.session, SOMEBODY_ELSE, report=code, now=NOW)


def test_photos_become_evidence_and_a_photo_that_looks_like_one_reported_before_tells_nothing_new(
    scene: Scene, report: Report
) -> None:
    picture = asphalt(1, 400, 300)
    code = report(photo=written(picture))
    for again in (written(picture), written(picture, quality=30)):
        with pytest.raises(PhotoReportedBefore) as refused, scene.session.begin_nested():
            report(5000, photo=again)
        assert refused.value.params["report"] == code
    report(5000, photo=written(asphalt(2, 400, 300)))
    assert row(scene, "SELECT count(*) AS many FROM public_photo").many == 0
    command = AcceptReport(id_of(scene, code), GROUND, is_released=True)
    defect = accept_report(scene.session, scene.engineer, command, today=TODAY)
    assert row(scene, "SELECT defect_id FROM public_photo").defect_id == defect


def test_many_from_one_address_wait(scene: Scene) -> None:
    for _ in range(10):
        let_in(scene.session, Kind.NOT_FIXED, SOMEBODY, now=NOW)
    with pytest.raises(TooManyReports) as wait:
        let_in(scene.session, Kind.NOT_FIXED, SOMEBODY, now=NOW + timedelta(minutes=50))
    assert wait.value.params["seconds"] == 600
    let_in(scene.session, Kind.NOT_FIXED, SOMEBODY_ELSE, now=NOW)
    let_in(scene.session, Kind.REPORT, SOMEBODY, now=NOW)
    let_in(scene.session, Kind.NOT_FIXED, SOMEBODY, now=NOW + timedelta(days=2))
    assert row(scene, "SELECT count(*) AS many FROM letterbox_entry").many == 1


def test_a_repair_that_is_none_is_reopened_by_another_person_than_its_verifier(scene: Scene) -> None:
    line = scene.issued()
    with pytest.raises(NotFixedTooLate):
        say_not_fixed(scene.session, line.id, "", today=TODAY)
    scene.does(line, Action.REPORT_REPAIR, Action.VERIFY)
    for late in (TODAY + timedelta(days=31), TODAY - timedelta(days=1)):
        with pytest.raises(NotFixedTooLate):
            say_not_fixed(scene.session, line.id, "", today=late)
    for words in ("", "the hole is there again"):
        say_not_fixed(scene.session, line.id, words, today=TODAY + timedelta(days=30))
    asked = row(scene, "SELECT * FROM reopen_request")
    assert (asked.asked, asked.words, asked.verifier) == (2, "the hole is there again", scene.engineer.name)
    command = DecideReopening(asked.id, is_upheld=True, note="seen")
    day = TODAY + timedelta(days=30)
    with pytest.raises(OwnVerdict):
        decide_reopening(scene.session, scene.engineer, command, today=day)
    forced = text("UPDATE reopen_request SET state = 'refused', decided_on = :day, decided_by = :me")
    with pytest.raises(IntegrityError), scene.session.begin_nested():
        scene.session.execute(forced, {"day": day, "me": scene.engineer.name})
    other = person("engineer-2", Role.ENGINEER, scene.customer.id)
    with pytest.raises(NotAllowed):
        decide_reopening(scene.session, scene.builder, command, today=day)
    decide_reopening(scene.session, other, command, today=day)
    assert scene.state(line) is LineState.ACCEPTED
    with pytest.raises(ReopeningDecided):
        decide_reopening(scene.session, other, replace(command, is_upheld=False), today=day)


def test_what_was_looked_at_again_and_left_is_not_asked_for_any_more(scene: Scene) -> None:
    line = scene.issued()
    scene.does(line, Action.REPORT_REPAIR, Action.VERIFY)
    say_not_fixed(scene.session, line.id, "", today=TODAY)
    asked = row(scene, "SELECT id FROM reopen_request")
    other = person("engineer-2", Role.ENGINEER, scene.customer.id)
    decide_reopening(scene.session, other, DecideReopening(asked.id, is_upheld=False, note="it holds"), today=TODAY)
    assert scene.state(line) is LineState.VERIFIED
    with pytest.raises(NotFixedTooLate):
        say_not_fixed(scene.session, line.id, "", today=TODAY)
