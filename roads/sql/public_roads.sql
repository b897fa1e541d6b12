-- Roads with the length of their carriageways. Takes after (id), at_most, region (KATO prefix or null), reference or null.
SELECT
    r.id, r.reference, r.name_kk, r.name_ru, r.name_en, r.significance, r.category, r.kato,
    (SELECT coalesce(sum(upper(w.extent) - lower(w.extent)), 0) FROM carriageway w WHERE w.road_id = r.id AND w.retired_at IS NULL)
        AS length_cm
FROM road r
WHERE r.id > CAST(:after AS integer)
    AND (CAST(:region AS text) IS NULL OR r.kato LIKE CAST(:region AS text) || '%')
    AND (CAST(:reference AS text) IS NULL OR r.reference = CAST(:reference AS text))
ORDER BY r.id
LIMIT CAST(:at_most AS integer)
