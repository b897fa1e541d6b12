-- Defects by what a person may call them: external id, source/external id, or our number. Takes called (text).
SELECT d.id, d.source, d.external_id, d.detected_on, d.occurred_on, d.covered_on, d.element, d.distress, d.severity
FROM defect d
WHERE d.external_id = CAST(:called AS text)
    OR d.source || '/' || d.external_id = CAST(:called AS text)
    OR CAST(d.id AS text) = CAST(:called AS text) AND NOT EXISTS (
        SELECT FROM defect o WHERE o.external_id = CAST(:called AS text)
    )
ORDER BY d.source, d.external_id
