"""Accounts, and rows that only those see who are concerned (decision 0008)."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("login_hash", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_ok", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("kind IN ('password', 'reset')", name=op.f("sign_in_attempt_kind_check")),
        sa.CheckConstraint("login_hash ~ '^[0-9a-f]{64}$'", name=op.f("sign_in_attempt_login_hash_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("sign_in_attempt_pkey")),
    )
    op.create_index("sign_in_attempt_at_idx", "sign_in_attempt", ["at"], unique=False)
    op.create_index("sign_in_attempt_origin_idx", "sign_in_attempt", ["origin", "at"], unique=False)
    op.create_table(
        "user_account",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("code ~ '^[a-z][a-z0-9-]*$'", name=op.f("user_account_code_check")),
        sa.CheckConstraint("language IN ('kk', 'ru', 'en')", name=op.f("user_account_language_check")),
        sa.CheckConstraint(
            "login = lower(login) AND login ~ '^[^@[:space:]]+@[^@[:space:]]+$'", name=op.f("user_account_login_check")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("user_account_pkey")),
        sa.UniqueConstraint("code", name=op.f("user_account_code_key")),
        sa.UniqueConstraint("login", name=op.f("user_account_login_key")),
    )
    op.create_table(
        "password_reset",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("secret_hash ~ '^[0-9a-f]{64}$'", name=op.f("password_reset_secret_hash_check")),
        sa.CheckConstraint("expires_at > created_at", name=op.f("password_reset_times_check")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("password_reset_user_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("password_reset_pkey")),
        sa.UniqueConstraint("secret_hash", name=op.f("password_reset_secret_hash_key")),
    )
    op.create_index("password_reset_user_id_idx", "password_reset", ["user_id"], unique=False)
    op.create_table(
        "user_role",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("kato", sa.Text(), nullable=True),
        sa.CheckConstraint("kato ~ '^[0-9]{2}$'", name=op.f("user_role_kato_check")),
        sa.CheckConstraint(
            "role IN ('inspector', 'engineer', 'contractor', 'supervisor', 'auditor', 'administrator')",
            name=op.f("user_role_role_check"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("user_role_organisation_id_fkey")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("user_role_user_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("user_role_pkey")),
        sa.UniqueConstraint("id", "user_id", name=op.f("user_role_id_user_id_key")),
        sa.UniqueConstraint(
            "user_id",
            "role",
            "organisation_id",
            "kato",
            name=op.f("user_role_user_id_role_organisation_id_kato_key"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "personal_token",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("user_role_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_on", sa.Date(), nullable=True),
        sa.CheckConstraint("secret_hash ~ '^[0-9a-f]{64}$'", name=op.f("personal_token_secret_hash_check")),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 100", name=op.f("personal_token_name_check")),
        sa.CheckConstraint("expires_at > created_at", name=op.f("personal_token_times_check")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("personal_token_user_id_fkey")),
        sa.ForeignKeyConstraint(
            ["user_role_id", "user_id"],
            ["user_role.id", "user_role.user_id"],
            name=op.f("personal_token_user_role_id_user_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("personal_token_pkey")),
        sa.UniqueConstraint("secret_hash", name=op.f("personal_token_secret_hash_key")),
    )
    op.create_index("personal_token_user_id_idx", "personal_token", ["user_id"], unique=False)
    op.create_table(
        "user_session",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("user_role_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("secret_hash ~ '^[0-9a-f]{64}$'", name=op.f("user_session_secret_hash_check")),
        sa.CheckConstraint("seen_at >= created_at AND expires_at > created_at", name=op.f("user_session_times_check")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("user_session_user_id_fkey")),
        sa.ForeignKeyConstraint(
            ["user_role_id", "user_id"],
            ["user_role.id", "user_role.user_id"],
            name=op.f("user_session_user_role_id_user_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("user_session_pkey")),
        sa.UniqueConstraint("secret_hash", name=op.f("user_session_secret_hash_key")),
    )
    op.create_index("user_session_user_id_idx", "user_session", ["user_id"], unique=False)
    op.add_column("inspection", sa.Column("organisation_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        op.f("inspection_organisation_id_fkey"), "inspection", "organisation", ["organisation_id"], ["id"]
    )
    _create_roles_in_the_database()


SCOPED = (
    "claim",
    "claim_line",
    "claim_event",
    "claim_terms",
    "repair",
    "repair_photo",
    "ladder_step",
    "recurrence",
    "lost_warranty",
    "planned_inspection",
    "inspection",
    "inspected_stretch",
)
ACCOUNTS = ("user_account", "user_role", "user_session", "personal_token", "password_reset", "sign_in_attempt")
READ_BY_THE_PUBLIC = ("ladder_step", "recurrence", "lost_warranty", "planned_inspection")
WRITTEN_BY_JOBS_ALONE = "claim, claim_line, ladder_step, recurrence, lost_warranty, planned_inspection"


def _create_roles_in_the_database() -> None:
    """What each role may do, and with which rows. The owner is not held: it migrates, and public views read as it."""
    _say_who_acts()
    _copy_rights("roads_app", "roads_jobs")
    op.execute(f"REVOKE INSERT ON {WRITTEN_BY_JOBS_ALONE} FROM roads_app")
    _grant()
    for table in (*SCOPED, *ACCOUNTS):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    for table in SCOPED:
        _policy(table, "jobs", "ALL TO roads_jobs", using="true")
    for table in READ_BY_THE_PUBLIC:
        _policy(table, "public", "SELECT TO roads_public", using="true")
    for table in ACCOUNTS:
        _policy(table, "accounts", "ALL TO roads_accounts", using="true")
    _hold_claims()
    _hold_repairs()
    _hold_inspections()
    _hold_accounts()


def _say_who_acts() -> None:
    """Who acts in this transaction, and for which contracts. After a transaction a setting is '', not NULL."""
    for name, setting, kind in (
        ("acting_user", "roads.user_id", "integer"),
        ("acting_person", "roads.person", "text"),
        ("acting_role", "roads.role", "text"),
        ("acting_organisation", "roads.organisation_id", "integer"),
        ("acting_region", "roads.kato", "text"),
    ):
        op.execute(f"""
            CREATE FUNCTION {name}() RETURNS {kind} LANGUAGE sql STABLE PARALLEL SAFE
            AS $$ SELECT CAST(nullif(current_setting('{setting}', true), '') AS {kind}) $$
        """)
    # A contract without a region of its own lies where its roads lie.
    op.execute("""
        CREATE VIEW acting_contract AS
        SELECT c.id, c.customer_id
        FROM contract c
        WHERE CASE
            WHEN (SELECT acting_role()) IN ('auditor', 'administrator') THEN true
            WHEN (SELECT acting_role()) = 'contractor' THEN c.contractor_id = (SELECT acting_organisation())
            WHEN (SELECT acting_role()) IN ('engineer', 'inspector', 'supervisor') THEN
                (SELECT acting_organisation()) IN (c.customer_id, c.supervisor_id)
                AND CASE
                    WHEN (SELECT acting_region()) IS NULL THEN true
                    WHEN c.kato IS NOT NULL THEN starts_with(c.kato, (SELECT acting_region()))
                    ELSE EXISTS (
                        SELECT
                        FROM contract_section s
                        JOIN carriageway y ON y.id = s.carriageway_id
                        JOIN road w ON w.id = y.road_id
                        WHERE s.contract_id = c.id AND upper_inf(s.recorded)
                            AND starts_with(w.kato, (SELECT acting_region()))
                    )
                END
        END
    """)
    # Whose photo it was is said to whoever shows it again, though the claim may be somebody else's.
    op.execute("""
        CREATE FUNCTION first_use_of_photo(
            hash text, OUT media text, OUT claim_number text, OUT line_number integer, OUT road text, OUT from_cm integer
        ) RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT p.media, c.number, l.number, coalesce(w.reference, y.source_id), lower(l.extent)
            FROM repair_photo p
            JOIN repair r ON r.id = p.repair_id
            JOIN claim_line l ON l.id = r.line_id
            JOIN claim c ON c.id = l.claim_id
            JOIN carriageway y ON y.id = l.carriageway_id
            LEFT JOIN road w ON w.id = y.road_id
            WHERE p.content_hash = hash
        $$
    """)
    op.execute("REVOKE EXECUTE ON FUNCTION first_use_of_photo FROM PUBLIC")


def _copy_rights(giver: str, taker: str) -> None:
    """Let one role do with tables, columns and sequences what another may."""
    op.execute(f"""
        DO $$
        DECLARE words text;
        BEGIN
            FOR words IN
                SELECT format(
                    'GRANT %s ON %s %s TO {taker}', a.privilege_type,
                    CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::regclass
                )
                FROM pg_class c, aclexplode(c.relacl) a
                WHERE a.grantee = '{giver}'::regrole AND c.relnamespace = 'public'::regnamespace
                UNION ALL
                SELECT format('GRANT %s (%I) ON TABLE %s TO {taker}', a.privilege_type, t.attname, c.oid::regclass)
                FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) a
                WHERE a.grantee = '{giver}'::regrole AND c.relnamespace = 'public'::regnamespace
            LOOP
                EXECUTE words;
            END LOOP;
        END $$
    """)


def _grant() -> None:
    """The door (`roads_accounts`) knows accounts and nothing else; the application never sees a hash."""
    op.execute("GRANT USAGE ON SCHEMA public TO roads_jobs, roads_accounts")
    op.execute("GRANT SELECT ON acting_contract TO roads_app, roads_jobs")
    op.execute("GRANT EXECUTE ON FUNCTION first_use_of_photo TO roads_app, roads_jobs")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {', '.join(ACCOUNTS)} TO roads_accounts")
    op.execute("GRANT DELETE ON sign_in_attempt TO roads_accounts")
    op.execute("GRANT SELECT ON organisation, alembic_version TO roads_accounts")
    op.execute("GRANT SELECT (id, login, code, language, is_active), UPDATE (language) ON user_account TO roads_app")
    op.execute("GRANT SELECT ON user_role TO roads_app")
    op.execute("GRANT UPDATE (user_role_id, revoked_at) ON user_session TO roads_app")
    op.execute(
        "GRANT SELECT (id, user_id, user_role_id, created_at, seen_at, expires_at, revoked_at)"
        " ON user_session TO roads_app"
    )
    op.execute(
        "GRANT SELECT (id, name, user_id, user_role_id, created_at, expires_at, revoked_at, last_used_on),"
        " UPDATE (revoked_at) ON personal_token TO roads_app"
    )
    op.execute(
        "GRANT INSERT (secret_hash, name, user_id, user_role_id, created_at, expires_at) ON personal_token TO roads_app"
    )


def _policy(table: str, name: str, what: str, *, using: str | None = None, check: str | None = None) -> None:
    words = f"CREATE POLICY {table}_{name} ON {table} FOR {what}"
    words += f" USING ({using})" if using else ""
    op.execute(words + (f" WITH CHECK ({check})" if check else ""))


def _acts_as(*roles: str) -> str:
    return f"(SELECT acting_role()) IN ({', '.join(repr(role) for role in roles)})"


def _of_contract(table: str) -> str:
    return f"EXISTS (SELECT FROM acting_contract a WHERE a.id = {table}.contract_id)"


# What a row hangs on is read under its own policy: who sees a line sees its repairs.
OF_LINE = "EXISTS (SELECT FROM claim_line l WHERE l.id = line_id)"
BY_ITSELF = "(SELECT acting_organisation())"
BY_PERSON = "(SELECT acting_person())"


def _hold_claims() -> None:
    """A draft accuses nobody yet: its contractor does not see it. Jobs draft, engineers and contractors go on."""
    issued = f"({{}} IS NOT NULL OR NOT {_acts_as('contractor')})"
    for table, since in (("claim", "issued_on"), ("claim_line", "facts")):
        seen = f"{_of_contract(table)} AND {issued.format(since)}"
        held = f"{_acts_as('engineer', 'contractor')} AND {seen}"
        _policy(table, "read", "SELECT TO roads_app", using=seen)
        _policy(table, "change", "UPDATE TO roads_app", using=held, check=held)
    of_claim = "EXISTS (SELECT FROM claim c WHERE c.id = claim_id)"
    # Nobody tells of a deed in somebody else's name.
    told = (
        f"{_acts_as('engineer', 'contractor')} AND person = {BY_PERSON} AND organisation_id = {BY_ITSELF}"
        f" AND role = (SELECT acting_role()) AND {of_claim} AND (line_id IS NULL OR EXISTS"
        " (SELECT FROM claim_line l WHERE l.id = line_id AND l.claim_id = claim_event.claim_id))"
    )
    _policy("claim_event", "read", "SELECT TO roads_app", using=of_claim)
    _policy("claim_event", "add", "INSERT TO roads_app", check=told)
    terms = (
        f"(customer_id = {BY_ITSELF} AND {_acts_as('engineer', 'inspector', 'supervisor')}) OR EXISTS (SELECT FROM"
        " acting_contract a WHERE a.id = claim_terms.contract_id"
        " OR (claim_terms.contract_id IS NULL AND a.customer_id = claim_terms.customer_id))"
    )
    stated = _acts_as("administrator")
    _policy("claim_terms", "read", "SELECT TO roads_app", using=f"{_acts_as('auditor', 'administrator')} OR {terms}")
    _policy("claim_terms", "add", "INSERT TO roads_app", check=stated)
    _policy("claim_terms", "change", "UPDATE TO roads_app", using=stated, check=stated)
    for table in ("ladder_step", "recurrence"):
        _policy(table, "read", "SELECT TO roads_app", using=OF_LINE)
    for table in ("lost_warranty", "planned_inspection"):
        _policy(table, "read", "SELECT TO roads_app", using=_of_contract(table))


def _hold_repairs() -> None:
    """A repair is reported and judged in one's own name."""
    reported = f"{_acts_as('contractor')} AND reporter = {BY_PERSON} AND reporter_organisation_id = {BY_ITSELF}"
    judged = f"verifier = {BY_PERSON} AND verifier_organisation_id = {BY_ITSELF}"
    _policy("repair", "read", "SELECT TO roads_app", using=OF_LINE)
    _policy("repair", "add", "INSERT TO roads_app", check=f"{reported} AND verdict IS NULL AND {OF_LINE}")
    _policy("repair", "change", "UPDATE TO roads_app", using=f"{_acts_as('engineer')} AND {OF_LINE}", check=judged)
    of_repair = "EXISTS (SELECT FROM repair r WHERE r.id = repair_id{})"
    own = f" AND r.reporter_organisation_id = {BY_ITSELF}"
    _policy("repair_photo", "read", "SELECT TO roads_app", using=of_repair.format(""))
    _policy("repair_photo", "add", "INSERT TO roads_app", check=f"{_acts_as('contractor')} AND {of_repair.format(own)}")


