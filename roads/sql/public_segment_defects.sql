-- Open defects on a segment and what is being done about them, as of the last edition. Takes id.
SELECT d.id, d.distress, d.severity, d.element, d.detected_on, k.state, k.outcome
FROM segment s
JOIN attribution a
    ON a.carriageway_id = s.carriageway_id AND a.replaced_at = 'infinity' AND a.from_cm < upper(s.extent)
    AND a.to_cm > lower(s.extent)
JOIN defect_status k ON k.defect_id = a.defect_id AND k.state NOT IN ('closed', 'verified')
JOIN public_defect d ON d.id = a.defect_id
WHERE s.id = CAST(:id AS integer)
GROUP BY d.id, d.distress, d.severity, d.element, d.detected_on, k.state, k.outcome
ORDER BY d.detected_on, d.id
LIMIT 200
