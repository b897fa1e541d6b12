-- Carriageways of the source that are not in the file and are to be retired. Takes source and retires (boolean).
-- Without `retires` only parts of a multiline leave whose feature is still there, cut otherwise: that is no loss but a
-- new drawing of the same thing.
INSERT INTO staged_change (n, state, carriageway_id, direction, chain_id, at_m, is_falling, measured_by)
SELECT -c.id, 'leaving', c.id, c.direction, c.id, 0, false, c.measured_by
FROM carriageway c
WHERE c.source = :source AND c.retired_at IS NULL
    AND NOT EXISTS (SELECT FROM staged_feature f WHERE f.source_id = c.source_id)
    AND NOT EXISTS (SELECT FROM staged_change s WHERE s.carriageway_id = c.id)
    AND NOT EXISTS (SELECT FROM staged_change s WHERE s.old_id = c.id)
    -- A row set aside is a mistake of the file, not the end of a road.
    AND regexp_replace(c.source_id, '#[0-9]+$', '') NOT IN (SELECT base_id FROM staged_aside)
    AND (
        CAST(:retires AS boolean)
        OR regexp_replace(c.source_id, '#[0-9]+$', '') IN (SELECT base_id FROM staged_feature)
    )
