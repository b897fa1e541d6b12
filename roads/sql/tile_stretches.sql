-- Stretches of a map with their contract and the code they are drawn by, simplified by a quarter of a pixel. Takes z, x
-- and y (int), and what the stretches take.
SELECT ST_AsMVT(shown, 'stretches', 4096, 'geom')
FROM (
    SELECT
        k.contract_id AS contract, k.code,
        ST_AsMVTGeom(
            ST_Simplify(k.geom, 40075016.68 / 1024 / (1 << CAST(:z AS integer)), true),
            ST_TileEnvelope(CAST(:z AS integer), CAST(:x AS integer), CAST(:y AS integer)), 4096, 64, true
        ) AS geom
    FROM (
        -- include: stretches
    ) AS k
    WHERE k.geom && ST_TileEnvelope(
        CAST(:z AS integer), CAST(:x AS integer), CAST(:y AS integer), margin => 1.0 / 64
    )
) AS shown
WHERE geom IS NOT NULL
