"""Runs of the two jobs on a real database: each effect once, in the right order, whatever happens in between."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Event

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from jobs.runner import RunFailed, Runner, RunStopped
from jobs.tasks import Piece
from jobs.timetable import Job, Round, jobs_by_name, timetable
from roads.db import transaction
from roads.domain.actors import Actor
from roads.domain.operations import RunLost
from roads.queries.operations import IdRange, stale_ranges, unplaced_ranges
from roads.usecases.operations import ClaimSlot, claim_slot
from tests.jobs.conftest import World, days

ROUNDS = timetable(snap_m=30)
PLACE, ATTRIBUTE = list(jobs_by_name(ROUNDS).values())[:2]
NOW = datetime(2026, 3, 10, 6, 0, tzinfo=UTC)
TODAY = NOW.date()


def run_all(runner: Runner, now: datetime = NOW) -> None:
    for turn in ROUNDS:
        runner.run_round(turn, now)


def run_once(runner: Runner, job: Job, slot: date = TODAY) -> Mapping[str, int]:
    return runner.run_once(job, slot, waiting=lambda: pytest.fail("nobody else runs this job"))


def test_a_round_places_and_answers_for_every_defect(world: World, runner: Runner) -> None:
    world.build(streets=2)
    world.report_defects(street=1, defects=30)
    world.report_defects(street=2, defects=20)
    world.report_defects(street=0, defects=5)
    run_all(runner)
    assert world.answers() == (55, 55, 0, 0)
    assert world.total("place-defects", "defects") == 55


def test_a_second_round_on_the_same_day_does_nothing(world: World, runner: Runner) -> None:
    world.build(streets=1)
    world.report_defects(street=1, defects=10)
    run_all(runner)
    before = world.ledger("place-defects") + world.ledger("attribute-defects")
    run_all(runner, NOW + timedelta(minutes=5))
    assert world.ledger("place-defects") + world.ledger("attribute-defects") == before


def test_defects_that_come_later_on_the_day_are_done_on_the_day(world: World, runner: Runner) -> None:
    world.build(streets=1)
    run_all(runner)
    world.report_defects(street=1, defects=10)
    world.report_defects(street=0, defects=1)
    run_all(runner, NOW + timedelta(minutes=5))
    assert world.answers() == (11, 11, 0, 0)
    assert [run.slot for run in world.ledger("place-defects")] == [TODAY]


def test_each_day_of_an_outage_has_its_run_oldest_first(world: World, runner: Runner) -> None:
    world.build(streets=1)
    run_all(runner)
    world.report_defects(street=1, defects=10)
    run_all(runner, NOW + timedelta(days=3))
    for job in ("place-defects", "attribute-defects"):
        assert [run.slot for run in world.ledger(job)] == days(TODAY, TODAY + timedelta(days=3))
        assert {(run.state, run.attempts) for run in world.ledger(job)} == {("finished", 1)}
    assert world.answers() == (10, 10, 0, 0)


def test_two_runners_at_once_do_every_slot_and_every_defect_once(world: World, database: Engine) -> None:
    world.build(streets=4)
    for street in (1, 2, 3, 4):
        world.report_defects(street=street, defects=500)
    runners = [Runner(database, host=f"here:{n}") for n in range(4)]
    with ThreadPoolExecutor(len(runners)) as pool:
        list(pool.map(run_all, runners))
    # Who found a job taken left it to the other; what came too late for both waits for the next look.
    run_all(runners[0], NOW + timedelta(minutes=5))
    assert world.answers() == (2000, 2000, 0, 0)
    assert world.total("place-defects", "defects") == 2000
    assert world.total("attribute-defects", "added") == 2000


def test_a_person_may_run_a_finished_slot_again(world: World, runner: Runner) -> None:
    world.build(streets=1)
    run_once(runner, PLACE)
    world.report_defects(street=1, defects=3)
    assert run_once(runner, PLACE) == {"defects": 3}


def test_a_persons_run_waits_for_the_one_that_goes_on(world: World, runner: Runner, database: Engine) -> None:
    world.build(streets=1)
    world.report_defects(street=1, defects=3)
    at_work, may_end, had_to_wait = Event(), Event(), Event()

    class Slow:
        def waiting(self, session: Session, today: date, /) -> Sequence[IdRange]:
            at_work.set()
            assert may_end.wait(30)
            return PLACE.task.waiting(session, today)

        def work(self, session: Session, actor: Actor, piece: Piece) -> Mapping[str, int]:
            return PLACE.task.work(session, actor, piece)

    def wait() -> None:
        had_to_wait.set()
        may_end.set()

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(run_once, Runner(database, host="there:1"), replace(PLACE, task=Slow()))
        assert at_work.wait(30)
        second = runner.run_once(PLACE, TODAY, waiting=wait)
        assert (first.result(30), second, had_to_wait.is_set()) == ({"defects": 3}, {}, True)


def test_a_dry_run_tells_what_would_change_and_keeps_nothing(world: World, runner: Runner) -> None:
    world.build(streets=1)
    world.report_defects(street=1, defects=7)
    assert runner.try_out(PLACE, TODAY) == {"defects": 7}
    assert world.answers() == (0, 0, 0, 0)
    assert world.ledger("place-defects") == []
    run_once(runner, PLACE)
    world.report_defects(street=0, defects=1)
    run_once(runner, PLACE)
    assert runner.try_out(ATTRIBUTE, TODAY) == {"carriageways": 1, "closed": 0, "added": 8}
    assert world.answers() == (8, 0, 0, 0)


class Faulty:
    """Does one piece well and fails on the next."""

    def waiting(self, _session: Session, _today: date, /) -> Sequence[IdRange]:
        return [IdRange(1, 1), IdRange(2, 2)]

    def work(self, session: Session, _actor: Actor, piece: Piece) -> Mapping[str, int]:
        if piece.ids.first == 2:
            session.connection().exec_driver_sql("SELECT 1 / 0")
        return {"done": 1}


def test_a_failure_is_kept_with_its_first_line_and_what_was_done_before(world: World, runner: Runner) -> None:
    faulty = replace(PLACE, task=Faulty())
    with pytest.raises(RunFailed):
        run_once(runner, faulty)
    (line,) = world.ledger("place-defects")
    assert (line.state, line.counts, line.error) == ("failed", {"done": 1}, "DivisionByZero: division by zero")


def test_one_jobs_failure_keeps_no_other_from_its_turn(world: World, runner: Runner) -> None:
    runner.run_round(Round("test", 5, (replace(PLACE, task=Faulty()), ATTRIBUTE)), NOW)
    assert [run.state for job in (PLACE, ATTRIBUTE) for run in world.ledger(job.name)] == ["failed", "finished"]


def test_a_failed_slot_is_left_alone_for_its_pause_then_tried_again(world: World, runner: Runner) -> None:
    turn = Round("test", 5, (replace(PLACE, task=Faulty()),))
    started = world.value("SELECT now()")
    runner.run_round(turn, started)
    runner.run_round(turn, started + timedelta(minutes=1))
    assert [run.attempts for run in world.ledger("place-defects")] == [1]
    runner.run_round(turn, started + timedelta(minutes=3))
    assert [run.attempts for run in world.ledger("place-defects")] == [2]


def test_a_runner_asked_to_stop_ends_after_the_piece_in_hand(world: World, database: Engine) -> None:
    runner = Runner(database, host="here:1")

    class StopsItself(Faulty):
        def work(self, session: Session, actor: Actor, piece: Piece) -> Mapping[str, int]:
            runner.is_over.set()
            return super().work(session, actor, piece)

    with pytest.raises(RunStopped):
        run_once(runner, replace(PLACE, task=StopsItself()))
    (line,) = world.ledger("place-defects")
    assert (line.state, line.counts) == ("running", {"done": 1})


def test_a_piece_finished_after_another_process_took_over_is_undone(world: World, database: Engine) -> None:
    world.build(streets=1)
    world.report_defects(street=1, defects=5)

    class TakenOver:
        def waiting(self, session: Session, today: date, /) -> Sequence[IdRange]:
            return PLACE.task.waiting(session, today)

        def work(self, session: Session, actor: Actor, piece: Piece) -> Mapping[str, int]:
            with transaction(database) as theirs:
                claim_slot(theirs, actor, ClaimSlot(PLACE.name, TODAY, "there:1"))
            return PLACE.task.work(session, actor, piece)

    with pytest.raises(RunLost):
        run_once(Runner(database, host="here:1"), replace(PLACE, task=TakenOver()))
    (line,) = world.ledger("place-defects")
    assert (line.state, line.host, line.counts) == ("running", "there:1", {})
    assert world.answers() == (0, 0, 0, 0)


def test_work_is_cut_into_pieces_of_the_size_asked_for(world: World, database: Engine, runner: Runner) -> None:
    world.build(streets=3)
    for street in (1, 2, 3):
        world.report_defects(street=street, defects=40)
    with transaction(database) as session:
        assert unplaced_ranges(session, defects_at_once=50) == [IdRange(1, 50), IdRange(51, 100), IdRange(101, 120)]
    run_once(runner, PLACE)
    with transaction(database) as session:
        assert len(stale_ranges(session, places_at_once=50)) == 3
        assert len(stale_ranges(session, places_at_once=1000)) == 1
