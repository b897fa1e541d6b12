-- Defects with what is being done about them and who was found to answer, one by one. Takes z, x and y (int).
SELECT ST_AsMVT(shown, 'defects', 4096, 'geom', 'fid')
FROM (
    SELECT
        d.defect_id AS fid, d.defect_id AS id, d.state, d.outcome,
        ST_AsMVTGeom(
            d.geom, ST_TileEnvelope(CAST(:z AS integer), CAST(:x AS integer), CAST(:y AS integer)), 4096, 128, true
        ) AS geom
    FROM defect_status d
    WHERE d.geom && ST_TileEnvelope(
        CAST(:z AS integer), CAST(:x AS integer), CAST(:y AS integer), margin => 1.0 / 32
    )
) AS shown
WHERE geom IS NOT NULL
