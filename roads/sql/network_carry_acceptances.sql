-- Carries the acceptances of carried sections over, each to the part of the new section it covers. Takes section_ids
-- (int[]), the new sections.
INSERT INTO acceptance (section_id, extent, elements, accepted_on, act_number, conclusion_number, conclusion_on)
SELECT section_id, unnest(range_agg(extent)), elements, accepted_on, act_number, conclusion_number, conclusion_on
FROM (
    SELECT
        n.id AS section_id, a.id, a.elements, a.accepted_on, a.act_number, a.conclusion_number, a.conclusion_on,
        n.extent *
        -- include: network_mapped_extent
        AS extent
    FROM contract_section n
    JOIN contract_section o ON o.id = n.origin_id
    JOIN acceptance a ON a.section_id = o.id AND upper_inf(a.recorded)
    JOIN mapping m ON m.old_id = o.carriageway_id AND m.new_id = n.carriageway_id AND a.extent && m.old_extent
    CROSS JOIN LATERAL (
        SELECT
            a.extent * m.old_extent AS part,
            -- include: network_scale
    ) AS piece
    WHERE n.id = ANY (CAST(:section_ids AS integer[]))
) AS moved
WHERE NOT isempty(extent)
GROUP BY section_id, id, elements, accepted_on, act_number, conclusion_number, conclusion_on
