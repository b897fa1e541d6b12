"""What people corrected about defects, and why."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "defect_event",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("defect_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("action IN ('withdraw', 'merge', 'settle_place')", name=op.f("defect_event_action_check")),
        sa.ForeignKeyConstraint(["defect_id"], ["defect.id"], name=op.f("defect_event_defect_id_fkey")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("defect_event_organisation_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("defect_event_pkey")),
    )
    op.create_index("defect_event_defect_id_idx", "defect_event", ["defect_id", "id"], unique=False)
    op.execute("GRANT SELECT, INSERT ON defect_event TO roads_app")


def downgrade() -> None:
    op.drop_index("defect_event_defect_id_idx", table_name="defect_event")
    op.drop_table("defect_event")
