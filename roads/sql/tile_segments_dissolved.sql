-- Segments dissolved by status, for zooms at which none can be told from its neighbour. Takes z, x and y (int).
-- Lines are put on the tile's own grid first (a quarter of a pixel: a tile is 256 wide, a world 40,075 km), where most
-- of a city's streets become the same few steps: those are drawn once. Neighbours are joined before they are
-- simplified: the other way round every segment would keep its two ends.
SELECT ST_AsMVT(shown, 'segments', 1024, 'geom')
FROM (
    SELECT
        s.status,
        ST_AsMVTGeom(
            ST_Simplify(ST_LineMerge(ST_Collect(s.geom)), 40075016.68 / 1024 / (1 << CAST(:z AS integer))),
            ST_TileEnvelope(CAST(:z AS integer), CAST(:x AS integer), CAST(:y AS integer)), 1024, 16, true
        ) AS geom
    FROM (
        SELECT DISTINCT status, ST_SnapToGrid(geom, 40075016.68 / 1024 / (1 << CAST(:z AS integer))) AS geom
        FROM segment_status
        WHERE geom && ST_TileEnvelope(
            CAST(:z AS integer), CAST(:x AS integer), CAST(:y AS integer), margin => 1.0 / 64
        )
    ) AS s
    WHERE s.geom IS NOT NULL
    GROUP BY s.status
) AS shown
WHERE geom IS NOT NULL
