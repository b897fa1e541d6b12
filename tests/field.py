"""Inspectors with a phone: a road under warranty, people of two organisations, and what they send."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine, text

from roads.db import Role, transaction
from roads.domain.actors import Role as Acting
from roads.models import Organisation
from roads.usecases.accounts_secrets import form_token
from tests.accounts import make_user
from tests.claims import Scene, make_scene
from tests.factories import make_distress, make_organisation, point_beside
from tests.signed import enter

ON = date(2024, 6, 3)
"""Within the warranty of the scene: accepted on 1 June 2022, until 1 June 2025."""


@dataclass(frozen=True)
class Person:
    """Somebody who has signed in with a browser and with a program."""

    login: str
    organisation_id: int
    cookie: str
    bearer: str

    @property
    def by_program(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.bearer}"}

    @property
    def by_page(self) -> dict[str, str]:
        """What a script on a page of theirs shows."""
        return {
            "Cookie": f"session={self.cookie}",
            "X-Form-Token": form_token(self.cookie),
            "Sec-Fetch-Site": "same-origin",
        }


@dataclass
class Field:
    """A road of 10 km under warranty for a customer; another customer beside, who has nothing to do with it."""

    engine: Engine
    app: FastAPI
    client: TestClient
    lat: float
    line_id: int
    source_id: str
    contract_id: int
    customer_id: int
    contractor_id: int
    other_id: int
    people: dict[tuple[Acting, int], Person] = field(default_factory=dict)

    def person(self, role: Acting = Acting.INSPECTOR, organisation_id: int = 0) -> Person:
        """Somebody in this role, by default of the road's customer."""
        of = organisation_id or self.customer_id
        if (role, of) not in self.people:
            self.people[role, of] = make_person(self.engine, self.app, role, of)
        return self.people[role, of]

    def body(self, at_m: float = 1000, offset_m: float = 2, **facts: Any) -> dict[str, Any]:
        """A pothole of medium severity beside the road."""
        lon, lat = point_beside(at_m, offset_m, lat=self.lat)
        pothole = {"distress": "pothole", "depth_mm": 40, "length_m": 0.4, "width_m": 0.4}
        return {"lon": lon, "lat": lat, "detected_on": ON.isoformat(), **pothole, **facts}

    def post(
        self,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        who: Person | None = None,
        key: UUID | str | None = None,
        language: str = "en",
    ) -> Response:
        """Post as a program does, under a new key unless one is given ('' for none)."""
        shown = {**(who or self.person()).by_program, "Accept-Language": language}
        if key != "":
            shown["Idempotency-Key"] = str(key or uuid4())
        self.client.cookies.clear()
        return self.client.post(f"/api/v1{path}", json=body, headers=shown)

    def get(self, path: str, who: Person | None = None) -> Response:
        self.client.cookies.clear()
        return self.client.get(f"/api/v1{path}", headers=(who or self.person()).by_program)

    def record(self, at_m: float = 1000, *, who: Person | None = None, **facts: Any) -> dict[str, Any]:
        """A defect that was recorded, as it was answered."""
        answer = self.post("/defects", self.body(at_m, **facts), who=who)
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def rows(self, words: str, **values: Any) -> list[Any]:
        """What stands in the database, for jobs."""
        with transaction(self.engine, Role.JOBS) as session:
            return list(session.execute(text(words), values).all())


def make_person(engine: Engine, app: FastAPI, role: Acting, organisation_id: int) -> Person:
    """Make an account and sign in."""
    now = datetime.now(UTC)
    login = f"{role}-{uuid4().hex[:8]}@example.kz"
    with transaction(engine, None) as session:
        organisation = session.get_one(Organisation, organisation_id)
        make_user(session, organisation, role, login=login, now=now - timedelta(hours=1))
    entered = enter(engine, login)
    return Person(login, organisation_id, entered.secret, entered.bearer(app))


def make_field(engine: Engine, app: FastAPI, client: TestClient) -> Field:
    """The road, its contract and the organisations."""
    with transaction(engine, None) as session:
        scene: Scene = make_scene(session)
        for code, element in (("pothole", "pavement"), ("rutting", "pavement"), ("missing_sign", "furniture")):
            make_distress(session, code, element=element)
        other = make_organisation(session)
        return Field(
            engine,
            app,
            client,
            scene.lat,
            scene.line.id,
            scene.line.source_id,
            scene.contract.id,
            scene.customer.id,
            scene.contractor.id,
            other.id,
        )
