-- Segments whose box comes within reach of a spot, for few spots: each asks the spatial index.
SELECT
    p.defect_id, p.side, p.reach_m, p.accuracy_m, p.chosen_carriageway_ids, s.carriageway_id, s.extent,
    s.is_folded, ST_Affine(s.geom, p.lon_m, 0, 0, p.lat_m, -p.lon * p.lon_m, -p.lat * p.lat_m) AS line
FROM spot p
JOIN segment s ON s.geom && ST_MakeEnvelope(
    p.lon - p.reach_m / p.lon_m, p.lat - p.reach_m / p.lat_m, p.lon + p.reach_m / p.lon_m, p.lat + p.reach_m / p.lat_m, 4326
)
JOIN carriageway w ON w.id = s.carriageway_id AND w.recorded_at <= CAST(:known_at AS timestamptz)
    AND (w.retired_at IS NULL OR w.retired_at > CAST(:known_at AS timestamptz))
WHERE p.chosen_carriageway_ids IS NULL OR s.carriageway_id = ANY (p.chosen_carriageway_ids)
