"""Real PostGIS for every test that needs one: a migrated template is made once, and cloned for tests that commit.

What takes long to make is made once for all processes of a run, by the first that needs it.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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

RUN = os.environ.setdefault("ROADS_TEST_RUN", uuid4().hex[:12])
"""Names this run of tests; the processes that it starts are told."""


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


@contextmanager
def alone(admin: Connection, what: str) -> Iterator[None]:
    """No other process of any run on this server is inside a block of this name."""
    admin.execute(text("SELECT pg_advisory_lock(hashtext(:what))"), {"what": what})
    try:
        yield
    finally:
        admin.execute(text("SELECT pg_advisory_unlock(hashtext(:what))"), {"what": what})


def made_once(admin: Connection, what: str, make: Callable[[str], None], template: str = "template1") -> str:
    """The name of a database that the first process of this run to need it makes, given its address, for all of them.

    It is dropped when the run ends. What stopped half-way has another name, so that nobody takes it for the whole.
    """
    name, unfinished = f"roads_{what}_{RUN}", f"roads_{what}_unfinished_{RUN}"
    with alone(admin, name):
        if admin.execute(text("SELECT FROM pg_database WHERE datname = :name"), {"name": name}).first() is None:
            admin.execute(text(f"DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)"))
            create_clone(admin, unfinished, template)
            make(address_of(unfinished))
            admin.execute(text(f"ALTER DATABASE {unfinished} RENAME TO {name}"))
    return name


def address_of(database: str) -> str:
    """The `postgresql://` address of a database, with the password."""
    return admin_url().set(drivername="postgresql", database=database).render_as_string(hide_password=False)


def create_clone(admin: Connection, name: str, template: str) -> None:
    """Makes a database like another: file by file where the server waits for no disk, else through the write-ahead log.

    For the files the server writes down everything that is in its memory, which with a disk takes longer than the log.
    """
    waits_for_disk = admin.execute(text("SHOW fsync")).scalar_one() == "on"
    strategy = "WAL_LOG" if waits_for_disk else "FILE_COPY"
    admin.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY {strategy}"))


@contextmanager
def cloned(admin: Connection, template: str) -> Iterator[str]:
    """The address of a fresh clone, which is dropped after the block."""
    name = f"roads_test_{uuid4().hex[:12]}"
    create_clone(admin, name, template)
    yield address_of(name)
    admin.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def migrate(url: str) -> None:
    """Every migration there is."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.connect() as connection:
        command.upgrade(alembic_config(connection), "head")
    engine.dispose()


@pytest.fixture(scope="session")
def template(admin: Connection) -> str:
    """The name of a database with every migration applied and no rows."""
    return made_once(admin, "template", migrate)


@pytest.fixture
def database_url(admin: Connection, template: str) -> Iterator[str]:
    """A database of the test's own, cloned from the template: for what commits, locks or starts processes."""
    with cloned(admin, template) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Engine]:
    """An engine on a database of the test's own."""
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def shared_database(admin: Connection, template: str) -> Iterator[Engine]:
    """One database for all tests of this process that roll back."""
    with cloned(admin, template) as url:
        engine = open_engine(url)
        yield engine
        engine.dispose()


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


def pytest_sessionfinish(session: pytest.Session) -> None:
    """What was made for all processes goes when the first of them, which waits for the others, has ended."""
    if hasattr(session.config, "workerinput") or "ROADS_TEST_DATABASE_URL" not in os.environ:
        return
    engine = create_engine(admin_url(), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as admin:
        made = "SELECT datname FROM pg_database WHERE datname LIKE 'roads\\_%' AND right(datname, 12) = :run"
        for name in admin.scalars(text(made), {"run": RUN}).all():
            admin.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
