-- Which parts there are of each kind of thing that has pages. Takes size (ids of a part).
SELECT DISTINCT kind, id / CAST(:size AS integer) AS part
FROM (
    SELECT 'roads' AS kind, id FROM road
    UNION ALL
    SELECT 'contracts', id FROM public_contract
    UNION ALL
    SELECT 'segments', id FROM segment
) AS x
UNION ALL
SELECT kind, 0 FROM (VALUES ('regions'), ('contractors')) AS v (kind)
ORDER BY kind, part
