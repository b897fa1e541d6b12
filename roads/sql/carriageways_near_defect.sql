-- Carriageways near a defect, the nearest first, with the place of its foot and the line around it as an SVG path in metres
-- from the defect (x to the east, y to the south). Takes id (defect), reach_m and at_most. Chainage is interpolated on M.
WITH spot AS (
    SELECT
        d.id, ST_Centroid(d.geom) AS point,
        format(
            '+proj=aeqd +lat_0=%s +lon_0=%s +datum=WGS84 +units=m', ST_Y(ST_Centroid(d.geom)), ST_X(ST_Centroid(d.geom))
        ) AS frame
    FROM defect d
    WHERE d.id = CAST(:id AS integer)
),
near AS MATERIALIZED (
    SELECT s.carriageway_id, s.geom, spot.frame, around.box,
        ST_Distance(CAST(s.geom AS geography), CAST(spot.point AS geography)) AS distance_m,
        ST_InterpolatePoint(s.geom, ST_SetSRID(spot.point, 4326)) AS chainage_m
    FROM spot
    CROSS JOIN LATERAL (
        SELECT ST_Envelope(CAST(ST_Buffer(CAST(spot.point AS geography), CAST(:reach_m AS float8)) AS geometry)) AS box
    ) AS around
    JOIN segment s
        ON s.geom && around.box
        AND ST_DWithin(CAST(s.geom AS geography), CAST(spot.point AS geography), CAST(:reach_m AS float8))
)
SELECT
    y.id, y.source_id, y.direction, r.reference, r.name_kk, r.name_ru, r.name_en, n.distance_m, n.chainage_m, n.path
FROM (
    SELECT
        carriageway_id, min(distance_m) AS distance_m,
        (array_agg(chainage_m ORDER BY distance_m))[1] AS chainage_m,
        ST_AsSVG(ST_Transform(ST_Collect(ST_Force2D(ST_Intersection(geom, box))), min(frame)), 0, 1) AS path
    FROM near
    GROUP BY carriageway_id
) AS n
JOIN carriageway y ON y.id = n.carriageway_id AND y.retired_at IS NULL
LEFT JOIN road r ON r.id = y.road_id
ORDER BY n.distance_m, y.id
LIMIT CAST(:at_most AS integer)
