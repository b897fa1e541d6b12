-- Segments whose box comes within reach of a spot, for many spots: the same answer as segments_near_spots, by a hash
-- join on cells of some 500 m, which costs a spot a tenth of a look into the spatial index. Each segment is spread over
-- the cells that its box touches when widened by the longest reach there is (100 m: 0.0009 degrees of latitude).
WITH box AS MATERIALIZED (
    SELECT
        s.carriageway_id, s.extent, s.is_folded, s.geom,
        ST_XMin(s.geom) AS west, ST_YMin(s.geom) AS south, ST_XMax(s.geom) AS east, ST_YMax(s.geom) AS north,
        0.0009 / cosd(least(abs(ST_YMax(s.geom)) + 0.01, 89.9)) AS margin
    FROM segment s
    JOIN carriageway w ON w.id = s.carriageway_id AND w.recorded_at <= CAST(:known_at AS timestamptz)
    AND (w.retired_at IS NULL OR w.retired_at > CAST(:known_at AS timestamptz))
    WHERE s.geom && (SELECT ST_Expand(CAST(ST_Extent(ST_Point(lon, lat)) AS geometry), 0.1) FROM spot)
),
-- Materialized, or the planner looks for each cell in all spots.
cell AS MATERIALIZED (
    SELECT b.carriageway_id, b.extent, b.is_folded, b.geom, b.west, b.south, b.east, b.north, across, up
    FROM box b
    CROSS JOIN LATERAL generate_series(
        CAST(floor((b.west - b.margin) / 0.0075) AS integer), CAST(floor((b.east + b.margin) / 0.0075) AS integer)
    ) AS across
    CROSS JOIN LATERAL generate_series(
        CAST(floor((b.south - 0.0009) / 0.005) AS integer), CAST(floor((b.north + 0.0009) / 0.005) AS integer)
    ) AS up
)
SELECT
    p.defect_id, p.side, p.reach_m, p.accuracy_m, p.chosen_carriageway_ids, c.carriageway_id, c.extent,
    c.is_folded, ST_Affine(c.geom, p.lon_m, 0, 0, p.lat_m, -p.lon * p.lon_m, -p.lat * p.lat_m) AS line
FROM spot p
JOIN cell c
    ON c.across = CAST(floor(p.lon / 0.0075) AS integer) AND c.up = CAST(floor(p.lat / 0.005) AS integer)
    AND p.lon + p.reach_m / p.lon_m >= c.west AND p.lon - p.reach_m / p.lon_m <= c.east
    AND p.lat + p.reach_m / p.lat_m >= c.south AND p.lat - p.reach_m / p.lat_m <= c.north
WHERE p.chosen_carriageway_ids IS NULL OR c.carriageway_id = ANY (p.chosen_carriageway_ids)
