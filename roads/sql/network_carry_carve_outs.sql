-- Carries carve-outs over to the carriageways that succeed theirs (temporary table `mapping`). Gives those carriageways.
INSERT INTO carve_out (carriageway_id, extent, elements, period, liable_id, document, note)
SELECT new_id, unnest(range_agg(extent)), elements, period, liable_id, document, note
FROM (
    SELECT
        o.id, o.elements, o.period, o.liable_id, o.document, o.note, m.new_id,
        -- include: network_mapped_extent
        AS extent
    FROM mapping m
    JOIN carve_out o ON o.carriageway_id = m.old_id AND o.extent && m.old_extent AND upper_inf(o.recorded)
    CROSS JOIN LATERAL (
        SELECT
            o.extent * m.old_extent AS part,
            -- include: network_scale
    ) AS piece
) AS moved
WHERE NOT isempty(extent)
GROUP BY id, new_id, elements, period, liable_id, document, note
RETURNING carriageway_id
