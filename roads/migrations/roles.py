"""What must stand before any table: roles, extensions, and the right to create in our schema."""

from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from roads.db import Role
from roads.domain.errors import DatabaseUnusable

EXTENSIONS = ("postgis", "btree_gist", "pgcrypto")


def prepare(connection: Connection) -> None:
    """Create missing roles and extensions. Errors: DatabaseUnusable naming the right that the login lacks."""
    for role in Role:
        ensure_role(connection, role.value)
    for extension in EXTENSIONS:
        if not connection.scalar(text("SELECT true FROM pg_extension WHERE extname = :name"), {"name": extension}):
            _run(connection, f"CREATE EXTENSION {extension}", missing=f"CREATE EXTENSION {extension}")
    if not connection.scalar(text(f"SELECT has_schema_privilege('{Role.OWNER.value}', 'public', 'CREATE')")):
        _run(
            connection, f"GRANT CREATE, USAGE ON SCHEMA public TO {Role.OWNER.value}", missing="GRANT ON SCHEMA public"
        )


def ensure_role(connection: Connection, role: str) -> None:
    """Create a role of the cluster where it is missing, and make the login its member.

    Errors: DatabaseUnusable. Roles belong to the whole cluster, and no lock but the catalogue's own reaches over two
    databases that are migrated at once: who comes second waits in CREATE ROLE, and finds the role made.
    """
    if not connection.scalar(text("SELECT true FROM pg_roles WHERE rolname = :role"), {"role": role}):
        made_by_another = "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL"
        _run(connection, f"DO $$ BEGIN CREATE ROLE {role} NOLOGIN; {made_by_another}; END $$", missing="CREATEROLE")
    if not connection.scalar(text("SELECT pg_has_role(:role, 'MEMBER')"), {"role": role}):
        _run(connection, f"GRANT {role} TO CURRENT_USER", missing=f"ADMIN OPTION ON {role}")


def _run(connection: Connection, command: str, *, missing: str) -> None:
    try:
        connection.execute(text(command))
    except ProgrammingError as refused:
        raise DatabaseUnusable(problem="right_missing", right=missing) from refused
