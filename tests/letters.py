"""A claim with people around it who are written to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Row, text
from sqlalchemy.orm import Session

from jobs.notices import DeliverNotices, RenderLetters, WriteLetters
from jobs.runner import SCHEDULER
from jobs.tasks import Piece, Task
from roads.db import Role, transaction
from roads.domain.actors import OPERATOR
from roads.domain.actors import Role as Acting
from roads.usecases.accounts import CreateUser, GivenRole, create_user
from tests.accounts import NOW, password_hash
from tests.claims import TODAY, Scene, make_scene
from tests.factories import make_organisation

BASE_URL = "http://zhol.example.kz"
BEGIN = datetime.combine(TODAY, datetime.min.time(), UTC) + timedelta(hours=6)


class Clock:
    """The moment a test says it is."""

    def __init__(self) -> None:
        self.now = BEGIN

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class Desk:
    """A database with a road, a contract and people of all its parties, and the jobs that write to them."""

    engine: Engine
    scene: Scene
    smtp_url: str
    clock: Clock
    to_private: bool = True

    def scene_in(self, session: Session) -> Scene:
        return replace(self.scene, session=session)

    def issue(self, *at_m: float, today: date = TODAY) -> int:
        """A claim over defects at these chainages, issued; gives its id."""
        with transaction(self.engine) as session:
            scene = self.scene_in(session)
            lines = [scene.defect(one, detected_on=today) for one in at_m or (1000,)]
            scene.draft(today)
            scene.issue(today)
            return scene.line_of(lines[0]).claim_id

    def lines(self, claim: int) -> Sequence[int]:
        return [
            row.id
            for row in self.rows("SELECT id FROM claim_line WHERE claim_id = :claim ORDER BY number", claim=claim)
        ]

    def write(self, today: date = TODAY) -> None:
        """Letters are written and drawn up."""
        for task in (WriteLetters(self.clock), RenderLetters(BASE_URL, "kk")):
            self._run(task, today)

    def deliver(self, today: date = TODAY) -> None:
        self._run(self.delivery(), today)

    def delivery(self) -> DeliverNotices:
        return DeliverNotices(self.smtp_url, "", BASE_URL, self.to_private, self.clock)

    def _run(self, task: Task, today: date) -> None:
        with transaction(self.engine) as session:
            pieces = task.waiting(session, today)
        for ids in pieces:
            with transaction(self.engine) as session:
                task.work(session, SCHEDULER, Piece(ids, today))

    def rows(self, sql: str, **values: Any) -> list[Row[Any]]:
        with transaction(self.engine, None) as session:
            return list(session.execute(text(sql), values))

    def do(self, sql: str, **values: Any) -> None:
        with transaction(self.engine, None) as session:
            session.execute(text(sql), values)

    def states(self) -> list[str]:
        return [row.state for row in self.rows("SELECT state FROM notice ORDER BY id")]


PEOPLE = {
    "builder": (Acting.CONTRACTOR, "contractor", "ru"),
    "engineer": (Acting.ENGINEER, "customer", "kk"),
    "supervisor": (Acting.SUPERVISOR, "supervisor", "en"),
}


def address(name: str) -> str:
    return f"{name}@example.kz"


def make_desk(engine: Engine, smtp_url: str, *, people: Sequence[str] = tuple(PEOPLE)) -> Desk:
    """The scene of claims with a supervisor, and one person of each party who reads mail in a language of their own."""
    with transaction(engine) as session:
        scene = make_scene(session)
        supervisor = make_organisation(session)
        scene.contract.supervisor_id = supervisor.id
        session.flush()
        bins = {"contractor": scene.contractor.bin, "customer": scene.customer.bin, "supervisor": supervisor.bin}
    for name in people:
        role, party, language = PEOPLE[name]
        add_person(engine, name, role, bins[party], language)
    return Desk(engine, scene, smtp_url, Clock())


def add_person(engine: Engine, name: str, role: Acting, number: str, language: str = "ru") -> int:
    with transaction(engine, Role.ACCOUNTS) as session:
        given = [GivenRole(role, number)]
        return create_user(
            session, OPERATOR, CreateUser(address(name), f"{name}-1", language, given, password_hash()), now=NOW
        )
