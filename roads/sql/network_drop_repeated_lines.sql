-- Finds features that lie exactly on one another under different ids. One that also says the same as the first is taken
-- out of staging; others stay (both directions of a road may be drawn on one line). Takes digests (bigint[]) of the lines
-- to look at. Gives row, first_row, id, and whether the feature went.
WITH listed AS MATERIALIZED (
    SELECT n, row, base_id, source_id, content_key, geometry_key FROM staged_feature
    WHERE hashtextextended(geometry_key, 0) = ANY (CAST(:digests AS bigint[]))
),
again AS MATERIALIZED (
    SELECT
        f.n, f.row, g.row AS first_row, f.base_id,
        f.content_key = g.content_key AND f.source_id = f.base_id AND g.source_id = g.base_id AS is_same
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
