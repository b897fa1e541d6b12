-- Open reports for who may decide on them, oldest first. Takes after (id) and at_most.
SELECT
    r.id, r.code, r.seen_on, r.reported_at, r.at_cm, r.words, r.contract_id, r.lon, r.lat, o.witnesses,
    (SELECT count(*) FROM report_photo p WHERE p.report_id = r.id) AS photos,
    d.reference, d.name_kk, d.name_ru, d.name_en, c.number AS contract, b.name AS contractor,
    t.name_kk AS distress_kk, t.name_ru AS distress_ru, t.name_en AS distress_en, count(*) OVER () AS total
FROM report r
JOIN public_report o ON o.id = r.id
LEFT JOIN carriageway w ON w.id = r.carriageway_id
LEFT JOIN road d ON d.id = w.road_id
LEFT JOIN distress t ON t.code = r.distress
LEFT JOIN contract c ON c.id = r.contract_id
LEFT JOIN organisation b ON b.id = c.contractor_id
WHERE r.state = 'open' AND r.id > CAST(:after AS integer)
ORDER BY r.id
LIMIT CAST(:at_most AS integer)
