-- Segments of the network as it is now. Takes after (id), at_most, box (four numbers or null), region (KATO prefix or null), road (reference or null)
-- and contractor (BIN or null: segments where that contractor answers for the pavement today), today, since (the day since
-- which the status stands, or null). Of one status only: with the other source of rows, which takes status.
SELECT
    s.id, w.id AS carriageway_id, w.source_id, w.direction, w.kato, r.id AS road_id, r.reference, r.name_kk, r.name_ru,
    r.name_en, lower(s.extent) AS from_cm, upper(s.extent) AS to_cm, ST_AsGeoJSON(ST_Force2D(s.geom), 7) AS geometry,
    coalesce(k.status, 'unknown') AS status, k.status_on, coalesce(k.open_defects, 0) AS open_defects,
    coalesce(k.overdue_lines, 0) AS overdue_lines, k.answers_until, k.inspected_on
FROM
-- include: segments_of_any_status
JOIN carriageway w ON w.id = s.carriageway_id AND w.retired_at IS NULL
LEFT JOIN road r ON r.id = w.road_id
WHERE s.id > CAST(:after AS integer)
    AND (
        CAST(:box AS float8[]) IS NULL
        OR s.geom && ST_MakeEnvelope(
            (CAST(:box AS float8[]))[1], (CAST(:box AS float8[]))[2], (CAST(:box AS float8[]))[3],
            (CAST(:box AS float8[]))[4], 4326
        )
    )
    AND (CAST(:since AS date) IS NULL OR k.status_on >= CAST(:since AS date))
    AND (CAST(:region AS text) IS NULL OR coalesce(w.kato, r.kato) LIKE CAST(:region AS text) || '%')
    AND (CAST(:road AS text) IS NULL OR r.reference = CAST(:road AS text))
    AND (
        CAST(:contractor AS text) IS NULL
        OR EXISTS (
            SELECT
            FROM liability l
            JOIN public_contract c ON c.id = l.contract_id
            WHERE l.carriageway_id = s.carriageway_id AND l.element = 'pavement' AND l.extent && s.extent
                AND l.period @> CAST(:today AS date) AND l.kind <> 'expired'
                AND c.contractor_bin = CAST(:contractor AS text)
        )
    )
ORDER BY s.id
LIMIT CAST(:at_most AS integer)
