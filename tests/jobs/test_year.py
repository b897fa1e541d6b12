"""A year in fast motion: undisturbed, and with two schedulers at once, killed runs and outages. Both end the same."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from jobs.notices import DeliverNotices, RenderLetters, WriteLetters
from jobs.runner import Runner
from jobs.tasks import Piece
from jobs.timetable import Job, Round, jobs_by_name, timetable
from roads.db import open_engine, transaction
from roads.domain.actors import Actor, Role, person
from roads.domain.claims import Action
from roads.domain.inspections import InspectionKind, InspectionOutcome
from roads.domain.notices import KIND_OF_ACTION
from roads.models import Defect
from roads.usecases.claims_drafting import IssueClaim, StateClaimTerms, issue_claim, state_claim_terms
from roads.usecases.inspections import RecordInspection, record_inspection
from roads.usecases.liability import refresh
from tests.claims import DEEDS, Scene, make_scene
from tests.conftest import cloned
from tests.factories import make_contract, make_defect, make_section, point_beside
from tests.letters import BASE_URL, add_person
from tests.mail import Sink, smtp_sink
from tests.status import assert_kept_is_right, counts
from tests.warm import warm

FIRST = date(2024, 6, 3)
LENGTH = 380
"""Days: the warranty of the scene ends on the 363rd."""

OUTAGES = (range(50, 55), range(118, 121), range(330, 332))
KILLED = {
    20: "draft-claims",
    75: "flag-overdue",
    100: "attribute-defects",
    150: "refresh-status",
    364: "flag-lost-warranties",
    2: "write-letters",
    12: "render-letters",
    46: "deliver-notices",
}
TWICE = range(25, LENGTH, 30)
CHECKED = (0, 3, 15, 40, 71, 151, 201, 270, 365, 379)

# What the year leaves, without the numbers that gaps in a sequence and the moments of the real clock make differ.
LEFT = {
    "claims": "SELECT contract_id, detected_on, drafted_on, issued_on, silence_by FROM claim",
    "lines": """SELECT defect_id, carriageway_id, extent, state, reason, round, changed_on, clock_from, safety_by,
        rectify_by, patched_on, repaired_on FROM claim_line""",
    "events": """SELECT l.defect_id, l.round, e.action, e.from_state, e.to_state, e.person, e.reason, e.happened_on
        FROM claim_event e LEFT JOIN claim_line l ON l.id = e.line_id
        WHERE e.person <> 'postman'""",  # when a mail was taken depends on who was there to take it
    "rungs": "SELECT l.defect_id, s.round, s.rung, s.due_on FROM ladder_step s JOIN claim_line l ON l.id = s.line_id",
    "lost": "SELECT defect_id, contract_id, carriageway_id, extent, ended_on, cost_tenge FROM lost_warranty",
    "recurrences": """SELECT r.defect_id, l.defect_id, r.distance_cm, r.linked_on
        FROM recurrence r JOIN claim_line l ON l.id = r.line_id""",
    "plans": "SELECT kind, contract_id, carriageway_id, extent, due, planned_on FROM planned_inspection",
    "segments": """SELECT segment_id, status, open_defects, overdue_lines, contract_id, answers_until, inspected_on,
        status_on, changes_on FROM segment_status""",
    "defects": """SELECT defect_id, carriageway_id, from_cm, state, outcome, distress, severity, detected_on, planned_on
        FROM defect_status""",
    "works": "SELECT carriageway_id, contract_id, extent, kind FROM works_under_way",
    "answers": "SELECT carriageway_id, extent, period, kind, contract_id, ends_on FROM answer_stretch",
    "costs": "SELECT carriageway_id, extent, contract_id, tenge_per_km FROM cost_stretch",
    "marks": "SELECT id FROM status_mark",
    "slots": "SELECT job, slot, state FROM job_run",
    # Each event and rung that is told of, and to whom: by what it is, not in which letter it came.
    "told": """SELECT l.kind, d.defect_id, e.action, e.happened_on, s.rung, s.due_on, n.address, n.is_for_information,
            n.state
        FROM letter l
        JOIN letter_cause u ON u.letter_id = l.id
        JOIN claim_line d ON d.id = u.line_id
        LEFT JOIN claim_event e ON e.id = u.event_id
        LEFT JOIN ladder_step s ON s.id = u.step_id
        JOIN notice n ON n.letter_id = l.id""",
    "untold": "SELECT id FROM untold",
}


class Killed(BaseException):
    """The process is gone in the midst of a piece, and nobody says goodbye."""


class Dies:
    """Does a piece of a job's work and is killed before it is committed."""

    def __init__(self, job: Job) -> None:
        self.task = job.task

    def waiting(self, session: Session, today: date, /) -> Sequence[Any]:
        return self.task.waiting(session, today)

    def work(self, session: Session, actor: Actor, piece: Piece) -> Mapping[str, int]:
        self.task.work(session, actor, piece)
        raise Killed


