-- The roads around a coordinate, each as an SVG path in metres from it (x to the east, y to the south). Takes lon, lat
-- (degrees) and reach_m.
WITH spot AS (
    SELECT
        ST_Point(CAST(:lon AS float8), CAST(:lat AS float8), 4326) AS point,
        format('+proj=aeqd +lat_0=%s +lon_0=%s +datum=WGS84 +units=m', CAST(:lat AS float8), CAST(:lon AS float8)) AS frame
),
around AS (
    SELECT frame, ST_Envelope(CAST(ST_Buffer(CAST(point AS geography), CAST(:reach_m AS float8) * 1.5) AS geometry)) AS box
    FROM spot
)
SELECT ST_AsSVG(ST_Transform(ST_Collect(ST_Force2D(ST_Intersection(s.geom, a.box))), min(a.frame)), 0, 1) AS path
FROM around a
JOIN segment s ON s.geom && a.box
GROUP BY s.carriageway_id
LIMIT 40
