-- Who answers for each metre of the carriageways on each day, as known at a moment: a partition of place and time.
-- Takes carriageway_ids (int[]) and known_at (a moment; 'infinity' is now).
-- Dynamic segmentation: cut each carriageway into strips at every bound; inside a strip give each cause, strongest
-- first, its days minus the days of all stronger ones; join neighbours that have the same answer.
WITH cause AS MATERIALIZED (
    -- include: liability_causes
),
bound AS (
    SELECT carriageway_id, element, lower(extent) AS cm FROM cause
    UNION
    SELECT carriageway_id, element, upper(extent) FROM cause
),
strip AS (
    SELECT
        carriageway_id, element,
        int4range(cm, lead(cm) OVER (PARTITION BY carriageway_id, element ORDER BY cm)) AS strip
    FROM bound
),
given AS (
    SELECT
        s.carriageway_id, s.element, s.strip, c.kind, c.source_id, c.contract_id,
        datemultirange(c.period) - coalesce(
            -- range_union grows by one range for each row; range_agg would sort them all again for each row.
            range_union(datemultirange(c.period)) OVER (
                PARTITION BY s.carriageway_id, s.element, s.strip
                ORDER BY
                    c.strength, c.first_by DESC, c.then_by DESC NULLS LAST, c.number, c.contract_id, c.source_id
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ),
            '{}'
        ) AS days
    FROM strip s
    JOIN cause c ON c.carriageway_id = s.carriageway_id AND c.element = s.element AND c.extent @> s.strip
),
answer AS (
    SELECT carriageway_id, element, strip, kind, source_id, contract_id, unnest(days) AS period FROM given
)
SELECT
    carriageway_id, element, unnest(range_agg(strip)) AS extent, period, kind, source_id, contract_id
FROM answer
GROUP BY carriageway_id, element, period, kind, source_id, contract_id
