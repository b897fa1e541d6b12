-- Defects of a map as a list. Takes after (id), at_most, box (four numbers or null), region (KATO prefix or null), road
-- (reference or null), segment (id or null), the codes chosen in each of the map's groups (text[] or null), and what the points take.
SELECT
    p.*, s.id AS segment_id, w.direction, r.reference, r.name_kk, r.name_ru, r.name_en, t.name_kk AS defect_kk,
    t.name_ru AS defect_ru, t.name_en AS defect_en, a.state, a.outcome AS answer, c.id AS contract_id, c.number,
    c.contractor, c.contractor_bin, c.kind_of_works
FROM (
    -- include: points
) AS p
JOIN defect_status a ON a.defect_id = p.id
LEFT JOIN distress t ON t.code = a.distress
LEFT JOIN carriageway w ON w.id = p.carriageway_id
LEFT JOIN road r ON r.id = w.road_id
LEFT JOIN segment s ON s.carriageway_id = p.carriageway_id AND s.extent @> p.from_cm
LEFT JOIN LATERAL (
    SELECT l.contract_id
    FROM standing_answer l
    WHERE l.defect_id = p.id AND l.outcome IN ('under_warranty', 'not_yet_accepted')
    ORDER BY l.from_cm
    LIMIT 1
) AS held ON true
LEFT JOIN public_contract c ON c.id = held.contract_id
WHERE p.id > CAST(:after AS integer)
    -- include: chosen_points
    AND (
        CAST(:box AS float8[]) IS NULL
        OR p.geom && ST_Transform(ST_MakeEnvelope(
            (CAST(:box AS float8[]))[1], (CAST(:box AS float8[]))[2], (CAST(:box AS float8[]))[3],
            (CAST(:box AS float8[]))[4], 4326
        ), 3857)
    )
    AND (CAST(:region AS text) IS NULL OR coalesce(w.kato, r.kato) LIKE CAST(:region AS text) || '%')
    AND (CAST(:segment AS integer) IS NULL OR s.id = CAST(:segment AS integer))
    AND (CAST(:road AS text) IS NULL OR r.reference = CAST(:road AS text))
ORDER BY p.id
LIMIT CAST(:at_most AS integer)
