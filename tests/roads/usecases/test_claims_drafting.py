"""Drafts: one for each contract and detection day, nothing twice; issuing freezes the facts and starts the clocks."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from roads.domain.actors import OPERATOR, Actor, Role, person
from roads.domain.claims import (
    Action,
    DraftOutdated,
    NothingToIssue,
    NotifiedTooLate,
    NotPossibleNow,
    NotYourClaim,
)
from roads.domain.errors import NotAllowed, NotFound
from roads.domain.rules import CountedIn
from roads.models import Claim, ClaimEvent, ClaimLine, ClaimTerms
from roads.usecases.claims_answers import accept_by_silence
from roads.usecases.claims_drafting import (
    DraftClaims,
    Drafted,
    IssueClaim,
    Receipt,
    StateClaimTerms,
    acknowledge,
    draft_claims,
    issue_claim,
    record_delivery,
    state_claim_terms,
)
from roads.usecases.liability import refresh
from tests.claims import TODAY, Scene, make_scene
from tests.factories import (
    make_acceptance,
    make_carve_out,
    make_contract,
    make_deadline_rule,
    make_event,
    make_organisation,
    make_section,
)
from tests.imports import versions

DAY = timedelta(days=1)
LAST_DAY = date(2025, 6, 1)


@pytest.fixture
def scene(session: Session) -> Scene:
    return make_scene(session)


def lines(session: Session) -> list[tuple[int, int, str]]:
    """Claim, number in it and state of every line."""
    rows = session.execute(select(ClaimLine.claim_id, ClaimLine.number, ClaimLine.state).order_by(ClaimLine.id))
    return [(claim, number, state) for claim, number, state in rows]


# --- drafting


def test_a_claim_for_each_contract_and_detection_day_lists_its_defects(session: Session, scene: Scene) -> None:
    other = make_scene(session, lat=51, with_rules=False)
    scene.defect(100)
    scene.defect(200)
    scene.defect(300, detected_on=TODAY - DAY)
    other.defect(100)
    assert scene.draft() == Drafted(claims=3, lines=4, withdrawn=0)
    drafts = session.execute(
        text(
            "SELECT c.contract_id, c.detected_on, count(*) FROM claim c JOIN claim_line l ON l.claim_id = c.id"
            " GROUP BY c.id ORDER BY 1, 2"
        )
    )
    mine, others = scene.contract.id, other.contract.id
    assert [tuple(row) for row in drafts] == [(mine, TODAY - DAY, 1), (mine, TODAY, 2), (others, TODAY, 1)]


def test_drafting_again_writes_nothing(session: Session, scene: Scene) -> None:
    scene.defect(100)
    scene.draft()
    before = versions(session)
    assert scene.draft() == scene.draft(TODAY + DAY) == Drafted(0, 0, 0)
    assert versions(session) == before


def test_a_draft_grows_and_an_issued_claim_never_does(session: Session, scene: Scene) -> None:
    scene.defect(100)
    scene.draft()
    scene.defect(200)
    assert scene.draft() == Drafted(claims=0, lines=1, withdrawn=0)
    scene.issue()
    scene.defect(300)
    assert scene.draft() == Drafted(claims=1, lines=1, withdrawn=0)
    first, second = sorted({claim for claim, _, _ in lines(session)})
    assert lines(session) == [(first, 1, "issued"), (first, 2, "issued"), (second, 1, "drafted")]


def test_only_open_confirmed_defects_under_warranty_are_drafted(session: Session, scene: Scene) -> None:
    scene.defect(100, is_confirmed=False)
    withdrawn, kept, merged = scene.defect(200), scene.defect(300), scene.defect(400)
    session.execute(
        text("UPDATE defect SET withdrawn_on = :day, withdrawn_reason = 'mistaken' WHERE id = :id"),
        {"day": TODAY, "id": withdrawn.id},
    )
    session.execute(text("UPDATE defect SET merged_into_id = :into WHERE id = :id"), {"into": kept.id, "id": merged.id})
    scene.defect(500, detected_on=date(2022, 5, 1))  # works under way then
    make_carve_out(session, scene.line, from_m=600, to_m=700)
    refresh(session, carriageway_ids=[scene.line.id])
    scene.defect(650)
    assert scene.draft() == Drafted(claims=1, lines=1, withdrawn=0)
    assert scene.line_of(kept).state == "drafted"


def test_what_was_detected_later_is_not_drafted_for_an_earlier_day(scene: Scene) -> None:
    scene.defect(100)
    assert scene.draft(TODAY - DAY).lines == 0


def test_some_contracts_only(session: Session, scene: Scene) -> None:
    other = make_scene(session, lat=51, with_rules=False)
    scene.defect(100)
    other.defect(100)
    command = DraftClaims([other.contract.id])
    assert draft_claims(session, OPERATOR, command, today=TODAY).lines == 1
    assert session.scalars(select(Claim.contract_id)).all() == [other.contract.id]


def test_a_stretch_over_two_contracts_gives_each_its_own_part(session: Session, scene: Scene) -> None:
    later = make_contract(session, customer=scene.customer)
    make_acceptance(
        session, make_section(session, later, scene.line, from_m=5000, to_m=6000), accepted_on=date(2023, 9, 1)
    )
    refresh(session, contract_ids=[later.id])
    scene.defect(4900, to_m=5100)
    assert scene.draft() == Drafted(claims=2, lines=2, withdrawn=0)
    extents = session.execute(select(ClaimLine.contract_id, ClaimLine.extent).order_by(ClaimLine.extent)).all()
    assert [row.contract_id for row in extents] == [scene.contract.id, later.id]
    assert extents[0].extent.upper == extents[1].extent.lower == 500_000


def test_a_drafted_line_whose_answer_changed_is_taken_back_and_drafted_for_the_other(
    session: Session, scene: Scene
) -> None:
    defect = scene.defect(5500)
    scene.draft()
    first = scene.line_of(defect)
    later = make_contract(session, customer=scene.customer)
    make_acceptance(
        session, make_section(session, later, scene.line, from_m=5000, to_m=6000), accepted_on=date(2023, 9, 1)
    )
    refresh(session, contract_ids=[later.id])
    scene.attribute()
    with pytest.raises(DraftOutdated) as refused:
        scene.issue()
    assert refused.value.params == {"lines": "1"}
    assert scene.draft() == Drafted(claims=1, lines=1, withdrawn=1)
    session.refresh(first)
    assert (first.state, first.reason) == ("withdrawn", "answer_changed")
    assert scene.line_of(defect).contract_id == later.id


def test_a_change_that_no_job_has_answered_yet_is_answered_before_the_issue(session: Session, scene: Scene) -> None:
    scene.defect(5500)
    scene.draft()
    make_carve_out(session, scene.line, from_m=5000, to_m=6000)
    refresh(session, carriageway_ids=[scene.line.id])
    with pytest.raises(DraftOutdated):
        scene.issue()


def test_a_changed_term_renews_the_draft_with_the_new_warranty(session: Session, scene: Scene) -> None:
    defect = scene.defect(5500)
    scene.draft()
    make_event(session, scene.contract, kind="suspension", from_on=date(2023, 6, 1))
    refresh(session, contract_ids=[scene.contract.id])
    scene.attribute()
    assert scene.draft() == Drafted(claims=0, lines=1, withdrawn=1)
    assert scene.line_of(defect).number == 2


def test_what_a_person_withdrew_comes_back_only_with_another_answer(session: Session, scene: Scene) -> None:
    line = scene.issued(5500)
    scene.does(line, Action.WITHDRAW)
    assert scene.draft() == Drafted(0, 0, 0)
    scene.attribute()
    assert scene.draft() == Drafted(0, 0, 0)
    make_event(session, scene.contract, kind="suspension", from_on=date(2023, 6, 1))
    refresh(session, contract_ids=[scene.contract.id])
    scene.attribute()
    assert scene.draft() == Drafted(claims=1, lines=1, withdrawn=0)


def test_after_the_end_only_what_was_notified_before_is_claimable(session: Session, scene: Scene) -> None:
    notified = scene.issued(100)
    scene.does(notified, Action.WITHDRAW)
    make_event(session, scene.contract, kind="suspension", from_on=date(2023, 6, 1), to_on=date(2023, 6, 10))
    refresh(session, contract_ids=[scene.contract.id])
    silent = scene.defect(200)
    assert scene.draft(LAST_DAY + 11 * DAY).lines == 1
    drafted = session.scalars(select(ClaimLine.defect_id).where(ClaimLine.state == "drafted"))
    assert drafted.all() == [notified.defect_id]
    assert session.scalars(select(ClaimLine.id).where(ClaimLine.defect_id == silent.id)).all() == []


def test_the_last_day_of_a_warranty_is_not_too_late(scene: Scene) -> None:
    scene.defect(100)
    assert scene.draft(LAST_DAY).lines == 1
    scene.issue(LAST_DAY)


def test_a_draft_is_not_issued_after_the_warranty_ended_in_silence(scene: Scene) -> None:
    scene.defect(100)
    scene.draft()
    with pytest.raises(NotifiedTooLate) as refused:
        scene.issue(LAST_DAY + DAY)
    assert refused.value.params == {"lines": "1"}


def test_drafting_is_a_job(session: Session) -> None:
    with pytest.raises(NotAllowed):
        draft_claims(session, Actor("nobody"), DraftClaims(), today=TODAY)


# --- issuing


def test_issuing_gives_a_number_names_the_addressees_and_starts_both_clocks(session: Session, scene: Scene) -> None:
    supervisor, designer = make_organisation(session), make_organisation(session)
    scene.contract.supervisor_id, scene.contract.designer_id = supervisor.id, designer.id
    session.flush()
    line = scene.issued(1000, severity="high")
    claim = session.scalars(select(Claim)).one()
    assert claim.number == f"2024-{claim.id:06}"
    assert (claim.contractor_id, claim.supervisor_id, claim.designer_id) == (
        scene.contractor.id,
        supervisor.id,
        designer.id,
    )
    assert (claim.issued_on, claim.silence_is_acceptance) == (TODAY, False)
    assert (line.state, line.clock_from, line.safety_by, line.rectify_by) == (
        "issued",
        TODAY,
        TODAY + 5 * DAY,
        TODAY + 14 * DAY,
    )
    assert (line.safety_origin, line.rectify_origin) == ("rule", "rule")
    assert line.safety_rule_id is not None
    assert scene.actions(line) == ["draft", "issue"]


def test_the_facts_are_frozen_with_the_issue(session: Session, scene: Scene) -> None:
    line = scene.issued(1000)
    facts = line.facts
    assert facts is not None
    assert facts["contract"]["number"] == scene.contract.number
    assert facts["contract"]["contractor_bin"] == scene.contractor.bin
    assert facts["warranty"] == {
        "accepted_on": "2022-06-01",
        "months": 36,
        "term_from": "contract",
        "ends_on": "2025-06-01",
        "term_confirmed": None,
    }
    assert abs(facts["place"]["from_cm"] - 100_000) <= 2
    assert facts["defect"]["detected_on"] == "2024-06-03"
    for change in ("facts = '{}'", "defect_id = defect_id + 1", "extent = '[1,2)'", "element = 'base'"):
        with pytest.raises(IntegrityError, match="frozen"), session.begin_nested():
            session.execute(text(f"UPDATE claim_line SET {change}"))


def test_without_a_rule_the_deadlines_are_unknown(session: Session) -> None:
    scene = make_scene(session, with_rules=False)
    line = scene.issued(1000)
    assert (line.safety_by, line.rectify_by, line.rectify_origin) == (None, None, None)


def test_winter_moves_the_permanent_deadline_by_region(scene: Scene) -> None:
    line = scene.issued(1000, today=date(2024, 10, 10))
    assert (line.safety_by, line.rectify_by) == (date(2024, 10, 15), date(2025, 4, 30))
    assert line.rectify_by_before_winter == date(2024, 10, 24)
    assert line.facts is not None
    assert line.facts["warranty"]["ends_on"] == "2025-06-01"


@pytest.mark.parametrize(("of_contract", "origin", "days"), [(False, "customer", 7), (True, "contract", 3)])
def test_the_contracts_own_days_beat_the_customers_and_those_the_rule(
    session: Session, scene: Scene, of_contract: bool, origin: str, days: int
) -> None:
    calendar = CountedIn.CALENDAR
    terms = StateClaimTerms(scene.customer.id, "letter", rectify_days=7, rectify_counted_in=calendar)
    state_claim_terms(session, OPERATOR, terms)
    if of_contract:
        own = StateClaimTerms(
            scene.customer.id, "contract", scene.contract.id, rectify_days=3, rectify_counted_in=calendar
        )
        state_claim_terms(session, OPERATOR, own)
    line = scene.issued(1000)
    assert (line.rectify_by, line.rectify_origin, line.rectify_rule_id) == (TODAY + days * DAY, origin, None)
    assert line.safety_origin == "rule"


def test_stated_terms_are_closed_and_kept_when_stated_again(session: Session, scene: Scene) -> None:
    for days in (7, 9):
        state_claim_terms(session, OPERATOR, StateClaimTerms(scene.customer.id, "letter", rectify_days=days))
    found = session.execute(select(ClaimTerms.rectify_days, ClaimTerms.recorded).order_by(ClaimTerms.id)).all()
    assert [(row.rectify_days, row.recorded.upper is None) for row in found] == [(7, False), (9, True)]


def test_terms_are_stated_for_a_contract_of_that_customer_only(session: Session, scene: Scene) -> None:
    with pytest.raises(NotFound):
        state_claim_terms(session, OPERATOR, StateClaimTerms(scene.contractor.id, "letter", scene.contract.id))
    with pytest.raises(NotFound):
        state_claim_terms(session, OPERATOR, StateClaimTerms(0, "letter"))
    with pytest.raises(NotAllowed):
        state_claim_terms(session, scene.engineer, StateClaimTerms(scene.customer.id, "letter"))


def test_a_later_rule_changes_no_deadline(session: Session, scene: Scene) -> None:
    line = scene.issued(1000)
    make_deadline_rule(session, days=1, category="cat_2")
    session.refresh(line)
    assert line.rectify_by == TODAY + 14 * DAY


def test_a_claim_is_issued_once_by_an_engineer_who_is_not_the_contractors(session: Session, scene: Scene) -> None:
    line = scene.issued(1000)
    with pytest.raises(NotPossibleNow) as refused:
        issue_claim(session, scene.engineer, IssueClaim(line.claim_id), today=TODAY)
    assert refused.value.params == {"action": "issue", "state": "issued"}
    scene.defect(2000)
    scene.draft()
    draft = session.scalars(select(Claim.id).where(Claim.issued_on.is_(None))).one()
    with pytest.raises(NotAllowed):
        issue_claim(session, scene.builder, IssueClaim(draft), today=TODAY)
    with pytest.raises(NotYourClaim):
        issue_claim(session, person("e", Role.ENGINEER, scene.contractor.id), IssueClaim(draft), today=TODAY)
    with pytest.raises(NotFound):
        issue_claim(session, scene.engineer, IssueClaim(0), today=TODAY)


def test_a_claim_whose_lines_were_all_withdrawn_has_nothing_to_issue(session: Session, scene: Scene) -> None:
    defect = scene.defect(1000)
    scene.draft()
    line = scene.line_of(defect)
    scene.does(line, Action.WITHDRAW)
    with pytest.raises(NothingToIssue):
        issue_claim(session, scene.engineer, IssueClaim(line.claim_id), today=TODAY)


# --- delivery, reading, silence


def test_delivery_and_the_first_reading_are_kept(session: Session, scene: Scene) -> None:
    line = scene.issued(1000)
    record_delivery(session, scene.engineer, Receipt(line.claim_id, "post 17"), today=TODAY + DAY)
    acknowledge(session, scene.builder, Receipt(line.claim_id), today=TODAY + 2 * DAY)
    first = session.scalars(select(Claim.acknowledged_at)).one()
    acknowledge(session, scene.builder, Receipt(line.claim_id), today=TODAY + 3 * DAY)
    claim = session.scalars(select(Claim).execution_options(populate_existing=True)).one()
    assert (claim.delivered_on, claim.acknowledged_at) == (TODAY + DAY, first)
    told = session.scalars(select(ClaimEvent.action).where(ClaimEvent.line_id.is_(None)).order_by(ClaimEvent.id))
    assert told.all() == ["deliver", "acknowledge", "acknowledge"]
    assert line.state == "issued"


def test_a_draft_is_not_delivered(session: Session, scene: Scene) -> None:
    scene.defect(1000)
    scene.draft()
    draft = session.scalars(select(Claim.id)).one()
    with pytest.raises(NotPossibleNow):
        record_delivery(session, scene.engineer, Receipt(draft), today=TODAY)


SILENCE_BY = date(2024, 6, 17)
"""Ten working days after Monday 3 June 2024, in a plain year."""


@pytest.mark.parametrize("of_contract", [None, False, True])
@pytest.mark.parametrize("of_customer", [None, False, True])
def test_silence_is_acceptance_only_where_contract_or_customer_says_so(
    session: Session, scene: Scene, of_contract: bool | None, of_customer: bool | None
) -> None:
    state_claim_terms(
        session, OPERATOR, StateClaimTerms(scene.customer.id, "letter", silence_is_acceptance=of_customer)
    )
    state_claim_terms(
        session,
        OPERATOR,
        StateClaimTerms(scene.customer.id, "contract", scene.contract.id, silence_is_acceptance=of_contract),
    )
    line = scene.issued(1000)
    said = of_contract if of_contract is not None else bool(of_customer)
    assert accept_by_silence(session, OPERATOR, today=SILENCE_BY) == 0
    assert accept_by_silence(session, OPERATOR, today=SILENCE_BY + 5 * DAY) == int(said)
    assert accept_by_silence(session, OPERATOR, today=SILENCE_BY + 6 * DAY) == 0
    assert scene.state(line) == ("accepted" if said else "issued")
    if said:
        event = session.scalars(select(ClaimEvent).where(ClaimEvent.action == "accept_by_silence")).one()
        assert (event.happened_on, event.person) == (SILENCE_BY + DAY, "operator")


def test_asking_for_a_joint_visit_is_no_silence(session: Session, scene: Scene) -> None:
    state_claim_terms(session, OPERATOR, StateClaimTerms(scene.customer.id, "letter", silence_is_acceptance=True))
    line = scene.issued(1000)
    scene.does(line, Action.ASK_JOINT_VISIT)
    assert accept_by_silence(session, OPERATOR, today=SILENCE_BY + DAY) == 0
    assert scene.actions(line) == ["draft", "issue", "ask_joint_visit"]
