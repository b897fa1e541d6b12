-- Confirmed defects with what became of each: what the elimination rate counts, the latest found first. Takes skipped and
-- at_most.
SELECT
    d.id, k.detected_on, d.severity, d.element, k.state, k.outcome, k.from_cm, w.direction, r.reference, r.name_kk, r.name_ru,
    r.name_en, t.name_kk AS distress_kk, t.name_ru AS distress_ru, t.name_en AS distress_en, d.distress,
    (
        SELECT g.id FROM segment g WHERE g.carriageway_id = k.carriageway_id AND g.extent @> k.from_cm LIMIT 1
    ) AS segment_id
FROM (
    SELECT k.*
    FROM defect_status k
    WHERE EXISTS (SELECT FROM public_defect d WHERE d.id = k.defect_id)
    ORDER BY k.detected_on DESC, k.defect_id DESC
    OFFSET CAST(:skipped AS integer)
    LIMIT CAST(:at_most AS integer)
) AS k
JOIN public_defect d ON d.id = k.defect_id
LEFT JOIN carriageway w ON w.id = k.carriageway_id
LEFT JOIN road r ON r.id = w.road_id
LEFT JOIN distress t ON t.code = d.distress
ORDER BY k.detected_on DESC, k.defect_id DESC
