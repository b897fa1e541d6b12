-- The five indicators in their parts, as of the last edition of the status. Takes on (date) and days (int): the window of
-- the exposure. The four ends (contractor says fixed, verified, closed without a fix, lost) are never added up.
WITH section AS (
    SELECT a.id, t.carriageway_id, a.extent
    FROM acceptance a
    JOIN contract_section t ON t.id = a.section_id
    WHERE upper_inf(a.recorded) AND upper_inf(t.recorded) AND a.accepted_on <= CAST(:on AS date)
),
commissioned AS (
    SELECT sum(upper(stretch) - lower(stretch)) AS cm
    FROM (SELECT unnest(range_agg(extent)) AS stretch FROM section GROUP BY carriageway_id) AS each_once
),
line AS (
    SELECT l.state, l.rectify_by, l.repaired_on FROM public_claim_line l WHERE l.state <> 'withdrawn'
),
exposure AS (
    SELECT
        sum((upper(l.extent) - lower(l.extent)) / 100000.0 * (upper(seen.days) - lower(seen.days)) / 365.25) AS km_years
    FROM liability l
    CROSS JOIN LATERAL (
        SELECT
            l.period * daterange(CAST(:on AS date) - CAST(:days AS integer), CAST(:on AS date), '(]') AS days
    ) AS seen
    WHERE l.element = 'pavement' AND l.kind = 'warranty' AND NOT isempty(seen.days)
)
SELECT
    (SELECT e.made_on FROM map_edition e ORDER BY e.number DESC LIMIT 1) AS as_of,
    (SELECT count(*) FROM public_contract WHERE is_monitored) AS monitored,
    (SELECT count(*) FROM section) AS sections,
    (SELECT coalesce(cm, 0) FROM commissioned) AS commissioned_cm,
    defect.*, line_counts.*, coalesce((SELECT km_years FROM exposure), 0) AS km_years,
    (SELECT count(*) FROM lost_warranty) AS lost
FROM (
    SELECT
        count(*) AS confirmed,
        count(*) FILTER (WHERE s.state = 'verified') AS verified,
        count(*) FILTER (WHERE s.state = 'contractor_says_fixed') AS says_fixed,
        count(*) FILTER (WHERE s.state = 'closed') AS closed,
        count(*) FILTER (
            WHERE s.outcome = 'under_warranty' AND d.element = 'pavement'
                AND d.covered_on > CAST(:on AS date) - CAST(:days AS integer) AND d.covered_on <= CAST(:on AS date)
        ) AS under_warranty
    FROM defect_status s
    JOIN public_defect d ON d.id = s.defect_id
) AS defect
CROSS JOIN (
    SELECT
        count(*) FILTER (WHERE rectify_by < CAST(:on AS date)) AS past_due,
        count(*) FILTER (
            WHERE rectify_by < CAST(:on AS date) AND state IN ('repaired', 'verified') AND repaired_on <= rectify_by
        ) AS on_time
    FROM line
) AS line_counts
