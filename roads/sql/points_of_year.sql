-- Defects found in a year, with who answered for them. Takes year (int).
SELECT
    d.defect_id AS id, d.carriageway_id, d.from_cm, d.geom, d.detected_on, d.planned_on,
    CASE WHEN d.outcome IN ('under_warranty', 'not_yet_accepted', 'excluded') THEN d.outcome ELSE 'nobody' END AS outcome
FROM defect_status d
WHERE d.detected_on >= make_date(CAST(:year AS integer), 1, 1) AND d.detected_on < make_date(CAST(:year AS integer) + 1, 1, 1)
