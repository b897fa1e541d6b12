"""What must stand before any table: roles, extensions, and the right to create in our schema."""

from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from roads.db import Role
from roads.domain.errors import DatabaseUnusable

EXTENSIONS = ("postgis", "btree_gist", "pgcrypto")


def prepare(connection: Connection) -> None:
    """Create missing roles and extensions. Errors: DatabaseUnusable naming the right that the login lacks."""
    # Roles belong to the whole cluster: two databases migrated at once must not both create them.
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('sapaly-zhol roles'))"))
    for role in Role:
        if not connection.scalar(text("SELECT true FROM pg_roles WHERE rolname = :role"), {"role": role.value}):
            _run(connection, f"CREATE ROLE {role.value} NOLOGIN", missing="CREATEROLE")
        if not connection.scalar(text("SELECT pg_has_role(:role, 'MEMBER')"), {"role": role.value}):
            _run(connection, f"GRANT {role.value} TO CURRENT_USER", missing=f"ADMIN OPTION ON {role.value}")
    for extension in EXTENSIONS:
        if not connection.scalar(text("SELECT true FROM pg_extension WHERE extname = :name"), {"name": extension}):
            _run(connection, f"CREATE EXTENSION {extension}", missing=f"CREATE EXTENSION {extension}")
    if not connection.scalar(text(f"SELECT has_schema_privilege('{Role.OWNER.value}', 'public', 'CREATE')")):
        _run(
            connection, f"GRANT CREATE, USAGE ON SCHEMA public TO {Role.OWNER.value}", missing="GRANT ON SCHEMA public"
        )


def _run(connection: Connection, command: str, *, missing: str) -> None:
    try:
        connection.execute(text(command))
    except ProgrammingError as refused:
        raise DatabaseUnusable(problem="right_missing", right=missing) from refused
