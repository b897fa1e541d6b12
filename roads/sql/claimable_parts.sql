-- Parts of open and confirmed defects for which a contract answers under warranty, with the warranty's last day.
-- Takes on (date) and contract_ids (int[], or null for all). What was verified, closed without a fix or done by others is
-- open no more. `is_notified`: the contract was told of the defect while its warranty ran, so it answers after the end too.
SELECT
    a.defect_id, a.carriageway_id, int4range(a.from_cm, a.to_cm) AS extent, d.element, a.contract_id,
    a.source_id AS warranty_id, d.detected_on, w.ends_on, a.recorded_at AS answered_at,
    EXISTS (
        SELECT
        FROM claim_line l
        JOIN claim c ON c.id = l.claim_id
        WHERE l.defect_id = a.defect_id AND l.contract_id = a.contract_id AND l.facts IS NOT NULL
            AND c.issued_on <= w.ends_on
    ) AS is_notified
FROM attribution a
JOIN defect d ON d.id = a.defect_id
JOIN warranty w ON w.id = a.source_id
WHERE a.replaced_at = 'infinity' AND a.outcome = 'under_warranty'
    AND (CAST(:contract_ids AS integer[]) IS NULL OR a.contract_id = ANY (CAST(:contract_ids AS integer[])))
    AND d.is_confirmed AND d.withdrawn_on IS NULL AND d.merged_into_id IS NULL
    AND d.detected_on <= CAST(:on AS date)
    AND NOT EXISTS (
        SELECT
        FROM claim_line l
        WHERE l.defect_id = a.defect_id AND l.carriageway_id = a.carriageway_id
            AND l.extent && int4range(a.from_cm, a.to_cm)
            AND l.state IN ('verified', 'closed_unfixed', 'done_by_others')
    )
