"""The table of states as the domain's page has it, who may do what, and the ladder, each by cases of its own."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roads.domain import claims
from roads.domain.actors import OPERATOR, PERMISSIONS, Actor, Permission, Role, person
from roads.domain.claims import (
    BY_CONTRACTOR,
    BY_VERIFIER,
    EVENTS,
    STATES_OF_A_CLAIM,
    TRANSITIONS,
    Action,
    DayOutOfRange,
    LineState,
    NoOrganisation,
    NotPossibleNow,
    NotYourClaim,
    Owed,
    OwnRepair,
    Party,
    Rung,
    Sides,
    claim_state,
    demand_ahead,
    demand_may,
    demand_over,
    next_state,
    open_to,
    possible_actions,
    rungs_reached,
)
from roads.domain.errors import NotAllowed, RoadsError
from roads.i18n import LANGUAGES, catalogue

# As the domain's page writes it, row by row: from, action, to.
PAGE = """
drafted             issue                   issued
drafted             withdraw                withdrawn
issued              withdraw                withdrawn
issued              accept                  accepted
issued              accept_by_silence       accepted
issued              dispute                 disputed
disputed            uphold                  accepted
disputed            grant                   withdrawn
issued              report_repair           repaired
accepted            report_repair           repaired
repaired            verify                  verified
repaired            reject_repair           accepted
verified            reopen                  accepted
issued              do_by_others            done_by_others
accepted            do_by_others            done_by_others
disputed            do_by_others            done_by_others
issued              refer_to_court          in_court
accepted            refer_to_court          in_court
disputed            refer_to_court          in_court
done_by_others      refer_to_court          in_court
in_court            return_accepted         accepted
in_court            return_withdrawn        withdrawn
in_court            return_done_by_others   done_by_others
issued              close_without_fix       closed_unfixed
accepted            close_without_fix       closed_unfixed
"""
ROWS = [tuple(line.split()) for line in PAGE.split("\n") if line]


def test_the_table_is_the_page() -> None:
    assert {(a.value, b.value, c.value) for (a, b), c in TRANSITIONS.items()} == set(ROWS)


@pytest.mark.parametrize(("state", "action"), list(product(LineState, Action)))
def test_what_is_not_in_the_table_cannot_happen(state: LineState, action: Action) -> None:
    known = {(before, act): after for before, act, after in ROWS}
    if (state, action) in known:
        assert next_state(state, action) == known[state, action]
    elif state in EVENTS.get(action, ()):
        assert next_state(state, action) is state
    else:
        with pytest.raises(NotPossibleNow) as refused:
            next_state(state, action)
        assert refused.value.params == {"action": action, "state": state}


@given(st.lists(st.sampled_from(list(Action)), max_size=60))
def test_no_sequence_of_actions_leaves_the_table(actions: list[Action]) -> None:
    state = LineState.DRAFTED
    for action in actions:
        try:
            after = next_state(state, action)
        except NotPossibleNow:
            assert action not in possible_actions(state)
            continue
        assert (state.value, action.value, after.value) in ROWS or after is state
        # Only a reported repair is ever verified.
        assert after is not LineState.VERIFIED or state is LineState.REPAIRED
        state = after


# --- who


CONTRACTOR, CUSTOMER, SUPERVISOR, STRANGER = 7, 8, 9, 10
SIDES = Sides(CONTRACTOR, CUSTOMER, SUPERVISOR)


def acting(role: Role, organisation_id: int) -> Actor:
    return person(f"{role.value} of {organisation_id}", role, organisation_id)


@pytest.mark.parametrize("action", list(Action))
def test_the_contractor_answers_its_own_claims_and_decides_on_none(action: Action) -> None:
    if action in BY_CONTRACTOR:
        demand_may(acting(Role.CONTRACTOR, CONTRACTOR), action, SIDES)
        with pytest.raises(NotYourClaim):
            demand_may(acting(Role.CONTRACTOR, CUSTOMER), action, SIDES)
        with pytest.raises(NotYourClaim):
            demand_may(OPERATOR, action, SIDES)
    else:
        with pytest.raises(NotAllowed):
            demand_may(acting(Role.CONTRACTOR, CONTRACTOR), action, SIDES)
        with pytest.raises(NotYourClaim):
            demand_may(Actor("own engineer", frozenset(Permission), CONTRACTOR, Role.ENGINEER), action, SIDES)


BY_ENGINEER = {
    "issue",
    "withdraw",
    "uphold",
    "grant",
    "verify",
    "reject_repair",
    "reopen",
    "do_by_others",
    "refer_to_court",
    "return_accepted",
    "return_withdrawn",
    "return_done_by_others",
    "close_without_fix",
    "prescribe",
    "deliver",
    "set_joint_visit",
    "hold_joint_visit",
    "offer_verification",
}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CONTRACTOR])
@pytest.mark.parametrize("action", list(Action))
def test_of_the_others_only_the_engineer_decides(role: Role, action: Action) -> None:
    if role is Role.ENGINEER and action in BY_ENGINEER:
        demand_may(acting(role, CUSTOMER), action, SIDES)
    else:
        with pytest.raises(NotAllowed):
            demand_may(acting(role, CUSTOMER), action, SIDES)


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("organisation_id", [SUPERVISOR, STRANGER])
def test_the_supervision_pursues_too_and_strangers_verify_what_is_offered(organisation_id: int, action: Action) -> None:
    engineer = acting(Role.ENGINEER, organisation_id)
    if action in BY_VERIFIER or (action in BY_ENGINEER and organisation_id == SUPERVISOR):
        demand_may(engineer, action, SIDES)
    else:
        with pytest.raises((NotAllowed, NotYourClaim)):
            demand_may(engineer, action, SIDES)


def test_what_is_open_to_somebody_is_what_the_table_and_their_side_allow() -> None:
    assert open_to(acting(Role.CONTRACTOR, CONTRACTOR), LineState.ISSUED, SIDES) == [
        Action.ACCEPT, Action.DISPUTE, Action.REPORT_REPAIR, Action.PATCH, Action.PLAN_REPAIR, Action.ASK_JOINT_VISIT,
    ]  # fmt: skip
    assert open_to(acting(Role.ENGINEER, STRANGER), LineState.REPAIRED, SIDES) == [Action.VERIFY, Action.REJECT_REPAIR]
    assert open_to(acting(Role.AUDITOR, CUSTOMER), LineState.REPAIRED, SIDES) == []


@pytest.mark.parametrize("days", [-1, 367])
def test_what_is_planned_lies_ahead_and_not_years_ahead(days: int) -> None:
    with pytest.raises(DayOutOfRange):
        demand_ahead(date(2024, 6, 3) + timedelta(days=days), date(2024, 6, 3))
    with pytest.raises(DayOutOfRange):
        demand_over(date(2024, 6, 3) - timedelta(days=days), date(2024, 6, 3))


def test_every_role_has_its_permissions_and_the_operator_has_all() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert OPERATOR.permissions == frozenset(Permission)


@pytest.mark.parametrize(
    ("verifier", "may"),
    [(("v", 8), True), (("r", 8), False), (("v", 7), False), (("r", 7), False)],
)
def test_who_fixed_it_never_verifies_it_neither_person_nor_organisation(verifier: tuple[str, int], may: bool) -> None:
    judge = Party(*verifier)
    if may:
        judge.demand_other_than(Party("r", 7))
    else:
        with pytest.raises(OwnRepair):
            judge.demand_other_than(Party("r", 7))


def test_a_command_acts_for_no_organisation() -> None:
    with pytest.raises(NoOrganisation):
        Party.of(OPERATOR)


# --- the claim


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        ("drafted drafted", "drafted"),
        ("issued verified", "issued"),
        ("issued disputed", "disputed"),
        ("accepted in_court", "in_court"),
        ("accepted repaired", "accepted"),
        ("repaired verified", "repaired"),
        ("verified withdrawn", "verified"),
        ("verified closed_unfixed", "closed_unfixed"),
        ("verified done_by_others", "done_by_others"),
        ("withdrawn withdrawn", "withdrawn"),
    ],
)
def test_a_claim_stands_where_its_line_stands_that_needs_a_person_most(lines: str, state: str) -> None:
    assert claim_state(LineState(line) for line in lines.split()) == state


def test_every_state_has_its_place_in_a_claim() -> None:
    assert sorted(STATES_OF_A_CLAIM) == sorted(LineState)


# --- the ladder

BY = date(2024, 6, 10)


def day(after: int) -> date:
    return BY + timedelta(days=after)


@pytest.mark.parametrize(
    ("owed", "on", "reached"),
    [
        ([Owed(day(-20))], -4, {}),
        ([Owed(day(-20))], -3, {"reminder": -3}),
        ([Owed(day(-20))], 0, {"reminder": -3}),
        ([Owed(day(-20))], 1, {"reminder": -3, "overdue": 1}),
        ([Owed(day(-20))], 9, {"reminder": -3, "overdue": 1}),
        ([Owed(day(-20))], 10, {"reminder": -3, "overdue": 1, "second_letter": 10}),
        ([Owed(day(-20))], 99, {"reminder": -3, "overdue": 1, "second_letter": 10, "referral_file": 30}),
        ([Owed(day(-20), day(0))], 99, {"reminder": -3}),  # mended on the last day
        ([Owed(day(-20), day(1))], 99, {"reminder": -3, "overdue": 1}),
        ([Owed(day(-20), day(-5))], 99, {}),
        ([Owed(day(-2))], 5, {"reminder": -2, "overdue": 1}),  # issued for less than three days
        ([Owed(day(3))], 5, {"overdue": 3}),  # a reminder would remind of nothing
        ([Owed(day(-20), day(-5)), Owed(day(15))], 40, {"overdue": 15, "second_letter": 15, "referral_file": 30}),
    ],
)
def test_each_rung_is_reached_on_the_first_of_its_days_on_which_the_repair_was_owed(
    owed: list[Owed], on: int, reached: dict[str, int]
) -> None:
    assert rungs_reached(BY, owed, day(on)) == {Rung(rung): day(after) for rung, after in reached.items()}


def test_an_unknown_deadline_has_no_ladder() -> None:
    assert rungs_reached(None, [Owed(day(-20))], day(99)) == {}


@given(st.lists(st.integers(-30, 60), min_size=2, max_size=8, unique=True), st.integers(-10, 60), st.integers(0, 60))
def test_a_rung_once_reached_keeps_its_day(ends: list[int], on: int, later: int) -> None:
    ordered = sorted(ends)
    owed = [Owed(day(first), day(last)) for first, last in zip(ordered[::2], ordered[1::2], strict=False)]
    before, after = rungs_reached(BY, owed, day(on)), rungs_reached(BY, owed, day(on + later))
    assert before.items() <= after.items()


# --- words


def errors() -> list[type[RoadsError]]:
    found = [one for one in vars(claims).values() if isinstance(one, type) and issubclass(one, RoadsError)]
    return [one for one in found if one is not RoadsError]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_its_words(language: str) -> None:
    codes: dict[str, Iterable[str]] = {
        "claim_state": LineState,
        "claim_action": Action,
        "claim_reason": [*claims.DisputeReason, *claims.ReopenReason, *claims.DraftEnd],
        "claim_finding": claims.Finding,
        "rung": Rung,
    }
    wanted = {f"{kind}.{code}" for kind, of in codes.items() for code in of} | {f"error.{e.code}" for e in errors()}
    assert wanted - set(catalogue(language)) == set()
    assert len(errors()) == 16
