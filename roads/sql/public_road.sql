-- A road with its length (centimetres of carriageway), the box around it, the region it is kept in and what it was called
-- before. Takes id.
SELECT
    r.id, r.reference, r.name_kk, r.name_ru, r.name_en, r.significance, r.category, r.kato, r.owner, r.maintainer,
    g.name_kk AS region_kk, g.name_ru AS region_ru, g.name_en AS region_en, along.length_cm, along.bbox, along.directions,
    (SELECT array_agg(a.reference ORDER BY lower(a.valid) NULLS FIRST, a.reference) FROM road_alias a WHERE a.road_id = r.id)
        AS aliases
FROM road r
LEFT JOIN region g ON g.kato = left(r.kato, 2)
CROSS JOIN LATERAL (
    SELECT
        sum(upper(w.extent) - lower(w.extent)) AS length_cm, array_agg(DISTINCT w.direction) AS directions,
        ARRAY[
            min(ST_XMin(w.geom)), min(ST_YMin(w.geom)), max(ST_XMax(w.geom)), max(ST_YMax(w.geom))
        ] AS bbox
    FROM carriageway w
    WHERE w.road_id = r.id AND w.retired_at IS NULL
) AS along
WHERE r.id = CAST(:id AS integer) AND along.length_cm IS NOT NULL
