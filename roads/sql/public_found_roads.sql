-- Roads by what somebody typed: the one of that very reference first, then one that bore it, then the longest.
-- Takes patterns (regular expressions: each must match a name or a reference, former ones too), reference (folded) and
-- at_most. An empty list of patterns finds nothing.
SELECT
    r.id, r.reference, r.name_kk, r.name_ru, r.name_en, r.kato, length.cm AS length_cm, g.name_kk AS region_kk,
    g.name_ru AS region_ru, g.name_en AS region_en
FROM road r
LEFT JOIN region g ON g.kato = left(r.kato, 2)
CROSS JOIN LATERAL (
    SELECT coalesce(sum(upper(w.extent) - lower(w.extent)), 0) AS cm
    FROM carriageway w
    WHERE w.road_id = r.id AND w.retired_at IS NULL
) AS length
WHERE cardinality(CAST(:patterns AS text[])) > 0 AND length.cm > 0
    AND NOT EXISTS (
        SELECT
        FROM unnest(CAST(:patterns AS text[])) AS pattern
        WHERE concat_ws('|', r.reference, r.name_kk, r.name_ru, r.name_en) !~ pattern
            AND NOT EXISTS (SELECT FROM road_alias a WHERE a.road_id = r.id AND a.reference ~ pattern)
    )
ORDER BY
    (r.reference = CAST(:reference AS text)) IS TRUE DESC,
    EXISTS (SELECT FROM road_alias a WHERE a.road_id = r.id AND a.reference = CAST(:reference AS text)) DESC,
    length.cm DESC, r.id
LIMIT CAST(:at_most AS integer)
