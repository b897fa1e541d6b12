"""What the public sees of claims: issued ones, without persons and words, and in the state the domain says."""

from itertools import combinations_with_replacement

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from roads.domain.claims import Action, LineState, claim_state
from tests.claims import Scene, make_scene

VIEWS = ("public_claim", "public_claim_line", "public_claim_event", "public_inspection")
WAYS: dict[LineState, list[Action]] = {
    LineState.ISSUED: [],
    LineState.ACCEPTED: [Action.ACCEPT],
    LineState.DISPUTED: [Action.DISPUTE],
    LineState.REPAIRED: [Action.REPORT_REPAIR],
    LineState.VERIFIED: [Action.REPORT_REPAIR, Action.VERIFY],
    LineState.WITHDRAWN: [Action.WITHDRAW],
    LineState.DONE_BY_OTHERS: [Action.DO_BY_OTHERS],
    LineState.IN_COURT: [Action.REFER_TO_COURT],
    LineState.CLOSED_UNFIXED: [Action.CLOSE_WITHOUT_FIX],
}
"""How an issued line comes into each state."""


@pytest.fixture
def scene(session: Session) -> Scene:
    return make_scene(session)


def as_public(session: Session) -> None:
    session.execute(text("SET LOCAL ROLE roads_public"))


def test_a_draft_accuses_nobody_yet(session: Session, scene: Scene) -> None:
    scene.defect(1000)
    scene.draft()
    as_public(session)
    assert [session.scalar(text(f"SELECT count(*) FROM {view}")) for view in VIEWS] == [0] * 4


def test_the_public_sees_steps_without_persons_and_words(session: Session, scene: Scene) -> None:
    scene.does(scene.issued(1000), Action.DISPUTE, Action.UPHOLD)
    as_public(session)
    told = session.execute(text("SELECT action, role FROM public_claim_event ORDER BY id")).all()
    assert [tuple(row) for row in told] == [
        ("draft", None),
        ("issue", "engineer"),
        ("dispute", "contractor"),
        ("uphold", "engineer"),
    ]
    columns = session.scalars(
        text("SELECT column_name FROM information_schema.columns WHERE table_name = ANY (:views)"),
        {"views": list(VIEWS)},
    )
    private = {"person", "note", "evidence", "inspector", "reporter", "verifier", "facts", "organisation_id"}
    assert private.isdisjoint(columns.all())


def test_a_line_withdrawn_before_its_issue_is_never_public(session: Session, scene: Scene) -> None:
    first, second = scene.defect(1000), scene.defect(2000)
    scene.draft()
    scene.does(scene.line_of(first), Action.WITHDRAW)
    scene.issue()
    kept = scene.line_of(second).id
    as_public(session)
    assert session.scalars(text("SELECT id FROM public_claim_line")).all() == [kept]
    assert session.execute(text("SELECT state, lines FROM public_claim")).one() == ("issued", 1)
    assert session.scalars(text("SELECT DISTINCT line_id FROM public_claim_event")).all() == [kept]


@pytest.mark.parametrize("pair", list(combinations_with_replacement(WAYS, 2)))
def test_the_view_and_the_domain_derive_one_state(
    session: Session, scene: Scene, pair: tuple[LineState, LineState]
) -> None:
    defects = [scene.defect(1000 * n) for n in (1, 2)]
    scene.draft()
    scene.issue()
    for defect, state in zip(defects, pair, strict=True):
        scene.does(scene.line_of(defect), *WAYS[state])
    as_public(session)
    assert session.scalars(text("SELECT state FROM public_claim")).one() == claim_state(pair)


@pytest.mark.parametrize("table", ["ladder_step", "recurrence", "lost_warranty", "planned_inspection", *VIEWS])
def test_the_public_may_read_what_names_no_person(session: Session, table: str) -> None:
    as_public(session)
    assert session.scalar(text(f"SELECT count(*) FROM {table}")) == 0
