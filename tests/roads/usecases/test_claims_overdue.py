"""What the calendar does: the ladder over months in fast motion, warranties lost in silence, defects that come back."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from roads.domain.actors import OPERATOR, Actor
from roads.domain.claims import Action, NotPossibleNow, Rung, rungs_reached
from roads.domain.deadlines import is_overdue
from roads.domain.errors import NotAllowed
from roads.models import ClaimLine, LadderStep, LostWarranty, Recurrence, StatusMark
from roads.queries.claims import days_owed, overdue_lines
from roads.usecases.claims_drafting import Drafted
from roads.usecases.claims_overdue import (
    FlagLostWarranties,
    Lost,
    flag_lost_warranties,
    flag_overdue,
    link_recurrences,
)
from roads.usecases.liability import refresh
from tests.claims import DEEDS, TODAY, Scene, make_scene
from tests.factories import make_contract, make_event, make_section
from tests.imports import versions

DAY = timedelta(days=1)
BY = TODAY + 14 * DAY
LAST_DAY = date(2025, 6, 1)


@pytest.fixture
def scene(session: Session) -> Scene:
    return make_scene(session)


def steps(session: Session, line: ClaimLine) -> dict[str, int]:
    """Rungs of a line in order, with the day from its deadline on which each was reached."""
    found = session.execute(
        select(LadderStep.rung, LadderStep.due_on).where(LadderStep.line_id == line.id).order_by(LadderStep.due_on)
    )
    return {rung: (due_on - BY).days for rung, due_on in found}


LADDER = {"reminder": -3, "overdue": 1, "second_letter": 10, "referral_file": 30}


def run(session: Session, days: Sequence[date]) -> dict[date, Mapping[Rung, int]]:
    return {day: done for day in days if (done := flag_overdue(session, OPERATOR, today=day))}


# --- the ladder


def test_sixty_days_in_fast_motion_reach_each_rung_once_on_its_day(session: Session, scene: Scene) -> None:
    line = scene.issued(1000)
    done = run(session, [TODAY + n * DAY for n in range(61)])
    assert done == {BY + after * DAY: {Rung(rung): 1} for rung, after in LADDER.items()}
    assert steps(session, line) == LADDER


@pytest.mark.parametrize("days", [[60], [0, 12, 45], [15, 15, 50], [44, 2]])
def test_missed_days_lose_no_rung_and_change_no_date(session: Session, scene: Scene, days: list[int]) -> None:
    line = scene.issued(1000)
    run(session, [TODAY + n * DAY for n in days])
    assert steps(session, line) == LADDER


def test_a_second_run_of_a_day_writes_nothing(session: Session, scene: Scene) -> None:
    scene.issued(1000)
    run(session, [BY + 12 * DAY])
    before = versions(session)
    assert run(session, [BY + 12 * DAY, BY]) == {}
    assert versions(session) == before


def test_the_overdue_rung_marks_the_place(session: Session, scene: Scene) -> None:
    scene.issued(1000)
    session.execute(text("DELETE FROM status_mark"))
    run(session, [BY])
    assert session.scalars(select(StatusMark.id)).all() == []
    run(session, [BY + DAY])
    assert len(session.scalars(select(StatusMark.id)).all()) == 1


def test_done_on_the_due_day_is_on_time(session: Session, scene: Scene) -> None:
    line = scene.issued(1000)
    scene.does(line, Action.REPORT_REPAIR, today=BY)
    run(session, [BY + 60 * DAY])
    assert steps(session, line) == {"reminder": -3}


def test_a_late_repair_was_overdue_even_if_nobody_looked(session: Session, scene: Scene) -> None:
    line = scene.issued(1000)
    scene.does(line, Action.REPORT_REPAIR, today=BY + 4 * DAY)
    run(session, [BY + 60 * DAY])
    assert steps(session, line) == {"reminder": -3, "overdue": 1}


def test_while_a_dispute_is_open_nobody_climbs(session: Session, scene: Scene) -> None:
    line = scene.issued(1000)
    scene.does(line, Action.DISPUTE, today=TODAY + DAY)
    assert run(session, [BY + 60 * DAY]) == {}
    scene.does(line, Action.UPHOLD, today=BY + 20 * DAY)
    run(session, [BY + 21 * DAY])
    assert steps(session, line) == {"overdue": 20, "second_letter": 20}


def test_after_a_rejected_repair_the_clock_has_never_stopped(session: Session, scene: Scene) -> None:
    line = scene.issued(1000)
    scene.does(line, Action.REPORT_REPAIR, today=BY - 5 * DAY)
    scene.does(line, Action.REJECT_REPAIR, today=BY + 12 * DAY)
    run(session, [BY + 12 * DAY])
    assert steps(session, line) == {"overdue": 12, "second_letter": 12}


def test_a_reopened_line_climbs_from_the_foot_again(session: Session, scene: Scene) -> None:
    line = scene.issued(1000)
    scene.does(line, Action.REPORT_REPAIR, today=BY + 4 * DAY)
    scene.does(line, Action.VERIFY, today=BY + 5 * DAY)
    run(session, [BY + 6 * DAY])
    again = BY + 100 * DAY - 14 * DAY
    scene.does(line, Action.REOPEN, today=again)
    run(session, [again + 60 * DAY])
    found = session.execute(
        select(LadderStep.round, LadderStep.rung).where(LadderStep.line_id == line.id).order_by(LadderStep.due_on)
    )
    assert [(round_, rung) for round_, rung in found] == [(1, "reminder"), (1, "overdue"), *((2, r) for r in LADDER)]


def test_drafts_and_unknown_deadlines_climb_nothing(session: Session) -> None:
    scene = make_scene(session, with_rules=False)
    scene.issued(1000)
    scene.defect(2000)
    scene.draft()
    assert run(session, [TODAY + 300 * DAY]) == {}


def test_flagging_is_a_job(session: Session) -> None:
    with pytest.raises(NotAllowed):
        flag_overdue(session, Actor("nobody"), today=TODAY)


# All but reopening, which starts another deadline.
STEPS = st.lists(st.tuples(st.sampled_from(sorted(DEEDS.keys() - {Action.REOPEN})), st.integers(0, 20)), max_size=8)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(STEPS, st.lists(st.integers(0, 120), max_size=4))
def test_the_statement_climbs_as_the_rule_says_whenever_it_runs(
    scene: Scene, deeds: list[tuple[Action, int]], runs: list[int]
) -> None:
    with scene.session.begin_nested() as example:
        line = scene.issued(1000)
        day = TODAY
        for action, later in deeds:
            day += later * DAY
            with suppress(NotPossibleNow), scene.session.begin_nested():
                scene.does(line, action, today=day)
        last = TODAY + 130 * DAY
        run(scene.session, [*(TODAY + n * DAY for n in runs), last])
        found = scene.session.execute(select(LadderStep.rung, LadderStep.due_on).where(LadderStep.line_id == line.id))
        wanted = rungs_reached(BY, days_owed(scene.session, line.id), last)
        assert {Rung(rung): due_on for rung, due_on in found} == wanted
        example.rollback()


# --- overdue on a day


@pytest.mark.parametrize(
    ("deeds", "after", "unsafe", "unmended"),
    [
        ([], 5, False, False),
        ([], 6, True, False),
        ([Action.PATCH], 6, False, False),
        ([Action.PATCH], 14, False, False),
        ([Action.PATCH], 15, False, True),
        ([], 15, True, True),
        ([Action.ACCEPT], 15, True, True),
        ([Action.DISPUTE], 15, False, False),
        ([Action.REPORT_REPAIR], 15, False, False),
    ],
)
def test_overdue_is_asked_of_a_day_and_a_patch_stops_one_clock(
    session: Session, scene: Scene, deeds: list[Action], after: int, unsafe: bool, unmended: bool
) -> None:
    line = scene.issued(1000)
    scene.does(line, *deeds)
    on = TODAY + after * DAY
    found = overdue_lines(session, on)
    assert [(one.id, one.is_unsafe, one.is_unmended) for one in found] == (
        [(line.id, unsafe, unmended)] if unsafe or unmended else []
    )
    assert overdue_lines(session, on, [0]) == []
    if scene.state(line) in ("issued", "accepted"):
        session.refresh(line)
        assert is_overdue(line.rectify_by, None, on) is unmended
        assert is_overdue(line.safety_by, line.patched_on, on) is unsafe


# --- lost warranties


def lose(session: Session, today: date) -> Lost:
    return flag_lost_warranties(session, OPERATOR, FlagLostWarranties(), today=today)


def lost(session: Session) -> list[Any]:
    return list(session.scalars(select(LostWarranty).order_by(LostWarranty.id)))


def test_a_warranty_that_ended_with_a_silent_defect_is_lost_once(session: Session, scene: Scene) -> None:
    defect = scene.defect(1000)
    assert lose(session, LAST_DAY) == Lost(0, 0)
    assert lose(session, LAST_DAY + DAY) == Lost(1, 0)
    assert lose(session, LAST_DAY + 90 * DAY) == Lost(0, 0)
    (one,) = lost(session)
    assert (one.defect_id, one.contract_id, one.ended_on, one.cost_tenge) == (
        defect.id,
        scene.contract.id,
        LAST_DAY,
        None,
    )


def test_what_was_notified_in_time_is_not_lost(session: Session, scene: Scene) -> None:
    scene.issued(1000)
    scene.does(scene.issued(2000), Action.WITHDRAW)
    scene.defect(3000, is_confirmed=False)
    assert lose(session, LAST_DAY + DAY) == Lost(0, 0)


def test_what_was_mended_for_good_is_not_lost(session: Session, scene: Scene) -> None:
    scene.does(scene.issued(1000), Action.REPORT_REPAIR, Action.VERIFY)
    assert lose(session, LAST_DAY + DAY) == Lost(0, 0)


def test_a_draft_that_nobody_issued_is_taken_back_and_does_not_return(session: Session, scene: Scene) -> None:
    defect = scene.defect(1000)
    scene.draft()
    assert lose(session, LAST_DAY + DAY) == Lost(1, 1)
    line = scene.line_of(defect)
    assert (line.state, line.reason) == ("withdrawn", "warranty_lost")
    assert scene.actions(line) == ["draft", "withdraw"]
    assert scene.draft(LAST_DAY + 2 * DAY) == Drafted(0, 0, 0)


def test_the_cost_is_the_contracts_value_by_its_share_of_length(session: Session) -> None:
    scene = make_scene(session, value_tenge=Decimal(1_000_000))
    # A second layer on the same stretch does not make the contract longer.
    make_section(session, scene.contract, scene.line, from_m=0, to_m=5000, elements=["base"])
    scene.defect(1000, to_m=1100)
    scene.defect(3000, length_m=0.5)
    scene.defect(4000)
    lose(session, LAST_DAY + DAY)
    costs = [one.cost_tenge for one in lost(session)]
    assert abs(costs[0] - 10_000) < 2
    assert costs[1:] == [Decimal("50.00"), None]


def test_a_suspension_gives_the_days_back(session: Session, scene: Scene) -> None:
    scene.defect(1000)
    make_event(session, scene.contract, kind="suspension", from_on=date(2023, 6, 1), to_on=date(2023, 6, 10))
    refresh(session, contract_ids=[scene.contract.id])
    scene.attribute()
    assert lose(session, LAST_DAY + 10 * DAY) == Lost(0, 0)
    assert lose(session, LAST_DAY + 11 * DAY) == Lost(1, 0)


# --- recurrences


def recurrences(session: Session) -> list[tuple[int, int]]:
    rows = session.execute(select(Recurrence.defect_id, Recurrence.line_id).order_by(Recurrence.id))
    return [(defect, line) for defect, line in rows]


LATER = TODAY + 60 * DAY


def fixed(scene: Scene, at_m: float, on: date = TODAY, **facts: object) -> ClaimLine:
    line = scene.issued(at_m, today=on, **facts)
    scene.does(line, Action.REPORT_REPAIR, Action.VERIFY, today=on + DAY)
    return line


@pytest.mark.parametrize(
    ("at_m", "facts", "links"),
    [
        (1009.9, {}, 1),
        (990.1, {}, 1),
        (1010.1, {}, 0),
        (989.9, {}, 0),
        (1005, {"distress": "rutting"}, 0),
        (1005, {"detected_on": TODAY + DAY}, 0),  # the day of the repair itself
        (1005, {"occurred_on": TODAY}, 0),  # it was there before
        (1005, {"is_confirmed": False}, 0),
    ],
)
def test_a_defect_that_returns_within_ten_metres_of_its_fix_links_to_it(
    session: Session, scene: Scene, at_m: float, facts: dict[str, object], links: int
) -> None:
    line = fixed(scene, 1000)
    back = scene.defect(at_m, **{"detected_on": LATER, **facts})  # type: ignore[arg-type]
    assert link_recurrences(session, OPERATOR, today=LATER) == links
    assert link_recurrences(session, OPERATOR, today=LATER + DAY) == 0
    assert recurrences(session) == [(back.id, line.id)] * links


def test_the_chain_goes_back_fix_by_fix(session: Session, scene: Scene) -> None:
    first = fixed(scene, 1000)
    second = fixed(scene, 1004, LATER)
    link_recurrences(session, OPERATOR, today=LATER + DAY)
    third = scene.defect(1001, detected_on=LATER + 30 * DAY)
    link_recurrences(session, OPERATOR, today=LATER + 30 * DAY)
    assert recurrences(session) == [(second.defect_id, first.id), (third.id, second.id)]


def test_a_repair_that_nobody_verified_is_no_fix(session: Session, scene: Scene) -> None:
    scene.does(scene.issued(1000), Action.REPORT_REPAIR)
    scene.defect(1001, detected_on=LATER)
    assert link_recurrences(session, OPERATOR, today=LATER) == 0


def test_other_carriageways_are_other_places(session: Session, scene: Scene) -> None:
    fixed(scene, 1000)
    other = make_scene(session, lat=51, with_rules=False)
    make_contract(session)
    other.defect(1000, detected_on=LATER)
    assert link_recurrences(session, OPERATOR, today=LATER) == 0
