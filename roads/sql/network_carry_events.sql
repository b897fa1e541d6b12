-- Carries amendments, suspensions and terminations of a stretch over to the carriageways that succeed it (temporary table
-- `mapping`). One without a range is the whole old carriageway's. Gives their contracts.
INSERT INTO contract_event (contract_id, kind, carriageway_id, extent, elements, from_on, to_on, months, document, note)
SELECT contract_id, kind, new_id, unnest(range_agg(extent)), elements, from_on, to_on, months, document, note
FROM (
    SELECT
        e.id, e.contract_id, e.kind, e.elements, e.from_on, e.to_on, e.months, e.document, e.note, m.new_id,
        -- include: network_mapped_extent
        AS extent
    FROM mapping m
    JOIN contract_event e ON e.carriageway_id = m.old_id AND upper_inf(e.recorded)
    CROSS JOIN LATERAL (
        SELECT
            coalesce(e.extent, m.old_extent) * m.old_extent AS part,
            -- include: network_scale
    ) AS piece
    WHERE NOT isempty(part)
) AS moved
WHERE NOT isempty(extent)
GROUP BY id, contract_id, kind, new_id, elements, from_on, to_on, months, document, note
RETURNING contract_id
