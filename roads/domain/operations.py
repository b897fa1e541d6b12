"""When a job is due: its slots are business days, each worked once, the missed ones caught up oldest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256

from roads.domain.errors import RoadsError

ONE_DAY = timedelta(days=1)
LONGEST_WAIT = timedelta(hours=12)


class RunState(StrEnum):
    """What became of a slot. `running` with nobody at work means that the run was killed."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


class RunLost(RoadsError):
    """Somebody else has taken the run over: what this process did since is undone. Carries `job` and `slot`."""

    code = "run_lost"


@dataclass(frozen=True, slots=True)
class KnownRun:
    """A line of the ledger. `ended_at` is when its last attempt finished or failed."""

    slot: date
    state: RunState
    attempts: int
    ended_at: datetime | None


def latest_due(now: datetime, due_at: time) -> date:
    """The newest slot that may run: today from `due_at` on, yesterday before. `now` is in the business time zone.

    A day is a slot, not an hour: an hour that the clocks repeat (Almaty, 29 February 2024) does not repeat the work.
    """
    return now.date() if now.time() >= due_at else now.date() - ONE_DAY


def slots_to_run(known: Sequence[KnownRun], until: date, now: datetime) -> list[date]:
    """Slots to work now, oldest first: those never started since the last finished one, killed and failed ones.

    A job that never ran begins with `until`. `known` may leave out slots before the last finished one.
    """
    past = [run for run in known if run.slot <= until]
    again = {run.slot for run in past if is_due_again(run, now)}
    return sorted(again | _never_started(past, until))


def is_due_again(run: KnownRun, now: datetime) -> bool:
    """Whether an unfinished run is to be tried again: a killed one at once, a failed one after a growing pause."""
    if run.state is RunState.FAILED and run.ended_at is not None:
        return now >= run.ended_at + pause_after(run.attempts)
    return run.state is RunState.RUNNING


def may_go_on(known: Sequence[KnownRun], slot: date) -> bool:
    """Whether a slot may be run again for work that came since: not while it waits out the pause after a failure."""
    return all(run.state is RunState.FINISHED for run in known if run.slot == slot)


def pause_after(attempts: int) -> timedelta:
    """2, 4, 8 ... minutes after each failed attempt, at most half a day: a lasting fault must not fill the log."""
    return min(timedelta(minutes=2 ** min(attempts, 10)), LONGEST_WAIT)


def _never_started(past: Sequence[KnownRun], until: date) -> set[date]:
    finished = [run.slot for run in past if run.state is RunState.FINISHED]
    begin = max(finished) if finished else min((run.slot for run in past), default=until - ONE_DAY)
    days = {begin + ONE_DAY * n for n in range(1, (until - begin).days + 1)}
    return days - {run.slot for run in past}


def lock_number(name: str) -> int:
    """The number of an advisory lock: ours among those that other programs take in the same database."""
    digest = sha256(f"sapaly-zhol {name}".encode()).digest()
    # 63 bits: PostgreSQL shows the number in two halves, which are awkward to join again below zero.
    return int.from_bytes(digest[:8]) >> 1


def run_lock(job: str) -> str:
    """The name of the lock that a job's run holds."""
    return f"run of {job}"
