-- What happened on a segment, the newest first. Takes id (segment), skipped and at_most.
WITH stretch_here AS MATERIALIZED (
    SELECT carriageway_id, extent FROM segment WHERE id = CAST(:id AS integer)
),
contract_here AS MATERIALIZED (
    SELECT DISTINCT t.contract_id
    FROM stretch_here s
    JOIN contract_section t ON t.carriageway_id = s.carriageway_id AND t.extent && s.extent AND upper_inf(t.recorded)
),
line_here AS MATERIALIZED (
    SELECT l.id, l.contract_id, l.claim_id
    FROM stretch_here s
    JOIN public_claim_line l ON l.carriageway_id = s.carriageway_id AND l.extent && s.extent
),
defect_here AS MATERIALIZED (
    SELECT DISTINCT a.defect_id
    FROM stretch_here s
    JOIN attribution a
        ON a.carriageway_id = s.carriageway_id AND a.replaced_at = 'infinity' AND a.from_cm < upper(s.extent)
        AND a.to_cm > lower(s.extent)
)
-- include: timeline
