"""Status of segments and defects, and editions of the maps."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "inspection",
        sa.Column(
            "counts_until",
            sa.Date(),
            sa.Computed("CAST(inspected_on + INTERVAL '12 months' AS date)", persisted=True),
            nullable=False,
        ),
    )
    op.create_table(
        "map_edition",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("map_edition_pkey")),
    )
    op.create_geospatial_table(
        "segment_status",
        sa.Column("segment_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("carriageway_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("open_defects", sa.Integer(), nullable=False),
        sa.Column("overdue_lines", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=True),
        sa.Column("answers_until", sa.Date(), nullable=True),
        sa.Column("inspected_on", sa.Date(), nullable=True),
        sa.Column("status_on", sa.Date(), nullable=False),
        sa.Column("changes_on", sa.Date(), nullable=True),
        sa.Column("length_m", sa.Float(), nullable=False),
        _shape("LINESTRING"),
        sa.CheckConstraint(
            "status IN ('overdue', 'open_under_warranty', 'open', 'works_under_way', 'unknown', 'sound_under_warranty', 'sound')",
            name=op.f("segment_status_status_check"),
        ),
        sa.PrimaryKeyConstraint("segment_id", name=op.f("segment_status_pkey")),
    )
    op.create_index("segment_status_carriageway_id_idx", "segment_status", ["carriageway_id"], unique=False)
    op.create_index("segment_status_status_idx", "segment_status", ["status", "segment_id"], unique=False)
    op.create_index(
        "segment_status_changes_on_idx",
        "segment_status",
        ["changes_on"],
        unique=False,
        postgresql_where=sa.text("changes_on IS NOT NULL"),
    )
    op.create_geospatial_table(
        "defect_status",
        sa.Column("defect_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("carriageway_id", sa.Integer(), nullable=True),
        sa.Column("from_cm", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        _shape("POINT"),
        sa.CheckConstraint(
            "state IN ('overdue', 'open', 'claimed', 'contractor_says_fixed', 'closed', 'verified')",
            name=op.f("defect_status_state_check"),
        ),
        sa.CheckConstraint(
            "outcome IN ('excluded', 'under_warranty', 'not_yet_accepted', 'expired', 'no_warranty', 'needs_review')",
            name=op.f("defect_status_outcome_check"),
        ),
        sa.PrimaryKeyConstraint("defect_id", name=op.f("defect_status_pkey")),
    )
    op.create_index("defect_status_carriageway_id_idx", "defect_status", ["carriageway_id", "from_cm"], unique=False)
    op.create_geospatial_table(
        "works_under_way",
        sa.Column("carriageway_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("contract_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("extent", postgresql.INT4RANGE(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        _shape("GEOMETRY"),
        sa.PrimaryKeyConstraint("carriageway_id", "contract_id", "extent", name=op.f("works_under_way_pkey")),
    )
    for table in SHOWN:
        op.create_geospatial_index(
            f"{table}_geom_idx", table, ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
        )
    _show_defects("WHERE withdrawn_on IS NULL AND merged_into_id IS NULL")
    _grant()


def _show_defects(which: str) -> None:
    """What the public reads of defects; a mistaken or repeated one is none."""
    op.execute(f"""
        CREATE OR REPLACE VIEW public_defect AS
        SELECT id, source, external_id, geom, gps_accuracy_m, detected_on, occurred_on, covered_on, reported_at,
               registered_at, element, distress, severity, severity_rule, length_m, width_m, depth_mm, count
        FROM defect {which}
    """)


SHOWN = ("segment_status", "defect_status", "works_under_way")


def _shape(kind: str) -> sa.Column[object]:
    """Where it lies, in the projection of tiles."""
    return sa.Column(
        "geom",
        Geometry(
            geometry_type=kind,
            srid=3857,
            dimension=2,
            spatial_index=False,
            from_text="ST_GeomFromEWKT",
            name="geometry",
            nullable=False,
        ),
        nullable=False,
    )


def _grant() -> None:
    """The application keeps what is derived, and adds editions; anybody reads both."""
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(SHOWN)} TO roads_app")
    op.execute("GRANT SELECT, INSERT ON map_edition TO roads_app")
    op.execute(f"GRANT SELECT ON {', '.join(SHOWN)}, map_edition TO roads_public")
    # How many marks there are, and not where: it tells whether anything became another since the last edition.
    op.execute("GRANT SELECT (id) ON status_mark TO roads_public")


def downgrade() -> None:
    op.execute("REVOKE SELECT (id) ON status_mark FROM roads_public")
    _show_defects("")
    for table in reversed(SHOWN):
        op.drop_geospatial_index(f"{table}_geom_idx", table_name=table, postgresql_using="gist", column_name="geom")
    op.drop_geospatial_table("works_under_way")
    op.drop_index("defect_status_carriageway_id_idx", table_name="defect_status")
    op.drop_geospatial_table("defect_status")
    op.drop_index(
        "segment_status_changes_on_idx",
        table_name="segment_status",
        postgresql_where=sa.text("changes_on IS NOT NULL"),
    )
    op.drop_index("segment_status_status_idx", table_name="segment_status")
    op.drop_index("segment_status_carriageway_id_idx", table_name="segment_status")
    op.drop_geospatial_table("segment_status")
    op.drop_table("map_edition")
    op.drop_column("inspection", "counts_until")
