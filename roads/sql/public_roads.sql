-- Roads with the length of their carriageways and the box around them. Takes after (id), at_most, region (KATO prefix or
-- null), reference or null, patterns (regular expressions or null: each must match a name or a reference, former ones too).
SELECT
    r.id, r.reference, r.name_kk, r.name_ru, r.name_en, r.significance, r.category, r.kato,
    (SELECT coalesce(sum(upper(w.extent) - lower(w.extent)), 0) FROM carriageway w WHERE w.road_id = r.id AND w.retired_at IS NULL)
        AS length_cm,
    (
        SELECT ARRAY[ST_XMin(around.box), ST_YMin(around.box), ST_XMax(around.box), ST_YMax(around.box)]
        FROM (SELECT ST_Extent(w.geom) AS box FROM carriageway w WHERE w.road_id = r.id AND w.retired_at IS NULL) around
        WHERE around.box IS NOT NULL
    ) AS bbox
FROM road r
WHERE r.id > CAST(:after AS integer)
    AND (CAST(:region AS text) IS NULL OR r.kato LIKE CAST(:region AS text) || '%')
    AND (CAST(:reference AS text) IS NULL OR r.reference = CAST(:reference AS text))
    AND (
        CAST(:patterns AS text[]) IS NULL
        OR NOT EXISTS (
            SELECT
            FROM unnest(CAST(:patterns AS text[])) AS pattern
            WHERE concat_ws('|', r.reference, r.name_kk, r.name_ru, r.name_en) !~ pattern
                AND NOT EXISTS (SELECT FROM road_alias a WHERE a.road_id = r.id AND a.reference ~ pattern)
        )
    )
ORDER BY r.id
LIMIT CAST(:at_most AS integer)
