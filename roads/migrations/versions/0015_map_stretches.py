"""What the maps of warranties, money, works, defects and years show."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

STRETCHES = ("answer_stretch", "cost_stretch")


def upgrade() -> None:
    op.create_geospatial_table(
        "answer_stretch",
        *_place(),
        sa.Column("period", postgresql.DATERANGE(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        _shape(),
        sa.CheckConstraint(
            "kind IN ('carve_out', 'warranty', 'term_unknown', 'works', 'expired')",
            name=op.f("answer_stretch_kind_check"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("answer_stretch_pkey")),
    )
    op.create_geospatial_table(
        "cost_stretch",
        *_place(),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("tenge_per_km", sa.Numeric(), nullable=True),
        _shape(),
        sa.PrimaryKeyConstraint("id", name=op.f("cost_stretch_pkey")),
    )
    for table in STRETCHES:
        op.create_index(f"{table}_carriageway_id_idx", table, ["carriageway_id"], unique=False)
        op.create_geospatial_index(
            f"{table}_geom_idx", table, ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
        )
        op.execute(f"GRANT SELECT, INSERT, DELETE ON {table} TO roads_app, roads_jobs")
        op.execute(f"GRANT SELECT ON {table} TO roads_public")
    op.add_column("works_under_way", sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False))
    op.create_index("works_under_way_id_key", "works_under_way", ["id"], unique=True)
    _tell_more_of_defects()
    # All of it is derived: the next run of `refresh-status` fills it.
    op.execute("""
        INSERT INTO status_mark (carriageway_id, extent)
        SELECT id, extent FROM carriageway w
        WHERE retired_at IS NULL AND EXISTS (SELECT FROM contract_section t WHERE t.carriageway_id = w.id)
            OR EXISTS (SELECT FROM placement p WHERE p.carriageway_id = w.id)
    """)
    op.execute("INSERT INTO status_mark (carriageway_id, extent) SELECT 0, '[0,1)' WHERE EXISTS (SELECT FROM defect)")


def _tell_more_of_defects() -> None:
    op.add_column("defect_status", sa.Column("distress", sa.Text(), nullable=True))
    op.add_column("defect_status", sa.Column("severity", sa.Text(), nullable=True))
    op.add_column("defect_status", sa.Column("detected_on", sa.Date(), nullable=True))
    op.add_column("defect_status", sa.Column("planned_on", sa.Date(), nullable=True))
    op.execute("""
        UPDATE defect_status k SET distress = d.distress, severity = d.severity, detected_on = d.detected_on
        FROM defect d WHERE d.id = k.defect_id
    """)
    op.alter_column("defect_status", "detected_on", nullable=False)


def _place() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("carriageway_id", sa.Integer(), nullable=False),
        sa.Column("extent", postgresql.INT4RANGE(), nullable=False),
    )


def _shape() -> sa.Column[Any]:
    """Where it lies, in the projection of tiles."""
    return sa.Column(
        "geom",
        Geometry(
            geometry_type="GEOMETRY",
            srid=3857,
            dimension=2,
            spatial_index=False,
            from_text="ST_GeomFromEWKT",
            name="geometry",
            nullable=False,
        ),
        nullable=False,
    )


def downgrade() -> None:
    for column in ("planned_on", "detected_on", "severity", "distress"):
        op.drop_column("defect_status", column)
    op.drop_index("works_under_way_id_key", table_name="works_under_way")
    op.drop_column("works_under_way", "id")
    for table in reversed(STRETCHES):
        op.drop_geospatial_index(f"{table}_geom_idx", table_name=table, postgresql_using="gist", column_name="geom")
        op.drop_geospatial_table(table)
