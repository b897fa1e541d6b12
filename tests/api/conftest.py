"""The application on a database of its own, asked as a client asks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api import drawing_ahead, editions
from api.app import create_app
from api.keeping import Kept
from roads.db import transaction
from roads.domain.actors import OPERATOR
from roads.settings import Settings
from roads.usecases import liability
from roads.usecases.attribution import AttributeDefects, PlaceDefects, attribute_defects, place_defects
from tests.api.pages import TODAY
from tests.factories import (
    make_acceptance,
    make_carriageway,
    make_contract,
    make_defect,
    make_distress,
    make_road,
    make_section,
    point_beside,
)
from tests.field import Field, make_field

LAT = 50.0


@dataclass(frozen=True)
class Told:
    """What stands in the database: a road with a warranty on its first two kilometres, and a defect in it."""

    road: str
    contract: int
    defect: int
    segment: int
    covered: tuple[float, float]
    off_network: tuple[float, float]


@pytest.fixture
def told(database: Engine) -> Told:
    with transaction(database) as session:
        road = make_road(session, reference="KAZ99")
        line = make_carriageway(session, road, lat=LAT)
        contract = make_contract(session, number="2023-118", signed_on=date(2023, 1, 10), stated_term_months=36)
        section = make_section(session, contract, line, from_m=0, to_m=2000)
        make_acceptance(session, section, accepted_on=date(2023, 9, 14))
        make_distress(session)
        lon, lat = point_beside(1000, 2, lat=LAT)
        defect = make_defect(session, lon=lon, lat=lat, detected_on=date(2024, 5, 1))
        liability.refresh(session, contract_ids=[contract.id])
        place_defects(session, OPERATOR, PlaceDefects([defect.id], 30))
        attribute_defects(session, OPERATOR, AttributeDefects([line.id]))
        return Told("KAZ99", contract.id, defect.id, 1, (lon, lat), (60.0, 45.0))


@pytest.fixture
def divided(database: Engine) -> str:
    """The reference of a road with a carriageway for each direction."""
    with transaction(database) as session:
        road = make_road(session, reference="KAZ98")
        for lat, direction in ((51.0, "forward"), (51.001, "reverse")):
            make_carriageway(session, road, lat=lat, direction=direction)
    return "KAZ98"


@pytest.fixture(autouse=True)
def drawn_at_the_start_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look for new editions in the midst of a test would take its turn from who is to ask first."""
    monkeypatch.setattr(drawing_ahead, "LOOKS_EVERY_S", 3600.0)


@pytest.fixture
def client(database_url: str) -> Iterator[TestClient]:
    """A client of the whole application; errors come back as answers, as they do from a server."""
    with TestClient(create_app(Settings(database_url=database_url)), raise_server_exceptions=False) as asked:
        yield asked


@pytest.fixture
def on_that_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are asked for on 3 June 2024."""
    monkeypatch.setattr("api.pages.things.today", lambda _: TODAY)


@pytest.fixture
def counted(asked: list[object], monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every statement that a page asks the database. Nothing is kept, and the version is asked for once."""
    monkeypatch.setattr(Kept, "find", lambda *_: None)
    monkeypatch.setattr(editions, "KNOWN_FOR_S", 3600.0)
    return asked


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every statement that the application asks the database."""
    asked: list[object] = []
    execute = psycopg.AsyncCursor.execute

    async def note(self: Any, query: Any, *given: Any, **more: Any) -> Any:
        asked.append(query)
        return await execute(self, query, *given, **more)

    monkeypatch.setattr(psycopg.AsyncCursor, "execute", note)
    return asked


@pytest.fixture
def inspected(database: Engine, client: TestClient) -> Field:
    """A road with people who inspect it."""
    app: Any = client.app
    return make_field(database, app, client)
