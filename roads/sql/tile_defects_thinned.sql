-- Defects for zooms at which they lie on top of each other: of each state the one with the lowest id in each square of 8
-- pixels (a tile has 32 by 32 of them). Takes z, x and y (int).
SELECT ST_AsMVT(shown, 'defects', 4096, 'geom', 'fid')
FROM (
    SELECT
        one.defect_id AS fid, one.defect_id AS id, one.state, one.outcome,
        ST_AsMVTGeom(
            one.geom, ST_TileEnvelope(CAST(:z AS integer), CAST(:x AS integer), CAST(:y AS integer)), 4096, 128, true
        ) AS geom
    FROM (
        SELECT DISTINCT ON (d.state, place.across, place.up) d.defect_id, d.state, d.outcome, d.geom
        FROM defect_status d
        CROSS JOIN LATERAL (
            SELECT
                floor(ST_X(d.geom) / 40075016.68 * 32 * (1 << CAST(:z AS integer))) AS across,
                floor(ST_Y(d.geom) / 40075016.68 * 32 * (1 << CAST(:z AS integer))) AS up
        ) AS place
        WHERE d.geom && ST_TileEnvelope(
            CAST(:z AS integer), CAST(:x AS integer), CAST(:y AS integer), margin => 1.0 / 32
        )
        ORDER BY d.state, place.across, place.up, d.defect_id
    ) AS one
) AS shown
WHERE geom IS NOT NULL
