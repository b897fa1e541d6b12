-- Defects that are not put right, with how bad, of which family and how old they are on a day. Takes on (date).
SELECT
    d.defect_id AS id, d.carriageway_id, d.from_cm, d.geom, d.detected_on, d.planned_on,
    coalesce(d.severity, 'not_known') AS severity,
    CASE
        WHEN CAST(:on AS date) - d.detected_on <= 30 THEN 'month'
        WHEN CAST(:on AS date) - d.detected_on <= 90 THEN 'quarter'
        WHEN CAST(:on AS date) - d.detected_on <= 365 THEN 'year'
        ELSE 'older'
    END AS age,
    CASE
        WHEN d.distress IN ('pothole', 'patching', 'raveling', 'weathering') THEN 'holes'
        WHEN d.distress LIKE '%cracking' AND d.distress <> 'edge_cracking' THEN 'cracks'
        WHEN d.distress IN (
            'rutting', 'depression', 'shoving', 'corrugation', 'bumps_and_sags', 'swell', 'settled_manhole'
        ) THEN 'shape'
        WHEN d.distress IN ('edge_cracking', 'lane_shoulder_drop_off') THEN 'edge'
        WHEN d.distress IN ('worn_marking', 'missing_sign', 'damaged_barrier') THEN 'signs'
        WHEN d.distress IN ('blocked_drainage', 'damaged_structure') THEN 'structures'
        ELSE 'other'
    END AS distress
FROM defect_status d
WHERE d.state NOT IN ('verified', 'closed')
