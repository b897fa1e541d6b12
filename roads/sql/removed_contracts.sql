-- Rows that are no longer in the layer contracts, with the moment since when: a section or an acceptance was closed in the
-- register, a section was accepted and is told by its accepted parts, or its carriageway was retired. Takes since (date).
WITH stretch AS (
    SELECT s.contract_id, s.carriageway_id, lower(s.extent) AS from_cm, s.elements, least(
        upper(s.recorded), (SELECT min(lower(a.recorded)) FROM acceptance a WHERE a.section_id = s.id)
    ) AS removed_at
    FROM contract_section s
    UNION ALL
    SELECT s.contract_id, s.carriageway_id, lower(a.extent), a.elements, least(upper(s.recorded), upper(a.recorded))
    FROM acceptance a
    JOIN contract_section s ON s.id = a.section_id
),
gone AS (
    SELECT
        jsonb_build_object(
            'customer_bin', c.customer_bin, 'contract_number', c.number, 'source_id', w.source_id,
            'chainage_from', CAST(t.from_cm / 100.0 AS float8), 'elements', array_to_string(t.elements, '|')
        ) AS key,
        least(t.removed_at, w.retired_at) AS removed_at
    FROM stretch t
    JOIN public_contract c ON c.id = t.contract_id
    JOIN carriageway w ON w.id = t.carriageway_id
    WHERE least(t.removed_at, w.retired_at) >= CAST(:since AS date)
)
SELECT g.key, max(g.removed_at) AS removed_at
FROM gone g
-- A row may have come back, or have been told anew, under the same key.
WHERE NOT EXISTS (
    SELECT
    FROM (
        -- include: export_contracts
    ) AS n
    WHERE g.key = jsonb_build_object(
        'customer_bin', n.customer_bin, 'contract_number', n.contract_number, 'source_id', n.source_id,
        'chainage_from', n.chainage_from, 'elements', n.elements
    )
)
GROUP BY g.key