def _hold_inspections() -> None:
    """Who inspected stands there by name, which is no contractor's business; where and when anybody may read."""
    own = f"organisation_id = {BY_ITSELF}"
    of_contract = (
        "EXISTS (SELECT FROM inspected_stretch s JOIN contract_section t ON t.carriageway_id = s.carriageway_id"
        " AND t.extent && s.extent AND upper_inf(t.recorded) JOIN acting_contract a ON a.id = t.contract_id"
        " WHERE s.inspection_id = inspection.id)"
    )
    concerned = f"{_acts_as('engineer', 'inspector', 'supervisor')} AND ({own} OR {of_contract})"
    seen = f"{_acts_as('auditor', 'administrator')} OR ({concerned})"
    _policy("inspection", "read", "SELECT TO roads_app", using=seen)
    _policy("inspection", "add", "INSERT TO roads_app", check=f"{_acts_as('inspector', 'engineer')} AND {own}")
    acts = "(SELECT acting_role()) IS NOT NULL"
    of_own = f"EXISTS (SELECT FROM inspection i WHERE i.id = inspection_id AND i.{own})"
    _policy("inspected_stretch", "read", "SELECT TO roads_app", using=acts)
    _policy(
        "inspected_stretch", "add", "INSERT TO roads_app", check=f"{_acts_as('inspector', 'engineer')} AND {of_own}"
    )


