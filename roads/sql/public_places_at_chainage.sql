-- Where a chainage of a road lies: one row for each carriageway that has it. Takes reference (folded), at_cm, direction
-- (empty: any) and known_at. An alias of the road serves as well as its reference.
SELECT
    w.id AS carriageway_id, CAST(:at_cm AS integer) AS at_cm, 0 AS distance_cm, 'certain' AS confidence,
    w.source_id, w.direction, r.reference, r.name_kk, r.name_ru, r.name_en
FROM road r
JOIN carriageway w ON w.road_id = r.id
WHERE (
        r.reference = CAST(:reference AS text)
        OR r.id IN (SELECT a.road_id FROM road_alias a WHERE a.reference = CAST(:reference AS text))
    )
    AND w.extent @> CAST(:at_cm AS integer)
    AND (CAST(:direction AS text) IS NULL OR w.direction = CAST(:direction AS text))
    AND w.recorded_at <= CAST(:known_at AS timestamptz)
    AND (w.retired_at IS NULL OR w.retired_at > CAST(:known_at AS timestamptz))
ORDER BY w.direction, w.id
LIMIT 10
