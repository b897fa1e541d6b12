"""The public learns which defects and segments it was told of are no longer there."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "segment_cut_again",
        sa.Column("segment_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("carriageway_id", sa.Integer(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("segment_id", name="segment_cut_again_pkey"),
    )
    op.execute("GRANT SELECT, INSERT ON segment_cut_again TO roads_app, roads_jobs")
    op.execute("GRANT SELECT ON segment_cut_again TO roads_public")
    # Who did it and why is nobody's concern. Before events were kept there was the day alone.
    op.execute("""
        CREATE VIEW removed_defect AS
        SELECT
            d.source, d.external_id,
            coalesce(
                (
                    SELECT min(e.recorded_at) FROM defect_event e
                    WHERE e.defect_id = d.id AND e.action IN ('withdraw', 'merge')
                ),
                CAST(d.withdrawn_on AS timestamptz), d.registered_at
            ) AS removed_at
        FROM defect d
        WHERE d.is_confirmed AND (d.withdrawn_on IS NOT NULL OR d.merged_into_id IS NOT NULL)
    """)
    op.execute("GRANT SELECT ON removed_defect TO roads_public, roads_app, roads_jobs")


def downgrade() -> None:
    op.execute("DROP VIEW removed_defect")
    op.drop_table("segment_cut_again")
