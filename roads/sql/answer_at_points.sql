-- Who answers at coordinates: the place of each on the network and every cause of liability there, strongest first. One
-- row for each cause (one with empty cause columns where there is none), with the number of its coordinate. Takes lons,
-- lats, snap_m and known_at; in place of carriageway_ids, at_cm, element and decided_on it is given what belongs to the
-- row of `placed`.
SELECT
    placed.defect_id AS point, placed.carriageway_id, placed.at_cm, placed.distance_cm,
    CASE
        WHEN placed.carriageway_id IS NULL THEN 'off_network' WHEN placed.is_ambiguous THEN 'ambiguous' ELSE 'certain'
    END AS confidence,
    w.source_id AS carriageway, w.direction, r.reference, r.name_kk, r.name_ru, r.name_en,
    cause.kind, cause.covers, cause.from_on, cause.to_on, cause.contract_id, cause.number, cause.kind_of_works,
    cause.signed_on, cause.contractor, cause.contractor_bin, cause.accepted_on, cause.months, cause.term_origin,
    cause.ends_on, cause.term_confirmed, cause.liable, cause.liable_bin
FROM (
    -- include: place_spots
    OFFSET 0 -- so that the place is found once; what nobody asks about it (its offset) is not worked out
) AS placed
LEFT JOIN carriageway w ON w.id = placed.carriageway_id
LEFT JOIN road r ON r.id = w.road_id
LEFT JOIN LATERAL (
    -- include: causes_at_place
) AS cause ON true
ORDER BY
    placed.defect_id, cause.strength, cause.first_by DESC, cause.then_by DESC NULLS LAST, cause.sort_number,
    cause.contract_id, cause.source_id
