"""Answers, repairs and endings of a line; who fixed it never verifies it, whatever way one tries."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import Session

from roads.domain.actors import OPERATOR, Actor, Permission, Role, person
from roads.domain.claims import (
    Action,
    DisputeReason,
    Finding,
    NoOrganisation,
    NotPossibleNow,
    NotYourClaim,
    OwnRepair,
    PhotoMissing,
    PhotoUsedBefore,
    ReasonMissing,
    ReopenReason,
)
from roads.domain.errors import NotAllowed, NotFound
from roads.domain.photos import PhotoNotKept, PhotoNotYours
from roads.models import Attribution, ClaimEvent, ClaimLine, Photo, PhotoUse, Repair, StatusMark
from roads.usecases.claims_answers import AcceptLine, Decide, DisputeLine, accept, dispute, uphold
from roads.usecases.claims_endings import withdraw
from roads.usecases.claims_repairs import Reopen, ReportRepair, VerifyRepair, reopen, report_repair, verify
from roads.usecases.liability import refresh
from tests.claims import TODAY, Scene, make_photo, make_scene
from tests.factories import make_carve_out, make_contract, make_organisation, make_section

DAY = timedelta(days=1)


@pytest.fixture
def scene(session: Session) -> Scene:
    return make_scene(session)


@pytest.fixture
def line(scene: Scene) -> ClaimLine:
    return scene.issued(1000)


def event(session: Session, action: Action) -> ClaimEvent:
    return session.scalars(select(ClaimEvent).where(ClaimEvent.action == action)).one()


# --- answers


def test_every_step_is_told_with_who_for_whom_and_when(session: Session, scene: Scene, line: ClaimLine) -> None:
    assert scene.does(line, Action.ACCEPT, today=TODAY + DAY) == "accepted"
    told = event(session, Action.ACCEPT)
    assert (told.person, told.organisation_id, told.role) == ("builder-1", scene.contractor.id, "contractor")
    assert (told.from_state, told.to_state, told.happened_on) == ("issued", "accepted", TODAY + DAY)
    session.refresh(line)
    assert (line.revision, line.changed_on) == (2, TODAY + DAY)


def test_a_step_marks_its_place_for_the_status(session: Session, scene: Scene, line: ClaimLine) -> None:
    session.execute(text("DELETE FROM status_mark"))
    scene.does(line, Action.ACCEPT)
    mark = session.execute(select(StatusMark.carriageway_id, StatusMark.extent)).one()
    assert (mark.carriageway_id, mark.extent) == (line.carriageway_id, line.extent)


def test_only_its_contractor_answers_a_claim(session: Session, scene: Scene, line: ClaimLine) -> None:
    stranger = person("builder-2", Role.CONTRACTOR, make_organisation(session).id)
    for actor in (stranger, OPERATOR):
        with pytest.raises(NotYourClaim):
            accept(session, actor, AcceptLine(line.id), today=TODAY)
    with pytest.raises(NotAllowed):
        accept(session, scene.engineer, AcceptLine(line.id), today=TODAY)
    with pytest.raises(NotFound):
        accept(session, scene.builder, AcceptLine(0), today=TODAY)
    assert scene.state(line) == "issued"


@pytest.mark.parametrize("use_case", [uphold, withdraw])
def test_a_decision_needs_words(session: Session, scene: Scene, line: ClaimLine, use_case: object) -> None:
    with pytest.raises(ReasonMissing):
        use_case(session, scene.engineer, Decide(line.id, "  "), today=TODAY)  # type: ignore[operator]


def test_works_of_others_are_looked_up_at_once_and_attached(session: Session, scene: Scene, line: ClaimLine) -> None:
    command = DisputeLine(line.id, DisputeReason.THIRD_PARTY_WORKS, "heating was dug in", ["act-9.pdf"])
    dig = make_carve_out(session, scene.line, from_m=1005, to_m=1100, from_on=date(2023, 6, 1), to_on=date(2023, 6, 9))
    make_carve_out(session, scene.line, from_m=1200, to_m=1300)
    make_carve_out(session, scene.line, from_m=900, to_m=1100, from_on=date(2022, 3, 1), to_on=date(2022, 4, 1))
    other = make_contract(session, signed_on=date(2023, 4, 1))
    make_section(session, other, scene.line, from_m=995, to_m=1020)
    refresh(session, contract_ids=[other.id])
    done = dispute(session, scene.builder, command, today=TODAY)
    assert (done.state, done.finding) == ("disputed", Finding.IN_REGISTER)
    told = event(session, Action.DISPUTE)
    assert told.evidence is not None
    assert told.evidence["given"] == ["act-9.pdf"]
    assert told.evidence["finding"] == "in_register"
    found = [(one["kind"], one["from_on"], one["to_on"]) for one in told.evidence["register"]]
    assert found == [("carve_out", "2023-06-01", "2023-06-09"), ("works", "2023-04-01", None)]
    assert told.evidence["register"][0]["id"] == dig.id
    session.refresh(line)
    assert line.reason == "third_party_works"


def test_what_the_register_does_not_know_is_said_too(session: Session, scene: Scene, line: ClaimLine) -> None:
    command = DisputeLine(line.id, DisputeReason.THIRD_PARTY_WORKS, "somebody dug")
    assert dispute(session, scene.builder, command, today=TODAY).finding is Finding.NOT_IN_REGISTER


def test_other_reasons_ask_no_register(session: Session, scene: Scene, line: ClaimLine) -> None:
    command = DisputeLine(line.id, DisputeReason.DESIGN, "thin base")
    assert dispute(session, scene.builder, command, today=TODAY).finding is None


def test_granting_attributes_the_defect_again_at_once(session: Session, scene: Scene, line: ClaimLine) -> None:
    scene.does(line, Action.DISPUTE)
    make_carve_out(session, scene.line, from_m=900, to_m=1100)
    refresh(session, carriageway_ids=[scene.line.id])
    assert scene.does(line, Action.GRANT) == "withdrawn"
    outcome = session.scalars(
        select(Attribution.outcome).where(
            Attribution.defect_id == line.defect_id, Attribution.replaced_at == text("'infinity'")
        )
    ).one()
    assert outcome == "excluded"
    assert scene.draft().lines == 0


def test_an_unchanged_answer_is_not_claimed_again_after_a_grant(scene: Scene, line: ClaimLine) -> None:
    scene.does(line, Action.DISPUTE, Action.GRANT)
    scene.attribute()
    assert scene.draft().lines == 0


# --- repairs


def test_a_repair_is_reported_with_a_photo(session: Session, scene: Scene, line: ClaimLine) -> None:
    with pytest.raises(PhotoMissing):
        report_repair(session, scene.builder, ReportRepair(line.id, []), today=TODAY)
    one = scene.photo()
    report_repair(session, scene.builder, ReportRepair(line.id, [one]), today=TODAY + DAY)
    repair = session.scalars(select(Repair)).one()
    assert (repair.reported_on, repair.reporter, repair.verdict) == (TODAY + DAY, "builder-1", None)
    assert session.scalars(select(PhotoUse.photo_id)).all() == [one]
    session.refresh(line)
    assert (line.state, line.repaired_on) == ("repaired", TODAY + DAY)


def test_the_same_photo_twice_is_refused_with_the_place_of_its_first_use(session: Session, scene: Scene) -> None:
    first, second = scene.issued(1000), scene.issued(2000)
    same = scene.photo("hole")
    report_repair(session, scene.builder, ReportRepair(first.id, [same]), today=TODAY)
    with pytest.raises(PhotoUsedBefore) as refused, session.begin_nested():
        report_repair(session, scene.builder, ReportRepair(second.id, [scene.photo(), same]), today=TODAY)
    params = refused.value.params
    assert (params["media"], params["line"]) == ("hole.jpg", 1)
    assert str(params["claim"]).startswith("2024-")
    assert str(params["place"]).endswith(" 1+000")
    assert scene.state(second) == "issued"
    report_repair(session, scene.builder, ReportRepair(second.id, [scene.photo()]), today=TODAY)
    with pytest.raises(IntegrityError, match="photo_use_one_line_excl"), session.begin_nested():
        session.execute(
            text(
                "INSERT INTO photo_use (photo_id, subject, line_id, repair_id, name, used_on, attached_by)"
                " SELECT u.photo_id, 'repair', r.line_id, r.id, 'raw', r.reported_on, 'nobody'"
                " FROM photo_use u, repair r WHERE r.line_id <> u.line_id"
            )
        )


def test_a_repair_is_proved_by_photos_that_are_kept_and_that_the_contractor_sent(
    session: Session, scene: Scene, line: ClaimLine
) -> None:
    bare = make_photo(session, scene.builder, is_kept=False)
    someone_elses = make_photo(session, scene.engineer)
    for photo_id, why in ((bare, PhotoNotKept), (someone_elses, PhotoNotYours), (0, NotFound)):
        with pytest.raises(why), session.begin_nested():
            report_repair(session, scene.builder, ReportRepair(line.id, [photo_id]), today=TODAY)
    assert scene.state(line) == "issued"


def test_whoever_verifies_may_let_the_public_see_the_photos(session: Session, scene: Scene, line: ClaimLine) -> None:
    scene.does(line, Action.REPORT_REPAIR)
    verify(session, scene.engineer, VerifyRepair(line.id, is_released=True), today=TODAY)
    assert session.execute(select(Photo.released_on, Photo.released_by)).one() == (TODAY, "engineer-1")


def test_a_repair_is_verified_by_another_person_of_another_organisation(
    session: Session, scene: Scene, line: ClaimLine
) -> None:
    scene.does(line, Action.REPORT_REPAIR)
    with pytest.raises(NotAllowed):
        verify(session, scene.builder, VerifyRepair(line.id), today=TODAY)
    colleague = Actor("engineer-9", frozenset(Permission), scene.contractor.id, Role.ENGINEER)
    with pytest.raises(NotYourClaim):
        verify(session, colleague, VerifyRepair(line.id), today=TODAY)
    moonlighter = person("builder-1", Role.ENGINEER, scene.customer.id)
    with pytest.raises(OwnRepair):
        verify(session, moonlighter, VerifyRepair(line.id), today=TODAY)
    with pytest.raises(NoOrganisation):
        verify(session, OPERATOR, VerifyRepair(line.id), today=TODAY)
    assert scene.state(line) == "repaired"
    assert scene.does(line, Action.VERIFY, today=TODAY + DAY) == "verified"
    repair = session.scalars(select(Repair).execution_options(populate_existing=True)).one()
    assert (repair.verdict, repair.verifier, repair.judged_on) == ("verified", "engineer-1", TODAY + DAY)
    session.refresh(line)
    assert (line.verified_repair_id, line.repaired_on) == (repair.id, TODAY)


SELF_VERIFIED = [
    ("other_person", "verifier = reporter, verifier_organisation_id = :other"),
    ("other_organisation", "verifier = 'somebody', verifier_organisation_id = reporter_organisation_id"),
]


@pytest.mark.parametrize(("constraint", "change"), SELF_VERIFIED)
def test_the_database_refuses_a_verifier_who_reported(
    session: Session, scene: Scene, line: ClaimLine, constraint: str, change: str
) -> None:
    scene.does(line, Action.REPORT_REPAIR)
    raw = text(f"UPDATE repair SET verdict = 'verified', judged_on = '2024-06-04', {change}")
    with pytest.raises(IntegrityError, match=constraint), session.begin_nested():
        session.execute(raw, {"other": scene.customer.id} if ":other" in change else {})
    session.execute(text("RESET ROLE"))
    with pytest.raises(IntegrityError, match=constraint), session.begin_nested():
        session.execute(raw, {"other": scene.customer.id} if ":other" in change else {})


def test_the_database_verifies_no_line_without_its_own_verified_repair(session: Session, scene: Scene) -> None:
    line, other = scene.issued(1000), scene.issued(2000)
    scene.does(line, Action.REPORT_REPAIR)
    scene.does(other, Action.REPORT_REPAIR, Action.VERIFY)
    session.refresh(other)
    unjudged = session.scalars(select(Repair.id).where(Repair.line_id == line.id)).one()
    for repair_id in (None, unjudged, other.verified_repair_id):
        with pytest.raises(IntegrityError, match="verified_repair"), session.begin_nested():
            session.execute(
                text("UPDATE claim_line SET state = 'verified', verified_repair_id = :repair WHERE id = :id"),
                {"repair": repair_id, "id": line.id},
            )


def test_nobody_changes_who_reported_and_a_verdict_stays(session: Session, scene: Scene, line: ClaimLine) -> None:
    scene.does(line, Action.REPORT_REPAIR, Action.REJECT_REPAIR)
    with pytest.raises(ProgrammingError, match="permission denied"), session.begin_nested():
        session.execute(text("UPDATE repair SET reporter = 'somebody else'"))
    with pytest.raises(IntegrityError, match="has been judged"), session.begin_nested():
        session.execute(text("UPDATE repair SET verdict = 'verified'"))


def test_a_rejected_repair_is_owed_again_and_the_clock_never_stopped(
    session: Session, scene: Scene, line: ClaimLine
) -> None:
    due = (line.safety_by, line.rectify_by)
    scene.does(line, Action.REPORT_REPAIR, Action.REJECT_REPAIR)
    session.refresh(line)
    assert (line.state, line.repaired_on, (line.safety_by, line.rectify_by)) == ("accepted", None, due)
    assert scene.does(line, Action.REPORT_REPAIR, Action.VERIFY) == "verified"
    verdicts = session.scalars(select(Repair.verdict).order_by(Repair.id)).all()
    assert verdicts == ["rejected", "verified"]


def test_a_patch_stops_the_safety_clock_only_and_the_first_one_counts(
    session: Session, scene: Scene, line: ClaimLine
) -> None:
    assert scene.does(line, Action.PATCH, today=TODAY + DAY) == "issued"
    assert scene.does(line, Action.ACCEPT, Action.PATCH, today=TODAY + 3 * DAY) == "accepted"
    session.refresh(line)
    assert (line.patched_on, line.rectify_by) == (TODAY + DAY, TODAY + 14 * DAY)
    told = session.scalars(select(ClaimEvent).where(ClaimEvent.action == "patch")).all()
    assert [(one.from_state, one.to_state) for one in told] == [(None, None)] * 2


def test_a_reopened_line_starts_a_new_round(session: Session, scene: Scene, line: ClaimLine) -> None:
    scene.does(line, Action.PATCH, Action.REPORT_REPAIR, Action.VERIFY)
    back = scene.defect(1003, detected_on=TODAY + 30 * DAY)
    command = Reopen(line.id, ReopenReason.RECURRENCE, "it came back", back.id)
    assert reopen(session, scene.engineer, command, today=TODAY + 31 * DAY) == "accepted"
    session.refresh(line)
    assert (line.round, line.clock_from, line.rectify_by) == (2, TODAY + 31 * DAY, TODAY + 45 * DAY)
    assert (line.verified_repair_id, line.repaired_on, line.patched_on, line.reason) == (None, None, None, "recurrence")
    assert event(session, Action.REOPEN).evidence == {"defect_id": back.id}
    assert scene.does(line, Action.REPORT_REPAIR, Action.VERIFY, today=TODAY + 32 * DAY) == "verified"


# --- endings


@pytest.mark.parametrize(
    ("back", "state"),
    [
        (Action.RETURN_ACCEPTED, "accepted"),
        (Action.RETURN_WITHDRAWN, "withdrawn"),
        (Action.RETURN_DONE_BY_OTHERS, "done_by_others"),
    ],
)
def test_a_line_comes_back_from_court_in_three_ways(scene: Scene, line: ClaimLine, back: Action, state: str) -> None:
    assert scene.does(line, Action.DISPUTE, Action.REFER_TO_COURT) == "in_court"
    assert scene.does(line, back) == state


def test_what_others_did_keeps_its_cost(session: Session, scene: Scene, line: ClaimLine) -> None:
    scene.does(line, Action.DO_BY_OTHERS, Action.REFER_TO_COURT, Action.RETURN_DONE_BY_OTHERS)
    session.refresh(line)
    assert (line.state, line.others_cost_tenge) == ("done_by_others", Decimal("1000.00"))


@pytest.mark.parametrize("end", [Action.CLOSE_WITHOUT_FIX, Action.DO_BY_OTHERS])
def test_an_ended_line_is_not_drafted_again(scene: Scene, line: ClaimLine, end: Action) -> None:
    scene.does(line, Action.ACCEPT, end)
    assert scene.draft().lines == 0


def test_what_the_state_does_not_allow_names_the_state(session: Session, scene: Scene, line: ClaimLine) -> None:
    scene.does(line, Action.CLOSE_WITHOUT_FIX)
    with pytest.raises(NotPossibleNow) as refused:
        accept(session, scene.builder, AcceptLine(line.id), today=TODAY)
    assert refused.value.params == {"action": "accept", "state": "closed_unfixed"}


# --- what is kept


@pytest.mark.parametrize("change", ["UPDATE claim_event SET person = 'x'", "DELETE FROM claim_event"])
def test_events_are_append_only(session: Session, line: ClaimLine, change: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), session.begin_nested():
        session.execute(text(change))
    # Not even the owner of the table, nor anybody else.
    session.execute(text("RESET ROLE"))
    with pytest.raises(IntegrityError, match="append-only"), session.begin_nested():
        session.execute(text(change))


def test_one_live_line_for_a_part_of_a_defect(session: Session, scene: Scene, line: ClaimLine) -> None:
    same = "defect_id, carriageway_id, extent, element, warranty_id, changed_on"
    copied = text(
        f"INSERT INTO claim_line (claim_id, contract_id, number, state, {same})"
        f" SELECT claim_id, contract_id, 99, 'drafted', {same} FROM claim_line"
    )
    with pytest.raises(IntegrityError, match="claim_line_one_live_excl"), session.begin_nested():
        session.execute(copied)
    scene.does(line, Action.WITHDRAW)
    session.execute(copied)


def test_one_draft_for_a_contract_and_detection_day(session: Session, scene: Scene) -> None:
    scene.defect(1000)
    scene.draft()
    with pytest.raises(IntegrityError, match="claim_draft_key"), session.begin_nested():
        session.execute(
            text(
                "INSERT INTO claim (contract_id, detected_on, drafted_on)"
                " SELECT contract_id, detected_on, drafted_on FROM claim"
            )
        )
