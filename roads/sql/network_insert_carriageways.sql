-- Writes the carriageways in the temporary table `writing`, as measured in `measured`, else from 0. Takes source, and
-- from_n and to_n, between which they are numbered.
INSERT INTO carriageway (
    id, road_id, chain_id, source, source_id, direction, significance, category, kato, geom, extent, measured_by,
    geometry_key, content_key
)
OVERRIDING SYSTEM VALUE
SELECT
    w.id, s.road_id, coalesce(s.chain_id, w.id), :source, f.source_id,
    coalesce(s.direction, f.direction, CASE WHEN f.is_oneway THEN 'forward' ELSE 'single' END),
    f.significance, f.category, f.kato, coalesce(m.geom, f.geom),
    int4range(coalesce(m.from_cm, 0), coalesce(m.to_cm, greatest(CAST(round(f.length_m * 100) AS integer), 1))),
    coalesce(s.measured_by, 'geodesic'), f.geometry_key, f.content_key
FROM writing w
JOIN staged_feature f ON f.n = w.n AND f.n >= CAST(:from_n AS integer) AND f.n < CAST(:to_n AS integer)
LEFT JOIN staged_change s ON s.n = w.n AND s.n >= CAST(:from_n AS integer) AND s.n < CAST(:to_n AS integer)
LEFT JOIN measured m ON m.n = w.n
ORDER BY w.n
