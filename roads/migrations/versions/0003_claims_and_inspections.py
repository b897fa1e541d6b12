"""Claims and inspections."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "inspection",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("inspected_on", sa.Date(), nullable=False),
        sa.Column("inspector", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("stated_source_id", sa.Text(), nullable=False),
        sa.Column("stated_from_cm", sa.Integer(), nullable=True),
        sa.Column("stated_to_cm", sa.Integer(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('after_acceptance', 'spring', 'autumn', 'last_90', 'last_30', 'other')",
            name=op.f("inspection_kind_check"),
        ),
        sa.CheckConstraint(
            "outcome IN ('defects_found', 'no_defect_found', 'not_completed')", name=op.f("inspection_outcome_check")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("inspection_pkey")),
        sa.UniqueConstraint("source", "external_id", name=op.f("inspection_source_external_id_key")),
    )
    op.create_table(
        "status_mark",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("carriageway_id", sa.Integer(), nullable=False),
        sa.Column("extent", postgresql.INT4RANGE(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("status_mark_pkey")),
    )
    op.create_index("status_mark_carriageway_id_idx", "status_mark", ["carriageway_id"], unique=False)
    op.create_table(
        "claim",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("detected_on", sa.Date(), nullable=False),
        sa.Column("drafted_on", sa.Date(), nullable=False),
        sa.Column("number", sa.Text(collation="C"), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contractor_id", sa.Integer(), nullable=True),
        sa.Column("supervisor_id", sa.Integer(), nullable=True),
        sa.Column("designer_id", sa.Integer(), nullable=True),
        sa.Column("silence_is_acceptance", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("silence_by", sa.Date(), nullable=True),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(issued_on IS NULL) = (number IS NULL) AND (issued_on IS NULL) = (issued_at IS NULL) AND (issued_on IS NULL) = (contractor_id IS NULL) AND (issued_on IS NULL) = (silence_by IS NULL)",
            name=op.f("claim_issued_check"),
        ),
        sa.CheckConstraint("issued_on >= detected_on AND drafted_on >= detected_on", name=op.f("claim_days_check")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("claim_contract_id_fkey")),
        sa.ForeignKeyConstraint(["contractor_id"], ["organisation.id"], name=op.f("claim_contractor_id_fkey")),
        sa.ForeignKeyConstraint(["designer_id"], ["organisation.id"], name=op.f("claim_designer_id_fkey")),
        sa.ForeignKeyConstraint(["supervisor_id"], ["organisation.id"], name=op.f("claim_supervisor_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("claim_pkey")),
        sa.UniqueConstraint("id", "contract_id", name=op.f("claim_id_contract_id_key")),
        sa.UniqueConstraint("number", name=op.f("claim_number_key")),
    )
    op.create_index("claim_contractor_id_idx", "claim", ["contractor_id"], unique=False)
    op.create_index(
        "claim_draft_key",
        "claim",
        ["contract_id", "detected_on"],
        unique=True,
        postgresql_where=sa.text("issued_on IS NULL"),
    )
    op.create_table(
        "claim_terms",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=True),
        sa.Column("safety_days", sa.Integer(), nullable=True),
        sa.Column("safety_counted_in", sa.Text(), nullable=True),
        sa.Column("rectify_days", sa.Integer(), nullable=True),
        sa.Column("rectify_counted_in", sa.Text(), nullable=True),
        sa.Column("silence_is_acceptance", sa.Boolean(), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("stated_by", sa.Text(), nullable=False),
        sa.Column(
            "recorded",
            postgresql.TSTZRANGE(),
            server_default=sa.text("tstzrange(clock_timestamp(), NULL)"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "rectify_counted_in IN ('calendar', 'working')", name=op.f("claim_terms_rectify_counted_in_check")
        ),
        sa.CheckConstraint(
            "safety_counted_in IN ('calendar', 'working')", name=op.f("claim_terms_safety_counted_in_check")
        ),
        sa.CheckConstraint(
            "(rectify_days IS NULL) = (rectify_counted_in IS NULL)", name=op.f("claim_terms_rectify_check")
        ),
        sa.CheckConstraint(
            "(safety_days IS NULL) = (safety_counted_in IS NULL)", name=op.f("claim_terms_safety_check")
        ),
        sa.CheckConstraint("safety_days > 0 AND rectify_days > 0", name=op.f("claim_terms_days_check")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("claim_terms_contract_id_fkey")),
        sa.ForeignKeyConstraint(["customer_id"], ["organisation.id"], name=op.f("claim_terms_customer_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("claim_terms_pkey")),
    )
    op.create_index(
        "claim_terms_current_key",
        "claim_terms",
        ["customer_id", "contract_id"],
        unique=True,
        postgresql_where=sa.text("upper_inf(recorded)"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "inspected_stretch",
        sa.Column("inspection_id", sa.Integer(), nullable=False),
        sa.Column("carriageway_id", sa.Integer(), nullable=False),
        sa.Column("extent", postgresql.INT4RANGE(), nullable=False),
        sa.CheckConstraint("NOT isempty(extent)", name=op.f("inspected_stretch_extent_check")),
        sa.ForeignKeyConstraint(
            ["carriageway_id"], ["carriageway.id"], name=op.f("inspected_stretch_carriageway_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspection.id"], name=op.f("inspected_stretch_inspection_id_fkey")
        ),
        sa.PrimaryKeyConstraint("inspection_id", "carriageway_id", name=op.f("inspected_stretch_pkey")),
    )
    op.create_index("inspected_stretch_carriageway_id_idx", "inspected_stretch", ["carriageway_id"], unique=False)
    op.create_table(
        "planned_inspection",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("carriageway_id", sa.Integer(), nullable=False),
        sa.Column("extent", postgresql.INT4RANGE(), nullable=False),
        sa.Column("due", postgresql.DATERANGE(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('after_acceptance', 'spring', 'autumn', 'last_90', 'last_30', 'other')",
            name=op.f("planned_inspection_kind_check"),
        ),
        sa.CheckConstraint("NOT isempty(extent) AND NOT isempty(due)", name=op.f("planned_inspection_ranges_check")),
        sa.ForeignKeyConstraint(
            ["carriageway_id"], ["carriageway.id"], name=op.f("planned_inspection_carriageway_id_fkey")
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("planned_inspection_contract_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("planned_inspection_pkey")),
        sa.UniqueConstraint(
            "contract_id",
            "carriageway_id",
            "extent",
            "kind",
            "due",
            name=op.f("planned_inspection_contract_id_carriageway_id_extent_kind_due_key"),
        ),
    )
    op.create_index("planned_inspection_carriageway_id_idx", "planned_inspection", ["carriageway_id"], unique=False)
    op.create_table(
        "claim_line",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("defect_id", sa.Integer(), nullable=False),
        sa.Column("carriageway_id", sa.Integer(), nullable=False),
        sa.Column("extent", postgresql.INT4RANGE(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("warranty_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column(
            "changed_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("round", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("clock_from", sa.Date(), nullable=True),
        sa.Column("safety_by", sa.Date(), nullable=True),
        sa.Column("safety_origin", sa.Text(), nullable=True),
        sa.Column("safety_rule_id", sa.Integer(), nullable=True),
        sa.Column("rectify_by", sa.Date(), nullable=True),
        sa.Column("rectify_origin", sa.Text(), nullable=True),
        sa.Column("rectify_rule_id", sa.Integer(), nullable=True),
        sa.Column("rectify_by_before_winter", sa.Date(), nullable=True),
        sa.Column("patched_on", sa.Date(), nullable=True),
        sa.Column("repaired_on", sa.Date(), nullable=True),
        sa.Column("verified_repair_id", sa.Integer(), nullable=True),
        sa.Column(
            "demanded_verdict",
            sa.Text(),
            sa.Computed("CASE WHEN state = 'verified' THEN 'verified' END", persisted=True),
            nullable=True,
        ),
        sa.Column("others_cost_tenge", sa.Numeric(precision=18, scale=2), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("defect_id"), "="),
            (sa.column("carriageway_id"), "="),
            (sa.column("extent"), "&&"),
            where=sa.text("state <> 'withdrawn'"),
            using="gist",
            name="claim_line_one_live_excl",
        ),
        sa.CheckConstraint(
            "(state = 'verified') = (verified_repair_id IS NOT NULL)", name=op.f("claim_line_verified_repair_check")
        ),
        sa.CheckConstraint(
            "element IN ('pavement', 'base', 'drainage', 'structures', 'furniture', 'marking')",
            name=op.f("claim_line_element_check"),
        ),
        sa.CheckConstraint(
            "rectify_origin IN ('contract', 'customer', 'rule')", name=op.f("claim_line_rectify_origin_check")
        ),
        sa.CheckConstraint(
            "safety_origin IN ('contract', 'customer', 'rule')", name=op.f("claim_line_safety_origin_check")
        ),
        sa.CheckConstraint(
            "state IN ('drafted', 'issued', 'accepted', 'disputed', 'repaired', 'verified', 'withdrawn', 'done_by_others', 'in_court', 'closed_unfixed')",
            name=op.f("claim_line_state_check"),
        ),
        sa.CheckConstraint(
            "state IN ('drafted', 'withdrawn') OR facts IS NOT NULL", name=op.f("claim_line_facts_check")
        ),
        sa.CheckConstraint(
            "state NOT IN ('repaired', 'verified') OR repaired_on IS NOT NULL",
            name=op.f("claim_line_repaired_on_check"),
        ),
        sa.CheckConstraint("(facts IS NULL) = (clock_from IS NULL)", name=op.f("claim_line_clock_from_check")),
        sa.CheckConstraint("NOT isempty(extent)", name=op.f("claim_line_extent_check")),
        sa.CheckConstraint("reason ~ '^[a-z_]+$'", name=op.f("claim_line_reason_check")),
        sa.CheckConstraint("others_cost_tenge >= 0", name=op.f("claim_line_others_cost_tenge_check")),
        sa.CheckConstraint("rectify_by_before_winter < rectify_by", name=op.f("claim_line_winter_check")),
        sa.CheckConstraint(
            "safety_by >= clock_from AND rectify_by >= clock_from", name=op.f("claim_line_deadlines_check")
        ),
        sa.ForeignKeyConstraint(["carriageway_id"], ["carriageway.id"], name=op.f("claim_line_carriageway_id_fkey")),
        sa.ForeignKeyConstraint(
            ["claim_id", "contract_id"],
            ["claim.id", "claim.contract_id"],
            name=op.f("claim_line_claim_id_contract_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["defect_id"], ["defect.id"], name=op.f("claim_line_defect_id_fkey")),
        sa.ForeignKeyConstraint(
            ["rectify_rule_id"], ["deadline_rule.id"], name=op.f("claim_line_rectify_rule_id_fkey")
        ),
        sa.ForeignKeyConstraint(["safety_rule_id"], ["deadline_rule.id"], name=op.f("claim_line_safety_rule_id_fkey")),
        sa.ForeignKeyConstraint(["warranty_id"], ["warranty.id"], name=op.f("claim_line_warranty_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("claim_line_pkey")),
        sa.UniqueConstraint("claim_id", "number", name=op.f("claim_line_claim_id_number_key")),
    )
    op.create_index("claim_line_carriageway_id_idx", "claim_line", ["carriageway_id"], unique=False)
    op.create_index("claim_line_contract_id_idx", "claim_line", ["contract_id"], unique=False)
    op.create_index("claim_line_defect_id_idx", "claim_line", ["defect_id"], unique=False)
    op.create_index(
        "claim_line_owed_idx",
        "claim_line",
        ["rectify_by"],
        unique=False,
        postgresql_where=sa.text("state IN ('issued', 'accepted')"),
    )
    op.create_table(
        "lost_warranty",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("defect_id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("carriageway_id", sa.Integer(), nullable=False),
        sa.Column("extent", postgresql.INT4RANGE(), nullable=False),
        sa.Column("warranty_id", sa.Integer(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=False),
        sa.Column("cost_tenge", sa.Numeric(precision=18, scale=2), nullable=True),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("NOT isempty(extent)", name=op.f("lost_warranty_extent_check")),
        sa.CheckConstraint("cost_tenge >= 0", name=op.f("lost_warranty_cost_tenge_check")),
        sa.ForeignKeyConstraint(["carriageway_id"], ["carriageway.id"], name=op.f("lost_warranty_carriageway_id_fkey")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("lost_warranty_contract_id_fkey")),
        sa.ForeignKeyConstraint(["defect_id"], ["defect.id"], name=op.f("lost_warranty_defect_id_fkey")),
        sa.ForeignKeyConstraint(["warranty_id"], ["warranty.id"], name=op.f("lost_warranty_warranty_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("lost_warranty_pkey")),
        sa.UniqueConstraint(
            "defect_id",
            "contract_id",
            "carriageway_id",
            "extent",
            name=op.f("lost_warranty_defect_id_contract_id_carriageway_id_extent_key"),
        ),
    )
    op.create_index("lost_warranty_carriageway_id_idx", "lost_warranty", ["carriageway_id"], unique=False)
    op.create_index("lost_warranty_contract_id_idx", "lost_warranty", ["contract_id"], unique=False)
    op.create_table(
        "claim_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=True),
        sa.Column("to_state", sa.Text(), nullable=True),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "action IN ('draft', 'issue', 'withdraw', 'accept', 'accept_by_silence', 'dispute', 'uphold', 'grant', 'report_repair', 'verify', 'reject_repair', 'reopen', 'do_by_others', 'refer_to_court', 'return_accepted', 'return_withdrawn', 'return_done_by_others', 'close_without_fix', 'patch', 'ask_joint_visit', 'acknowledge', 'deliver')",
            name=op.f("claim_event_action_check"),
        ),
        sa.CheckConstraint(
            "from_state IN ('drafted', 'issued', 'accepted', 'disputed', 'repaired', 'verified', 'withdrawn', 'done_by_others', 'in_court', 'closed_unfixed')",
            name=op.f("claim_event_from_state_check"),
        ),
        sa.CheckConstraint(
            "to_state IN ('drafted', 'issued', 'accepted', 'disputed', 'repaired', 'verified', 'withdrawn', 'done_by_others', 'in_court', 'closed_unfixed')",
            name=op.f("claim_event_to_state_check"),
        ),
        sa.CheckConstraint("to_state IS NULL OR line_id IS NOT NULL", name=op.f("claim_event_line_check")),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("claim_event_claim_id_fkey")),
        sa.ForeignKeyConstraint(["line_id"], ["claim_line.id"], name=op.f("claim_event_line_id_fkey")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("claim_event_organisation_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("claim_event_pkey")),
    )
    op.create_index("claim_event_claim_id_idx", "claim_event", ["claim_id"], unique=False)
    op.create_index("claim_event_line_id_idx", "claim_event", ["line_id", "id"], unique=False)
    op.create_table(
        "ladder_step",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("rung", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "rung IN ('reminder', 'overdue', 'second_letter', 'referral_file')", name=op.f("ladder_step_rung_check")
        ),
        sa.ForeignKeyConstraint(["line_id"], ["claim_line.id"], name=op.f("ladder_step_line_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("ladder_step_pkey")),
        sa.UniqueConstraint("line_id", "round", "rung", name=op.f("ladder_step_line_id_round_rung_key")),
    )
    op.create_table(
        "recurrence",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("defect_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("distance_cm", sa.Integer(), nullable=False),
        sa.Column("linked_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["defect_id"], ["defect.id"], name=op.f("recurrence_defect_id_fkey")),
        sa.ForeignKeyConstraint(["line_id"], ["claim_line.id"], name=op.f("recurrence_line_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("recurrence_pkey")),
        sa.UniqueConstraint("defect_id", name=op.f("recurrence_defect_id_key")),
    )
    op.create_index("recurrence_line_id_idx", "recurrence", ["line_id"], unique=False)
    op.create_table(
        "repair",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("reported_on", sa.Date(), nullable=False),
        sa.Column("reporter", sa.Text(), nullable=False),
        sa.Column("reporter_organisation_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("judged_on", sa.Date(), nullable=True),
        sa.Column("verifier", sa.Text(), nullable=True),
        sa.Column("verifier_organisation_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("verdict IN ('verified', 'rejected')", name=op.f("repair_verdict_check")),
        sa.CheckConstraint(
            "(verdict IS NULL) = (verifier IS NULL) AND (verdict IS NULL) = (verifier_organisation_id IS NULL) AND (verdict IS NULL) = (judged_on IS NULL)",
            name=op.f("repair_judged_check"),
        ),
        sa.CheckConstraint("judged_on >= reported_on", name=op.f("repair_days_check")),
        sa.CheckConstraint("verifier <> reporter", name=op.f("repair_other_person_check")),
        sa.CheckConstraint(
            "verifier_organisation_id <> reporter_organisation_id", name=op.f("repair_other_organisation_check")
        ),
        sa.ForeignKeyConstraint(["line_id"], ["claim_line.id"], name=op.f("repair_line_id_fkey")),
        sa.ForeignKeyConstraint(
            ["reporter_organisation_id"], ["organisation.id"], name=op.f("repair_reporter_organisation_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["verifier_organisation_id"], ["organisation.id"], name=op.f("repair_verifier_organisation_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("repair_pkey")),
        sa.UniqueConstraint("id", "line_id", "verdict", name=op.f("repair_id_line_id_verdict_key")),
    )
    op.create_index("repair_line_id_idx", "repair", ["line_id"], unique=False)
    op.create_index("repair_open_key", "repair", ["line_id"], unique=True, postgresql_where=sa.text("verdict IS NULL"))
    op.create_table(
        "repair_photo",
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("repair_id", sa.Integer(), nullable=False),
        sa.Column("media", sa.Text(), nullable=False),
        sa.CheckConstraint("content_hash ~ '^[0-9a-f]{64}$'", name=op.f("repair_photo_content_hash_check")),
        sa.ForeignKeyConstraint(["repair_id"], ["repair.id"], name=op.f("repair_photo_repair_id_fkey")),
        sa.PrimaryKeyConstraint("content_hash", name=op.f("repair_photo_pkey")),
    )
    op.create_index("repair_photo_repair_id_idx", "repair_photo", ["repair_id"], unique=False)
    op.add_column("defect", sa.Column("is_confirmed", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.add_column("defect", sa.Column("withdrawn_on", sa.Date(), nullable=True))
    op.add_column("defect", sa.Column("withdrawn_reason", sa.Text(), nullable=True))
    op.add_column("defect", sa.Column("merged_into_id", sa.Integer(), nullable=True))
    op.create_foreign_key(op.f("defect_merged_into_id_fkey"), "defect", "defect", ["merged_into_id"], ["id"])
    op.create_foreign_key(
        "claim_line_verified_repair_fkey",
        "claim_line",
        "repair",
        ["verified_repair_id", "id", "demanded_verdict"],
        ["id", "line_id", "verdict"],
    )
    op.create_check_constraint(
        op.f("defect_withdrawn_check"), "defect", "(withdrawn_on IS NULL) = (withdrawn_reason IS NULL)"
    )
    op.create_check_constraint(op.f("defect_merged_into_check"), "defect", "merged_into_id <> id")
    _create_guards()
    _create_public_views()
    _grant()


def _create_guards() -> None:
    """What no constraint can say: rows that stay as they are."""
    op.execute("""
        CREATE FUNCTION claim_event_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'claim_event is append-only' USING ERRCODE = 'restrict_violation';
        END $$
    """)
    op.execute("""
        CREATE TRIGGER claim_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON claim_event
        FOR EACH STATEMENT EXECUTE FUNCTION claim_event_is_kept()
    """)
    op.execute("""
        CREATE FUNCTION claim_line_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF (NEW.claim_id, NEW.number, NEW.defect_id, NEW.carriageway_id, NEW.extent, NEW.element, NEW.warranty_id)
                IS DISTINCT FROM
                (OLD.claim_id, OLD.number, OLD.defect_id, OLD.carriageway_id, OLD.extent, OLD.element, OLD.warranty_id)
                OR (OLD.facts IS NOT NULL AND NEW.facts IS DISTINCT FROM OLD.facts)
            THEN
                RAISE EXCEPTION 'the facts of claim_line % are frozen', OLD.id USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER claim_line_is_frozen BEFORE UPDATE ON claim_line
        FOR EACH ROW EXECUTE FUNCTION claim_line_is_frozen()
    """)
    op.execute("""
        CREATE FUNCTION repair_is_judged_once() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'repair % has been judged', OLD.id USING ERRCODE = 'restrict_violation';
        END $$
    """)
    op.execute("""
        CREATE TRIGGER repair_is_judged_once BEFORE UPDATE ON repair
        FOR EACH ROW WHEN (OLD.verdict IS NOT NULL) EXECUTE FUNCTION repair_is_judged_once()
    """)


def _create_public_views() -> None:
    """Issued claims without persons and without what people wrote; a draft accuses nobody yet.

    A claim stands where the line stands that needs a person most (the order is the domain's).
    """
    op.execute("""
        CREATE VIEW public_claim_line AS
        SELECT l.id, l.claim_id, l.number, l.contract_id, l.defect_id, l.carriageway_id, l.extent, l.element, l.state,
               l.reason, l.round, l.clock_from, l.safety_by, l.safety_origin, l.rectify_by, l.rectify_origin,
               l.rectify_by_before_winter, l.patched_on, l.repaired_on, l.changed_on
        FROM claim_line l
        WHERE l.facts IS NOT NULL
    """)
    op.execute("""
        CREATE VIEW public_claim AS
        SELECT c.id, c.number, c.contract_id, c.contractor_id, c.detected_on, c.issued_on, of_lines.state, of_lines.lines
        FROM claim c
        JOIN (
            SELECT claim_id, count(*) AS lines, (array_agg(
                state ORDER BY array_position(
                    ARRAY['drafted', 'disputed', 'in_court', 'issued', 'accepted', 'repaired', 'closed_unfixed',
                          'done_by_others', 'verified', 'withdrawn'], state
                )
            ))[1] AS state
            FROM claim_line
            WHERE facts IS NOT NULL
            GROUP BY claim_id
        ) AS of_lines ON of_lines.claim_id = c.id
        WHERE c.issued_on IS NOT NULL
    """)
    op.execute("""
        CREATE VIEW public_claim_event AS
        SELECT e.id, e.claim_id, e.line_id, e.action, e.from_state, e.to_state, e.role, e.happened_on
        FROM claim_event e
        JOIN claim c ON c.id = e.claim_id AND c.issued_on IS NOT NULL
        LEFT JOIN claim_line l ON l.id = e.line_id
        WHERE e.line_id IS NULL OR l.facts IS NOT NULL
    """)
    op.execute("""
        CREATE VIEW public_inspection AS
        SELECT i.id, i.kind, i.inspected_on, i.outcome, s.carriageway_id, s.extent
        FROM inspection i JOIN inspected_stretch s ON s.inspection_id = i.id
    """)


ADDED_TO = (
    "claim, claim_line, claim_event, claim_terms, repair, repair_photo, ladder_step, recurrence, lost_warranty, "
    "status_mark, planned_inspection, inspection, inspected_stretch"
)
PUBLIC = (
    "public_claim, public_claim_line, public_claim_event, public_inspection, ladder_step, recurrence, lost_warranty, "
    "planned_inspection"
)


def _grant() -> None:
    """The application adds rows; it changes a claim, and of a repair only the verdict; it takes marks away."""
    op.execute(f"GRANT SELECT, INSERT ON {ADDED_TO} TO roads_app")
    op.execute("GRANT UPDATE ON claim, claim_line TO roads_app")
    op.execute("GRANT UPDATE (recorded) ON claim_terms TO roads_app")
    op.execute("GRANT UPDATE (verdict, judged_on, verifier, verifier_organisation_id) ON repair TO roads_app")
    op.execute("GRANT DELETE ON status_mark TO roads_app")
    op.execute("GRANT SELECT ON public_claim, public_claim_line, public_claim_event, public_inspection TO roads_app")
    op.execute(f"GRANT SELECT ON {PUBLIC} TO roads_public")


def downgrade() -> None:
    op.execute("DROP VIEW public_claim, public_claim_line, public_claim_event, public_inspection")
    op.drop_constraint("claim_line_verified_repair_fkey", "claim_line", type_="foreignkey")
    op.drop_constraint(op.f("defect_merged_into_check"), "defect", type_="check")
    op.drop_constraint(op.f("defect_withdrawn_check"), "defect", type_="check")
    op.drop_constraint(op.f("defect_merged_into_id_fkey"), "defect", type_="foreignkey")
    op.drop_column("defect", "merged_into_id")
    op.drop_column("defect", "withdrawn_reason")
    op.drop_column("defect", "withdrawn_on")
    op.drop_column("defect", "is_confirmed")
    op.drop_index("repair_photo_repair_id_idx", table_name="repair_photo")
    op.drop_table("repair_photo")
    op.drop_index("repair_open_key", table_name="repair", postgresql_where=sa.text("verdict IS NULL"))
    op.drop_index("repair_line_id_idx", table_name="repair")
    op.drop_table("repair")
    op.drop_index("recurrence_line_id_idx", table_name="recurrence")
    op.drop_table("recurrence")
    op.drop_table("ladder_step")
    op.drop_index("claim_event_line_id_idx", table_name="claim_event")
    op.drop_index("claim_event_claim_id_idx", table_name="claim_event")
    op.drop_table("claim_event")
    op.drop_index("lost_warranty_contract_id_idx", table_name="lost_warranty")
    op.drop_index("lost_warranty_carriageway_id_idx", table_name="lost_warranty")
    op.drop_table("lost_warranty")
    op.drop_index(
        "claim_line_owed_idx", table_name="claim_line", postgresql_where=sa.text("state IN ('issued', 'accepted')")
    )
    op.drop_index("claim_line_defect_id_idx", table_name="claim_line")
    op.drop_index("claim_line_contract_id_idx", table_name="claim_line")
    op.drop_index("claim_line_carriageway_id_idx", table_name="claim_line")
    op.drop_table("claim_line")
    op.drop_index("planned_inspection_carriageway_id_idx", table_name="planned_inspection")
    op.drop_table("planned_inspection")
    op.drop_index("inspected_stretch_carriageway_id_idx", table_name="inspected_stretch")
    op.drop_table("inspected_stretch")
    op.drop_index(
        "claim_terms_current_key",
        table_name="claim_terms",
        postgresql_where=sa.text("upper_inf(recorded)"),
        postgresql_nulls_not_distinct=True,
    )
    op.drop_table("claim_terms")
    op.drop_index("claim_draft_key", table_name="claim", postgresql_where=sa.text("issued_on IS NULL"))
    op.drop_index("claim_contractor_id_idx", table_name="claim")
    op.drop_table("claim")
    op.drop_index("status_mark_carriageway_id_idx", table_name="status_mark")
    op.drop_table("status_mark")
    op.drop_table("inspection")
    op.execute("DROP FUNCTION claim_event_is_kept, claim_line_is_frozen, repair_is_judged_once")
