"""Network import: staging tables, ids that the import may draw, and no index or key that only slows it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

STAGED = "staged_feature, staged_written, staged_aside, staged_vertex, staged_cut, staged_change"


def upgrade() -> None:
    op.drop_index("carriageway_geometry_key_idx", table_name="carriageway")
    op.drop_constraint("segment_carriageway_id_fkey", "segment", type_="foreignkey")
    _create_staged_feature()
    op.create_table(
        "staged_written",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("base_id", sa.Text(), nullable=False),
        sa.Column("start_key", sa.BigInteger(), nullable=False),
        sa.Column("end_key", sa.BigInteger(), nullable=False),
        sa.Column("geometry_key", sa.Text(), nullable=False),
        sa.Column("content_key", sa.Text(), nullable=False),
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "staged_aside",
        sa.Column("base_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("base_id", name=op.f("staged_aside_pkey")),
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "staged_vertex",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("m", sa.Double(), nullable=False),
        sa.Column("place_key", sa.BigInteger(), nullable=False),
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "staged_cut",
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("m", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("n", "m", name=op.f("staged_cut_pkey")),
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "staged_change",
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("carriageway_id", sa.Integer(), nullable=False),
        sa.Column("old_id", sa.Integer(), nullable=True),
        sa.Column("road_id", sa.Integer(), nullable=True),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("chain_id", sa.Integer(), nullable=False),
        sa.Column("at_m", sa.Double(), nullable=False),
        sa.Column("is_falling", sa.Boolean(), nullable=False),
        sa.Column("knots_at_m", postgresql.ARRAY(sa.Double()), nullable=True),
        sa.Column("knots_m", postgresql.ARRAY(sa.Double()), nullable=True),
        sa.Column("measured_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('new', 'same', 'updated', 'moved', 'leaving')", name=op.f("staged_change_state_check")
        ),
        sa.PrimaryKeyConstraint("n", name=op.f("staged_change_pkey")),
        prefixes=["UNLOGGED"],
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON {STAGED} TO roads_app")
    # Carriageways of one chain carry the smallest id among them, so ids are drawn before the rows are written.
    op.execute("GRANT USAGE ON SEQUENCE carriageway_id_seq TO roads_app")


def _create_staged_feature() -> None:
    op.create_table(
        "staged_feature",
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("base_id", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("road_key", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("aliases", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("name_kk", sa.Text(), nullable=True),
        sa.Column("name_ru", sa.Text(), nullable=True),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("significance", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("direction", sa.Text(), nullable=True),
        sa.Column("is_oneway", sa.Boolean(), nullable=False),
        sa.Column("kato", sa.Text(), nullable=True),
        sa.Column("chainage_from_m", sa.Double(), nullable=True),
        sa.Column("length_m", sa.Double(), nullable=False),
        sa.Column("start_key", sa.BigInteger(), nullable=False),
        sa.Column("end_key", sa.BigInteger(), nullable=False),
        sa.Column("start_heading", sa.Double(), nullable=True),
        sa.Column("end_heading", sa.Double(), nullable=True),
        sa.Column("is_folded", sa.Boolean(), nullable=False),
        sa.Column("is_doubtful", sa.Boolean(), nullable=False),
        sa.Column("geometry_key", sa.Text(), nullable=False),
        sa.Column("content_key", sa.Text(), nullable=False),
        sa.Column(
            "geom",
            Geometry(geometry_type="LINESTRINGM", srid=4326, dimension=3, spatial_index=False, nullable=False),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("n", name=op.f("staged_feature_pkey")),
        prefixes=["UNLOGGED"],
    )


def downgrade() -> None:
    op.execute("REVOKE USAGE ON SEQUENCE carriageway_id_seq FROM roads_app")
    for table in ("staged_change", "staged_cut", "staged_vertex", "staged_aside", "staged_written", "staged_feature"):
        op.drop_table(table)
    op.create_foreign_key(
        "segment_carriageway_id_fkey", "segment", "carriageway", ["carriageway_id"], ["id"], ondelete="CASCADE"
    )
    op.create_index("carriageway_geometry_key_idx", "carriageway", ["source", "geometry_key"])
