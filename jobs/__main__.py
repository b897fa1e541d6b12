"""The jobs from the command line: `python -m jobs --help`."""

import json
import os
import signal
import socket
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from threading import Event
from types import FrameType
from typing import Annotated

import typer

from jobs.data import PublishData
from jobs.maps import PublishMaps
from jobs.media import SweepMedia
from jobs.notices import DeliverNotices, RenderLetters, TellFollowers, WriteLetters
from jobs.runner import RunFailed, Runner, RunStopped
from jobs.service import Service
from jobs.timetable import Job, Round, jobs_by_name, timetable
from roads.commands.running import IN_ENGLISH, Language, one_clear_line, surroundings
from roads.db import transaction
from roads.domain.errors import NotFound
from roads.i18n import say
from roads.logs import configure_logs
from roads.media import open_media
from roads.queries.operations import RunRecord, last_runs
from roads.settings import Settings, read_settings
from roads.usecases.signing import Signer

EXIT_FAILED = 1
EXIT_STOPPED = 130
RUNS_SHOWN = 10
WAIT_S = 0.5

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)

Names = Annotated[list[str], typer.Argument(help="the jobs to run, one after the other")]
Today = Annotated[datetime | None, typer.Option("--today", formats=["%Y-%m-%d"], help="the business day to run for")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="say what would change, and undo it")]
AsJson = Annotated[bool, typer.Option("--json", help="for programs")]


@app.command("list")
@one_clear_line
def show_timetable(language: Language = IN_ENGLISH) -> None:
    """Show the jobs and when they run."""
    for turn in rounds_of(read_settings()):
        for job in turn.jobs:
            when = say("job.when", language, {"due_at": f"{job.due_at:%H:%M}", "minutes": turn.every_minutes})
            print(f"{job.name:<20} {when:<40} {say(f'job.{job.name}', language)}")


@app.command()
@one_clear_line
def once(names: Names, today: Today = None, dry_run: DryRun = False, language: Language = IN_ENGLISH) -> None:
    """Run jobs now, for today or another business day, even if they have run for it already."""
    configure_logs()
    stop = stop_on_signals()
    with surroundings() as here:
        jobs = chosen_jobs(names, here.settings)
        runner = Runner(here.engine, process_name(), stop)
        slot = today.date() if today else here.today
        for job in jobs:
            counts = runner.try_out(job, slot) if dry_run else run(runner, job, slot, language)
            print(result_line(job, slot, counts, language, is_dry=dry_run), flush=True)


@app.command()
@one_clear_line
def serve() -> None:
    """Run the timetable until stopped. Several may serve: one leads, the others stand by."""
    configure_logs()
    stop = stop_on_signals()
    with surroundings() as here:
        with transaction(here.engine) as session:
            last_runs(session, of_each=1)  # a database that is not migrated is said now, not at every look
        open_media(here.settings.media_url).demand_usable()
        rounds = rounds_of(here.settings)
        Service(here.engine, rounds, here.settings.zone, process_name(), datetime.now).run(stop)


@app.command("last-runs")
@one_clear_line
def show_last_runs(as_json: AsJson = False, language: Language = IN_ENGLISH) -> None:
    """Show the newest runs of each job, newest first."""
    with surroundings() as here, transaction(here.engine) as session:
        runs = last_runs(session, of_each=RUNS_SHOWN)
    if as_json:
        print(json.dumps([asdict(run) for run in runs], default=lambda moment: moment.isoformat(), indent=2))
    elif not runs:
        print(say("job.never_ran", language))
    else:
        for line in runs:
            print(run_line(line, language))


def rounds_of(settings: Settings) -> tuple[Round, ...]:
    """The timetable as the settings have it. Without a key nobody signs the ledger."""
    signer = Signer(settings.ledger_name, settings.ledger_key) if settings.ledger_key else None
    return timetable(
        snap_m=settings.snap_distance_m,
        maps=PublishMaps.of(settings),
        data=PublishData.of(settings),
        media=SweepMedia.of(settings),
        signer=signer,
        notices=notices_of(settings),
        followers=TellFollowers(settings.zone),
    )


def notices_of(settings: Settings) -> tuple[WriteLetters, RenderLetters, DeliverNotices]:
    """What writes, draws up and sends letters, as the settings have it."""
    rendering = RenderLetters(settings.base_url, settings.language_codes[0], open_media(settings.media_url))
    return WriteLetters(), rendering, DeliverNotices.of(settings)


def chosen_jobs(names: list[str], settings: Settings) -> list[Job]:
    """The jobs of those names. Errors: NotFound for the first that is none."""
    known = jobs_by_name(rounds_of(settings))
    for name in names:
        if name not in known:
            raise NotFound(thing="job", key=name)
    return [known[name] for name in names]


def run(runner: Runner, job: Job, slot: date, language: str) -> Mapping[str, int]:
    """One run, or one clear line and exit code 1 when it failed, 130 when it was stopped."""
    is_told = Event()

    def wait() -> None:
        if not is_told.is_set():
            print(say("job.waiting", language, {"job": job.name}), file=sys.stderr)
            is_told.set()
        runner.is_over.wait(WAIT_S)

    try:
        return runner.run_once(job, slot, waiting=wait)
    except RunFailed as failed:
        print(say("error.run_failed", language, failed.params), file=sys.stderr)
        raise typer.Exit(EXIT_FAILED) from None
    except RunStopped as stopped:
        print(say("error.run_stopped", language, stopped.params), file=sys.stderr)
        raise typer.Exit(EXIT_STOPPED) from None


def result_line(job: Job, slot: date, counts: Mapping[str, int], language: str, *, is_dry: bool) -> str:
    """What one run did, or would do."""
    facts = {"job": job.name, "slot": slot, "figures": in_figures(counts)}
    if not counts:
        return say("job.had_nothing_to_do", language, facts)
    return say("job.would_do" if is_dry else "job.did", language, facts)


def in_figures(counts: Mapping[str, int]) -> str:
    """Counts as the log shows them."""
    return " ".join(f"{name}={count}" for name, count in counts.items())


def run_line(line: RunRecord, language: str) -> str:
    """One line of the ledger in words."""
    state = say(f"job.state.{line.state}", language)
    started_at = line.started_at.isoformat(sep=" ", timespec="seconds")
    return f"{line.job:<20} {line.slot} {state:<12} {started_at} {in_figures(line.counts)} {line.error or ''}".rstrip()


def process_name() -> str:
    """Who we are in the ledger."""
    return f"{socket.gethostname()}:{os.getpid()}"


def stop_on_signals() -> Event:
    """Set by the first signal to stop; the piece of work in hand is finished first. A second one ends us at once."""
    stop = Event()

    def ask(number: int, _frame: FrameType | None) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
    return stop


if __name__ == "__main__":
    app(prog_name="python -m jobs")
