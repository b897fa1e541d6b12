-- The stored answers for a defect, part by part, with what their places are called. Takes id.
SELECT
    a.carriageway_id, a.from_cm, a.to_cm, a.outcome, a.reason, a.likely_outcome, a.decided_on, a.rule_version,
    a.recorded_at, w.source_id, w.direction, r.reference, r.name_kk, r.name_ru, r.name_en, d.element
FROM standing_answer a
JOIN public_defect d ON d.id = a.defect_id
LEFT JOIN carriageway w ON w.id = a.carriageway_id
LEFT JOIN road r ON r.id = w.road_id
WHERE a.defect_id = CAST(:id AS integer)
ORDER BY a.carriageway_id, a.from_cm
