"""The people around one contract with accounts of their own, and what their programs show when they ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import Engine

from roads.db import Role, transaction
from roads.domain.actors import Role as Acting
from roads.models import ClaimLine
from tests.accounts import make_user
from tests.claims import Scene, make_scene
from tests.factories import make_organisation
from tests.signed import Entered, enter

PEOPLE = {
    "engineer": Acting.ENGINEER,
    "inspector": Acting.INSPECTOR,
    "auditor": Acting.AUDITOR,
    "administrator": Acting.ADMINISTRATOR,
    "builder": Acting.CONTRACTOR,
    "own engineer": Acting.ENGINEER,
    "centre": Acting.ENGINEER,
    "stranger": Acting.CONTRACTOR,
}


@dataclass(frozen=True)
class Office:
    """A road under warranty until June 2028, and everybody around it; `bins` by person."""

    engine: Engine
    bins: Mapping[str, str]
    contract_id: int

    def issued(self, at_m: float = 1000) -> ClaimLine:
        """An issued line of a defect that was detected today."""
        with transaction(self.engine) as session:
            scene = Scene.of_contract(session, self.contract_id)
            return scene.issued(at_m, today=today())

    def drafted(self, at_m: float = 1000, *, on: date | None = None) -> ClaimLine:
        """A drafted line of a defect."""
        with transaction(self.engine) as session:
            scene = Scene.of_contract(session, self.contract_id)
            defect = scene.defect(at_m, detected_on=on or today())
            scene.draft(today())
            return scene.line_of(defect)

    def signed_in(self, who: str) -> Entered:
        """Somebody in a new session."""
        return enter(self.engine, login_of(who))

    def program(self, client: TestClient, who: str) -> dict[str, str]:
        """What somebody's program shows."""
        app: Any = client.app
        return self.signed_in(who).program(app)

    def browser(self, who: str) -> tuple[dict[str, str], str]:
        """What somebody's browser shows, and the token of their forms."""
        entered = self.signed_in(who)
        return entered.cookie, entered.token


def today() -> date:
    """What day it is for the application under test."""
    return (datetime.now(UTC) + timedelta(hours=5)).date()


def login_of(who: str) -> str:
    return f"{who.replace(' ', '-')}@example.kz"


def make_office(engine: Engine) -> Office:
    """The contract, its road, and everybody's account."""
    with transaction(engine) as session:
        scene = make_scene(session, accepted_on=today() - timedelta(days=400))
        centre, stranger = make_organisation(session), make_organisation(session)
        organisations = {"builder": scene.contractor, "own engineer": scene.contractor, "centre": centre}
        organisations |= {"stranger": stranger, "auditor": centre, "administrator": centre}
        of = {who: organisations.get(who, scene.customer) for who in PEOPLE}
        contract_id = scene.contract.id
        bins = {who: organisation.bin for who, organisation in of.items()}
    with transaction(engine, Role.ACCOUNTS) as session:
        for who, role in PEOPLE.items():
            begun = datetime.now(UTC) - timedelta(hours=1)
            make_user(session, of[who], role, login=login_of(who), now=begun)
    return Office(engine, bins, contract_id)
