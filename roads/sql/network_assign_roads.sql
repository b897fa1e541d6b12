-- Gives each changed feature the id of its road.
UPDATE staged_change s
SET road_id = r.id
FROM staged_feature f
JOIN road r ON r.key = f.road_key
WHERE f.n = s.n AND s.state <> 'same'
