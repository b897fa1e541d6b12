"""Correcting the record of defects: nothing is lost, drafts that hold no longer are taken back, places are settled."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from roads.domain.actors import Actor, Role, person
from roads.domain.claims import LineState, ReasonMissing
from roads.domain.corrections import DefectClosed, MergedIntoItself, OutOfReach
from roads.domain.errors import NotAllowed, NotFound
from roads.models import Attribution, ClaimLine, Defect, DefectEvent, StatusMark
from roads.sql import statement
from roads.usecases.attribution import PlaceDefects, place_defects
from roads.usecases.claims_moves import REGISTER, answer_again
from roads.usecases.defects_corrections import (
    MergeDefect,
    SettlePlace,
    WithdrawDefect,
    merge_defect,
    settle_place,
    withdraw_defect,
)
from roads.usecases.liability import refresh
from tests.claims import TODAY, Scene, make_scene
from tests.factories import (
    make_acceptance,
    make_carriageway,
    make_contract,
    make_defect,
    make_road,
    make_section,
    point_beside,
)


@pytest.fixture
def scene(session: Session) -> Scene:
    return make_scene(session)


@pytest.fixture
def inspector(scene: Scene) -> Actor:
    return person("inspector-1", Role.INSPECTOR, scene.customer.id)


def known(session: Session, defect: Defect) -> Defect:
    session.refresh(defect)
    return defect


def test_a_withdrawn_defect_keeps_its_reason_its_draft_is_taken_back_and_its_place_is_marked(
    session: Session, scene: Scene, inspector: Actor
) -> None:
    defect, other = scene.defect(at_m=1000), scene.defect(at_m=5000)
    scene.draft()
    session.execute(text("DELETE FROM status_mark"))
    withdraw_defect(session, inspector, WithdrawDefect(defect.id, " a shadow on the photo "), today=TODAY)
    assert (known(session, defect).withdrawn_on, defect.withdrawn_reason) == (TODAY, "a shadow on the photo")
    states = {row.defect_id: row.state for row in session.execute(select(ClaimLine.defect_id, ClaimLine.state))}
    assert states == {defect.id: LineState.WITHDRAWN, other.id: LineState.DRAFTED}
    event = session.scalars(select(DefectEvent)).one()
    assert (event.defect_id, event.action, event.person, event.role) == (
        defect.id,
        "withdraw",
        "inspector-1",
        "inspector",
    )
    marked = session.scalars(select(StatusMark.extent).where(StatusMark.carriageway_id == scene.line.id)).all()
    assert any(100_000 in extent for extent in marked)


def test_what_was_issued_keeps_its_state_and_its_facts(session: Session, scene: Scene, inspector: Actor) -> None:
    line = scene.issued()
    facts = line.facts
    withdraw_defect(session, inspector, WithdrawDefect(line.defect_id, "a shadow"), today=TODAY)
    session.refresh(line)
    assert (line.state, line.facts) == (LineState.ISSUED, facts)


def test_a_repeated_defect_is_merged_and_those_that_followed_it_follow_on(
    session: Session, scene: Scene, inspector: Actor
) -> None:
    first, second, third = scene.defect(at_m=1000), scene.defect(at_m=1003), scene.defect(at_m=1006)
    merge_defect(session, inspector, MergeDefect(third.id, second.id, "the same hole"), today=TODAY)
    merge_defect(session, inspector, MergeDefect(second.id, first.id, "the same hole"), today=TODAY)
    assert [known(session, one).merged_into_id for one in (first, second, third)] == [None, first.id, first.id]
    assert scene.draft().lines == 1


@pytest.mark.parametrize("reason", ["", "  "])
def test_each_correction_needs_a_reason(session: Session, scene: Scene, reason: str) -> None:
    defect, other = scene.defect(), scene.defect(at_m=2000)
    with pytest.raises(ReasonMissing):
        withdraw_defect(session, scene.engineer, WithdrawDefect(defect.id, reason), today=TODAY)
    with pytest.raises(ReasonMissing):
        merge_defect(session, scene.engineer, MergeDefect(defect.id, other.id, reason), today=TODAY)
    with pytest.raises(ReasonMissing):
        settle_place(session, scene.engineer, SettlePlace(defect.id, scene.line.id, reason, 30), today=TODAY)


def test_what_is_closed_is_not_corrected_again(session: Session, scene: Scene, inspector: Actor) -> None:
    defect, other = scene.defect(), scene.defect(at_m=2000)
    withdraw_defect(session, inspector, WithdrawDefect(defect.id, "a shadow"), today=TODAY)
    with pytest.raises(DefectClosed) as refused:
        withdraw_defect(session, inspector, WithdrawDefect(defect.id, "once more"), today=TODAY)
    assert refused.value.params == {"defect": defect.id, "state": "withdrawn"}
    with pytest.raises(DefectClosed):
        merge_defect(session, inspector, MergeDefect(other.id, defect.id, "the same"), today=TODAY)
    with pytest.raises(MergedIntoItself):
        merge_defect(session, inspector, MergeDefect(other.id, other.id, "the same"), today=TODAY)
    with pytest.raises(NotFound):
        withdraw_defect(session, inspector, WithdrawDefect(987_654, "nothing there"), today=TODAY)


def test_a_contractor_corrects_nothing_and_an_inspector_settles_no_place(
    session: Session, scene: Scene, inspector: Actor
) -> None:
    defect = scene.defect()
    with pytest.raises(NotAllowed):
        withdraw_defect(session, scene.builder, WithdrawDefect(defect.id, "not ours"), today=TODAY)
    with pytest.raises(NotAllowed):
        settle_place(session, inspector, SettlePlace(defect.id, scene.line.id, "here", 30), today=TODAY)


def doubtful(session: Session, scene: Scene) -> tuple[Defect, int]:
    """A defect between the carriageway of the scene and another one four metres from it."""
    beside = make_carriageway(session, make_road(session, reference="KAZ77"), lat=scene.lat + 0.00004)
    lon, _ = point_beside(3000, 0, lat=scene.lat)
    defect = make_defect(session, lon=lon, lat=scene.lat + 0.00002, detected_on=TODAY)
    answer_again(session, place_defects(session, REGISTER, PlaceDefects([defect.id], 30)))
    return defect, beside.id


def outcome(session: Session, defect: Defect) -> Any:
    columns = (Attribution.outcome, Attribution.reason, Attribution.carriageway_id)
    standing = select(*columns).where(Attribution.defect_id == defect.id, text("replaced_at = 'infinity'"))
    return session.execute(standing).one()


def test_a_settled_place_is_answered_for_at_once(session: Session, scene: Scene) -> None:
    defect, _ = doubtful(session, scene)
    assert outcome(session, defect).reason == "ambiguous"
    settle_place(session, scene.engineer, SettlePlace(defect.id, scene.line.id, "seen on the photo", 30), today=TODAY)
    settled = outcome(session, defect)
    assert (settled.outcome, settled.carriageway_id) == ("under_warranty", scene.line.id)
    assert known(session, defect).chosen_source_id == scene.line.source_id
    assert session.scalars(select(DefectEvent.reason)).one() == "seen on the photo"


def test_who_settles_a_place_near_a_boundary_vouches_for_it(session: Session, scene: Scene) -> None:
    other = make_contract(session, customer=scene.customer)
    make_acceptance(
        session, make_section(session, other, scene.line, from_m=2010, to_m=5000), accepted_on=date(2023, 6, 1)
    )
    refresh(session, contract_ids=[other.id])
    defect = scene.defect(2000, gps_accuracy_m=20)
    assert answers(session, defect) == [("needs_review", "near_boundary")]
    settle_place(session, scene.engineer, SettlePlace(defect.id, scene.line.id, "post 2 stands there", 30), today=TODAY)
    assert answers(session, defect) == [("under_warranty", None)]


def answers(session: Session, defect: Defect) -> list[tuple[str, str | None]]:
    rows = session.execute(
        text("SELECT outcome, reason FROM standing_answer WHERE defect_id = :id ORDER BY from_cm"), {"id": defect.id}
    )
    return [(row.outcome, row.reason) for row in rows]


def test_a_place_out_of_reach_is_refused(session: Session, scene: Scene) -> None:
    defect = scene.defect()
    far = make_carriageway(session, make_road(session, reference="KAZ78"), lat=scene.lat + 1)
    with pytest.raises(OutOfReach), session.begin_nested():
        settle_place(session, scene.engineer, SettlePlace(defect.id, far.id, "over there", 30), today=TODAY)
    assert outcome(session, defect).outcome == "under_warranty"


def test_similar_defects_are_near_or_overlap_and_still_open(session: Session, scene: Scene, inspector: Actor) -> None:
    near, far = scene.defect(at_m=1008), scene.defect(at_m=1012)
    gone, stretch = scene.defect(at_m=1002), scene.defect(at_m=900, to_m=1100)
    withdraw_defect(session, inspector, WithdrawDefect(gone.id, "a shadow"), today=date(2024, 6, 4))
    asked = {"carriageway_id": scene.line.id, "from_cm": 100_000, "to_cm": 100_001, "reach_cm": 1000}
    found = session.execute(statement("similar_defects"), {**asked, "distress": near.distress, "defect_id": None}).all()
    assert [row.id for row in found] == [stretch.id, near.id]
    assert far.id not in [row.id for row in found]
    assert abs(found[1].distance_cm - 800) <= 20
