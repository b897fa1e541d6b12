-- Open defects for which a contract was found to answer, the oldest first. Takes id (contract), skipped and at_most.
WITH defect_here AS (
    SELECT a.defect_id, min(a.from_cm) AS from_cm
    FROM (
        -- include: carriageways_of_contract
    ) AS t
    JOIN attribution a
        ON a.carriageway_id = t.carriageway_id AND a.replaced_at = 'infinity' AND a.contract_id = CAST(:id AS integer)
        AND a.outcome IN ('under_warranty', 'not_yet_accepted', 'needs_review')
    GROUP BY a.defect_id
)
-- include: open_defects
