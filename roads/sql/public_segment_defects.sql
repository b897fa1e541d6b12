-- Open defects on a segment, what the type of each is called, and what is being done about it, as of the last edition.
-- Takes id.
SELECT
    d.id, d.distress, t.name_kk, t.name_ru, t.name_en, d.severity, d.element, d.detected_on, k.state, k.outcome
FROM segment s
JOIN attribution a
    ON a.carriageway_id = s.carriageway_id AND a.replaced_at = 'infinity' AND a.from_cm < upper(s.extent)
    AND a.to_cm > lower(s.extent)
JOIN defect_status k ON k.defect_id = a.defect_id AND k.state NOT IN ('closed', 'verified')
JOIN public_defect d ON d.id = a.defect_id
LEFT JOIN distress t ON t.code = d.distress
WHERE s.id = CAST(:id AS integer)
GROUP BY
    d.id, d.distress, t.name_kk, t.name_ru, t.name_en, d.severity, d.element, d.detected_on, k.state, k.outcome
ORDER BY d.detected_on, d.id
LIMIT 200
