-- Streets that stay as they are, but have more junctions than ends of segments: another carriageway joins them now.
SELECT s.n
FROM staged_cut t
JOIN staged_change s USING (n)
WHERE s.state IN ('same', 'updated')
GROUP BY s.n, s.carriageway_id
HAVING count(*) >= (SELECT count(*) FROM segment p WHERE p.carriageway_id = s.carriageway_id)
ORDER BY s.n
