-- Streets that stay as they are, but which a new carriageway may join where no segment ends yet. Only streets with a
-- vertex in common with one that comes are looked at.
WITH changed_place AS MATERIALIZED (
    SELECT start_key AS place_key FROM staged_feature LEFT JOIN staged_change USING (n) WHERE coalesce(state, 'new') IN ('new', 'moved')
    UNION
    SELECT end_key FROM staged_feature LEFT JOIN staged_change USING (n) WHERE coalesce(state, 'new') IN ('new', 'moved')
    UNION
    SELECT place_key FROM staged_vertex LEFT JOIN staged_change USING (n) WHERE coalesce(state, 'new') IN ('new', 'moved') AND n >= 0
)
SELECT DISTINCT s.n, s.carriageway_id
FROM staged_vertex v
JOIN changed_place USING (place_key)
JOIN staged_change s USING (n)
JOIN staged_feature f USING (n)
WHERE s.state IN ('same', 'updated') AND NOT (
    -- include: network_is_highway
)
ORDER BY s.n
