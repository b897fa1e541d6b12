-- One defect. Takes id.
SELECT
    d.id, d.source, d.external_id, d.detected_on, d.occurred_on, d.covered_on, d.element, d.distress, d.severity,
    d.length_m, d.width_m, d.depth_mm, d.count, ST_AsGeoJSON(d.geom, 7) AS geometry,
    CAST(NULL AS text) AS outcome, CAST(NULL AS text) AS reason
FROM public_defect d
WHERE d.id = CAST(:id AS integer)
