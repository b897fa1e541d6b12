-- Takes features out of staging whose id stands in the file a second time: the first row of the file holds. Gives row,
-- first_row, id, and whether the repeated feature says the same as the first.
WITH doubtful AS MATERIALIZED (
    SELECT DISTINCT base_id FROM staged_feature WHERE is_doubtful
),
listed AS MATERIALIZED (
    SELECT n, row, base_id, content_key FROM staged_feature JOIN doubtful USING (base_id)
    UNION ALL
    SELECT n, row, base_id, content_key FROM staged_written JOIN doubtful USING (base_id)
),
content AS MATERIALIZED (
    SELECT
        base_id, row, min(row) OVER (PARTITION BY base_id) AS first_row, array_agg(content_key ORDER BY n) AS parts,
        array_agg(n) AS numbers
    FROM listed
    GROUP BY base_id, row
),
gone AS (
    DELETE FROM staged_feature
    WHERE n IN (SELECT unnest(numbers) FROM content WHERE row <> first_row)
)
SELECT c.row, c.first_row, c.base_id, c.parts = f.parts AS is_same
FROM content c
JOIN content f ON f.base_id = c.base_id AND f.row = c.first_row
WHERE c.row <> c.first_row
ORDER BY c.row
