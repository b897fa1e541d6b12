-- How long the segments of each status are, in metres, and how many, as of the last edition. Takes road_id and region (KATO
-- prefix), each null for all.
SELECT k.status, count(*) AS segments, sum(k.length_m) AS length_m, sum(k.open_defects) AS open_defects
FROM segment_status k
JOIN carriageway w ON w.id = k.carriageway_id
LEFT JOIN road r ON r.id = w.road_id
WHERE (CAST(:road_id AS integer) IS NULL OR w.road_id = CAST(:road_id AS integer))
    AND (CAST(:region AS text) IS NULL OR coalesce(w.kato, r.kato) LIKE CAST(:region AS text) || '%')
GROUP BY k.status
