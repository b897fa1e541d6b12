-- The ids of things that have pages, in parts of so many ids. Takes kind, part, size (ids of a part); parts count from 0.
SELECT CAST(x.id AS text) AS id
FROM (
    SELECT id FROM road WHERE CAST(:kind AS text) = 'roads'
    UNION ALL
    SELECT id FROM public_contract WHERE CAST(:kind AS text) = 'contracts'
    UNION ALL
    SELECT s.id
    FROM segment s
    JOIN carriageway w ON w.id = s.carriageway_id AND w.retired_at IS NULL
    WHERE CAST(:kind AS text) = 'segments'
) AS x
WHERE x.id >= CAST(:part AS integer) * CAST(:size AS integer)
    AND x.id < (CAST(:part AS bigint) + 1) * CAST(:size AS integer)
UNION ALL
SELECT kato FROM region WHERE CAST(:kind AS text) = 'regions' AND length(kato) = 2
UNION ALL
SELECT DISTINCT contractor_bin FROM public_contract WHERE CAST(:kind AS text) = 'contractors'
ORDER BY id
