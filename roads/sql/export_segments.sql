-- Segments of the network as it is now, with what people call them. Chainage in metres.
SELECT
    s.id, r.reference AS road_reference, r.name_kk, r.name_ru, r.name_en, w.source_id, w.direction, w.significance,
    w.category, w.kato, CAST(lower(s.extent) / 100.0 AS float8) AS chainage_from,
    CAST(upper(s.extent) / 100.0 AS float8) AS chainage_to,
    CAST(greatest(w.recorded_at, again.cut_at) AS date) AS recorded_on,
    ST_AsBinary(ST_Force2D(s.geom)) AS geometry
FROM segment s
JOIN carriageway w ON w.id = s.carriageway_id AND w.retired_at IS NULL
LEFT JOIN road r ON r.id = w.road_id
LEFT JOIN (
    SELECT c.carriageway_id, max(c.removed_at) AS cut_at FROM segment_cut_again c GROUP BY c.carriageway_id
) AS again ON again.carriageway_id = w.id
ORDER BY s.id
