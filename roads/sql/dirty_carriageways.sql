-- Carriageways of which a segment's status may have become another, in ranges of about so many dirty segments. Takes on
-- (date) and segments_at_once (int). Carriageway 0 stands for what lies on none.
WITH dirty AS (
    SELECT carriageway_id, count(*) AS segments
    FROM (
        SELECT m.carriageway_id, s.id
        FROM (SELECT carriageway_id, range_agg(extent) AS extents FROM status_mark GROUP BY carriageway_id) AS m
        LEFT JOIN segment s ON s.carriageway_id = m.carriageway_id AND m.extents && s.extent
        UNION
        SELECT carriageway_id, segment_id FROM segment_status WHERE changes_on <= CAST(:on AS date)
        UNION
        SELECT s.carriageway_id, s.id
        FROM segment s
        JOIN carriageway w ON w.id = s.carriageway_id AND w.retired_at IS NULL
        WHERE NOT EXISTS (SELECT FROM segment_status k WHERE k.segment_id = s.id)
    ) AS one
    GROUP BY carriageway_id
),
counted AS (
    SELECT
        carriageway_id,
        div(sum(segments) OVER (ORDER BY carriageway_id), CAST(:segments_at_once AS integer)) AS piece
    FROM dirty
)
SELECT min(carriageway_id) AS first, max(carriageway_id) AS last FROM counted GROUP BY piece ORDER BY 1
