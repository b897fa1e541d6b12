-- A line of an issued claim with its place and defect, and the last time somebody said that it is not mended. Takes id.
SELECT
    l.id, c.number, l.number AS line, l.state, l.contract_id, k.number AS contract, k.contractor, l.changed_on,
    lower(l.extent) AS from_cm, d.reference, d.name_kk, d.name_ru, d.name_en, s.id AS segment_id,
    t.name_kk AS distress_kk, t.name_ru AS distress_ru, t.name_en AS distress_en,
    q.state AS asked_state, q.asked_on, q.decided_on
FROM public_claim_line l
JOIN public_claim c ON c.id = l.claim_id
JOIN public_contract k ON k.id = l.contract_id
JOIN carriageway w ON w.id = l.carriageway_id
LEFT JOIN road d ON d.id = w.road_id
LEFT JOIN segment s ON s.carriageway_id = l.carriageway_id AND s.extent @> lower(l.extent)
LEFT JOIN public_defect f ON f.id = l.defect_id
LEFT JOIN distress t ON t.code = f.distress
LEFT JOIN LATERAL (
    SELECT o.state, o.asked_on, o.decided_on
    FROM public_reopen_request o
    WHERE o.line_id = l.id
    ORDER BY o.asked_on DESC, o.repair_id DESC
    LIMIT 1
) AS q ON true
WHERE l.id = CAST(:id AS integer)
LIMIT 1
