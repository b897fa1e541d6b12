-- The inspections whose days have come and that nobody has completed: those that end first before others, or the
-- nearest first where lon and lat (degrees, EPSG:4326) are given. Takes on (date), lon, lat (or null) and at_most.
-- Which contracts are an actor's is a matter of policy: whoever asks sees what is theirs.
SELECT
    p.id, p.kind, p.carriageway_id, w.source_id, w.direction, r.reference, r.name_kk, r.name_ru, r.name_en,
    lower(p.extent) AS from_cm, upper(p.extent) AS to_cm, p.contract_id, c.number AS contract, o.name AS contractor,
    lower(p.due) AS first_on, upper(p.due) - 1 AS last_on, upper(p.due) - 1 - CAST(:on AS date) AS days_left,
    away.distance_m
FROM planned_inspection p
JOIN carriageway w ON w.id = p.carriageway_id AND w.retired_at IS NULL
LEFT JOIN road r ON r.id = w.road_id
JOIN contract c ON c.id = p.contract_id
JOIN organisation o ON o.id = c.contractor_id
LEFT JOIN LATERAL (
    SELECT min(
        ST_Distance(
            CAST(ST_Force2D(s.geom) AS geography),
            CAST(ST_Point(CAST(:lon AS float8), CAST(:lat AS float8), 4326) AS geography), false
        )
    ) AS distance_m
    FROM segment s
    WHERE CAST(:lon AS float8) IS NOT NULL AND s.carriageway_id = p.carriageway_id AND s.extent && p.extent
) AS away ON true
WHERE p.due @> CAST(:on AS date)
    AND NOT p.extent <@ coalesce(
        (
            SELECT range_agg(i.extent)
            FROM public_inspection i
            WHERE i.carriageway_id = p.carriageway_id AND i.extent && p.extent AND i.outcome <> 'not_completed'
                AND i.inspected_on >= lower(p.due) AND i.inspected_on <= CAST(:on AS date)
        ),
        '{}'
    )
ORDER BY away.distance_m, upper(p.due), r.reference, p.carriageway_id, lower(p.extent), p.id
LIMIT CAST(:at_most AS integer)
