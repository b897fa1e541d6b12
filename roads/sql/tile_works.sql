-- Stretches on which works are under way, simplified by a quarter of a pixel. Takes z, x and y (int).
SELECT ST_AsMVT(shown, 'works', 4096, 'geom', 'fid')
FROM (
    SELECT
        w.contract_id AS fid, w.contract_id AS id, w.kind,
        ST_AsMVTGeom(
            ST_Simplify(w.geom, 40075016.68 / 1024 / (1 << CAST(:z AS integer)), true),
            ST_TileEnvelope(CAST(:z AS integer), CAST(:x AS integer), CAST(:y AS integer)), 4096, 64, true
        ) AS geom
    FROM works_under_way w
    WHERE w.geom && ST_TileEnvelope(
        CAST(:z AS integer), CAST(:x AS integer), CAST(:y AS integer), margin => 1.0 / 64
    )
) AS shown
WHERE geom IS NOT NULL
