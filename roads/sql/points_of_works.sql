-- Defects whose repair its contractor has planned, and whether that day has passed. Takes on (date).
SELECT
    d.defect_id AS id, d.carriageway_id, d.from_cm, d.geom, d.detected_on, d.planned_on,
    CASE WHEN d.planned_on < CAST(:on AS date) THEN 'repair_late' ELSE 'repair_planned' END AS works
FROM defect_status d
WHERE d.planned_on IS NOT NULL
