"""More is told: planned repairs, acts of joint visits, and to whom a repair is offered; marks are left by triggers alone."""

from collections.abc import Sequence

from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

KINDS = (
    "claim_issued", "reminder", "overdue", "second_letter", "referral_file", "accepted_by_silence", "disputed",
    "joint_visit_asked", "joint_visit_set", "repair_reported", "repair_verified", "repair_rejected", "dispute_upheld",
    "dispute_granted", "withdrawn", "reopened", "done_by_others", "in_court", "back_from_court", "closed_unfixed",
    "prescription", "changed_since", "password_reset", "webhook_disabled",
)  # fmt: skip
ADDED = ("joint_visit_held", "repair_planned", "verification_offered")


def upgrade() -> None:
    for table in ("letter", "notice"):
        _allow(table, (*KINDS, *ADDED))
    op.execute("ALTER TABLE letter_cause DROP CONSTRAINT letter_cause_what_check")
    op.execute(
        "ALTER TABLE letter_cause ADD CONSTRAINT letter_cause_what_check CHECK (num_nonnulls(event_id, step_id) = 1)"
    )
    op.execute("DROP POLICY untold_add ON untold")
    op.execute("REVOKE INSERT (claim_id, line_id, kind) ON untold FROM roads_app")
    op.execute("ALTER TABLE untold DROP CONSTRAINT untold_what_check")
    op.execute("ALTER TABLE untold DROP COLUMN kind")
    op.execute("ALTER TABLE untold ADD CONSTRAINT untold_what_check CHECK (num_nonnulls(event_id, step_id) = 1)")


def _allow(table: str, kinds: Sequence[str], words: str = "") -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_kind_check")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {table}_kind_check CHECK (kind IN ({listed})) {words}")


def downgrade() -> None:
    op.execute("ALTER TABLE letter_cause DROP CONSTRAINT letter_cause_what_check")
    op.execute(
        "ALTER TABLE letter_cause ADD CONSTRAINT letter_cause_what_check CHECK (num_nonnulls(event_id, step_id) <= 1)"
    )
    op.execute("ALTER TABLE untold DROP CONSTRAINT untold_what_check")
    op.execute("ALTER TABLE untold ADD COLUMN kind text")
    listed = ", ".join(f"'{kind}'" for kind in KINDS)
    op.execute(f"ALTER TABLE untold ADD CONSTRAINT untold_kind_check CHECK (kind IN ({listed}))")
    op.execute("ALTER TABLE untold ADD CONSTRAINT untold_what_check CHECK (num_nonnulls(event_id, step_id, kind) = 1)")
    op.execute("GRANT INSERT (claim_id, line_id, kind) ON untold TO roads_app")
    op.execute(
        "CREATE POLICY untold_add ON untold FOR INSERT TO roads_app"
        " WITH CHECK (EXISTS (SELECT FROM claim c WHERE c.id = claim_id))"
    )
    # What was sent stays on record, though no more of its kind can be.
    for table in ("letter", "notice"):
        _allow(table, KINDS, "NOT VALID")
