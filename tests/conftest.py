"""Real PostGIS for every test that needs one: a migrated template is made once, and cloned for tests that commit."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from alembic import command
from alembic.config import Config
from hypothesis import settings
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from roads.db import open_engine
from tests.buckets import Buckets, running_buckets

# How long an example takes says how busy the machine is.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")

ROOT = Path(__file__).parent.parent


def admin_url() -> URL:
    """Where databases may be created and dropped. `make test` sets it to the private cluster's."""
    given = os.environ.get("ROADS_TEST_DATABASE_URL")
    if not given:
        pytest.exit("ROADS_TEST_DATABASE_URL is not set: run `make test`, or start the cluster as the README says", 4)
    return make_url(given).set(drivername="postgresql+psycopg")


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic as `pyproject.toml` configures it, on a connection of the test's own."""
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["connection"] = connection
    return config


@pytest.fixture(scope="session")
def admin() -> Iterator[Connection]:
    """An autocommitting connection that may create databases."""
    engine = create_engine(admin_url(), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection


@pytest.fixture(scope="session")
def template(admin: Connection) -> Iterator[str]:
    """The name of a database with every migration applied and no rows."""
    name = f"roads_template_{uuid4().hex[:12]}"
    admin.execute(text(f"CREATE DATABASE {name}"))
    engine = create_engine(admin_url().set(database=name), poolclass=NullPool)
    with engine.connect() as connection:
        command.upgrade(alembic_config(connection), "head")
    engine.dispose()
    yield name
    admin.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def database_url(admin: Connection, template: str) -> Iterator[str]:
    """A database of the test's own, cloned from the template: for what commits, locks or starts processes."""
    name = f"roads_test_{uuid4().hex[:12]}"
    admin.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield admin_url().set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    admin.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def database(database_url: str) -> Iterator[Engine]:
    """An engine on a database of the test's own."""
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def shared_database(admin: Connection, template: str) -> Iterator[Engine]:
    """One database for all tests that roll back."""
    name = f"roads_shared_{uuid4().hex[:12]}"
    admin.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    engine = open_engine(admin_url().set(database=name).render_as_string(hide_password=False))
    yield engine
    engine.dispose()
    admin.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def session(shared_database: Engine) -> Iterator[Session]:
    """A session with the rights of jobs and commands, on everybody's rows; every change is undone after the test."""
    with shared_database.connect() as connection, connection.begin() as outer:
        connection.execute(text("SET LOCAL ROLE roads_jobs"))
        with Session(
            connection, join_transaction_mode="create_savepoint", expire_on_commit=False, autoflush=False
        ) as own:
            yield own
        outer.rollback()


@pytest.fixture(scope="session")
def buckets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Buckets]:
    """One S3 store for all tests that need one."""
    with running_buckets(tmp_path_factory.mktemp("buckets")) as store:
        yield store


@pytest.fixture
def bucket_url(buckets: Buckets, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a prefix in a bucket of the test's own; the environment says the rest."""
    for name, value in buckets.environment.items():
        monkeypatch.setenv(name, value)
    return f"s3://{buckets.make()}/of/tests"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real files (ROADS_SHARED_DATA); tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("ROADS_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data in {folder}: set ROADS_SHARED_DATA")
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first, so that no process is left with minutes of work when the others have ended."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
