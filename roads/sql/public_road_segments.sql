-- Segments of a road in the order of its chainage. Takes id (road), skipped and at_most.
SELECT
    g.id, lower(g.extent) AS from_cm, upper(g.extent) AS to_cm, w.direction, coalesce(k.status, 'unknown') AS status,
    coalesce(k.open_defects, 0) AS open_defects, k.answers_until, c.id AS contract_id, c.number AS contract, c.contractor,
    c.contractor_bin
FROM carriageway w
JOIN segment g ON g.carriageway_id = w.id
LEFT JOIN segment_status k ON k.segment_id = g.id
LEFT JOIN public_contract c ON c.id = k.contract_id
WHERE w.road_id = CAST(:id AS integer) AND w.retired_at IS NULL
ORDER BY w.direction, lower(g.extent), g.id
OFFSET CAST(:skipped AS integer)
LIMIT CAST(:at_most AS integer)
