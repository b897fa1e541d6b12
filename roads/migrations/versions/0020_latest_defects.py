"""The latest of a million defects are found without sorting them all."""

from collections.abc import Sequence

from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index("defect_status_detected_on_idx", "defect_status", ["detected_on", "defect_id"])


def downgrade() -> None:
    op.drop_index("defect_status_detected_on_idx", "defect_status")
