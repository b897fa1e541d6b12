-- The carriageways of some roads as they stand. Takes road_ids (int[]).
SELECT id, road_id, source, direction, ST_AsEWKB(geom) AS line
FROM carriageway
WHERE road_id = ANY (CAST(:road_ids AS integer[])) AND retired_at IS NULL
ORDER BY road_id, source, direction, id
