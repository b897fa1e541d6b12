-- Roads that lie in a region, those with most open defects first. Takes id (KATO prefix), skipped and at_most.
SELECT
    r.id, r.reference, r.name_kk, r.name_ru, r.name_en, sum(k.length_m) AS length_m, sum(k.open_defects) AS open_defects,
    sum(k.overdue_lines) AS overdue
FROM road r
JOIN carriageway w ON w.road_id = r.id AND w.retired_at IS NULL
JOIN segment_status k ON k.carriageway_id = w.id
WHERE coalesce(w.kato, r.kato) LIKE CAST(:id AS text) || '%'
GROUP BY r.id
ORDER BY sum(k.overdue_lines) DESC, sum(k.open_defects) DESC, r.reference, r.id
OFFSET CAST(:skipped AS integer)
LIMIT CAST(:at_most AS integer)
