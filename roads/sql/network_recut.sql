-- The lines of streets that are to be cut again as they are measured now, with their junctions. Takes numbers (int[]).
SELECT
    s.n, s.carriageway_id, ST_AsEWKB(c.geom) AS line,
    ARRAY(SELECT t.m FROM staged_cut t WHERE t.n = s.n ORDER BY t.m) AS cuts_m,
    ARRAY(SELECT lower(p.extent) FROM segment p WHERE p.carriageway_id = c.id ORDER BY lower(p.extent)) AS starts_cm
FROM staged_change s
JOIN carriageway c ON c.id = s.carriageway_id
WHERE s.n = ANY (CAST(:numbers AS integer[]))
ORDER BY s.n
