-- What happened to a contract and on its stretches under it, the newest first. Takes id (contract), skipped and at_most.
WITH contract_here AS MATERIALIZED (
    SELECT id AS contract_id FROM public_contract WHERE id = CAST(:id AS integer)
),
stretch_here AS MATERIALIZED (
    SELECT DISTINCT t.carriageway_id, t.extent
    FROM contract_section t
    WHERE t.contract_id = CAST(:id AS integer) AND upper_inf(t.recorded)
),
line_here AS MATERIALIZED (
    SELECT id, contract_id, claim_id FROM public_claim_line WHERE contract_id = CAST(:id AS integer)
),
defect_here AS MATERIALIZED (
    SELECT DISTINCT a.defect_id
    FROM (
        -- include: carriageways_of_contract
    ) AS t
    JOIN attribution a
        ON a.carriageway_id = t.carriageway_id AND a.replaced_at = 'infinity' AND a.contract_id = CAST(:id AS integer)
)
-- include: timeline
