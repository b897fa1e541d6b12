"""The public reads of confirmed defects only, and knows from the ledger when a page it has read is another by now."""

from collections.abc import Sequence

from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    _show_defects("is_confirmed AND withdrawn_on IS NULL AND merged_into_id IS NULL")
    # How many entries there are and not what they say: an entry that is committed late has a lower number than one
    # before it, and the count of those that wait for their place tells.
    op.execute("""
        CREATE VIEW public_change AS
        SELECT
            (SELECT coalesce(max(id), 0) FROM ledger_entry) AS last_entry,
            (SELECT count(*) FROM ledger_waiting) AS entries_waiting
    """)
    op.execute("GRANT SELECT ON public_change TO roads_public")


def downgrade() -> None:
    op.execute("DROP VIEW public_change")
    _show_defects("withdrawn_on IS NULL AND merged_into_id IS NULL")


def _show_defects(which: str) -> None:
    op.execute(f"""
        CREATE OR REPLACE VIEW public_defect AS
        SELECT id, source, external_id, geom, gps_accuracy_m, detected_on, occurred_on, covered_on, reported_at,
               registered_at, element, distress, severity, severity_rule, length_m, width_m, depth_mm, count
        FROM defect WHERE {which}
    """)