def _hold_accounts() -> None:
    """Everybody sees and closes what is their own; an administrator also sees who there is, and in which roles."""
    for table, column in (("user_account", "id"), ("user_role", "user_id")):
        own = f"{column} = (SELECT acting_user())"
        _policy(table, "read", "SELECT TO roads_app", using=f"{own} OR {_acts_as('administrator')}")
    own = "user_id = (SELECT acting_user())"
    itself = "id = (SELECT acting_user())"
    _policy("user_account", "change", "UPDATE TO roads_app", using=itself, check=itself)
    for table in ("user_session", "personal_token"):
        _policy(table, "read", "SELECT TO roads_app", using=own)
        _policy(table, "change", "UPDATE TO roads_app", using=own, check=own)
    _policy("personal_token", "add", "INSERT TO roads_app", check=own)


def downgrade() -> None:
    _take_rights_back()
    op.drop_constraint(op.f("inspection_organisation_id_fkey"), "inspection", type_="foreignkey")
    op.drop_column("inspection", "organisation_id")
    op.drop_index("user_session_user_id_idx", table_name="user_session")
    op.drop_table("user_session")
    op.drop_index("personal_token_user_id_idx", table_name="personal_token")
    op.drop_table("personal_token")
    op.drop_table("user_role")
    op.drop_index("password_reset_user_id_idx", table_name="password_reset")
    op.drop_table("password_reset")
    op.drop_table("user_account")
    op.drop_index("sign_in_attempt_origin_idx", table_name="sign_in_attempt")
    op.drop_index("sign_in_attempt_at_idx", table_name="sign_in_attempt")
    op.drop_table("sign_in_attempt")


def _take_rights_back() -> None:
    """The roles stay, because other databases of the cluster may need them; here they may do nothing any more."""
    op.execute("""
        DO $$
        DECLARE held record;
        BEGIN
            FOR held IN SELECT * FROM pg_policies WHERE schemaname = 'public' LOOP
                EXECUTE format('DROP POLICY %I ON %I', held.policyname, held.tablename);
            END LOOP;
        END $$
    """)
    for table in SCOPED:
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute("DROP VIEW acting_contract")
    op.execute("DROP FUNCTION acting_user, acting_person, acting_role, acting_organisation, acting_region")
    op.execute("DROP FUNCTION first_use_of_photo")
    for objects in ("TABLES", "SEQUENCES"):
        op.execute(f"REVOKE ALL ON ALL {objects} IN SCHEMA public FROM roads_jobs, roads_accounts")
    op.execute("REVOKE USAGE ON SCHEMA public FROM roads_jobs, roads_accounts")
    op.execute(f"GRANT INSERT ON {WRITTEN_BY_JOBS_ALONE} TO roads_app")
