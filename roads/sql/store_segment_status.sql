-- Keeps the status of segments, written only where it changed. Takes on (date) and segment_ids (int[]); gives how many
-- were written.
WITH written AS (
    INSERT INTO segment_status AS known (
        segment_id, carriageway_id, status, open_defects, overdue_lines, contract_id, answers_until, inspected_on,
        status_on, changes_on, length_m, geom
    )
    SELECT
        f.segment_id, f.carriageway_id, f.status, f.open_defects, f.overdue_lines, f.contract_id, f.answers_until,
        f.inspected_on, CAST(:on AS date), f.changes_on, (upper(s.extent) - lower(s.extent)) / 100.0,
        ST_Transform(ST_Force2D(s.geom), 3857)
    FROM (
        -- include: segment_status
    ) AS f
    JOIN segment s ON s.id = f.segment_id
    LEFT JOIN segment_status k ON k.segment_id = f.segment_id
    -- What stays as it is must not reach the projection of its line, nor a row version of its own.
    WHERE k.segment_id IS NULL
        OR (f.status, f.open_defects, f.overdue_lines, f.contract_id, f.answers_until, f.inspected_on, f.changes_on)
            IS DISTINCT FROM
            (k.status, k.open_defects, k.overdue_lines, k.contract_id, k.answers_until, k.inspected_on, k.changes_on)
    ON CONFLICT (segment_id) DO UPDATE
    SET
        status = excluded.status, open_defects = excluded.open_defects, overdue_lines = excluded.overdue_lines,
        contract_id = excluded.contract_id, answers_until = excluded.answers_until,
        inspected_on = excluded.inspected_on,
        status_on = CASE WHEN known.status = excluded.status THEN known.status_on ELSE excluded.status_on END,
        changes_on = excluded.changes_on
    RETURNING 1
)
SELECT count(*) AS segments FROM written
