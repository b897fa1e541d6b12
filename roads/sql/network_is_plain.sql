-- Whether a staged feature `f` between from_n and to_n is nothing but a line of one segment.
f.road_key IS NULL AND NOT f.is_folded AND f.length_m < 1500 AND f.chainage_from_m IS NULL
AND f.direction IS DISTINCT FROM 'reverse'
AND f.n NOT IN (SELECT c.n FROM staged_cut c WHERE c.n >= CAST(:from_n AS integer) AND c.n < CAST(:to_n AS integer))
AND f.n NOT IN (SELECT s.n FROM staged_change s WHERE s.n >= CAST(:from_n AS integer) AND s.n < CAST(:to_n AS integer))
