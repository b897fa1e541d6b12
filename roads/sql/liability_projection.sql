-- Who answers for each metre of the carriageways on each day, as known at a moment: a partition of place and time.
-- Takes carriageway_ids (int[]) and known_at (a moment; 'infinity' is now).
-- Dynamic segmentation: cut each carriageway into strips at every bound; inside a strip give each cause, strongest
-- first, its days minus the days of all stronger ones; join neighbours that have the same answer.
WITH cause AS MATERIALIZED (
    SELECT
        -- The order of all causes is worked out once, so that each strip sorts by one number.
        CAST(
            row_number() OVER (
                ORDER BY
                    strength, first_by DESC, then_by DESC NULLS LAST, number, contract_id, source_id
            ) AS integer
        ) AS place,
        carriageway_id, element, extent, datemultirange(period) AS days, kind, source_id, contract_id
    FROM (
        -- include: liability_causes
    ) AS known
),
bound AS (
    SELECT carriageway_id, element, lower(extent) AS cm FROM cause
    UNION
    SELECT carriageway_id, element, upper(extent) FROM cause
),
strip AS (
    SELECT
        CAST(row_number() OVER () AS integer) AS number, carriageway_id, element,
        int4range(cm, lead(cm) OVER (PARTITION BY carriageway_id, element ORDER BY cm)) AS strip
    FROM bound
),
given AS (
    SELECT
        s.strip, c.place,
        c.days - coalesce(
            -- range_union grows by one range for each row; range_agg would sort them all again for each row.
            range_union(c.days) OVER (
                PARTITION BY s.number ORDER BY c.place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ),
            '{}'
        ) AS days
    FROM strip s
    JOIN cause c ON c.carriageway_id = s.carriageway_id AND c.element = s.element AND c.extent @> s.strip
),
answer AS (
    SELECT place, period, unnest(range_agg(strip)) AS extent
    FROM given, unnest(days) AS period
    GROUP BY place, period
)
SELECT c.carriageway_id, c.element, a.extent, a.period, c.kind, c.source_id, c.contract_id
FROM answer a
JOIN cause c ON c.place = a.place
