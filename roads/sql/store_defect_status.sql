-- Keeps what maps show of defects, written only where it changed. Takes on (date) and defect_ids (int[]). Gives how many
-- were written or taken away.
WITH fresh AS MATERIALIZED (
    -- include: defect_status
),
written AS (
    INSERT INTO defect_status AS known (
        defect_id, carriageway_id, from_cm, state, outcome, distress, severity, detected_on, planned_on, geom
    )
    SELECT
        f.defect_id, f.carriageway_id, f.from_cm, f.state, f.outcome, f.distress, f.severity, f.detected_on, f.planned_on,
        f.geom
    FROM fresh f
    LEFT JOIN defect_status k ON k.defect_id = f.defect_id
    WHERE (f.carriageway_id, f.from_cm, f.state, f.outcome, f.distress, f.severity, f.detected_on, f.planned_on)
        IS DISTINCT FROM
        (k.carriageway_id, k.from_cm, k.state, k.outcome, k.distress, k.severity, k.detected_on, k.planned_on)
    ON CONFLICT (defect_id) DO UPDATE
    SET
        carriageway_id = excluded.carriageway_id, from_cm = excluded.from_cm, state = excluded.state,
        outcome = excluded.outcome, distress = excluded.distress, severity = excluded.severity,
        detected_on = excluded.detected_on, planned_on = excluded.planned_on, geom = excluded.geom
    RETURNING 1
),
gone AS (
    DELETE FROM defect_status
    WHERE defect_id = ANY (CAST(:defect_ids AS integer[])) AND defect_id NOT IN (SELECT defect_id FROM fresh)
    RETURNING 1
)
SELECT (SELECT count(*) FROM written) + (SELECT count(*) FROM gone) AS defects
