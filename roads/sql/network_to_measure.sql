-- Staged features about to be written (temporary table `writing`) whose chainage does not start at 0 or that are cut into
-- several segments, with the line they are worked out from and where junctions cut them. Takes from_n and to_n, between
-- which they are numbered: a range of the key, because the planner knows nothing of tables filled a moment ago.
SELECT
    f.n, coalesce(s.at_m, 0) AS at_m, coalesce(s.is_falling, false) AS is_falling, s.knots_at_m, s.knots_m,
    coalesce(s.measured_by, 'geodesic') AS measured_by, ST_AsEWKB(f.geom) AS line, is_highway,
    ARRAY(SELECT c.m FROM staged_cut c WHERE c.n = f.n ORDER BY c.m) AS cuts_m
FROM writing w
JOIN staged_feature f ON f.n = w.n AND f.n >= CAST(:from_n AS integer) AND f.n < CAST(:to_n AS integer)
LEFT JOIN staged_change s ON s.n = w.n AND s.n >= CAST(:from_n AS integer) AND s.n < CAST(:to_n AS integer)
CROSS JOIN LATERAL (
    SELECT (
        -- include: network_is_highway
    ) AS is_highway
) AS kind
WHERE s.n IS NOT NULL OR (is_highway AND f.length_m >= 1500)
    OR f.n IN (SELECT c.n FROM staged_cut c WHERE c.n >= CAST(:from_n AS integer) AND c.n < CAST(:to_n AS integer))
ORDER BY f.n
