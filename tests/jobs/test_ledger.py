"""The ledger: one claim for a slot, counts that tell the truth, and no commit by a process that lost its claim."""

from datetime import date

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from jobs.leader import direct_connection
from roads.db import transaction
from roads.domain.actors import Actor, Permission
from roads.domain.errors import NotAllowed
from roads.domain.operations import RunLost, run_lock
from roads.queries.operations import held_locks, known_runs, last_runs
from roads.usecases.operations import (
    Claim,
    ClaimSlot,
    claim_slot,
    fail_run,
    finish_run,
    record_progress,
    try_lock,
)

SCHEDULER = Actor("scheduler", frozenset({Permission.RUN_JOBS}))
SLOT = date(2026, 3, 10)


def claim(session: Session, *, slot: date = SLOT, again: bool = False, host: str = "here:1") -> Claim | None:
    return claim_slot(session, SCHEDULER, ClaimSlot("tidy", slot, host, again))


def claimed(session: Session, *, slot: date = SLOT, again: bool = False) -> Claim:
    made = claim(session, slot=slot, again=again)
    assert made is not None
    return made


def test_a_finished_slot_cannot_be_claimed_except_again_on_request(session: Session) -> None:
    finish_run(session, SCHEDULER, claimed(session))
    assert claim(session) is None
    assert claimed(session, again=True).attempts == 1


def test_a_killed_run_is_taken_over_and_its_attempts_counted(session: Session) -> None:
    claimed(session)
    assert claimed(session).attempts == 2


def test_counts_add_up_over_all_attempts_of_a_slot(session: Session) -> None:
    record_progress(session, SCHEDULER, claimed(session), {"defects": 3})
    record_progress(session, SCHEDULER, claimed(session), {"defects": 4, "parts": 1})
    (line,) = last_runs(session, of_each=1)
    assert line.counts == {"defects": 7, "parts": 1}


def test_whoever_lost_the_run_can_neither_count_nor_end_it(session: Session) -> None:
    lost = claimed(session)
    holder = claimed(session)
    with pytest.raises(RunLost):
        record_progress(session, SCHEDULER, lost, {"defects": 1})
    with pytest.raises(RunLost):
        finish_run(session, SCHEDULER, lost)
    with pytest.raises(RunLost):
        fail_run(session, SCHEDULER, lost, "too late")
    record_progress(session, SCHEDULER, holder, {"defects": 1})


def test_a_run_that_was_ended_counts_no_more(session: Session) -> None:
    done = claimed(session)
    finish_run(session, SCHEDULER, done)
    with pytest.raises(RunLost):
        record_progress(session, SCHEDULER, done, {"defects": 1})


def test_known_runs_leave_out_finished_slots_before_the_last_one(session: Session) -> None:
    for day in (1, 2, 4):
        finish_run(session, SCHEDULER, claimed(session, slot=date(2026, 3, day)))
    fail_run(session, SCHEDULER, claimed(session, slot=date(2026, 3, 3)), "no space left")
    claimed(session, slot=date(2026, 3, 9))
    assert sorted(run.slot.day for run in known_runs(session, "tidy", date(2026, 3, 5))) == [3, 4]


def test_the_newest_slots_of_each_job_are_shown_newest_first(session: Session) -> None:
    for day in (1, 2, 3):
        finish_run(session, SCHEDULER, claimed(session, slot=date(2026, 3, day)))
    claim_slot(session, SCHEDULER, ClaimSlot("another", SLOT, "here:1"))
    shown = [(line.job, line.slot.day) for line in last_runs(session, of_each=2)]
    assert shown == [("another", 10), ("tidy", 3), ("tidy", 2)]


def test_a_run_without_a_process_shows_as_interrupted(database: Engine) -> None:
    with transaction(database) as session:
        claim(session)
    with direct_connection(database) as connection:
        assert try_lock(connection, run_lock("tidy"))
        assert state_shown(database) == "running"
    assert state_shown(database) == "interrupted"


def test_a_lock_ends_with_its_connection_and_is_one_processs_only(database: Engine) -> None:
    with direct_connection(database) as mine, direct_connection(database) as yours:
        assert try_lock(mine, "a gate")
        assert not try_lock(yours, "a gate")
        with transaction(database) as session:
            assert held_locks(session, ["a gate", "another gate"]) == {"a gate"}
    with direct_connection(database) as mine:
        assert try_lock(mine, "a gate")


def test_only_who_may_run_jobs_writes_the_ledger(session: Session) -> None:
    with pytest.raises(NotAllowed):
        claim_slot(session, Actor("a passer-by"), ClaimSlot("tidy", SLOT, "here:1"))


def state_shown(database: Engine) -> str:
    with transaction(database) as session:
        return last_runs(session, of_each=1)[0].state
