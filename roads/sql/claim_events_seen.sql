-- What was done to a claim and those of its lines that whoever acts may see, in order. Takes id (claim).
SELECT
    e.id, l.number AS line, e.action, e.from_state, e.to_state, e.person, e.role, o.name AS organisation, e.reason, e.note,
    e.evidence, e.happened_on, e.recorded_at
FROM claim_event e
LEFT JOIN claim_line l ON l.id = e.line_id
LEFT JOIN organisation o ON o.id = e.organisation_id
WHERE e.claim_id = CAST(:id AS integer)
ORDER BY e.id
