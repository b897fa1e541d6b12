-- Where a coordinate lies on the network, and what that place is called. Takes lon, lat, accuracy_m, snap_m, known_at.
WITH placed AS (
    -- include: place_spots
)
SELECT
    p.carriageway_id, p.at_cm, p.distance_cm,
    CASE WHEN p.carriageway_id IS NULL THEN 'off_network' WHEN p.is_ambiguous THEN 'ambiguous' ELSE 'certain' END
        AS confidence,
    w.source_id, w.direction, r.reference, r.name_kk, r.name_ru, r.name_en
FROM placed p
LEFT JOIN carriageway w ON w.id = p.carriageway_id
LEFT JOIN road r ON r.id = w.road_id
