-- Roads on which a carriageway comes, goes, changes or moves to another road: their chains are put together anew.
SELECT road_id FROM staged_change WHERE state <> 'same' AND road_id IS NOT NULL
UNION
SELECT c.road_id
FROM staged_change s
JOIN carriageway c ON c.id = coalesce(s.old_id, s.carriageway_id)
WHERE s.state IN ('updated', 'moved', 'leaving') AND c.road_id IS NOT NULL
ORDER BY road_id
