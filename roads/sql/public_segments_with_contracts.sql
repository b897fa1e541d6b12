-- Segments on which any contract works or has worked.
SELECT DISTINCT s.id
FROM contract_section c
JOIN carriageway w ON w.id = c.carriageway_id AND w.retired_at IS NULL
JOIN segment s ON s.carriageway_id = c.carriageway_id AND s.extent && c.extent
WHERE upper_inf(c.recorded)
ORDER BY s.id
