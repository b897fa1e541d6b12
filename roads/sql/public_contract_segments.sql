-- Segments that a contract works on, along its roads. Takes id (contract), skipped and at_most.
SELECT
    g.id, lower(g.extent) AS from_cm, upper(g.extent) AS to_cm, w.direction, g.carriageway_id, r.reference, r.name_kk,
    r.name_ru, r.name_en, coalesce(k.status, 'unknown') AS status, coalesce(k.open_defects, 0) AS open_defects
FROM segment g
JOIN carriageway w ON w.id = g.carriageway_id AND w.retired_at IS NULL
LEFT JOIN road r ON r.id = w.road_id
LEFT JOIN segment_status k ON k.segment_id = g.id
WHERE g.carriageway_id IN (
        -- include: carriageways_of_contract
    )
    AND EXISTS (
        SELECT
        FROM contract_section t
        WHERE t.contract_id = CAST(:id AS integer) AND t.carriageway_id = g.carriageway_id AND t.extent && g.extent
            AND upper_inf(t.recorded)
    )
ORDER BY r.reference, r.id, w.direction, w.id, g.extent
OFFSET CAST(:skipped AS integer)
LIMIT CAST(:at_most AS integer)
