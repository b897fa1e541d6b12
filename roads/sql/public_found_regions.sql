-- Regions by what somebody typed: each pattern (a regular expression) must match a name. Takes patterns and at_most.
SELECT g.kato, g.name_kk, g.name_ru, g.name_en
FROM region g
WHERE cardinality(CAST(:patterns AS text[])) > 0
    AND NOT EXISTS (
        SELECT
        FROM unnest(CAST(:patterns AS text[])) AS pattern
        WHERE concat_ws('|', g.name_kk, g.name_ru, g.name_en) !~ pattern
    )
ORDER BY g.kato
LIMIT CAST(:at_most AS integer)
