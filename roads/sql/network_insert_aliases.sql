-- Keeps the other references that changed features give of their roads.
INSERT INTO road_alias (road_id, reference)
SELECT DISTINCT s.road_id, alias
FROM staged_change s
JOIN staged_feature f USING (n)
CROSS JOIN unnest(f.aliases) AS alias
WHERE s.state <> 'same' AND s.road_id IS NOT NULL
ON CONFLICT (road_id, reference) DO NOTHING
