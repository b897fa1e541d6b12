"""The ledger: who changed what, when, before and after, in an order that nobody can change unseen."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from roads.migrations.watching import Watched, make_live_view, note_rows_on_record, unwatch, watch

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

WATCHED = (
    Watched("acceptance"),
    Watched("calendar_day", key=("day",)),
    Watched("carve_out", private=("document", "note")),
    Watched("claim", hidden="r.issued_on IS NULL"),
    Watched(
        "claim_event",
        private=("evidence", "note"),
        hidden="r.action = 'draft' OR (r.from_state = 'drafted' AND r.action <> 'issue')",
    ),
    Watched("claim_line", private=("facts", "others_cost_tenge"), hidden="r.facts IS NULL"),
    Watched("claim_terms", private=("document",)),
    Watched("contract"),
    Watched("contract_event", private=("document", "note")),
    Watched("contract_section"),
    Watched("deadline_rule"),
    Watched("defect", private=("note", "withdrawn_reason")),
    Watched("defect_event", private=("reason",)),
    Watched("inspected_stretch", key=("inspection_id", "carriageway_id")),
    Watched("inspection", private=("external_id", "inspector", "note")),
    Watched("ladder_step"),
    Watched("lost_warranty"),
    # A number may be a person's (IIN), and a name then is one.
    Watched("organisation", private=("bin", "name")),
    Watched("recurrence"),
    Watched("repair"),
    Watched("repair_photo", key=("content_hash",), private=("media",)),
    Watched("term_rule"),
    # Who may do what, and since when; who that is stands in the account, which never enters.
    Watched("user_role"),
)


def upgrade() -> None:
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("records", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("digests", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "(record IS NULL) = (records IS NOT NULL) AND (records IS NULL) = (digests IS NULL)",
            name=op.f("ledger_entry_rows_check"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("ledger_entry_pkey")),
    )
    op.create_table(
        "ledger_waiting",
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("ledger_waiting_pkey")),
    )
    op.create_table(
        "ledger_leaf",
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("ledger_leaf_entry_id_fkey")),
        sa.PrimaryKeyConstraint("n", name=op.f("ledger_leaf_pkey")),
        sa.UniqueConstraint("entry_id", name=op.f("ledger_leaf_entry_id_key")),
    )
    op.create_table(
        "ledger_node",
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "position", name=op.f("ledger_node_pkey")),
    )
    op.create_table(
        "ledger_checkpoint",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("ledger_checkpoint_pkey")),
    )
    op.create_table(
        "ledger_salt",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "record", name=op.f("ledger_salt_pkey")),
    )
    _tell_who_acts()
    for one in WATCHED:
        watch(op.get_bind(), one)
        note_rows_on_record(op.get_bind(), one)
    make_live_view(op.get_bind())
    _keep_for_good()
    _show()
    _grant()


def _tell_who_acts() -> None:
    """What a use case said of itself for its transaction; of a change by hand, who is connected to the database."""
    op.get_bind().exec_driver_sql("""
        CREATE FUNCTION ledger_said() RETURNS text[] LANGUAGE sql STABLE AS $$
            SELECT ARRAY[
                concat(
                    '{"action":', to_json(coalesce(nullif(current_setting('roads.deed', true), ''), 'unsaid')),
                    ',"actor":', to_json(coalesce(nullif(current_setting('roads.actor', true), ''),
                                                  nullif(current_setting('roads.person', true), ''),
                                                  'database:' || session_user))
                ),
                concat(
                    ',"day":' || to_json(nullif(current_setting('roads.day', true), '')),
                    ',"organisation":' || nullif(current_setting('roads.actor_organisation', true), '')
                ),
                concat(
                    ',"recorded_at":"'
                    || to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"',
                    ',"role":' || to_json(nullif(current_setting('roads.actor_role', true), ''))
                )
            ]
        $$
    """)


KEPT = ("ledger_entry", "ledger_leaf", "ledger_node", "ledger_checkpoint")


def _keep_for_good() -> None:
    op.execute("""
        CREATE FUNCTION ledger_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END $$
    """)
    for table in KEPT:
        op.execute(f"""
            CREATE TRIGGER {table}_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_kept()
        """)


def _show() -> None:
    """What has its place in the order, for everybody."""
    op.execute("""
        CREATE VIEW public_ledger_entry AS
        SELECT l.n, l.hash, e.subject, e.record, e.text, e.records, e.digests
        FROM ledger_leaf l JOIN ledger_entry e ON e.id = l.entry_id
    """)


def _grant() -> None:
    """Entries come by the triggers alone, and salts are read by them alone; the sequencer adds the order."""
    tables = "ledger_entry, ledger_waiting, ledger_leaf, ledger_node, ledger_checkpoint"
    op.execute(f"GRANT SELECT ON {tables}, public_ledger_entry TO roads_jobs")
    op.execute("GRANT INSERT ON ledger_leaf, ledger_node, ledger_checkpoint TO roads_jobs")
    op.execute("GRANT DELETE ON ledger_waiting TO roads_jobs")
    op.execute("GRANT SELECT ON public_ledger_entry, ledger_node, ledger_checkpoint TO roads_public")


def downgrade() -> None:
    op.execute("DROP VIEW public_ledger_entry, ledger_live")
    for one in WATCHED:
        unwatch(op.get_bind(), one)
    for table in ("ledger_salt", "ledger_checkpoint", "ledger_node", "ledger_leaf", "ledger_waiting", "ledger_entry"):
        op.drop_table(table)
    op.execute("DROP FUNCTION ledger_is_kept, ledger_said")
