-- Writes the segments of the carriageways in the temporary table `writing`: their pieces, or each as a whole. Takes
-- from_n and to_n, between which they are numbered.
INSERT INTO segment (carriageway_id, extent, geom, is_folded)
SELECT w.id, int4range(p.from_cm, p.to_cm), p.geom, p.is_folded
FROM writing w
JOIN piece p USING (n)
UNION ALL
SELECT
    w.id,
    int4range(coalesce(m.from_cm, 0), coalesce(m.to_cm, greatest(CAST(round(f.length_m * 100) AS integer), 1))),
    coalesce(m.geom, f.geom), f.is_folded
FROM writing w
JOIN staged_feature f ON f.n = w.n AND f.n >= CAST(:from_n AS integer) AND f.n < CAST(:to_n AS integer)
LEFT JOIN measured m ON m.n = w.n
WHERE w.n NOT IN (SELECT n FROM piece)
