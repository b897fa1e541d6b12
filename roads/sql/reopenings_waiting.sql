-- Verified repairs that somebody says are none, oldest first, as far as their claims are seen. Takes at_most.
SELECT
    q.id, q.line_id, q.verifier, q.words, q.asked_on, q.asked, l.number AS line, l.claim_id, c.number, l.state,
    r.judged_on, k.id AS contract_id, k.number AS contract, o.name AS contractor, lower(l.extent) AS from_cm,
    d.reference, d.name_kk, d.name_ru, d.name_en, t.name_kk AS distress_kk, t.name_ru AS distress_ru,
    t.name_en AS distress_en
FROM reopen_request q
JOIN claim_line l ON l.id = q.line_id
JOIN repair r ON r.id = q.repair_id
JOIN claim c ON c.id = l.claim_id
JOIN contract k ON k.id = l.contract_id
JOIN organisation o ON o.id = c.contractor_id
JOIN defect f ON f.id = l.defect_id
JOIN carriageway w ON w.id = l.carriageway_id
LEFT JOIN road d ON d.id = w.road_id
LEFT JOIN distress t ON t.code = f.distress
WHERE q.state = 'open'
ORDER BY q.id
LIMIT CAST(:at_most AS integer)
