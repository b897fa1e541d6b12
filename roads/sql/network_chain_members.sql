-- The staged carriageways of some roads, with what decides their place in a chain. Takes road_ids (int[]).
SELECT
    f.n, s.road_id, f.start_key, f.end_key, f.length_m, f.start_heading, f.end_heading, f.direction, f.is_oneway,
    f.chainage_from_m
FROM staged_change s
JOIN staged_feature f USING (n)
WHERE s.road_id = ANY (CAST(:road_ids AS integer[]))
ORDER BY s.road_id, f.n
