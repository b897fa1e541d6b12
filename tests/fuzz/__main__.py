"""`python -m tests.fuzz --minutes 20 --role engineer` asks the API for so long and says what was answered wrongly.

It needs ROADS_TEST_DATABASE_URL (`make fuzz` gives it) and works on a database of its own. Exit code 1: something was
wrong, and the questions are shown by which it comes again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated
from uuid import uuid4

import typer
from alembic import command
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from roads.db import open_engine
from roads.domain.actors import Role as Acting
from roads.media import MediaFolder
from tests.conftest import admin_url, alembic_config
from tests.fuzz.asking import NOBODY, Bounds, Heard, ask
from tests.fuzz.world import make_world
from tests.served import Server

app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)


@app.command()
def fuzz(
    minutes: Annotated[float, typer.Option(help="for each role")] = 20,
    role: Annotated[list[str] | None, typer.Option(help="one of the six, or nobody; all of them by default")] = None,
    seed: Annotated[int, typer.Option(help="another one asks other questions")] = 1,
) -> None:
    """Ask in each role for so long."""
    failed = False
    for one in role or [NOBODY, *Acting]:
        heard = _asked_as(one, Bounds(seed, seconds=max(1, int(minutes * 60)), examples=60))
        statuses = ", ".join(f"{status}: {count}" for status, count in sorted(heard.statuses.items()))
        print(f"{one}: {heard.requests} requests ({statuses}), {len(heard.wrong)} wrong", flush=True)
        for trouble in heard.troubles:
            print(f"{one}: not asked: {trouble}", flush=True)
        failed |= bool(heard.wrong or heard.troubles)
    raise typer.Exit(1 if failed else 0)


def _asked_as(role: str, bounds: Bounds) -> Heard:
    with _database() as url, TemporaryDirectory() as folder:
        media = Path(folder) / "media"
        engine = open_engine(url)
        world = make_world(engine, MediaFolder(media))
        engine.dispose()
        log = Path(folder) / "log"
        with Server(url, media, log).running() as server:
            heard = ask(server, world, role, bounds, lambda wrong: print(f"{role}: {wrong}", flush=True))
        for line in log.read_text(errors="replace").splitlines():
            if "unexpected_error" in line:
                print(line, flush=True)
    return heard


@contextmanager
def _database() -> Iterator[str]:
    name = f"roads_fuzz_{uuid4().hex[:12]}"
    administering = create_engine(admin_url(), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with administering.connect() as admin:
        admin.execute(text(f"CREATE DATABASE {name}"))
        try:
            migrating = create_engine(admin_url().set(database=name), poolclass=NullPool)
            with migrating.connect() as connection:
                command.upgrade(alembic_config(connection), "head")
            yield admin_url().set(drivername="postgresql", database=name).render_as_string(hide_password=False)
        finally:
            admin.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


if __name__ == "__main__":
    app(prog_name="python -m tests.fuzz")
