-- How many segments of a region are in each status, and how long they are, in metres, as of the last edition. Takes id (KATO
-- prefix).
SELECT k.status, count(*) AS segments, sum(k.length_m) AS length_m
FROM carriageway w
LEFT JOIN road r ON r.id = w.road_id
JOIN segment_status k ON k.carriageway_id = w.id
WHERE coalesce(w.kato, r.kato) LIKE CAST(:id AS text) || '%'
GROUP BY k.status
