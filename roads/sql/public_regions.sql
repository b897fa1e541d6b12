-- Regions in the order of their names in a language, with how long their roads are, and how much of it is in which status,
-- as of the last edition; metres. Takes language.
SELECT
    g.kato, g.name_kk, g.name_ru, g.name_en, coalesce(k.length_m, 0) AS length_m, coalesce(k.overdue_m, 0) AS overdue_m,
    coalesce(k.covered_m, 0) AS covered_m, coalesce(k.unknown_m, 0) AS unknown_m, coalesce(k.open_defects, 0) AS open_defects
FROM region g
LEFT JOIN (
    SELECT
        left(coalesce(w.kato, r.kato), 2) AS kato, sum(s.length_m) AS length_m,
        sum(s.length_m) FILTER (WHERE s.status = 'overdue') AS overdue_m,
        sum(s.length_m) FILTER (WHERE s.answers_until IS NOT NULL) AS covered_m,
        sum(s.length_m) FILTER (WHERE s.status = 'unknown') AS unknown_m, sum(s.open_defects) AS open_defects
    FROM segment_status s
    JOIN carriageway w ON w.id = s.carriageway_id
    LEFT JOIN road r ON r.id = w.road_id
    GROUP BY 1
) AS k ON k.kato = left(g.kato, 2)
WHERE g.kato = left(g.kato, 2) OR k.kato IS NOT NULL
ORDER BY
    coalesce(
        CASE CAST(:language AS text) WHEN 'kk' THEN g.name_kk WHEN 'ru' THEN g.name_ru ELSE g.name_en END, g.name_ru
    ) COLLATE "kk-x-icu",
    g.kato
