"""How Alembic runs: on a connection it is given, else on ROADS_DATABASE_URL; with timeouts, in one transaction."""

from typing import Any

from alembic import context
from geoalchemy2 import alembic_helpers
from sqlalchemy import Connection, text

from roads.db import Role, check_server, open_engine
from roads.migrations.roles import prepare
from roads.models import Base
from roads.settings import read_settings

OURS = frozenset(Base.metadata.tables)


def include_name(name: str | None, type_: str, _parents: Any) -> bool:
    """Only our own tables: PostGIS brings others, and autogenerate would drop what it does not know."""
    return type_ != "table" or name in OURS


def migrate(connection: Connection) -> None:
    """Run the migrations on a connection. A lock that is not had within five seconds stops them, not the service."""
    check_server(connection)
    connection.execute(text("SET lock_timeout = '5s'"))
    connection.execute(text("SET statement_timeout = '15min'"))
    connection.commit()
    prepare(connection)
    connection.commit()
    connection.execute(text(f"SET ROLE {Role.OWNER.value}"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_name=include_name,
        include_object=alembic_helpers.include_object,
        process_revision_directives=alembic_helpers.writer,
        render_item=alembic_helpers.render_item,
        # A default that reads the clock never equals itself, so defaults cannot be compared.
        compare_server_default=False,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.execute(text("RESET ROLE"))
    connection.commit()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    with open_engine(read_settings().database_url).connect() as own:
        migrate(own)
        own.commit()
