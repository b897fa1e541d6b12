"""Inspectors record by phone: what is theirs to correct, and answers kept for requests that are sent again."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from roads.migrations.watching import drop_live_view, make_live_view, watch, watched

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("defect", sa.Column("organisation_id", sa.Integer(), nullable=True))
    op.add_column("defect", sa.Column("inspection_id", sa.Integer(), nullable=True))
    for column, table in (("organisation_id", "organisation"), ("inspection_id", "inspection")):
        op.create_foreign_key(op.f(f"defect_{column}_fkey"), "defect", table, [column], ["id"])
    op.alter_column("defect_event", "reason", nullable=True)
    _allow(("record", "withdraw", "merge", "settle_place"))
    op.create_check_constraint(
        op.f("defect_event_reason_check"), "defect_event", "reason IS NOT NULL OR action = 'record'"
    )
    op.create_table(
        "kept_answer",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("answer", postgresql.JSON(astext_type=sa.Text()), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("content_hash ~ '^[0-9a-f]{64}$'", name=op.f("kept_answer_content_hash_check")),
        sa.CheckConstraint("(status IS NULL) = (answer IS NULL)", name=op.f("kept_answer_status_check")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("kept_answer_user_id_fkey")),
        sa.PrimaryKeyConstraint("user_id", "key", name=op.f("kept_answer_pkey")),
    )
    op.create_index("kept_answer_created_at_idx", "kept_answer", ["created_at"], unique=False)
    _say_who_corrects()
    _read_inspections_of_contracts("public_inspection s", "s.id")
    _hold_defects()
    _hold_answers()
    _watch_defects_anew()


def _watch_defects_anew() -> None:
    """The ledger tells of the columns that defects have now."""
    watch(op.get_bind(), next(one for one in watched(op.get_bind()) if one.table == "defect"))
    make_live_view(op.get_bind())


def _allow(actions: Sequence[str]) -> None:
    op.drop_constraint(op.f("defect_event_action_check"), "defect_event")
    listed = ", ".join(repr(action) for action in actions)
    op.create_check_constraint(op.f("defect_event_action_check"), "defect_event", f"action IN ({listed})")


def _say_who_corrects() -> None:
    """Jobs and commands correct everything; people what they recorded, and engineers what is their contracts'."""
    op.execute("""
        CREATE FUNCTION may_correct_defect(defect integer, recorder integer) RETURNS boolean LANGUAGE sql STABLE AS $$
            SELECT CASE
                WHEN current_user <> 'roads_app' THEN true
                WHEN acting_role() NOT IN ('inspector', 'engineer') THEN false
                WHEN recorder = acting_organisation() THEN true
                WHEN acting_role() = 'engineer' THEN EXISTS (
                    SELECT
                    FROM standing_answer s
                    JOIN acting_contract a ON a.id = s.contract_id
                    WHERE s.defect_id = defect
                )
                ELSE false
            END
        $$
    """)


def _read_inspections_of_contracts(stretches: str, of: str) -> None:
    """Who looked at a contract's stretch is read by those whom the contract concerns.

    Asked of the view: a policy of inspections that reads stretches, whose policy reads inspections, has no end, and
    nobody could add a stretch.
    """
    op.execute(f"""
        ALTER POLICY inspection_read ON inspection USING (
            (SELECT acting_role()) IN ('auditor', 'administrator')
            OR (
                (SELECT acting_role()) IN ('engineer', 'inspector', 'supervisor')
                AND (
                    organisation_id = (SELECT acting_organisation())
                    OR EXISTS (
                        SELECT
                        FROM {stretches}
                        JOIN contract_section t
                            ON t.carriageway_id = s.carriageway_id AND t.extent && s.extent AND upper_inf(t.recorded)
                        JOIN acting_contract a ON a.id = t.contract_id
                        WHERE {of} = inspection.id
                    )
                )
            )
        )
    """)


RECORDS = "(SELECT acting_role()) IN ('inspector', 'engineer')"
CORRECTED = "chosen_source_id, chosen_carriageway_ids, withdrawn_on, withdrawn_reason, merged_into_id"


def _hold_defects() -> None:
    """Where there are defects anybody may read. They are recorded in one's own name, and corrected by whose they are.

    To hold a row while another is merged into it is no correction: that is why only what is written is checked.
    """
    op.execute(f"REVOKE UPDATE ON defect FROM roads_app; GRANT UPDATE ({CORRECTED}) ON defect TO roads_app")
    own = "organisation_id = (SELECT acting_organisation())"
    acts = "(SELECT acting_role()) IS NOT NULL"
    told = f"{RECORDS} AND {own} AND person = (SELECT acting_person()) AND role = (SELECT acting_role())"
    _hold("defect", {
        "jobs": "ALL TO roads_jobs USING (true)",
        "read": f"SELECT TO roads_app USING ({acts})",
        "add": f"INSERT TO roads_app WITH CHECK ({RECORDS} AND {own})",
        "change": f"UPDATE TO roads_app USING ({RECORDS}) WITH CHECK (may_correct_defect(id, organisation_id))",
    })  # fmt: skip
    _hold("defect_event", {
        "jobs": "ALL TO roads_jobs USING (true)",
        "read": f"SELECT TO roads_app USING ({acts})",
        "add": f"INSERT TO roads_app WITH CHECK ({told})",
    })  # fmt: skip


def _hold_answers() -> None:
    op.execute("GRANT SELECT, INSERT, UPDATE (status, answer, location) ON kept_answer TO roads_app")
    op.execute("GRANT SELECT, DELETE ON kept_answer TO roads_jobs")
    own = "user_id = (SELECT acting_user())"
    _hold("kept_answer", {
        "jobs": "ALL TO roads_jobs USING (true)",
        "own": f"ALL TO roads_app USING ({own}) WITH CHECK ({own})",
    })  # fmt: skip


def _hold(table: str, policies: dict[str, str]) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    for name, words in policies.items():
        op.execute(f"CREATE POLICY {table}_{name} ON {table} FOR {words}")


def downgrade() -> None:
    drop_live_view(op.get_bind())
    op.drop_table("kept_answer")
    for table, policies in (("defect", ("jobs", "read", "add", "change")), ("defect_event", ("jobs", "read", "add"))):
        for name in policies:
            op.execute(f"DROP POLICY {table}_{name} ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute(f"REVOKE UPDATE ({CORRECTED}) ON defect FROM roads_app; GRANT UPDATE ON defect TO roads_app")
    op.execute("DROP FUNCTION may_correct_defect")
    _read_inspections_of_contracts("inspected_stretch s", "s.inspection_id")
    op.drop_constraint(op.f("defect_event_reason_check"), "defect_event")
    op.execute("DELETE FROM defect_event WHERE action = 'record'")
    _allow(("withdraw", "merge", "settle_place"))
    op.alter_column("defect_event", "reason", nullable=False)
    for column in ("inspection_id", "organisation_id"):
        op.drop_constraint(op.f(f"defect_{column}_fkey"), "defect", type_="foreignkey")
        op.drop_column("defect", column)
    _watch_defects_anew()
