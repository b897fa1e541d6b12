-- The segments of some carriageways whose status may have become another, and the carriageways that were marked. Takes
-- first and last (carriageway ids) and on (date); takes the marks away, so that what comes after this moment marks anew.
-- Dirty is what was marked, what the date alone may have changed, and what has no status yet.
WITH taken AS (
    DELETE FROM status_mark
    WHERE carriageway_id BETWEEN CAST(:first AS integer) AND CAST(:last AS integer)
    RETURNING carriageway_id, extent
),
marked AS MATERIALIZED (
    SELECT carriageway_id, range_agg(extent) AS extents FROM taken GROUP BY carriageway_id
)
SELECT
    coalesce(
        (
            SELECT array_agg(dirty.id)
            FROM (
                SELECT s.id
                FROM marked m
                JOIN segment s ON s.carriageway_id = m.carriageway_id AND m.extents && s.extent
                UNION
                SELECT segment_id
                FROM segment_status
                WHERE changes_on <= CAST(:on AS date)
                    AND carriageway_id BETWEEN CAST(:first AS integer) AND CAST(:last AS integer)
                UNION
                SELECT s.id
                FROM segment s
                JOIN carriageway w ON w.id = s.carriageway_id AND w.retired_at IS NULL
                WHERE s.carriageway_id BETWEEN CAST(:first AS integer) AND CAST(:last AS integer)
                    AND NOT EXISTS (SELECT FROM segment_status k WHERE k.segment_id = s.id)
            ) AS dirty
        ),
        '{}'
    ) AS segment_ids,
    coalesce((SELECT array_agg(carriageway_id) FROM marked), '{}') AS marked_ids