class Year:
    """A road, what people do to it day by day, and the jobs that run between."""

    def __init__(self, engine: Engine, sink: Sink) -> None:
        self.engine = engine
        self.sink = sink
        self.now = datetime.combine(FIRST, time(6), UTC)
        self.rounds = timetable(
            snap_m=30,
            notices=(
                WriteLetters(lambda: self.now),
                RenderLetters(BASE_URL, "kk"),
                DeliverNotices(sink.url, "", BASE_URL, clock=lambda: self.now),
            ),
        )
        self.defects: dict[str, int] = {}
        with transaction(engine, role=None) as session:
            # Ten thousand small commits: a crash of the machine would lose the test anyhow.
            session.execute(text("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit TO off', "
                                 "current_database()); END $$"))  # fmt: skip
        engine.dispose()
        with transaction(engine) as session:
            self.scene = make_scene(session)
        add_person(engine, "builder", Role.CONTRACTOR, self.scene.contractor.bin, "ru")
        add_person(engine, "engineer", Role.ENGINEER, self.scene.customer.bin, "kk")

    def scene_in(self, session: Session) -> Scene:
        return replace(self.scene, session=session)

    def live(self, *, is_disturbed: bool) -> None:
        """All days; nobody does anything on the days of an outage or with two schedulers."""
        for n in range(LENGTH):
            today = FIRST + timedelta(days=n)
            if deed := DEEDS_OF_THE_YEAR.get(n):
                with transaction(self.engine) as session:
                    deed(self, session, today)
            if not is_disturbed:
                self.run(today)
            elif not any(n in outage for outage in OUTAGES):
                self.make_trouble(n)
                self.run_disturbed(n, today)
            if n in CHECKED:
                with transaction(self.engine) as session:
                    assert_kept_is_right(session, today)

    def run(self, today: date, host: str = "here:1", rounds: Sequence[Round] = ()) -> None:
        self.now = datetime.combine(today, time(6), UTC)
        for turn in rounds or self.rounds:
            Runner(self.engine, host).run_round(turn, self.now)

    def run_disturbed(self, n: int, today: date) -> None:
        if name := KILLED.get(n):
            with pytest.raises(Killed):
                self.run(today, "killed:1", [self.deadly(turn, name) for turn in self.rounds])
        if n in TWICE:
            with ThreadPoolExecutor(2) as pool:
                list(pool.map(lambda host: self.run(today, host), ("here:1", "there:1")))
        self.run(today)

    def deadly(self, turn: Round, name: str) -> Round:
        """A round in which the job of this name kills its process."""
        return replace(turn, jobs=tuple(replace(job, task=Dies(job)) if job.name == name else job for job in turn.jobs))

    def make_trouble(self, n: int) -> None:
        """The mail server of a disturbed year: off for days, busy on others, and sometimes it hangs up."""
        answers = {0: "250 OK", 1: "451 later", 2: None}
        self.sink.at_data = lambda _: answers[n % 3] if n % 10 < 6 else "250 OK"

    def left(self) -> dict[str, list[str]]:
        """Everything that the year has left, in an order of its own."""
        with transaction(self.engine, role=None) as session:
            return {name: sorted(str(tuple(row)) for row in session.execute(text(sql))) for name, sql in LEFT.items()}


Deed = Callable[[Year, Session, date], None]


def found(name: str, at_m: float, **facts: Any) -> Deed:
    """A defect is found there and recorded; the jobs do the rest."""

    def do(year: Year, session: Session, today: date) -> None:
        lon, lat = point_beside(at_m, lat=year.scene.lat)
        facts.setdefault("detected_on", today)
        defect: Defect = make_defect(session, lon=lon, lat=lat, external_id=name, **facts)
        year.defects[name] = defect.id

    return do


def issued(year: Year, session: Session, today: date) -> None:
    """The engineer issues every draft there is."""
    drafts = "SELECT DISTINCT claim_id FROM claim_line WHERE state = 'drafted' ORDER BY 1"
    for claim in session.scalars(text(drafts)).all():
        issue_claim(session, year.scene.engineer, IssueClaim(claim), today=today)


def done(name: str, *actions: Action) -> Deed:
    """Somebody does something to the line of a defect."""

    def do(year: Year, session: Session, today: date) -> None:
        line = session.scalars(
            text("SELECT max(id) FROM claim_line WHERE defect_id = :id"), {"id": year.defects[name]}
        ).one()
        for action in actions:
            DEEDS[action](year.scene_in(session), line, today)

    return do


def inspected(outcome: str, name: str) -> Deed:
    """The whole carriageway is inspected."""

    def do(year: Year, session: Session, today: date) -> None:
        inspector = person("inspector-1", Role.INSPECTOR, year.scene.customer.id)
        seen = RecordInspection(
            "test", name, year.scene.line.source_id, None, None, InspectionKind.OTHER, today, InspectionOutcome(outcome)
        )
        record_inspection(session, inspector, seen, today=today)

    return do


def silence_counts(year: Year, session: Session, _today: date) -> None:
    """The customer says that silence is acceptance."""
    administrator = person("administrator-1", Role.ADMINISTRATOR, year.scene.customer.id)
    terms = StateClaimTerms(year.scene.customer.id, "order 7", silence_is_acceptance=True)
    state_claim_terms(session, administrator, terms)


