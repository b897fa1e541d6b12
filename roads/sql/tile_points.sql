-- Points of a map one by one, each with the segment it lies on and the codes it is drawn by. Takes z, x and y (int), and
-- what the points take.
SELECT ST_AsMVT(shown, 'points', 4096, 'geom', 'fid')
FROM (
    SELECT
        p.id AS fid, p.id, s.id AS segment,
        -- include: codes
        ,
        ST_AsMVTGeom(
            p.geom, ST_TileEnvelope(CAST(:z AS integer), CAST(:x AS integer), CAST(:y AS integer)), 4096, 128, true
        ) AS geom
    FROM (
        -- include: points
    ) AS p
    LEFT JOIN segment s ON s.carriageway_id = p.carriageway_id AND s.extent @> p.from_cm
    WHERE p.geom && ST_TileEnvelope(
        CAST(:z AS integer), CAST(:x AS integer), CAST(:y AS integer), margin => 1.0 / 32
    )
) AS shown
WHERE geom IS NOT NULL
