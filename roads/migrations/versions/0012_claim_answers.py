"""Planned repairs, joint visits, verification by people of another organisation, and what changed since the issue."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from roads.migrations.watching import Watched, drop_live_view, make_live_view, unwatch, watch

revision: str = "0012"
down_revision: str | None = "0010"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

LINE = Watched("claim_line", private=("facts", "others_cost_tenge", "visit_act"), hidden="r.facts IS NULL")
LINE_BEFORE = Watched("claim_line", private=("facts", "others_cost_tenge"), hidden="r.facts IS NULL")
OFFER = Watched("verification_offer")
DEFECT = Watched("defect", private=("note", "withdrawn_reason"))

ACTIONS = (
    "draft", "issue", "withdraw", "accept", "accept_by_silence", "dispute", "uphold", "grant", "report_repair", "verify",
    "reject_repair", "reopen", "do_by_others", "refer_to_court", "return_accepted", "return_withdrawn",
    "return_done_by_others", "close_without_fix", "patch", "ask_joint_visit", "acknowledge", "deliver",
)  # fmt: skip
ADDED = ("plan_repair", "set_joint_visit", "hold_joint_visit", "offer_verification", "changed_since")
COLUMNS = {"visit_on": sa.Date, "visited_on": sa.Date, "visit_act": sa.Text, "repair_planned_on": sa.Date}


def upgrade() -> None:
    for column, kind in COLUMNS.items():
        op.add_column("claim_line", sa.Column(column, kind(), nullable=True))
    op.add_column("defect", sa.Column("settled_on", sa.Date(), nullable=True))
    op.create_check_constraint(
        op.f("claim_line_visit_act_check"), "claim_line", "(visited_on IS NULL) = (visit_act IS NULL)"
    )
    _allow_actions((*ACTIONS, *ADDED))
    op.create_table(
        "verification_offer",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("repair_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("offered_by", sa.Text(), nullable=False),
        sa.Column("offered_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("verification_offer_organisation_id_fkey")
        ),
        sa.ForeignKeyConstraint(["repair_id"], ["repair.id"], name=op.f("verification_offer_repair_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("verification_offer_pkey")),
        sa.UniqueConstraint(
            "repair_id", "organisation_id", name=op.f("verification_offer_repair_id_organisation_id_key")
        ),
    )
    op.create_index(
        "attribution_review_idx",
        "attribution",
        ["defect_id"],
        postgresql_where=sa.text("replaced_at = 'infinity' AND outcome = 'needs_review'"),
    )
    _show_whom_and_what()
    _hold()
    for one in (LINE, OFFER, DEFECT):
        watch(op.get_bind(), one)
    make_live_view(op.get_bind())


def _allow_actions(actions: Sequence[str]) -> None:
    op.drop_constraint(op.f("claim_event_action_check"), "claim_event", type_="check")
    listed = ", ".join(f"'{action}'" for action in actions)
    op.create_check_constraint(op.f("claim_event_action_check"), "claim_event", f"action IN ({listed})")


def _show_whom_and_what() -> None:
    """Views of the owner: policies that asked the tables themselves would ask each other in a circle."""
    op.execute("""
        CREATE VIEW verifying_organisation AS
        SELECT o.id, o.bin, o.name
        FROM organisation o
        WHERE EXISTS (
            SELECT FROM user_role r JOIN user_account u ON u.id = r.user_id
            WHERE r.organisation_id = o.id AND r.role = 'engineer' AND u.is_active
        )
    """)
    op.execute("""
        CREATE VIEW acting_offer AS
        SELECT l.id AS line_id, l.claim_id
        FROM verification_offer o
        JOIN repair r ON r.id = o.repair_id
        JOIN claim_line l ON l.id = r.line_id
        WHERE o.organisation_id = (SELECT acting_organisation()) AND (SELECT acting_role()) = 'engineer'
    """)
    op.execute("GRANT SELECT ON verifying_organisation, acting_offer TO roads_app, roads_jobs")
    op.execute("GRANT UPDATE (settled_on) ON defect TO roads_app")
    op.execute("GRANT DELETE ON user_role TO roads_accounts")
    op.execute("GRANT SELECT, INSERT ON verification_offer TO roads_app, roads_jobs")


ISSUED = "({} IS NOT NULL OR NOT (SELECT acting_role()) IN ('contractor'))"
OF_CONTRACT = "EXISTS (SELECT FROM acting_contract a WHERE a.id = {}.contract_id)"
PURSUES = "(SELECT acting_role()) IN ('engineer', 'contractor')"
CLAIM_SEEN = f"{OF_CONTRACT.format('claim')} AND {ISSUED.format('issued_on')}"
LINE_SEEN = f"{OF_CONTRACT.format('claim_line')} AND {ISSUED.format('facts')}"
LINE_HELD = f"{PURSUES} AND {LINE_SEEN}"
OFFERED_CLAIM = "EXISTS (SELECT FROM acting_offer o WHERE o.claim_id = claim.id)"
OFFERED_LINE = "EXISTS (SELECT FROM acting_offer o WHERE o.line_id = claim_line.id)"
OF_CLAIM = "EXISTS (SELECT FROM claim c WHERE c.id = claim_id)"
OF_ITS_LINE = "(line_id IS NULL OR EXISTS (SELECT FROM claim_line l WHERE l.id = line_id))"


def _hold() -> None:
    """To whom a repair was offered for verification sees this line and its claim, and may judge, and nothing else."""
    _alter("claim", "read", using=f"({CLAIM_SEEN}) OR {OFFERED_CLAIM}")
    _alter("claim_line", "read", using=f"({LINE_SEEN}) OR {OFFERED_LINE}")
    _alter(
        "claim_line",
        "change",
        using=f"({LINE_HELD}) OR (state = 'repaired' AND {OFFERED_LINE})",
        check=f"({LINE_HELD}) OR (state IN ('verified', 'accepted') AND {OFFERED_LINE})",
    )
    _alter("claim_event", "read", using=f"{OF_CLAIM} AND {OF_ITS_LINE}")
    op.execute("ALTER TABLE verification_offer ENABLE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY verification_offer_jobs ON verification_offer FOR ALL TO roads_jobs USING (true)")
    op.execute("""
        CREATE POLICY verification_offer_read ON verification_offer FOR SELECT TO roads_app
        USING (EXISTS (SELECT FROM repair r WHERE r.id = repair_id))
    """)
    op.execute("""
        CREATE POLICY verification_offer_add ON verification_offer FOR INSERT TO roads_app
        WITH CHECK (
            (SELECT acting_role()) = 'engineer' AND offered_by = (SELECT acting_person())
            AND EXISTS (
                SELECT
                FROM repair r
                JOIN claim_line l ON l.id = r.line_id
                JOIN acting_contract a ON a.id = l.contract_id
                WHERE r.id = repair_id
            )
        )
    """)


def _alter(table: str, name: str, *, using: str, check: str | None = None) -> None:
    op.execute(f"ALTER POLICY {table}_{name} ON {table} USING ({using})" + (f" WITH CHECK ({check})" if check else ""))


def downgrade() -> None:
    _alter("claim", "read", using=CLAIM_SEEN)
    _alter("claim_line", "read", using=LINE_SEEN)
    _alter("claim_line", "change", using=LINE_HELD, check=LINE_HELD)
    _alter("claim_event", "read", using=OF_CLAIM)
    drop_live_view(op.get_bind())
    op.execute("REVOKE DELETE ON user_role FROM roads_accounts")
    op.execute("DROP VIEW acting_offer, verifying_organisation")
    unwatch(op.get_bind(), OFFER)
    op.drop_table("verification_offer")
    _allow_actions(ACTIONS)
    op.drop_index("attribution_review_idx", table_name="attribution")
    op.drop_constraint(op.f("claim_line_visit_act_check"), "claim_line", type_="check")
    for column in COLUMNS:
        op.drop_column("claim_line", column)
    op.drop_column("defect", "settled_on")
    for one in (LINE_BEFORE, DEFECT):
        watch(op.get_bind(), one)
    make_live_view(op.get_bind())