def works_begin(year: Year, session: Session, today: date) -> None:
    """Another contract begins to work on two kilometres."""
    works = make_contract(session, number="other", signed_on=today, stated_term_months=12)
    make_section(session, works, year.scene.line, from_m=6000, to_m=8000)
    refresh(session, contract_ids=[works.id])


def works_accepted(year: Year, session: Session, today: date) -> None:
    """Its works are handed over."""
    (section,) = session.execute(
        text("SELECT s.id FROM contract_section s JOIN contract c ON c.id = s.contract_id WHERE c.number = 'other'")
    ).one()
    session.execute(
        text(
            "INSERT INTO acceptance (section_id, extent, elements, accepted_on)"
            " SELECT id, extent, elements, :on FROM contract_section WHERE id = :id"
        ),
        {"on": today, "id": section},
    )
    contract = session.scalars(text("SELECT contract_id FROM contract_section WHERE id = :id"), {"id": section}).one()
    refresh(session, contract_ids=[contract])


def each(*deeds: Deed) -> Deed:
    def do(year: Year, session: Session, today: date) -> None:
        for deed in deeds:
            deed(year, session, today)

    return do


DEEDS_OF_THE_YEAR: Mapping[int, Deed] = {
    0: each(silence_counts, inspected("defects_found", "1")),
    1: each(found("mended", 1000), found("silent", 2000), found("disputed", 3000)),
    2: issued,
    5: done("disputed", Action.DISPUTE),
    10: done("mended", Action.REPORT_REPAIR),
    12: each(done("mended", Action.VERIFY), done("disputed", Action.UPHOLD)),
    33: done("disputed", Action.REPORT_REPAIR),
    36: done("disputed", Action.REJECT_REPAIR),
    40: done("disputed", Action.REPORT_REPAIR),
    41: done("disputed", Action.VERIFY),
    70: done("silent", Action.DO_BY_OTHERS),
    100: found("came back", 1004),
    150: inspected("no_defect_found", "2"),
    190: found("outside", 20_000),
    210: works_begin,
    260: works_accepted,
    300: found("never issued", 5000),
    340: found("after", 9000, occurred_on=FIRST + timedelta(days=330)),
}  # fmt: skip


@pytest.fixture
def quiet(database: Engine) -> Iterator[Year]:
    with smtp_sink() as sink:
        yield Year(database, sink)


@pytest.fixture
def trouble() -> Iterator[Sink]:
    with smtp_sink() as sink:
        yield sink


@pytest.fixture
def other(admin: Any, template: str) -> Iterator[Engine]:
    """A second database, for the year that is disturbed."""
    with cloned(admin, template) as url:
        engine = open_engine(url, pool_size=10)
        yield engine
        engine.dispose()


@pytest.mark.slow
def test_a_disturbed_year_ends_as_an_undisturbed_one_does(quiet: Year, other: Engine, trouble: Sink) -> None:
    disturbed = Year(other, trouble)
    with warm(quiet.engine), warm(other), ThreadPoolExecutor(2) as pool:
        years = [pool.submit(quiet.live, is_disturbed=False), pool.submit(disturbed.live, is_disturbed=True)]
        assert [year.result() for year in years] == [None, None]
    left = quiet.left()
    assert disturbed.left() == left
    # Nothing missed: each day had each job, each plan and rung was made, and the story was told to its end.
    assert len(left["slots"]) == LENGTH * len(jobs_by_name(quiet.rounds))
    assert {row.split("'")[1] for row in left["plans"]} >= {"spring", "autumn", "last_90", "last_30"}
    assert len([row for row in left["rungs"] if "referral_file" in row]) == 1
    assert (len(left["recurrences"]), len(left["lost"]), left["marks"]) == (1, 3, [])
    assert len([row for row in left["events"] if "accept_by_silence" in row]) == 1
    with transaction(other) as session:
        assert set(counts(session)) >= {"open", "sound", "sound_under_warranty"}
    for year in (quiet, disturbed):
        assert_told_once(year)


def assert_told_once(year: Year) -> None:
    """Every rung and every event of a kind that is told has its letter; every mail went out, and each once."""
    with transaction(year.engine, role=None) as session:
        untold = session.scalars(
            text("SELECT id FROM ladder_step EXCEPT SELECT step_id FROM letter_cause WHERE step_id IS NOT NULL")
        ).all()
        actions = [action.value for action in KIND_OF_ACTION]
        forgotten = session.scalars(
            text(
                "SELECT id FROM claim_event WHERE action = ANY (:actions) AND from_state IS DISTINCT FROM 'drafted'"
                " AND happened_on <= :last EXCEPT SELECT event_id FROM letter_cause"
            ),
            {"actions": actions, "last": FIRST + timedelta(days=LENGTH - 1)},
        ).all()
        tokens = session.scalars(text("SELECT token FROM notice WHERE address IS NOT NULL")).all()
    assert (untold, forgotten) == ([], [])
    assert sorted(year.sink.ids) == sorted(f"<{token}@zhol.example.kz>" for token in tokens)
    assert len(tokens) == 16
