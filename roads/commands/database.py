"""`migrate` brings the schema up to date; `check` says whether the database can be used."""

from pathlib import Path

import typer
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from roads.commands.running import IN_ENGLISH, Language, one_clear_line, surroundings
from roads.db import check_server
from roads.domain.errors import DatabaseUnusable
from roads.i18n import say

app = typer.Typer()


@app.command()
@one_clear_line
def migrate(language: Language = IN_ENGLISH) -> None:
    """Create or update roles, extensions and tables."""
    with surroundings() as here, here.engine.connect() as connection:
        config = Config(toml_file=str(Path(__file__).parents[2] / "pyproject.toml"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    print(say("command.migrated", language))  # noqa: T201


@app.command()
@one_clear_line
def check(language: Language = IN_ENGLISH) -> None:
    """Say whether the database is reachable, new enough and migrated."""
    with surroundings() as here, here.engine.connect() as connection:
        check_server(connection)
        if connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
            raise DatabaseUnusable(problem="not_migrated")
        revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
    print(say("command.checked", language, {"revision": revision}))  # noqa: T201
