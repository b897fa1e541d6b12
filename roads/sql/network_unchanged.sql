-- How many rows of the file the network says already, all parts of them; also where chainage comes out anew because a
-- neighbour in the chain changed. Runs before the network is written.
SELECT count(*)
FROM (
    SELECT f.row
    FROM staged_feature f
    LEFT JOIN staged_change s USING (n)
    LEFT JOIN carriageway c ON c.id = coalesce(s.old_id, s.carriageway_id)
    WHERE f.row > 0
    GROUP BY f.row
    HAVING bool_and(coalesce(c.content_key = f.content_key AND c.source_id = f.source_id, false))
) AS rows
