-- Claims that whoever acts may see, the newest first. Takes on (date), after (claim id, or null), at_most and the filters,
-- each null for all: state (some line has it), contract_id, contractor_bin, is_overdue, is_issued.
SELECT
    c.id, c.number, c.detected_on, c.drafted_on, c.issued_on, c.delivered_on, c.acknowledged_at, c.silence_by,
    c.contract_id, k.number AS contract, k.kind_of_works, contractor.name AS contractor, contractor.bin AS contractor_bin,
    customer.name AS customer, customer.bin AS customer_bin, line.states, line.owed, line.overdue, line.rectify_by,
    line.safety_by, line.visit_on
FROM claim c
JOIN contract k ON k.id = c.contract_id
JOIN organisation contractor ON contractor.id = coalesce(c.contractor_id, k.contractor_id)
JOIN organisation customer ON customer.id = k.customer_id
CROSS JOIN LATERAL (
    SELECT
        array_agg(l.state ORDER BY l.number) AS states,
        count(*) FILTER (WHERE l.is_owed) AS owed,
        count(*) FILTER (WHERE l.is_owed AND (l.rectify_by < CAST(:on AS date) OR l.safety_open_by < CAST(:on AS date)))
            AS overdue,
        min(l.rectify_by) FILTER (WHERE l.is_owed) AS rectify_by,
        min(l.safety_open_by) FILTER (WHERE l.is_owed) AS safety_by,
        min(l.visit_on) AS visit_on
    FROM (
        SELECT
            l.number, l.state, l.rectify_by, l.visit_on, l.state IN ('issued', 'accepted') AS is_owed,
            CASE WHEN l.patched_on IS NULL THEN l.safety_by END AS safety_open_by
        FROM claim_line l
        WHERE l.claim_id = c.id
    ) AS l
) AS line
WHERE line.states IS NOT NULL
    AND (CAST(:after AS integer) IS NULL OR c.id < CAST(:after AS integer))
    AND (CAST(:contract_id AS integer) IS NULL OR c.contract_id = CAST(:contract_id AS integer))
    AND (CAST(:contractor_bin AS text) IS NULL OR contractor.bin = CAST(:contractor_bin AS text))
    AND (CAST(:state AS text) IS NULL OR CAST(:state AS text) = ANY (line.states))
    AND (CAST(:is_overdue AS boolean) IS NULL OR (line.overdue > 0) = CAST(:is_overdue AS boolean))
    AND (CAST(:is_issued AS boolean) IS NULL OR (c.issued_on IS NOT NULL) = CAST(:is_issued AS boolean))
ORDER BY c.id DESC
LIMIT CAST(:at_most AS integer)
