-- Stretches of a map as a list. Takes after (id), at_most, codes (text[] or null), box (four numbers or null), region (KATO prefix or
-- null), road (reference or null), segment (id or null), and what the stretches take.
SELECT
    k.id, k.code, s.id AS segment_id, w.direction, r.reference, r.name_kk, r.name_ru, r.name_en,
    lower(k.extent) AS from_cm, upper(k.extent) AS to_cm, k.ends_on, k.tenge_per_km, c.id AS contract_id, c.number,
    c.contractor, c.contractor_bin, c.kind_of_works, c.value_tenge, c.signed_on,
    ST_AsGeoJSON(ST_Transform(ST_Simplify(k.geom, 5, true), 4326), 5) AS geometry
FROM (
    -- include: stretches
) AS k
JOIN carriageway w ON w.id = k.carriageway_id
LEFT JOIN road r ON r.id = w.road_id
LEFT JOIN public_contract c ON c.id = k.contract_id
LEFT JOIN LATERAL (
    SELECT s.id
    FROM segment s
    WHERE s.carriageway_id = k.carriageway_id AND s.extent && k.extent
        AND (CAST(:box AS float8[]) IS NULL OR s.geom && ST_MakeEnvelope(
            (CAST(:box AS float8[]))[1], (CAST(:box AS float8[]))[2], (CAST(:box AS float8[]))[3],
            (CAST(:box AS float8[]))[4], 4326
        ))
    ORDER BY lower(s.extent)
    LIMIT 1
) AS s ON true
WHERE k.id > CAST(:after AS integer)
    AND (CAST(:codes AS text[]) IS NULL OR k.code = ANY (CAST(:codes AS text[])))
    AND (
        CAST(:box AS float8[]) IS NULL
        OR k.geom && ST_Transform(ST_MakeEnvelope(
            (CAST(:box AS float8[]))[1], (CAST(:box AS float8[]))[2], (CAST(:box AS float8[]))[3],
            (CAST(:box AS float8[]))[4], 4326
        ), 3857)
    )
    AND (CAST(:region AS text) IS NULL OR coalesce(w.kato, r.kato) LIKE CAST(:region AS text) || '%')
    AND (
        CAST(:segment AS integer) IS NULL
        OR EXISTS (
            SELECT
            FROM segment one
            WHERE one.id = CAST(:segment AS integer) AND one.carriageway_id = k.carriageway_id AND one.extent && k.extent
        )
    )
    AND (CAST(:road AS text) IS NULL OR r.reference = CAST(:road AS text))
ORDER BY k.id
LIMIT CAST(:at_most AS integer)
