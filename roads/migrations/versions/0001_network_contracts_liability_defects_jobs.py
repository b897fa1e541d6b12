"""Network, contracts, liability, defects, jobs."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    # A window's range_agg sorts all its rows anew for each row; this one adds a row to what it has.
    op.execute(
        "CREATE AGGREGATE range_union(datemultirange) (sfunc = multirange_union, stype = datemultirange, initcond = '{}')"
    )
    op.create_table(
        "attribution",
        sa.Column("defect_id", sa.Integer(), nullable=False),
        sa.Column("carriageway_id", sa.Integer(), nullable=True),
        sa.Column("from_cm", sa.Integer(), nullable=True),
        sa.Column("to_cm", sa.Integer(), nullable=True),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("contract_id", sa.Integer(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("likely_outcome", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), server_default=sa.text("'infinity'"), nullable=False),
        sa.CheckConstraint(
            "(outcome = 'needs_review') = (reason IS NOT NULL)", name=op.f("attribution_reason_of_review_check")
        ),
        sa.CheckConstraint(
            "likely_outcome IN ('excluded', 'under_warranty', 'not_yet_accepted', 'expired', 'no_warranty', 'needs_review')",
            name=op.f("attribution_likely_outcome_check"),
        ),
        sa.CheckConstraint(
            "outcome IN ('excluded', 'under_warranty', 'not_yet_accepted', 'expired', 'no_warranty', 'needs_review')",
            name=op.f("attribution_outcome_check"),
        ),
        sa.CheckConstraint(
            "reason IN ('off_network', 'ambiguous', 'term_unknown', 'near_boundary')",
            name=op.f("attribution_reason_check"),
        ),
    )
    op.create_index(
        "attribution_current_key",
        "attribution",
        ["carriageway_id", "defect_id", "from_cm"],
        unique=True,
        postgresql_where=sa.text("replaced_at = 'infinity'"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind IN ('holiday', 'working_day')", name=op.f("calendar_day_kind_check")),
        sa.PrimaryKeyConstraint("day", name=op.f("calendar_day_pkey")),
    )
    op.create_table(
        "deadline_rule",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("kato", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("element", sa.Text(), nullable=True),
        sa.Column("severity", sa.Text(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("counted_in", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.Column(
            "recorded",
            postgresql.TSTZRANGE(),
            server_default=sa.text("tstzrange(clock_timestamp(), NULL)"),
            nullable=False,
        ),
        sa.CheckConstraint("counted_in IN ('calendar', 'working')", name=op.f("deadline_rule_counted_in_check")),
        sa.CheckConstraint(
            "element IN ('pavement', 'base', 'drainage', 'structures', 'furniture', 'marking')",
            name=op.f("deadline_rule_element_check"),
        ),
        sa.CheckConstraint("kind IN ('temporary', 'rectification')", name=op.f("deadline_rule_kind_check")),
        sa.CheckConstraint("days > 0", name=op.f("deadline_rule_days_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("deadline_rule_pkey")),
        sa.UniqueConstraint(
            "kind",
            "kato",
            "category",
            "element",
            "severity",
            "recorded",
            name=op.f("deadline_rule_kind_kato_category_element_severity_recorded_key"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_geospatial_table(
        "defect",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("gps_accuracy_m", sa.Float(), nullable=True),
        sa.Column("chosen_source_id", sa.Text(), nullable=True),
        sa.Column("chosen_carriageway_ids", sa.ARRAY(sa.Integer()), nullable=True),
        sa.Column("detected_on", sa.Date(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=True),
        sa.Column(
            "covered_on", sa.Date(), sa.Computed("coalesce(occurred_on, detected_on)", persisted=True), nullable=False
        ),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("distress", sa.Text(), nullable=True),
        sa.Column("severity", sa.Text(), nullable=True),
        sa.Column("severity_rule", sa.Text(), nullable=True),
        sa.Column("stated_severity", sa.Text(), nullable=True),
        sa.Column("length_m", sa.Float(), nullable=True),
        sa.Column("width_m", sa.Float(), nullable=True),
        sa.Column("depth_mm", sa.Float(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "element IN ('pavement', 'base', 'drainage', 'structures', 'furniture', 'marking')",
            name=op.f("defect_element_check"),
        ),
        sa.CheckConstraint("severity IN ('low', 'medium', 'high')", name=op.f("defect_severity_check")),
        sa.CheckConstraint("stated_severity IN ('low', 'medium', 'high')", name=op.f("defect_stated_severity_check")),
        sa.CheckConstraint("gps_accuracy_m >= 0", name=op.f("defect_gps_accuracy_m_check")),
        sa.CheckConstraint(
            "length_m >= 0 AND width_m >= 0 AND depth_mm >= 0 AND count >= 0", name=op.f("defect_measures_check")
        ),
        sa.CheckConstraint("occurred_on <= detected_on", name=op.f("defect_occurred_on_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("defect_pkey")),
        sa.UniqueConstraint("source", "external_id", name=op.f("defect_source_external_id_key")),
    )
    op.create_table(
        "distress",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("measured_in", sa.Text(), nullable=False),
        sa.Column("name_kk", sa.Text(), nullable=False),
        sa.Column("name_ru", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "element IN ('pavement', 'base', 'drainage', 'structures', 'furniture', 'marking')",
            name=op.f("distress_element_check"),
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("distress_pkey")),
    )
    op.create_table(
        "job_run",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("slot", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "started_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "counts", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('running', 'finished', 'failed')", name=op.f("job_run_state_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("job_run_pkey")),
        sa.UniqueConstraint("job", "slot", name=op.f("job_run_job_slot_key")),
    )
    op.create_table(
        "liability",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("carriageway_id", sa.Integer(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("extent", postgresql.INT4RANGE(), nullable=False),
        sa.Column("period", postgresql.DATERANGE(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("carriageway_id"), "="),
            (sa.column("element"), "="),
            (sa.column("extent"), "&&"),
            (sa.column("period"), "&&"),
            using="gist",
            name="liability_one_answer_excl",
        ),
        sa.CheckConstraint(
            "kind IN ('carve_out', 'warranty', 'term_unknown', 'works', 'expired')", name=op.f("liability_kind_check")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("liability_pkey")),
    )
    op.create_index("liability_carriageway_id_idx", "liability", ["carriageway_id"], unique=False)
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("bin", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.CheckConstraint("bin ~ '^[0-9]{12}$'", name=op.f("organisation_bin_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("organisation_pkey")),
        sa.UniqueConstraint("bin", name=op.f("organisation_bin_key")),
    )
    op.create_table(
        "placement",
        sa.Column("defect_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("carriageway_id", sa.Integer(), nullable=True),
        sa.Column("from_cm", sa.Integer(), nullable=True),
        sa.Column("to_cm", sa.Integer(), nullable=True),
        sa.Column("offset_cm", sa.Integer(), nullable=True),
        sa.Column("distance_cm", sa.Integer(), nullable=True),
        sa.Column("accuracy_cm", sa.Integer(), nullable=False),
        sa.Column("covered_on", sa.Date(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("replaced_at", sa.DateTime(timezone=True), server_default=sa.text("'infinity'"), nullable=False),
        sa.CheckConstraint(
            "confidence IN ('certain', 'ambiguous', 'off_network')", name=op.f("placement_confidence_check")
        ),
    )
    op.create_index(
        "placement_carriageway_id_idx",
        "placement",
        ["carriageway_id", "defect_id"],
        unique=False,
        postgresql_where=sa.text("replaced_at = 'infinity'"),
    )
    op.create_index(
        "placement_defect_id_key",
        "placement",
        ["defect_id", "part"],
        unique=True,
        postgresql_where=sa.text("replaced_at = 'infinity'"),
    )
    op.create_table(
        "region",
        sa.Column("kato", sa.Text(), nullable=False),
        sa.Column("name_kk", sa.Text(), nullable=False),
        sa.Column("name_ru", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("plate_code", sa.Text(), nullable=True),
        sa.Column("winter_from", sa.Text(), nullable=False),
        sa.Column("winter_to", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kato", name=op.f("region_pkey")),
    )
    op.create_table(
        "road",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("name_kk", sa.Text(), nullable=True),
        sa.Column("name_ru", sa.Text(), nullable=True),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("significance", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("kato", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("maintainer", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "significance IN ('international', 'republican', 'oblast', 'district', 'street')",
            name=op.f("road_significance_check"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("road_pkey")),
        sa.UniqueConstraint("key", name=op.f("road_key_key")),
    )
    op.create_index(
        "road_reference_idx", "road", ["reference"], unique=False, postgresql_where=sa.text("reference IS NOT NULL")
    )
    op.create_table(
        "term_rule",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("kato", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("kind_of_works", sa.Text(), nullable=False),
        sa.Column("significance", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("traffic", postgresql.INT4RANGE(), nullable=True),
        sa.Column("element", sa.Text(), nullable=True),
        sa.Column("signed", postgresql.DATERANGE(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.Column(
            "recorded",
            postgresql.TSTZRANGE(),
            server_default=sa.text("tstzrange(clock_timestamp(), NULL)"),
            nullable=False,
        ),
        postgresql.ExcludeConstraint(
            (sa.column("kato"), "="),
            (sa.column("kind_of_works"), "="),
            (sa.text("coalesce(significance, '')"), "="),
            (sa.text("coalesce(category, '')"), "="),
            (sa.text("coalesce(element, '')"), "="),
            (sa.text("((traffic IS NULL)::integer)"), "="),
            (sa.text("coalesce(traffic, int4range(NULL, NULL))"), "&&"),
            (sa.column("signed"), "&&"),
            (sa.column("recorded"), "&&"),
            using="gist",
            name="term_rule_one_answer_excl",
        ),
        sa.CheckConstraint(
            "element IN ('pavement', 'base', 'drainage', 'structures', 'furniture', 'marking')",
            name=op.f("term_rule_element_check"),
        ),
        sa.CheckConstraint("kato ~ '^[0-9]{0,9}$'", name=op.f("term_rule_kato_check")),
        sa.CheckConstraint(
            "kind_of_works IN ('construction', 'reconstruction', 'capital_repair', 'medium_repair', 'current_repair', 'maintenance')",
            name=op.f("term_rule_kind_of_works_check"),
        ),
        sa.CheckConstraint(
            "significance IN ('international', 'republican', 'oblast', 'district', 'street')",
            name=op.f("term_rule_significance_check"),
        ),
        sa.CheckConstraint("NOT isempty(signed)", name=op.f("term_rule_signed_check")),
        sa.CheckConstraint("months BETWEEN 1 AND 600", name=op.f("term_rule_months_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("term_rule_pkey")),
    )
    op.create_geospatial_table(
        "carriageway",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("road_id", sa.Integer(), nullable=True),
        sa.Column("chain_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.Text(collation="C"), nullable=False),
        sa.Column("source_id", sa.Text(collation="C"), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("significance", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("kato", sa.Text(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="LINESTRINGM",
                srid=4326,
                dimension=3,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("extent", postgresql.INT4RANGE(), nullable=False),
        sa.Column("measured_by", sa.Text(), nullable=False),
        sa.Column("geometry_key", sa.Text(), nullable=False),
        sa.Column("content_key", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("attributed_revision", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("direction IN ('single', 'forward', 'reverse')", name=op.f("carriageway_direction_check")),
        sa.CheckConstraint("measured_by IN ('geodesic', 'given', 'posts')", name=op.f("carriageway_measured_by_check")),
        sa.CheckConstraint(
            "significance IN ('international', 'republican', 'oblast', 'district', 'street')",
            name=op.f("carriageway_significance_check"),
        ),
        sa.CheckConstraint(
            "NOT isempty(extent) AND lower_inc(extent) AND NOT upper_inf(extent)", name=op.f("carriageway_extent_check")
        ),
        sa.ForeignKeyConstraint(["road_id"], ["road.id"], name=op.f("carriageway_road_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("carriageway_pkey")),
    )
    op.create_index("carriageway_geometry_key_idx", "carriageway", ["source", "geometry_key"], unique=False)
    op.create_index(
        "carriageway_road_id_idx",
        "carriageway",
        ["road_id"],
        unique=False,
        postgresql_where=sa.text("road_id IS NOT NULL"),
    )
    op.create_index(
        "carriageway_source_key",
        "carriageway",
        ["source", "source_id"],
        unique=True,
        postgresql_where=sa.text("retired_at IS NULL"),
    )
    op.create_index(
        "carriageway_stale_idx",
        "carriageway",
        ["id"],
        unique=False,
        postgresql_where=sa.text("revision <> attributed_revision"),
    )
    op.create_table(
        "contract",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(collation="C"), nullable=False),
        sa.Column("contractor_id", sa.Integer(), nullable=False),
        sa.Column("supervisor_id", sa.Integer(), nullable=True),
        sa.Column("designer_id", sa.Integer(), nullable=True),
        sa.Column("kind_of_works", sa.Text(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("value_tenge", sa.Numeric(precision=18, scale=2), nullable=True),
        sa.Column("stated_term_months", sa.Integer(), nullable=True),
        sa.Column("kato", sa.Text(), nullable=True),
        sa.Column("is_monitored", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(
            "kind_of_works IN ('construction', 'reconstruction', 'capital_repair', 'medium_repair', 'current_repair', 'maintenance')",
            name=op.f("contract_kind_of_works_check"),
        ),
        sa.CheckConstraint("stated_term_months BETWEEN 1 AND 600", name=op.f("contract_stated_term_months_check")),
        sa.CheckConstraint("value_tenge >= 0", name=op.f("contract_value_tenge_check")),
        sa.ForeignKeyConstraint(["contractor_id"], ["organisation.id"], name=op.f("contract_contractor_id_fkey")),
        sa.ForeignKeyConstraint(["customer_id"], ["organisation.id"], name=op.f("contract_customer_id_fkey")),
        sa.ForeignKeyConstraint(["designer_id"], ["organisation.id"], name=op.f("contract_designer_id_fkey")),
        sa.ForeignKeyConstraint(["supervisor_id"], ["organisation.id"], name=op.f("contract_supervisor_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("contract_pkey")),
        sa.UniqueConstraint("customer_id", "number", name=op.f("contract_customer_id_number_key")),
    )
    op.create_index("contract_contractor_id_idx", "contract", ["contractor_id"], unique=False)
    op.create_geospatial_table(
        "kilometre_post",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("road_id", sa.Integer(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("km", sa.Numeric(precision=9, scale=3), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "direction IN ('single', 'forward', 'reverse')", name=op.f("kilometre_post_direction_check")
        ),
        sa.ForeignKeyConstraint(["road_id"], ["road.id"], name=op.f("kilometre_post_road_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("kilometre_post_pkey")),
        sa.UniqueConstraint("road_id", "direction", "km", name=op.f("kilometre_post_road_id_direction_km_key")),
    )
    op.create_table(
        "road_alias",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("road_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), server_default=sa.text("'(,)'::daterange"), nullable=False),
        sa.ForeignKeyConstraint(["road_id"], ["road.id"], name=op.f("road_alias_road_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("road_alias_pkey")),
        sa.UniqueConstraint("road_id", "reference", name=op.f("road_alias_road_id_reference_key")),
    )
    op.create_index("road_alias_reference_idx", "road_alias", ["reference"], unique=False)
    op.create_table(
        "traffic_count",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("road_id", sa.Integer(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("vehicles_per_day", sa.Integer(), nullable=False),
        sa.CheckConstraint("vehicles_per_day >= 0", name=op.f("traffic_count_vehicles_check")),
        sa.ForeignKeyConstraint(["road_id"], ["road.id"], name=op.f("traffic_count_road_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("traffic_count_pkey")),
        sa.UniqueConstraint("road_id", "counted_on", name=op.f("traffic_count_road_id_counted_on_key")),
    )
    op.create_table(
        "carriageway_succession",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("old_id", sa.Integer(), nullable=False),
        sa.Column("new_id", sa.Integer(), nullable=False),
        sa.Column("old_extent", postgresql.INT4RANGE(), nullable=False),
        sa.Column("new_extent", postgresql.INT4RANGE(), nullable=False),
        sa.Column("is_reversed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["new_id"], ["carriageway.id"], name=op.f("carriageway_succession_new_id_fkey")),
        sa.ForeignKeyConstraint(["old_id"], ["carriageway.id"], name=op.f("carriageway_succession_old_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("carriageway_succession_pkey")),
    )
    op.create_index("carriageway_succession_new_id_idx", "carriageway_succession", ["new_id"], unique=False)
    op.create_index("carriageway_succession_old_id_idx", "carriageway_succession", ["old_id"], unique=False)
    op.create_table(
        "carve_out",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("carriageway_id", sa.Integer(), nullable=False),
        sa.Column("extent", postgresql.INT4RANGE(), nullable=False),
        sa.Column("elements", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("period", postgresql.DATERANGE(), nullable=False),
        sa.Column("liable_id", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column(
            "recorded",
            postgresql.TSTZRANGE(),
            server_default=sa.text("tstzrange(clock_timestamp(), NULL)"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "elements <@ ARRAY['pavement', 'base', 'drainage', 'structures', 'furniture', 'marking']::text[] AND cardinality(elements) > 0",
            name=op.f("carve_out_elements_check"),
        ),
        sa.CheckConstraint("NOT isempty(extent)", name=op.f("carve_out_extent_check")),
        sa.CheckConstraint("NOT isempty(period) AND NOT lower_inf(period)", name=op.f("carve_out_period_check")),
        sa.ForeignKeyConstraint(["carriageway_id"], ["carriageway.id"], name=op.f("carve_out_carriageway_id_fkey")),
        sa.ForeignKeyConstraint(["liable_id"], ["organisation.id"], name=op.f("carve_out_liable_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("carve_out_pkey")),
    )
    op.create_index("carve_out_carriageway_id_idx", "carve_out", ["carriageway_id"], unique=False)
    op.create_table(
        "contract_event",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("carriageway_id", sa.Integer(), nullable=True),
        sa.Column("extent", postgresql.INT4RANGE(), nullable=True),
        sa.Column("elements", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column(
            "recorded",
            postgresql.TSTZRANGE(),
            server_default=sa.text("tstzrange(clock_timestamp(), NULL)"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(kind = 'amendment') = (months IS NOT NULL)", name=op.f("contract_event_months_of_amendment_check")
        ),
        sa.CheckConstraint(
            "(kind = 'suspension') = (to_on IS NOT NULL)", name=op.f("contract_event_to_on_of_suspension_check")
        ),
        sa.CheckConstraint(
            "kind IN ('amendment', 'suspension', 'termination')", name=op.f("contract_event_kind_check")
        ),
        sa.CheckConstraint("NOT isempty(extent)", name=op.f("contract_event_extent_check")),
        sa.CheckConstraint("extent IS NULL OR carriageway_id IS NOT NULL", name=op.f("contract_event_place_check")),
        sa.CheckConstraint("months BETWEEN 1 AND 600", name=op.f("contract_event_months_check")),
        sa.CheckConstraint("to_on >= from_on", name=op.f("contract_event_days_check")),
        sa.ForeignKeyConstraint(
            ["carriageway_id"], ["carriageway.id"], name=op.f("contract_event_carriageway_id_fkey")
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("contract_event_contract_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("contract_event_pkey")),
    )
    op.create_index("contract_event_contract_id_idx", "contract_event", ["contract_id"], unique=False)
    op.create_table(
        "contract_section",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("carriageway_id", sa.Integer(), nullable=False),
        sa.Column("extent", postgresql.INT4RANGE(), nullable=False),
        sa.Column("elements", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("origin_id", sa.Integer(), nullable=True),
        sa.Column(
            "recorded",
            postgresql.TSTZRANGE(),
            server_default=sa.text("tstzrange(clock_timestamp(), NULL)"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "elements <@ ARRAY['pavement', 'base', 'drainage', 'structures', 'furniture', 'marking']::text[] AND cardinality(elements) > 0",
            name=op.f("contract_section_elements_check"),
        ),
        sa.CheckConstraint("NOT isempty(extent)", name=op.f("contract_section_extent_check")),
        sa.ForeignKeyConstraint(
            ["carriageway_id"], ["carriageway.id"], name=op.f("contract_section_carriageway_id_fkey")
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("contract_section_contract_id_fkey")),
        sa.ForeignKeyConstraint(["origin_id"], ["contract_section.id"], name=op.f("contract_section_origin_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("contract_section_pkey")),
    )
    op.create_index("contract_section_carriageway_id_idx", "contract_section", ["carriageway_id"], unique=False)
    op.create_index("contract_section_contract_id_idx", "contract_section", ["contract_id"], unique=False)
    op.create_index(
        "contract_section_current_key",
        "contract_section",
        ["contract_id", "carriageway_id", "extent", "elements"],
        unique=True,
        postgresql_where=sa.text("upper_inf(recorded)"),
    )
    op.create_geospatial_table(
        "segment",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("carriageway_id", sa.Integer(), nullable=False),
        sa.Column("extent", postgresql.INT4RANGE(), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="LINESTRINGM",
                srid=4326,
                dimension=3,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("is_folded", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["carriageway_id"], ["carriageway.id"], name=op.f("segment_carriageway_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("segment_pkey")),
    )
    op.create_index("segment_carriageway_id_idx", "segment", ["carriageway_id"], unique=False)
    op.create_geospatial_index(
        "segment_geom_idx", "segment", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_table(
        "acceptance",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("extent", postgresql.INT4RANGE(), nullable=False),
        sa.Column("elements", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=False),
        sa.Column("act_number", sa.Text(), nullable=True),
        sa.Column("conclusion_number", sa.Text(), nullable=True),
        sa.Column("conclusion_on", sa.Date(), nullable=True),
        sa.Column(
            "recorded",
            postgresql.TSTZRANGE(),
            server_default=sa.text("tstzrange(clock_timestamp(), NULL)"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "elements <@ ARRAY['pavement', 'base', 'drainage', 'structures', 'furniture', 'marking']::text[] AND cardinality(elements) > 0",
            name=op.f("acceptance_elements_check"),
        ),
        sa.CheckConstraint("NOT isempty(extent)", name=op.f("acceptance_extent_check")),
        sa.ForeignKeyConstraint(["section_id"], ["contract_section.id"], name=op.f("acceptance_section_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("acceptance_pkey")),
    )
    op.create_index("acceptance_section_id_idx", "acceptance", ["section_id"], unique=False)
    op.create_table(
        "works",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("carriageway_id", sa.Integer(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("extent", postgresql.INT4RANGE(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("period", postgresql.DATERANGE(), nullable=False),
        sa.Column(
            "recorded",
            postgresql.TSTZRANGE(),
            server_default=sa.text("tstzrange(clock_timestamp(), NULL)"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "element IN ('pavement', 'base', 'drainage', 'structures', 'furniture', 'marking')",
            name=op.f("works_element_check"),
        ),
        sa.CheckConstraint("NOT isempty(period) AND NOT lower_inf(period)", name=op.f("works_period_check")),
        sa.ForeignKeyConstraint(["carriageway_id"], ["carriageway.id"], name=op.f("works_carriageway_id_fkey")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("works_contract_id_fkey")),
        sa.ForeignKeyConstraint(["section_id"], ["contract_section.id"], name=op.f("works_section_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("works_pkey")),
    )
    op.create_index("works_carriageway_id_idx", "works", ["carriageway_id"], unique=False)
    op.create_index("works_contract_id_idx", "works", ["contract_id"], unique=False)
    op.create_table(
        "warranty",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("acceptance_id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("carriageway_id", sa.Integer(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("extent", postgresql.INT4RANGE(), nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=False),
        sa.Column("in_force", postgresql.DATERANGE(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column(
            "period",
            postgresql.DATERANGE(),
            sa.Computed("in_force * daterange(NULL, ends_on, '[]')", persisted=True),
            nullable=False,
        ),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("term_state", sa.Text(), nullable=False),
        sa.Column("term_origin", sa.Text(), nullable=True),
        sa.Column("term_rule_id", sa.Integer(), nullable=True),
        sa.Column(
            "recorded",
            postgresql.TSTZRANGE(),
            server_default=sa.text("tstzrange(clock_timestamp(), NULL)"),
            nullable=False,
        ),
        sa.CheckConstraint("(term_state = 'known') = (months IS NOT NULL)", name=op.f("warranty_months_check")),
        sa.CheckConstraint(
            "element IN ('pavement', 'base', 'drainage', 'structures', 'furniture', 'marking')",
            name=op.f("warranty_element_check"),
        ),
        sa.CheckConstraint("term_origin IN ('contract', 'amendment', 'rule')", name=op.f("warranty_term_origin_check")),
        sa.CheckConstraint("term_state IN ('known', 'unknown')", name=op.f("warranty_term_state_check")),
        sa.CheckConstraint("NOT isempty(in_force) AND NOT lower_inf(in_force)", name=op.f("warranty_in_force_check")),
        sa.CheckConstraint("ends_on >= accepted_on", name=op.f("warranty_ends_on_check")),
        sa.ForeignKeyConstraint(["acceptance_id"], ["acceptance.id"], name=op.f("warranty_acceptance_id_fkey")),
        sa.ForeignKeyConstraint(["carriageway_id"], ["carriageway.id"], name=op.f("warranty_carriageway_id_fkey")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("warranty_contract_id_fkey")),
        sa.ForeignKeyConstraint(["term_rule_id"], ["term_rule.id"], name=op.f("warranty_term_rule_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("warranty_pkey")),
    )
    op.create_index("warranty_carriageway_id_idx", "warranty", ["carriageway_id"], unique=False)
    op.create_index("warranty_acceptance_id_idx", "warranty", ["acceptance_id"], unique=False)
    op.create_index("warranty_contract_id_idx", "warranty", ["contract_id"], unique=False)
    _create_public_views()
    _grant()


def _create_public_views() -> None:
    """What the public may read of tables that also hold words written by people."""
    op.execute("""
        CREATE VIEW public_defect AS
        SELECT id, source, external_id, geom, gps_accuracy_m, detected_on, occurred_on, covered_on, reported_at,
               registered_at, element, distress, severity, severity_rule, length_m, width_m, depth_mm, count
        FROM defect
    """)
    op.execute("""
        CREATE VIEW public_contract AS
        SELECT c.id, c.number, c.kind_of_works, c.signed_on, c.value_tenge, c.stated_term_months, c.kato,
               c.customer_id, customer.bin AS customer_bin, customer.name AS customer,
               c.contractor_id, contractor.bin AS contractor_bin, contractor.name AS contractor,
               supervisor.bin AS supervisor_bin, supervisor.name AS supervisor
        FROM contract c
        JOIN organisation customer ON customer.id = c.customer_id
        JOIN organisation contractor ON contractor.id = c.contractor_id
        LEFT JOIN organisation supervisor ON supervisor.id = c.supervisor_id
    """)
    op.execute("""
        CREATE VIEW public_carve_out AS
        SELECT v.id, v.carriageway_id, v.extent, v.elements, v.period, v.recorded, o.bin AS liable_bin, o.name AS liable
        FROM carve_out v JOIN organisation o ON o.id = v.liable_id
    """)
    # An answer is found by its place: an index on its defect would cost each of a million answers as much as itself.
    op.execute("""
        CREATE VIEW standing_answer AS
        SELECT a.*
        FROM placement p
        JOIN attribution a
            ON a.carriageway_id = p.carriageway_id AND a.defect_id = p.defect_id AND a.replaced_at = 'infinity'
        WHERE p.replaced_at = 'infinity'
        UNION ALL
        SELECT * FROM attribution WHERE carriageway_id IS NULL AND replaced_at = 'infinity'
    """)


PUBLIC = (
    "region, distress, calendar_day, deadline_rule, term_rule, road, road_alias, carriageway, carriageway_succession, "
    "segment, organisation, contract_section, acceptance, warranty, works, liability, placement, attribution, "
    "public_defect, public_contract, public_carve_out, standing_answer"
)


def _grant() -> None:
    """The application owns nothing and deletes only what is derived; the public side only reads."""
    op.execute("GRANT USAGE ON SCHEMA public TO roads_app, roads_public")
    op.execute("GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO roads_app")
    op.execute("REVOKE INSERT, UPDATE ON alembic_version FROM roads_app")
    op.execute("GRANT DELETE ON liability, segment TO roads_app")
    op.execute(f"GRANT SELECT ON {PUBLIC} TO roads_public")
    # The columns by which liability is derived: what a carve-out's note says is nobody's business.
    op.execute(
        "GRANT SELECT (id, carriageway_id, extent, elements, period, liable_id, recorded) ON carve_out TO roads_public"
    )
    op.execute("GRANT SELECT (id, number, signed_on, kind_of_works) ON contract TO roads_public")
    op.execute("GRANT SELECT ON alembic_version TO roads_public")


def downgrade() -> None:
    op.execute("DROP VIEW standing_answer, public_carve_out, public_contract, public_defect")
    op.drop_index("warranty_acceptance_id_idx", table_name="warranty")
    op.drop_index("warranty_contract_id_idx", table_name="warranty")
    op.drop_index("warranty_carriageway_id_idx", table_name="warranty")
    op.drop_table("warranty")
    op.drop_index("works_contract_id_idx", table_name="works")
    op.drop_index("works_carriageway_id_idx", table_name="works")
    op.drop_table("works")
    op.drop_index("acceptance_section_id_idx", table_name="acceptance")
    op.drop_table("acceptance")
    op.drop_geospatial_index("segment_geom_idx", table_name="segment", postgresql_using="gist", column_name="geom")
    op.drop_index("segment_carriageway_id_idx", table_name="segment")
    op.drop_geospatial_table("segment")
    op.drop_index(
        "contract_section_current_key", table_name="contract_section", postgresql_where=sa.text("upper_inf(recorded)")
    )
    op.drop_index("contract_section_contract_id_idx", table_name="contract_section")
    op.drop_index("contract_section_carriageway_id_idx", table_name="contract_section")
    op.drop_table("contract_section")
    op.drop_index("contract_event_contract_id_idx", table_name="contract_event")
    op.drop_table("contract_event")
    op.drop_index("carve_out_carriageway_id_idx", table_name="carve_out")
    op.drop_table("carve_out")
    op.drop_index("carriageway_succession_old_id_idx", table_name="carriageway_succession")
    op.drop_index("carriageway_succession_new_id_idx", table_name="carriageway_succession")
    op.drop_table("carriageway_succession")
    op.drop_table("traffic_count")
    op.drop_index("road_alias_reference_idx", table_name="road_alias")
    op.drop_table("road_alias")
    op.drop_geospatial_table("kilometre_post")
    op.drop_index("contract_contractor_id_idx", table_name="contract")
    op.drop_table("contract")
    op.drop_index(
        "carriageway_stale_idx", table_name="carriageway", postgresql_where=sa.text("revision <> attributed_revision")
    )
    op.drop_index("carriageway_source_key", table_name="carriageway", postgresql_where=sa.text("retired_at IS NULL"))
    op.drop_index("carriageway_road_id_idx", table_name="carriageway", postgresql_where=sa.text("road_id IS NOT NULL"))
    op.drop_index("carriageway_geometry_key_idx", table_name="carriageway")
    op.drop_geospatial_table("carriageway")
    op.drop_table("term_rule")
    op.drop_index("road_reference_idx", table_name="road", postgresql_where=sa.text("reference IS NOT NULL"))
    op.drop_table("road")
    op.drop_table("region")
    op.drop_index(
        "placement_defect_id_key", table_name="placement", postgresql_where=sa.text("replaced_at = 'infinity'")
    )
    op.drop_index(
        "placement_carriageway_id_idx", table_name="placement", postgresql_where=sa.text("replaced_at = 'infinity'")
    )
    op.drop_table("placement")
    op.drop_table("organisation")
    op.drop_index("liability_carriageway_id_idx", table_name="liability")
    op.drop_table("liability")
    op.drop_table("job_run")
    op.drop_table("distress")
    op.drop_geospatial_table("defect")
    op.drop_table("deadline_rule")
    op.drop_table("calendar_day")
    op.drop_index(
        "attribution_current_key", table_name="attribution", postgresql_where=sa.text("replaced_at = 'infinity'")
    )
    op.drop_table("attribution")
    op.execute("DROP AGGREGATE range_union(datemultirange)")
