"""The public reads of confirmed defects only, also before the status of the maps is worked out anew."""

from collections.abc import Sequence

from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    _show_defects("is_confirmed AND withdrawn_on IS NULL AND merged_into_id IS NULL")


def downgrade() -> None:
    _show_defects("withdrawn_on IS NULL AND merged_into_id IS NULL")


def _show_defects(which: str) -> None:
    op.execute(f"""
        CREATE OR REPLACE VIEW public_defect AS
        SELECT id, source, external_id, geom, gps_accuracy_m, detected_on, occurred_on, covered_on, reported_at,
               registered_at, element, distress, severity, severity_rule, length_m, width_m, depth_mm, count
        FROM defect WHERE {which}
    """)
