-- Defects as recorded, with the outcome of their first part. Measures in metres and millimetres.
SELECT
    d.source, d.external_id, d.detected_on, d.occurred_on, d.element, d.distress, d.severity, d.length_m, d.width_m,
    d.depth_mm, d.count, d.gps_accuracy_m, a.outcome, a.reason,
    CAST(greatest(d.registered_at, a.recorded_at) AS date) AS recorded_on, ST_AsBinary(d.geom) AS geometry
FROM public_defect d
LEFT JOIN LATERAL (
    SELECT t.outcome, t.reason, t.recorded_at
    FROM standing_answer t
    WHERE t.defect_id = d.id
    ORDER BY t.from_cm
    LIMIT 1
) AS a ON true
ORDER BY d.id
