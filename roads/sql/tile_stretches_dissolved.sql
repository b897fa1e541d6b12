-- Stretches of a map dissolved by the code they are drawn by, for zooms at which none can be told from its neighbour, as
-- segments are. Takes z, x and y (int), and what the stretches take.
SELECT ST_AsMVT(shown, 'stretches', 1024, 'geom')
FROM (
    SELECT
        s.code,
        ST_AsMVTGeom(
            ST_Simplify(ST_LineMerge(ST_Collect(s.geom)), 40075016.68 / 1024 / (1 << CAST(:z AS integer))),
            ST_TileEnvelope(CAST(:z AS integer), CAST(:x AS integer), CAST(:y AS integer)), 1024, 16, true
        ) AS geom
    FROM (
        SELECT DISTINCT
            k.code, (ST_Dump(ST_SnapToGrid(k.geom, 40075016.68 / 1024 / (1 << CAST(:z AS integer))))).geom AS geom
        FROM (
            -- include: stretches
        ) AS k
        WHERE k.geom && ST_TileEnvelope(
            CAST(:z AS integer), CAST(:x AS integer), CAST(:y AS integer), margin => 1.0 / 64
        )
    ) AS s
    GROUP BY s.code
) AS shown
WHERE geom IS NOT NULL
