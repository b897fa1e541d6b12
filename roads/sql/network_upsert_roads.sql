-- Makes the roads that changed features name, or fills in what is now said of them. The first feature to say something
-- of a road decides; what no feature says any more stays.
WITH touched AS MATERIALIZED (
    SELECT DISTINCT f.road_key
    FROM staged_feature f
    JOIN staged_change s USING (n)
    WHERE s.state <> 'same' AND f.road_key IS NOT NULL
),
said AS (
    SELECT
        f.road_key AS key, min(f.reference) AS reference,
        (array_agg(f.name_kk ORDER BY f.n) FILTER (WHERE f.name_kk IS NOT NULL))[1] AS name_kk,
        (array_agg(f.name_ru ORDER BY f.n) FILTER (WHERE f.name_ru IS NOT NULL))[1] AS name_ru,
        (array_agg(f.name_en ORDER BY f.n) FILTER (WHERE f.name_en IS NOT NULL))[1] AS name_en,
        (array_agg(f.significance ORDER BY f.n) FILTER (WHERE f.significance IS NOT NULL))[1] AS significance,
        (array_agg(f.category ORDER BY f.n) FILTER (WHERE f.category IS NOT NULL))[1] AS category,
        (array_agg(f.kato ORDER BY f.n) FILTER (WHERE f.kato IS NOT NULL))[1] AS kato
    FROM staged_feature f
    JOIN touched USING (road_key)
    WHERE f.row > 0
    GROUP BY f.road_key
)
INSERT INTO road (key, reference, name_kk, name_ru, name_en, significance, category, kato)
SELECT key, reference, name_kk, name_ru, name_en, significance, category, kato FROM said ORDER BY key
ON CONFLICT (key) DO UPDATE
SET
    name_kk = coalesce(excluded.name_kk, road.name_kk),
    name_ru = coalesce(excluded.name_ru, road.name_ru),
    name_en = coalesce(excluded.name_en, road.name_en),
    significance = coalesce(excluded.significance, road.significance),
    category = coalesce(excluded.category, road.category),
    kato = coalesce(excluded.kato, road.kato)
WHERE (
    coalesce(excluded.name_kk, road.name_kk), coalesce(excluded.name_ru, road.name_ru),
    coalesce(excluded.name_en, road.name_en), coalesce(excluded.significance, road.significance),
    coalesce(excluded.category, road.category), coalesce(excluded.kato, road.kato)
) IS DISTINCT FROM (road.name_kk, road.name_ru, road.name_en, road.significance, road.category, road.kato)
