-- Where streets are cut: at inner vertices that another carriageway of the source has too. Highways are cut by chainage.
WITH place AS (
    SELECT n, start_key AS place_key FROM staged_feature
    UNION ALL
    SELECT n, end_key FROM staged_feature
    UNION ALL
    SELECT n, start_key FROM staged_written
    UNION ALL
    SELECT n, end_key FROM staged_written
    UNION ALL
    SELECT n, place_key FROM staged_vertex
),
junction AS MATERIALIZED (
    SELECT place_key
    FROM place
    WHERE place_key IN (SELECT place_key FROM staged_vertex)
    GROUP BY place_key
    HAVING min(n) <> max(n)
)
INSERT INTO staged_cut (n, m)
SELECT DISTINCT v.n, v.m
FROM staged_vertex v
JOIN junction USING (place_key)
JOIN staged_feature f USING (n)
WHERE NOT (
    -- include: network_is_highway
)
