-- Carriageways of the source that are not in the file and are to be retired. Takes source and retires (boolean).
-- Without `retires` only parts of a multiline leave whose feature is still there, cut otherwise: that is no loss but a
-- new drawing of the same thing. Step by step, because a test that cannot be hashed would be made for every carriageway.
INSERT INTO staged_change (n, state, carriageway_id, direction, chain_id, at_m, is_falling, measured_by)
WITH vanished AS MATERIALIZED (
    SELECT c.id, c.direction, c.measured_by, regexp_replace(c.source_id, '#[0-9]+$', '') AS base_id
    FROM carriageway c
    WHERE c.source = :source AND c.retired_at IS NULL
        AND NOT EXISTS (SELECT FROM staged_feature f WHERE f.source_id = c.source_id)
),
absent AS MATERIALIZED (
    SELECT v.id, v.direction, v.measured_by, v.base_id
    FROM vanished v
    WHERE NOT EXISTS (SELECT FROM staged_change s WHERE s.carriageway_id = v.id)
        AND NOT EXISTS (SELECT FROM staged_change s WHERE s.old_id = v.id)
        -- A row set aside is a mistake of the file, not the end of a road.
        AND NOT EXISTS (SELECT FROM staged_aside a WHERE a.base_id = v.base_id)
),
drawn_otherwise AS MATERIALIZED (
    SELECT DISTINCT f.base_id FROM staged_feature f JOIN absent USING (base_id)
)
SELECT -a.id, 'leaving', a.id, a.direction, a.id, 0, false, a.measured_by
FROM absent a
LEFT JOIN drawn_otherwise d USING (base_id)
WHERE CAST(:retires AS boolean) OR d.base_id IS NOT NULL
