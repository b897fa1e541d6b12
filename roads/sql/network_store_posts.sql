-- Keeps kilometre posts; one that stands elsewhere now is moved. Takes road_ids (int[]), directions (text[]),
-- km (numeric[]), lon and lat (float8[]), all equally long. Gives road, direction and kilometre of what changed.
INSERT INTO kilometre_post (road_id, direction, km, geom)
SELECT road_id, direction, km, ST_Point(lon, lat, 4326)
FROM unnest(
    CAST(:road_ids AS integer[]), CAST(:directions AS text[]), CAST(:km AS numeric[]), CAST(:lon AS float8[]),
    CAST(:lat AS float8[])
) AS given (road_id, direction, km, lon, lat)
ORDER BY road_id, direction, km
ON CONFLICT (road_id, direction, km) DO UPDATE SET geom = excluded.geom
WHERE NOT ST_OrderingEquals(kilometre_post.geom, excluded.geom)
RETURNING road_id, direction, km
