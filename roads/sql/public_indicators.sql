-- The parts of the five indicators that works and claims give, as they are. Takes on (date).
WITH section AS (
    SELECT a.id, t.carriageway_id, a.extent
    FROM acceptance a
    JOIN contract_section t ON t.id = a.section_id
    WHERE upper_inf(a.recorded) AND upper_inf(t.recorded) AND a.accepted_on <= CAST(:on AS date)
),
commissioned AS (
    SELECT sum(upper(stretch) - lower(stretch)) AS cm
    FROM (SELECT unnest(range_agg(extent)) AS stretch FROM section GROUP BY carriageway_id) AS each_once
)
SELECT
    (SELECT count(*) FROM public_contract WHERE is_monitored) AS monitored,
    (SELECT count(*) FROM section) AS sections,
    (SELECT coalesce(cm, 0) FROM commissioned) AS commissioned_cm,
    line.past_due, line.on_time,
    (SELECT count(*) FROM lost_warranty) AS lost
FROM (
    SELECT
        count(*) FILTER (WHERE rectify_by < CAST(:on AS date)) AS past_due,
        count(*) FILTER (
            WHERE rectify_by < CAST(:on AS date) AND state IN ('repaired', 'verified') AND repaired_on <= rectify_by
        ) AS on_time
    FROM public_claim_line
    WHERE state <> 'withdrawn'
) AS line
