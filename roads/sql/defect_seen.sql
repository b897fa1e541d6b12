-- A defect with what somebody needs to judge its place. Takes id.
SELECT
    d.id, d.external_id, d.source, d.detected_on, d.element, d.severity, d.note, d.gps_accuracy_m, d.withdrawn_on,
    d.merged_into_id, d.distress, t.name_kk AS distress_kk, t.name_ru AS distress_ru, t.name_en AS distress_en,
    ST_X(ST_Centroid(d.geom)) AS lon, ST_Y(ST_Centroid(d.geom)) AS lat
FROM defect d
LEFT JOIN distress t ON t.code = d.distress
WHERE d.id = CAST(:id AS integer)
