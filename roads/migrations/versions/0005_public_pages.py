"""What the pages of segments and contracts show: changes of contracts, designers, what repairs by others cost."""

from collections.abc import Sequence

from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    # What a change's document and note say was written by people, and is nobody's business.
    op.execute("""
        CREATE VIEW public_contract_event AS
        SELECT id, contract_id, kind, carriageway_id, extent, elements, from_on, to_on, months, recorded
        FROM contract_event
    """)
    op.execute("GRANT SELECT ON public_contract_event TO roads_public, roads_app")
    _show_contracts(", designer.bin AS designer_bin, designer.name AS designer, c.is_monitored")
    _show_lines(", l.others_cost_tenge")
    # Grouped lines would be counted for all claims there are, whichever one is asked for.
    _show_claims("""
        CROSS JOIN LATERAL (
            SELECT count(*) AS lines, (array_agg(l.state ORDER BY array_position({order}, l.state)))[1] AS state
            FROM claim_line l
            WHERE l.claim_id = c.id AND l.facts IS NOT NULL
            HAVING count(*) > 0
        ) AS of_lines
    """)


ORDER = """
    ARRAY['drafted', 'disputed', 'in_court', 'issued', 'accepted', 'repaired', 'closed_unfixed', 'done_by_others',
          'verified', 'withdrawn']
"""


def _show_contracts(more: str) -> None:
    op.execute(f"""
        CREATE OR REPLACE VIEW public_contract AS
        SELECT c.id, c.number, c.kind_of_works, c.signed_on, c.value_tenge, c.stated_term_months, c.kato,
               c.customer_id, customer.bin AS customer_bin, customer.name AS customer,
               c.contractor_id, contractor.bin AS contractor_bin, contractor.name AS contractor,
               supervisor.bin AS supervisor_bin, supervisor.name AS supervisor{more}
        FROM contract c
        JOIN organisation customer ON customer.id = c.customer_id
        JOIN organisation contractor ON contractor.id = c.contractor_id
        LEFT JOIN organisation supervisor ON supervisor.id = c.supervisor_id
        LEFT JOIN organisation designer ON designer.id = c.designer_id
    """)


def _show_lines(more: str) -> None:
    op.execute(f"""
        CREATE OR REPLACE VIEW public_claim_line AS
        SELECT l.id, l.claim_id, l.number, l.contract_id, l.defect_id, l.carriageway_id, l.extent, l.element, l.state,
               l.reason, l.round, l.clock_from, l.safety_by, l.safety_origin, l.rectify_by, l.rectify_origin,
               l.rectify_by_before_winter, l.patched_on, l.repaired_on, l.changed_on{more}
        FROM claim_line l
        WHERE l.facts IS NOT NULL
    """)


def _show_claims(with_lines: str) -> None:
    """A claim stands where the line stands that needs a person most (the order is the domain's)."""
    op.execute(f"""
        CREATE OR REPLACE VIEW public_claim AS
        SELECT c.id, c.number, c.contract_id, c.contractor_id, c.detected_on, c.issued_on, of_lines.state, of_lines.lines
        FROM claim c
        {with_lines.format(order=ORDER)}
        WHERE c.issued_on IS NOT NULL
    """)


def downgrade() -> None:
    _show_claims("""
        JOIN (
            SELECT claim_id, count(*) AS lines, (array_agg(state ORDER BY array_position({order}, state)))[1] AS state
            FROM claim_line
            WHERE facts IS NOT NULL
            GROUP BY claim_id
        ) AS of_lines ON of_lines.claim_id = c.id
    """)
    # A view is not replaced by one with fewer columns; what may be read of it is said anew.
    op.execute("DROP VIEW public_claim_line, public_contract, public_contract_event")
    _show_lines("")
    _show_contracts("")
    op.execute("GRANT SELECT ON public_claim_line, public_contract TO roads_public, roads_app")
