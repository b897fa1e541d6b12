-- One segment and what people call it. Takes id.
SELECT
    s.id, w.id AS carriageway_id, w.source_id, w.direction, w.kato, r.id AS road_id, r.reference, r.name_kk, r.name_ru,
    r.name_en, lower(s.extent) AS from_cm, upper(s.extent) AS to_cm, ST_AsGeoJSON(ST_Force2D(s.geom), 7) AS geometry
FROM segment s
JOIN carriageway w ON w.id = s.carriageway_id
LEFT JOIN road r ON r.id = w.road_id
WHERE s.id = CAST(:id AS integer)
