-- A report as anybody may know it, with its place and what is done about the defect it became. Takes code.
SELECT
    r.*, w.source_id, w.direction, d.reference, d.name_kk, d.name_ru, d.name_en, s.id AS segment_id,
    t.name_kk AS distress_kk, t.name_ru AS distress_ru, t.name_en AS distress_en, f.state AS defect_state
FROM public_report r
LEFT JOIN carriageway w ON w.id = r.carriageway_id
LEFT JOIN road d ON d.id = w.road_id
LEFT JOIN segment s ON s.carriageway_id = r.carriageway_id AND s.extent @> r.at_cm
LEFT JOIN distress t ON t.code = r.distress
LEFT JOIN defect_status f ON f.defect_id = r.defect_id
WHERE r.code = CAST(:code AS text)
LIMIT 1
