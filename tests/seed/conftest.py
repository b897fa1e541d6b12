"""The demonstration as `python -m seed demo` leaves it, placed and attributed, in a database of its own."""

import os
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

from roads.db import open_engine, transaction
from roads.domain.actors import OPERATOR
from roads.media import MediaFolder
from roads.usecases.attribution import AttributeDefects, PlaceDefects, attribute_defects, place_defects
from seed.demo import load_demo
from tests.conftest import address_of, made_once

TODAY = date(2026, 11, 22)


def answer_all(session: Session) -> None:
    """What the two jobs do."""
    defects = list(session.scalars(text("SELECT id FROM defect ORDER BY id")))
    touched = place_defects(session, OPERATOR, PlaceDefects(defects, 30.0))
    attribute_defects(session, OPERATOR, AttributeDefects(touched, off_network=True))


def load_answered(url: str, album: MediaFolder) -> None:
    """The demonstration as it is on TODAY, and every defect answered."""
    engine = open_engine(url)
    with transaction(engine) as session:
        load_demo(session, OPERATOR, media=album, today=TODAY)
    with transaction(engine) as session:
        answer_all(session)
    engine.dispose()


@pytest.fixture(scope="session")
def album_folder(tmp_path_factory: pytest.TempPathFactory) -> MediaFolder:
    """Where the photos of the demonstration lie, for all processes of this run."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "album"
    folder.mkdir(exist_ok=True)
    return MediaFolder(folder)


@pytest.fixture(scope="session")
def demo(admin: Connection, template: str, album_folder: MediaFolder) -> Iterator[Engine]:
    """A database with the demonstration, loaded on TODAY, and every defect answered. Tests only read it."""
    name = made_once(admin, "demo", lambda url: load_answered(url, album_folder), template)
    engine = open_engine(address_of(name))
    yield engine
    engine.dispose()
