-- Carriageways of a source on some roads that the import says nothing about and that stay: they are part of the chains.
-- Takes source and road_ids (int[]).
SELECT
    c.id, c.chain_id, c.source_id, c.road_id, c.direction, c.significance, c.category, c.kato, c.measured_by, c.geometry_key,
    c.content_key, r.reference, ST_AsEWKB(c.geom) AS line
FROM carriageway c
JOIN road r ON r.id = c.road_id
WHERE c.source = :source AND c.retired_at IS NULL AND c.road_id = ANY (CAST(:road_ids AS integer[]))
    AND NOT EXISTS (SELECT FROM staged_change s WHERE s.carriageway_id = c.id)
    AND NOT EXISTS (SELECT FROM staged_change s WHERE s.old_id = c.id)
ORDER BY c.id
