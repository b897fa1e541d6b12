-- A report for who may decide on it. Takes id.
SELECT
    r.*, o.witnesses, w.source_id, w.direction, d.reference, d.name_kk, d.name_ru, d.name_en,
    t.name_kk AS distress_kk, t.name_ru AS distress_ru, t.name_en AS distress_en, c.number AS contract,
    b.name AS contractor
FROM report r
JOIN public_report o ON o.id = r.id
LEFT JOIN carriageway w ON w.id = r.carriageway_id
LEFT JOIN road d ON d.id = w.road_id
LEFT JOIN distress t ON t.code = r.distress
LEFT JOIN contract c ON c.id = r.contract_id
LEFT JOIN organisation b ON b.id = c.contractor_id
WHERE r.id = CAST(:id AS integer)
