-- The segments in use whose box touches a box, with the centimetres their carriageways begin and end at.
-- Takes west, south, east, north (degrees).
SELECT s.carriageway_id, lower(w.extent) AS first_cm, upper(w.extent) - 1 AS last_cm, ST_AsEWKB(s.geom) AS geom
FROM segment s
JOIN carriageway w ON w.id = s.carriageway_id AND w.retired_at IS NULL
WHERE s.geom && ST_MakeEnvelope(
    CAST(:west AS float8), CAST(:south AS float8), CAST(:east AS float8), CAST(:north AS float8), 4326
)
