-- Points of a map counted in squares of 64 pixels (a tile has 4 by 4 of them) by the codes they are drawn by; all counts
-- of a square lie in the middle of its points, so that a reader who puts some codes away still sees one sign. Takes z, x
-- and y (int), and what the points take. The squares beside the tile are counted, too: their signs reach into it.
SELECT ST_AsMVT(shown, 'points', 4096, 'geom')
FROM (
    SELECT
        p.n,
        -- include: codes
        ,
        ST_AsMVTGeom(
            ST_SetSRID(ST_MakePoint(p.east, p.north), 3857),
            ST_TileEnvelope(CAST(:z AS integer), CAST(:x AS integer), CAST(:y AS integer)), 4096, 1024, true
        ) AS geom
    FROM (
        SELECT
            count(*) AS n,
            -- include: codes
            ,
            sum(sum(ST_X(p.geom))) OVER square / sum(count(*)) OVER square AS east,
            sum(sum(ST_Y(p.geom))) OVER square / sum(count(*)) OVER square AS north
        FROM (
            -- include: points
        ) AS p
        CROSS JOIN LATERAL (
            SELECT
                floor(ST_X(p.geom) / 40075016.68 * 4 * (1 << CAST(:z AS integer))) AS across,
                floor(ST_Y(p.geom) / 40075016.68 * 4 * (1 << CAST(:z AS integer))) AS up
        ) AS place
        WHERE p.geom && ST_TileEnvelope(
            CAST(:z AS integer), CAST(:x AS integer), CAST(:y AS integer), margin => 1.0 / 4
        )
        GROUP BY
            place.across, place.up,
            -- include: codes
        WINDOW square AS (PARTITION BY place.across, place.up)
    ) AS p
) AS shown
WHERE geom IS NOT NULL
