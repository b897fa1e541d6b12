-- What is being done about defects on a day, as the public may know it. Takes on (date) and defect_ids (int[]).
-- Of several parts the first state of the order counts; drafts are nobody's business. A withdrawn, merged or unconfirmed
-- defect is not shown.
SELECT DISTINCT ON (part.defect_id)
    part.defect_id, part.carriageway_id, part.from_cm, part.state, part.outcome, part.distress, part.severity,
    part.detected_on, part.planned_on,
    ST_Transform(coalesce(ST_StartPoint(part.geom), part.geom), 3857) AS geom
FROM (
    SELECT
        d.id AS defect_id, first_value(a.carriageway_id) OVER place AS carriageway_id,
        first_value(a.from_cm) OVER place AS from_cm, first_value(a.outcome) OVER place AS outcome, d.geom,
        d.distress, d.severity, d.detected_on, l.planned_on,
        CASE
            WHEN l.is_overdue THEN 'overdue'
            WHEN l.state IS NULL THEN 'open'
            WHEN l.state IN ('issued', 'accepted', 'disputed', 'in_court') THEN 'claimed'
            WHEN l.state = 'repaired' THEN 'contractor_says_fixed'
            WHEN l.state = 'verified' THEN 'verified'
            ELSE 'closed'
        END AS state
    FROM standing_answer a
    JOIN defect d ON d.id = a.defect_id
    LEFT JOIN LATERAL (
        SELECT
            l.state, CASE WHEN l.state IN ('issued', 'accepted') THEN l.repair_planned_on END AS planned_on,
            l.state IN ('issued', 'accepted')
            AND (
                coalesce(l.rectify_by < CAST(:on AS date), false)
                OR coalesce(l.safety_by < CAST(:on AS date) AND l.patched_on IS NULL, false)
            ) AS is_overdue
        FROM claim_line l
        WHERE l.defect_id = a.defect_id AND l.carriageway_id = a.carriageway_id
            AND l.extent && int4range(a.from_cm, a.to_cm) AND l.state NOT IN ('drafted', 'withdrawn')
        ORDER BY is_overdue DESC, l.id DESC
        LIMIT 1
    ) AS l ON true
    WHERE a.defect_id = ANY (CAST(:defect_ids AS integer[])) AND d.is_confirmed AND d.withdrawn_on IS NULL AND d.merged_into_id IS NULL
        AND d.detected_on <= CAST(:on AS date)
    WINDOW place AS (PARTITION BY d.id ORDER BY a.carriageway_id, a.from_cm)
) AS part
ORDER BY
    part.defect_id,
    array_position(
        ARRAY['overdue', 'open', 'claimed', 'contractor_says_fixed', 'closed', 'verified'], part.state
    )
