-- Claims issued under a contract, the newest first, with the first deadline that is still owed. Takes id (contract),
-- today, skipped and at_most.
SELECT
    p.id, p.number, p.issued_on, p.detected_on, p.state, p.lines, sums.owed, sums.overdue, sums.rectify_by, sums.safety_by
FROM (SELECT DISTINCT claim_id FROM public_claim_line WHERE contract_id = CAST(:id AS integer)) AS of_contract
JOIN public_claim p ON p.id = of_contract.claim_id
CROSS JOIN LATERAL (
    SELECT
        count(*) FILTER (WHERE is_owed) AS owed,
        count(*) FILTER (WHERE is_owed AND (rectify_by < CAST(:today AS date) OR safety_open_by < CAST(:today AS date)))
            AS overdue,
        min(rectify_by) FILTER (WHERE is_owed) AS rectify_by,
        min(safety_open_by) FILTER (WHERE is_owed) AS safety_by
    FROM (
        SELECT
            l.state IN ('issued', 'accepted') AS is_owed, l.rectify_by,
            CASE WHEN l.patched_on IS NULL THEN l.safety_by END AS safety_open_by
        FROM public_claim_line l
        WHERE l.claim_id = p.id
    ) AS line
) AS sums
ORDER BY p.issued_on DESC, p.id DESC
OFFSET CAST(:skipped AS integer)
LIMIT CAST(:at_most AS integer)
