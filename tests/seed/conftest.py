"""The demonstration as `python -m seed demo` leaves it, placed and attributed, in a database of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

from roads.db import open_engine, transaction
from roads.domain.actors import OPERATOR
from roads.media import MediaFolder
from roads.usecases.attribution import AttributeDefects, PlaceDefects, attribute_defects, place_defects
from seed.demo import load_demo
from tests.conftest import admin_url

TODAY = date(2026, 11, 22)


@contextmanager
def cloned(admin: Connection, template: str) -> Iterator[Engine]:
    """An engine on a fresh clone of the template."""
    name = f"roads_seed_{uuid4().hex[:12]}"
    admin.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    engine = open_engine(admin_url().set(database=name).render_as_string(hide_password=False))
    yield engine
    engine.dispose()
    admin.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def answer_all(session: Session) -> None:
    """What the two jobs do."""
    defects = list(session.scalars(text("SELECT id FROM defect ORDER BY id")))
    touched = place_defects(session, OPERATOR, PlaceDefects(defects, 30.0))
    attribute_defects(session, OPERATOR, AttributeDefects(touched, off_network=True))


@pytest.fixture(scope="session")
def album_folder(tmp_path_factory: pytest.TempPathFactory) -> MediaFolder:
    """Where the photos of the demonstration lie."""
    return MediaFolder(tmp_path_factory.mktemp("album"))


@pytest.fixture(scope="session")
def demo(admin: Connection, template: str, album_folder: MediaFolder) -> Iterator[Engine]:
    """A database with the demonstration, loaded on TODAY, and every defect answered. Tests only read it."""
    with cloned(admin, template) as engine:
        with transaction(engine) as session:
            load_demo(session, OPERATOR, media=album_folder, today=TODAY)
        with transaction(engine) as session:
            answer_all(session)
        yield engine
