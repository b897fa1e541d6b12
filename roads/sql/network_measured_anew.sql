-- Rows of the file that say what they said, on carriageways whose chainage comes out otherwise than it stands.
SELECT f.row, min(f.base_id) AS base_id
FROM staged_change s
JOIN staged_feature f USING (n)
JOIN carriageway c ON c.id = s.old_id
WHERE s.state = 'moved' AND f.row > 0 AND c.content_key = f.content_key
GROUP BY f.row
ORDER BY f.row
