"""The schema's history: it runs both ways, matches the models, and holds the promises that only a schema can."""

from collections.abc import Iterator, Sequence
from uuid import uuid4

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from tests.conftest import admin_url, alembic_config


@pytest.fixture
def empty(admin: Connection) -> Iterator[Engine]:
    name = f"roads_empty_{uuid4().hex[:12]}"
    admin.execute(text(f"CREATE DATABASE {name}"))
    engine = create_engine(admin_url().set(database=name), poolclass=NullPool)
    yield engine
    engine.dispose()
    admin.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {"spatial_ref_sys", "alembic_version"}


def test_an_empty_database_goes_to_head_and_back_to_base_and_to_head_again(empty: Engine) -> None:
    with empty.connect() as connection:
        command.upgrade(alembic_config(connection), "head")
    full = tables(empty)
    with empty.connect() as connection:
        command.downgrade(alembic_config(connection), "base")
    assert tables(empty) == set()
    with empty.connect() as connection:
        command.upgrade(alembic_config(connection), "head")
    assert tables(empty) == full >= {"carriageway", "liability", "attribution", "job_run"}


def test_the_models_and_the_migrated_schema_do_not_drift_apart(database: Engine) -> None:
    with database.connect() as connection:
        command.check(alembic_config(connection))


WORKING = ["roads_app", "roads_jobs", "roads_accounts"]


@pytest.mark.parametrize("role", WORKING)
def test_who_works_owns_nothing_bypasses_nothing_and_cannot_delete_a_contract(database: Engine, role: str) -> None:
    with database.connect() as connection:
        owned = connection.scalar(
            text("SELECT count(*) FROM pg_class WHERE relowner = CAST(:role AS regrole) AND relkind IN ('r', 'v')"),
            {"role": role},
        )
        may = connection.scalar(text("SELECT has_table_privilege(:role, 'contract', 'DELETE')"), {"role": role})
        bypasses = connection.scalar(
            text("SELECT rolbypassrls OR rolsuper OR rolcanlogin FROM pg_roles WHERE rolname = :role"), {"role": role}
        )
    assert (owned, may, bypasses) == (0, False, False)


def held(engine: Engine, role: str, tables: Sequence[str], privilege: str) -> list[str]:
    """Those of the tables on which a role holds a privilege."""
    with engine.connect() as connection:
        found = connection.scalars(
            text("SELECT t FROM unnest(CAST(:tables AS text[])) AS t WHERE has_table_privilege(:role, t, :privilege)"),
            {"tables": list(tables), "role": role, "privilege": privilege},
        )
        return list(found)


PRIVATE = ["defect", "carve_out", "job_run", "contract", "contract_event", "inspection", "status_mark"]
PRIVATE_CLAIMS = ["claim", "claim_line", "claim_event", "claim_terms", "repair"]
PRIVATE_PHOTOS = ["photo", "photo_upload", "photo_use", "photo_mask"]


def test_the_public_role_cannot_read_tables_that_hold_notes_persons_or_operations(database: Engine) -> None:
    assert held(database, "roads_public", PRIVATE + PRIVATE_CLAIMS + PRIVATE_PHOTOS, "SELECT") == []


@pytest.mark.parametrize("privilege", ["INSERT", "UPDATE", "DELETE", "TRUNCATE"])
def test_the_public_role_writes_nothing(database: Engine, privilege: str) -> None:
    with database.connect() as connection:
        allowed = connection.scalars(
            text(
                "SELECT relname FROM pg_class WHERE relkind IN ('r', 'v', 'p')"
                " AND relnamespace = 'public'::regnamespace AND relname <> 'spatial_ref_sys'"
                " AND has_table_privilege('roads_public', oid, :privilege)"
            ),
            {"privilege": privilege},
        ).all()
    assert allowed == []


TOLD = ["claim_event", "repair", *PRIVATE_PHOTOS, "ladder_step", "lost_warranty", "recurrence", "inspection"]


@pytest.mark.parametrize("role", WORKING)
def test_who_works_only_adds_to_what_was_told_and_deletes_nothing_that_happened(database: Engine, role: str) -> None:
    assert held(database, role, TOLD, "UPDATE") == []
    assert held(database, role, ["claim", "claim_line", *TOLD], "DELETE, TRUNCATE") == []


def test_photos_of_repairs_move_to_where_all_photos_are_and_back(empty: Engine) -> None:
    before_them = ScriptDirectory.from_config(alembic_config()).get_revision("0009").down_revision
    with empty.connect() as connection:
        command.upgrade(alembic_config(connection), str(before_them))
    before = [("a" * 64, "a.jpg"), ("b" * 64, "b.jpg")]
    with empty.begin() as connection:
        # Where photos hang is a long way down from contracts; here only they matter.
        connection.execute(text(f"ALTER DATABASE {empty.url.database} SET session_replication_role = replica"))
        connection.execute(text("SET session_replication_role = replica"))
        connection.execute(
            text(
                "INSERT INTO repair (line_id, reported_on, reporter, reporter_organisation_id)"
                " VALUES (71, '2024-06-03', 'builder-1', 5)"
            )
        )
        for content_hash, media in before:
            connection.execute(
                text("INSERT INTO repair_photo SELECT :hash, id, :media FROM repair"),
                {"hash": content_hash, "media": media},
            )
    with empty.connect() as connection:
        command.upgrade(alembic_config(connection), "0009")
    with empty.connect() as connection:
        moved = connection.execute(
            text(
                "SELECT p.content_hash, u.name, u.subject, u.line_id, CAST(u.used_on AS text), u.attached_by,"
                " u.organisation_id, p.kind FROM photo_use u JOIN photo p ON p.id = u.photo_id ORDER BY 1"
            )
        ).all()
    with empty.connect() as connection:
        command.downgrade(alembic_config(connection), str(before_them))
    with empty.connect() as connection:
        after = connection.execute(text("SELECT content_hash, media FROM repair_photo ORDER BY 1")).all()
    assert [tuple(row) for row in moved] == [(*one, "repair", 71, "2024-06-03", "builder-1", 5, None) for one in before]
    assert [tuple(row) for row in after] == before
