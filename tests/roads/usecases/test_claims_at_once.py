"""Random histories and two people at once: nothing outside the table, no line lost, one winner and a clear answer."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from roads.db import transaction
from roads.domain.claims import TRANSITIONS, Action, LineState, NotPossibleNow, StaleState
from roads.domain.errors import RoadsError
from roads.models import ClaimEvent, ClaimLine
from roads.queries.claims import find_line
from roads.usecases.claims_drafting import Drafted
from roads.usecases.claims_moves import move
from tests.claims import DEEDS, TODAY, Scene, make_scene

LINES = 3


@pytest.fixture
def scene(session: Session) -> Scene:
    return make_scene(session)


STEPS = st.lists(st.tuples(st.integers(0, LINES - 1), st.sampled_from(sorted(DEEDS))), max_size=25)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(STEPS)
def test_no_history_leaves_the_table_loses_a_line_or_lets_a_reporter_verify(
    scene: Scene, steps: list[tuple[int, Action]]
) -> None:
    with scene.session.begin_nested() as example:
        lines = [scene.issued(1000 * (n + 1)) for n in range(LINES)]
        for day, (chosen, action) in enumerate(steps):
            line = lines[chosen]
            before = scene.state(line)
            try:
                with scene.session.begin_nested():
                    scene.does(line, action, today=TODAY + timedelta(days=day))
            except NotPossibleNow:
                assert (before, action) not in TRANSITIONS
                assert scene.state(line) is before
            else:
                assert scene.state(line) is TRANSITIONS.get((before, action), before)
            check(scene.session, lines)
        example.rollback()


def check(session: Session, lines: list[ClaimLine]) -> None:
    kept = session.execute(
        select(ClaimLine.id, ClaimLine.state).where(ClaimLine.claim_id.in_([x.claim_id for x in lines]))
    )
    states = {id_: LineState(state) for id_, state in kept}
    assert {line.id for line in lines} <= set(states)
    for line in lines:
        told = session.execute(
            select(ClaimEvent.from_state, ClaimEvent.action, ClaimEvent.to_state)
            .where(ClaimEvent.line_id == line.id, ClaimEvent.to_state.is_not(None))
            .order_by(ClaimEvent.id)
        ).all()
        # The events tell the whole way, each step of it in the table.
        assert told[-1].to_state == states[line.id]
        for earlier, later in pairwise(told):
            assert later.from_state == earlier.to_state
            assert TRANSITIONS[LineState(later.from_state), Action(later.action)] == later.to_state
    own = session.scalar(
        text(
            "SELECT count(*) FROM claim_line l LEFT JOIN repair r ON r.id = l.verified_repair_id AND r.line_id = l.id"
            " WHERE l.state = 'verified' AND (r.verdict IS DISTINCT FROM 'verified' OR r.verifier = r.reporter"
            " OR r.verifier_organisation_id = r.reporter_organisation_id)"
        )
    )
    assert own == 0


# --- at once


def pressed(engine: Engine, scene: Scene, line_id: int, action: Action, start: Barrier) -> RoadsError | LineState:
    """One of two people: both have looked at the line before either changes it."""
    with transaction(engine) as session:
        mine = Scene(session, scene.line, scene.lat, scene.contract, scene.customer, scene.contractor)
        start.wait()
        try:
            return DEEDS[action](mine, line_id, TODAY)
        except RoadsError as refused:
            return refused


@pytest.mark.parametrize(
    ("first", "one", "two"),
    [
        ([], Action.ACCEPT, Action.DISPUTE),
        ([], Action.ACCEPT, Action.ACCEPT),
        ([], Action.WITHDRAW, Action.REPORT_REPAIR),
        ([], Action.REPORT_REPAIR, Action.REPORT_REPAIR),
        ([Action.REPORT_REPAIR], Action.VERIFY, Action.REJECT_REPAIR),
        ([Action.REPORT_REPAIR], Action.VERIFY, Action.VERIFY),
        ([Action.DISPUTE], Action.GRANT, Action.UPHOLD),
    ],
)
def test_of_two_who_press_at_once_one_wins_and_the_other_is_told_the_state(
    database: Engine, first: list[Action], one: Action, two: Action
) -> None:
    with transaction(database) as session:
        scene = make_scene(session)
        line = scene.issued(1000)
        scene.does(line, *first)
    for turn in range(3):
        with transaction(database) as session:
            fresh = Scene(session, scene.line, scene.lat, scene.contract, scene.customer, scene.contractor)
            line = fresh.issued(2000 + 100 * turn)
            fresh.does(line, *first)
        start = Barrier(2)
        with ThreadPoolExecutor(2) as pool:
            asked = [pool.submit(pressed, database, scene, line.id, action, start) for action in (one, two)]
            results = [answer.result(timeout=30) for answer in asked]
        refused = [answer for answer in results if isinstance(answer, RoadsError)]
        won = [answer for answer in results if not isinstance(answer, RoadsError)]
        assert len(won) == len(refused) == 1
        assert isinstance(refused[0], StaleState | NotPossibleNow)
        assert refused[0].params["state"] == won[0]
        with transaction(database) as session:
            state = session.scalars(select(ClaimLine.state).where(ClaimLine.id == line.id)).one()
        assert state == won[0]


def test_who_comes_second_waits_and_is_told_what_the_first_one_left(database: Engine) -> None:
    """Not only nearly at once: the second has looked, then the first one commits, then the second writes."""
    with transaction(database) as session:
        scene = make_scene(session)
        line = scene.issued(1000)
    looked, done = Barrier(2), Barrier(2)

    def second() -> RoadsError | None:
        with transaction(database) as session:
            seen = find_line(session, line.id)
            looked.wait()
            done.wait()
            try:
                move(session, scene.builder, seen, Action.DISPUTE, today=TODAY)
            except RoadsError as refused:
                return refused
        return None

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(second)
        looked.wait()
        with transaction(database) as session:
            first = Scene(session, scene.line, scene.lat, scene.contract, scene.customer, scene.contractor)
            first.does(line, Action.ACCEPT)
        done.wait()
        refused = answer.result(timeout=30)
    assert isinstance(refused, StaleState)
    assert refused.params == {"action": "dispute", "expected": "issued", "state": "accepted"}


def drafted(engine: Engine, act: Callable[[Scene], object], scene: Scene, start: Barrier) -> object:
    with transaction(engine) as session:
        mine = Scene(session, scene.line, scene.lat, scene.contract, scene.customer, scene.contractor)
        start.wait()
        return act(mine)


def test_two_who_draft_at_once_draft_everything_once(database: Engine) -> None:
    with transaction(database) as session:
        scene = make_scene(session)
        for n in range(20):
            scene.defect(100 + 50 * n, detected_on=TODAY - timedelta(days=n % 4))
    start = Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(drafted, database, lambda s: s.draft().lines, scene, start) for _ in range(2)]
        assert sorted(answer.result(timeout=30) for answer in asked) == [0, 20]  # type: ignore[type-var]
    with transaction(database) as session:
        assert session.scalar(text("SELECT count(*) FROM claim")) == 4


def is_waiting(engine: Engine) -> bool:
    """Whether anybody waits for a lock in this database."""
    with engine.connect() as connection:
        ours = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        return bool(connection.scalar(text(f"SELECT EXISTS ({ours})")))


def test_a_draft_that_is_issued_while_it_grows_takes_no_line_any_more(database: Engine) -> None:
    with transaction(database) as session:
        scene = make_scene(session)
        scene.defect(100)
        scene.draft()
        scene.defect(200)
    with ThreadPoolExecutor(1) as pool:
        with transaction(database) as session:
            Scene(session, scene.line, scene.lat, scene.contract, scene.customer, scene.contractor).issue()
            grown = pool.submit(drafted, database, lambda s: s.draft(), scene, Barrier(1))
            while not (is_waiting(database) or grown.done()):
                pass
        assert grown.result(timeout=30) == Drafted(claims=1, lines=1, withdrawn=0)
    with transaction(database) as session:
        states = session.execute(
            text(
                "SELECT c.issued_on IS NULL, l.state FROM claim c JOIN claim_line l ON l.claim_id = c.id ORDER BY c.id"
            )
        )
        assert [tuple(row) for row in states] == [(False, "issued"), (True, "drafted")]
