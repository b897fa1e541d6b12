"""Which jobs there are and when they run. The whole timetable is this code; no table remembers another one."""

from dataclasses import dataclass
from datetime import time

from jobs.tasks import (
    AcceptBySilence,
    AttributeStaleDefects,
    DraftWaitingClaims,
    FlagOverdue,
    FlagWarrantiesLost,
    ForgetAnswers,
    LinkRecurrences,
    NoteChangedLines,
    PlaceWaitingDefects,
    PlanDueInspections,
    RefreshDirtyStatus,
    SequenceWaitingEntries,
    Task,
)
from roads.usecases.signing import Signer


@dataclass(frozen=True, slots=True)
class Job:
    """A job, the word its log line begins with, and from which time of a business day that day's slot is due.

    `goes_on`: work that comes later on the day is done on the day, by running its slot again.
    """

    name: str
    done: str
    task: Task
    due_at: time = time(0, 0)
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Round:
    """Jobs that run one after the other, because one feeds the next; looked at every so many minutes of the hour."""

    name: str
    every_minutes: int
    jobs: tuple[Job, ...]


def timetable(
    *,
    snap_m: float,
    maps: Task | None = None,
    data: Task | None = None,
    media: Task | None = None,
    signer: Signer | None = None,
    notices: tuple[Task, Task, Task] | None = None,
    followers: Task | None = None,
) -> tuple[Round, ...]:
    """All rounds. `snap_m` is the snapping distance in metres; `maps` publishes the public map, `data` the files of
    open data, and `media` sweeps the folder of photos, where there is one; `signer` signs the ledger; `notices` write
    letters, draw them up and send them; `followers` writes to those who follow something by e-mail."""
    publishing = (Job("publish-maps", "published", maps, goes_on=True),) if maps else ()
    dumping = (Job("publish-data", "dumped", data),) if data else ()
    sweeping = (Job("sweep-media", "swept", media, due_at=time(3, 0)),) if media else ()
    return (
        Round(
            "defects",
            every_minutes=5,
            jobs=(
                Job("place-defects", "placed", PlaceWaitingDefects(snap_m), goes_on=True),
                Job("attribute-defects", "attributed", AttributeStaleDefects(), goes_on=True),
                Job("note-changed-lines", "noted", NoteChangedLines()),
                Job("draft-claims", "drafted", DraftWaitingClaims()),
                Job("accept-by-silence", "accepted", AcceptBySilence()),
                Job("link-recurrences", "linked", LinkRecurrences()),
                Job("flag-overdue", "flagged_overdue", FlagOverdue()),
                Job("plan-inspections", "planned", PlanDueInspections()),
                Job("flag-lost-warranties", "flagged_lost", FlagWarrantiesLost()),
                Job("forget-answers", "forgot", ForgetAnswers()),
                # Last of those that write: it shows what all of them did.
                Job("refresh-status", "refreshed", RefreshDirtyStatus(), goes_on=True),
                Job("sequence-ledger", "sequenced", SequenceWaitingEntries(signer), goes_on=True),
                *publishing,
                # After all that is shown: it takes longest, and nobody on the road waits for it.
                *dumping,
            ),
        ),
        *((Round("media", every_minutes=30, jobs=sweeping),) if sweeping else ()),
        *((_news(followers),) if followers else ()),
        *((_letters(*notices),) if notices else ()),
    )


def _news(tell: Task) -> Round:
    return Round("followers", every_minutes=10, jobs=(Job("tell-followers", "told", tell, goes_on=True),))


def _letters(write: Task, render: Task, deliver: Task) -> Round:
    """A round of its own: a mail must not wait until a night's answers are given."""
    return Round(
        "notices",
        every_minutes=1,
        jobs=(
            Job("write-letters", "wrote", write, goes_on=True),
            Job("render-letters", "rendered", render, goes_on=True),
            Job("deliver-notices", "took", deliver, goes_on=True),
        ),
    )


def jobs_by_name(rounds: tuple[Round, ...]) -> dict[str, Job]:
    """Every job by its name, in the order of the timetable."""
    return {job.name: job for each in rounds for job in each.jobs}
