-- Which carriageways of the same source may lie where retired ones lay: near their segments, and not the other
-- direction of a dual road. Takes old_ids (int[]).
WITH pair AS MATERIALIZED (
    SELECT DISTINCT o.id AS old_id, s.carriageway_id AS new_id
    FROM carriageway o
    JOIN segment p ON p.carriageway_id = o.id
    JOIN segment s ON s.geom && ST_Expand(p.geom, 0.0005)
    WHERE o.id = ANY (CAST(:old_ids AS integer[]))
    UNION
    SELECT old_id, carriageway_id FROM staged_change WHERE old_id = ANY (CAST(:old_ids AS integer[]))
)
SELECT
    p.old_id, p.new_id, ST_AsEWKB(o.geom) AS old_line, ST_AsEWKB(c.geom) AS new_line,
    s.carriageway_id IS NOT NULL AS is_same_feature, o.geometry_key = c.geometry_key AS is_same_line
FROM pair p
JOIN carriageway o ON o.id = p.old_id
JOIN carriageway c ON c.id = p.new_id AND c.source = o.source AND c.retired_at IS NULL
LEFT JOIN staged_change s ON s.old_id = p.old_id AND s.carriageway_id = p.new_id
WHERE (o.direction, c.direction) NOT IN (('forward', 'reverse'), ('reverse', 'forward')) OR s.carriageway_id IS NOT NULL
ORDER BY p.old_id, p.new_id
