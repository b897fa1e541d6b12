-- Who answers at a coordinate: its place on the network and every cause of liability there, strongest first. One row for
-- each cause (one with empty cause columns where there is none). Takes lon, lat, accuracy_m, snap_m, element, decided_on,
-- known_at; in place of carriageway_ids and at_cm it is given the columns of `placed`.
SELECT
    placed.carriageway_id, placed.at_cm, placed.distance_cm,
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
    cause.strength, cause.first_by DESC, cause.then_by DESC NULLS LAST, cause.sort_number, cause.contract_id,
    cause.source_id
