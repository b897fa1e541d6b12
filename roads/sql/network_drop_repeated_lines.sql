-- Finds features that lie exactly on one another under different ids. One that also says the same as the first is taken
-- out of staging; others stay (both directions of a road may be drawn on one line). Gives row, first_row, id, and whether
-- the feature went.
WITH doubtful AS MATERIALIZED (
    SELECT DISTINCT geometry_key FROM staged_feature WHERE is_doubtful
),
listed AS MATERIALIZED (
    SELECT n, row, base_id, source_id = base_id AS is_whole, content_key, geometry_key
    FROM staged_feature
    JOIN doubtful USING (geometry_key)
    UNION ALL
    SELECT n, row, base_id, true, content_key, geometry_key
    FROM staged_written
    JOIN doubtful USING (geometry_key)
),
again AS MATERIALIZED (
    SELECT
        f.n, f.row, g.row AS first_row, f.base_id,
        f.content_key = g.content_key AND f.is_whole AND g.is_whole AS is_same
    FROM listed f
    JOIN listed g ON g.geometry_key = f.geometry_key AND g.n < f.n
    WHERE NOT EXISTS (SELECT FROM listed h WHERE h.geometry_key = f.geometry_key AND h.n < g.n)
),
gone AS (
    DELETE FROM staged_feature WHERE n IN (SELECT n FROM again WHERE is_same)
)
SELECT row, min(first_row) AS first_row, min(base_id) AS base_id, bool_and(is_same) AS is_same
FROM again
GROUP BY row
ORDER BY row
