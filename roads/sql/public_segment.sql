-- One segment, what people call it, and its status as of the last edition. Takes id.
SELECT
    s.id, w.id AS carriageway_id, w.source_id, w.direction, w.kato, r.id AS road_id, r.reference, r.name_kk, r.name_ru,
    r.name_en, lower(s.extent) AS from_cm, upper(s.extent) AS to_cm, ST_AsGeoJSON(ST_Force2D(s.geom), 7) AS geometry,
    coalesce(k.status, 'unknown') AS status, k.status_on, coalesce(k.open_defects, 0) AS open_defects,
    coalesce(k.overdue_lines, 0) AS overdue_lines, k.answers_until, k.inspected_on,
    ST_X(middle.geom) AS lon, ST_Y(middle.geom) AS lat, w.retired_at IS NOT NULL AS is_retired
FROM segment s
JOIN carriageway w ON w.id = s.carriageway_id
LEFT JOIN road r ON r.id = w.road_id
LEFT JOIN segment_status k ON k.segment_id = s.id
CROSS JOIN LATERAL (SELECT ST_LineInterpolatePoint(ST_Force2D(s.geom), 0.5) AS geom) AS middle
WHERE s.id = CAST(:id AS integer)
