-- The photos that came with a report, for who may decide on it. Takes id.
SELECT p.id, p.width, p.height, p.taken_at, p.full_hash IS NOT NULL AS is_kept
FROM report_photo u
JOIN photo p ON p.id = u.photo_id
WHERE u.report_id = CAST(:id AS integer)
ORDER BY p.id
