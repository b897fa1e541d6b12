-- How many segments of a road are in each status, and how long they are, in metres, as of the last edition. Takes id (road).
SELECT k.status, count(*) AS segments, sum(k.length_m) AS length_m
FROM carriageway w
JOIN segment_status k ON k.carriageway_id = w.id
WHERE w.road_id = CAST(:id AS integer)
GROUP BY k.status
