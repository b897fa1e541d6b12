"""Real scheduler processes on one database: two at once, a killed leader, a killed run, an outage of three days."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, text

from jobs.leader import LEADER
from jobs.tasks import DEFECTS_AT_ONCE
from jobs.timetable import jobs_by_name, timetable
from roads.db import transaction
from roads.queries.operations import held_locks
from tests.jobs.conftest import JobsProcess, World, days
from tests.waiting import wait_until

Start = Callable[..., JobsProcess]
NAMES = list(jobs_by_name(timetable(snap_m=30)))
LEDGER_AT_REST = "SELECT count(*) = 0 FROM job_run WHERE state <> 'finished'"


def today() -> datetime:
    return datetime.now(ZoneInfo("Asia/Almaty"))


def is_led(database: Engine) -> bool:
    with transaction(database) as session:
        return held_locks(session, [LEADER]) == {LEADER}


def all_is_answered(world: World, defects: int) -> bool:
    return world.answers()[:2] == (defects, defects) and world.value(LEDGER_AT_REST)


def test_two_schedulers_after_an_outage_of_three_days_do_every_slot_once(world: World, start: Start) -> None:
    before = today().date() - timedelta(days=3)
    assert start("once", *NAMES, "--today", before.isoformat()).wait()[0] == 0
    world.build(streets=2)
    world.report_defects(street=1, defects=300)
    world.report_defects(street=0, defects=10)
    schedulers = [start("serve"), start("serve")]
    wait_until(
        lambda: all(len(world.ledger(name)) >= 4 for name in NAMES) and all_is_answered(world, 310),
        "the missed days are caught up",
    )
    for name in NAMES:
        runs = world.ledger(name)
        assert [run.slot for run in runs] == days(before, runs[-1].slot)
        assert {run.attempts for run in runs} == {1}
    assert [process.stop()[0] for process in schedulers] == [0, 0]
    assert (world.answers(), world.total("place-defects", "defects")) == ((310, 310, 0, 0), 310)


def test_a_killed_leader_hands_over(world: World, database: Engine, start: Start) -> None:
    world.build(streets=1)
    world.report_defects(street=1, defects=20)
    leader = start("serve")
    wait_until(lambda: is_led(database) and all_is_answered(world, 20), "the first scheduler has done its work")
    standby = start("serve")
    world.report_defects(street=1, defects=30)
    leader.kill()
    wait_until(lambda: all_is_answered(world, 50), "the second scheduler has done the rest")
    assert standby.is_host(world.ledger("place-defects")[-1].host)
    code, log = standby.stop()
    assert code == 0
    assert "event=leading" in log
    assert "event=placed defects=30" in log
    assert world.answers() == (50, 50, 0, 0)


def test_a_scheduler_whose_connections_were_cut_in_a_run_leads_again_and_goes_on(
    world: World, database: Engine, start: Start
) -> None:
    world.build(streets=1)
    world.report_defects(street=1, defects=10)
    with database.connect() as obstacle, obstacle.begin():
        # The run has to wait for this street, so that the cut comes in the midst of it.
        obstacle.execute(text("SELECT id FROM carriageway FOR UPDATE"))
        scheduler = start("serve")
        wait_until(lambda: len(world.ledger("place-defects")) == 1, "the run has begun")
        obstacle.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    database.dispose()  # our own were cut as well
    wait_until(lambda: all_is_answered(world, 10), "it has led again and done its work")
    (run,) = world.ledger("place-defects")
    assert (run.attempts, run.counts) == (2, {"defects": 10})
    code, log = scheduler.stop()
    assert (code, "Traceback" in log, log.count("event=leading")) == (0, False, 2)


def test_a_run_killed_half_way_goes_on_where_it_stopped(world: World, database: Engine, start: Start) -> None:
    world.build(streets=2)
    world.report_defects(street=1, defects=DEFECTS_AT_ONCE)
    world.report_defects(street=2, defects=100)
    with database.connect() as obstacle, obstacle.begin():
        # The second piece has to wait for this street, so that the kill comes between the two.
        obstacle.execute(text("SELECT id FROM carriageway WHERE source_id = '2' FOR UPDATE"))
        killed = start("once", "place-defects")
        wait_until(lambda: world.total("place-defects", "defects") == DEFECTS_AT_ONCE, "the first piece is done")
        assert killed.is_running
        killed.kill()
        (line,) = json.loads(start("last-runs", "--json").wait()[1])
        assert (line["state"], line["counts"]) == ("interrupted", {"defects": DEFECTS_AT_ONCE})
    code, results, _ = start("once", "place-defects").wait()
    assert (code, results.endswith("defects=100\n")) == (0, True)
    (run,) = world.ledger("place-defects")
    assert (run.state, run.attempts, run.counts) == ("finished", 2, {"defects": DEFECTS_AT_ONCE + 100})
    assert world.answers()[::2] == (DEFECTS_AT_ONCE + 100, 0)


@pytest.mark.parametrize("command", [["serve"], ["once", "place-defects"]])
def test_a_database_that_does_not_answer_is_one_line_and_exit_code_4(command: list[str]) -> None:
    process = JobsProcess("postgresql://nobody@127.0.0.1:1/nothing", *command)
    code, results, messages = process.wait()
    assert (code, results, len(messages.splitlines())) == (4, "", 1)


def test_an_unknown_job_is_one_line_and_exit_code_2(start: Start) -> None:
    code, results, messages = start("once", "paint-the-fence").wait()
    assert (code, results, len(messages.splitlines())) == (2, "", 1)


def test_the_list_names_every_job(start: Start) -> None:
    code, results, _ = start("list", "--language", "kk").wait()
    assert (code, [line.split()[0] for line in results.splitlines()]) == (
        0,
        [
            *NAMES,
            "publish-maps",
            "publish-data",
            "sweep-media",
            "tell-followers",
            "write-letters",
            "render-letters",
            "deliver-notices",
        ],
    )


def test_a_dry_run_says_what_would_change(world: World, start: Start) -> None:
    world.build(streets=1)
    world.report_defects(street=1, defects=4)
    code, results, _ = start("once", "place-defects", "--dry-run", "--today", "2026-03-10").wait()
    assert (code, results) == (0, "place-defects 2026-03-10: would do defects=4; nothing was kept\n")
    assert (world.answers(), world.ledger("place-defects")) == ((0, 0, 0, 0), [])
