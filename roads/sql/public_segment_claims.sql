-- Claims for what is on a segment, line by line, the newest first. Takes id and today.
SELECT
    c.id, c.number, l.number AS line, l.state, l.defect_id, l.contract_id, c.issued_on, l.rectify_by, l.safety_by,
    l.state IN ('issued', 'accepted')
    AND (
        coalesce(l.rectify_by < CAST(:today AS date), false)
        OR coalesce(l.safety_by < CAST(:today AS date) AND l.patched_on IS NULL, false)
    ) AS is_overdue
FROM segment s
JOIN public_claim_line l ON l.carriageway_id = s.carriageway_id AND l.extent && s.extent
JOIN public_claim c ON c.id = l.claim_id
WHERE s.id = CAST(:id AS integer)
ORDER BY c.issued_on DESC, c.id DESC, l.number
LIMIT 200
