-- Carries contract sections over to the carriageways that succeed theirs (temporary table `mapping`): the same works on
-- the same metres of road, in the new chainage. The old sections stay with the old measurement, and with the defects that
-- were placed on it. Gives the new sections.
INSERT INTO contract_section (contract_id, carriageway_id, extent, elements, origin_id)
SELECT contract_id, new_id, unnest(range_agg(extent)), elements, id
FROM (
    SELECT
        s.id, s.contract_id, s.elements, m.new_id,
        -- include: network_mapped_extent
        AS extent
    FROM mapping m
    JOIN contract_section s ON s.carriageway_id = m.old_id AND s.extent && m.old_extent AND upper_inf(s.recorded)
    CROSS JOIN LATERAL (
        SELECT
            s.extent * m.old_extent AS part,
            -- include: network_scale
    ) AS piece
) AS moved
WHERE NOT isempty(extent)
GROUP BY id, contract_id, elements, new_id
ON CONFLICT DO NOTHING
RETURNING id, contract_id, carriageway_id
