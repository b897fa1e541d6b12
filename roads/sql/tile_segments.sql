-- Segments with their status, one by one. Takes z, x and y (int). The margin is what lines need beyond the tile's edge.
SELECT ST_AsMVT(shown, 'segments', 4096, 'geom', 'fid')
FROM (
    SELECT
        s.segment_id AS fid, s.segment_id AS id, s.status,
        ST_AsMVTGeom(
            s.geom, ST_TileEnvelope(CAST(:z AS integer), CAST(:x AS integer), CAST(:y AS integer)), 4096, 64, true
        ) AS geom
    FROM segment_status s
    WHERE s.geom && ST_TileEnvelope(
        CAST(:z AS integer), CAST(:x AS integer), CAST(:y AS integer), margin => 1.0 / 64
    )
) AS shown
WHERE geom IS NOT NULL
