-- Known carriageways with their measure as it stands and the line it would be worked out from. Takes numbers (int[]).
SELECT
    s.n, s.at_m, s.is_falling, s.knots_at_m, s.knots_m, ST_AsEWKB(f.geom) AS line, ST_AsEWKB(c.geom) AS known_line
FROM staged_change s
JOIN staged_feature f USING (n)
JOIN carriageway c ON c.id = s.carriageway_id
WHERE s.n = ANY (CAST(:numbers AS integer[])) AND s.state IN ('same', 'updated')
ORDER BY s.n
