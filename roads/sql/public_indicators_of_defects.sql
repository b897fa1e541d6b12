-- The parts of the five indicators that defects give, as of the last edition of the status, and its day. Takes on (date) and
-- days (int): the window of the exposure. The ends (contractor says fixed, verified, closed without a fix) are never added
-- up.
WITH exposure AS (
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
    defect.*, coalesce((SELECT km_years FROM exposure), 0) AS km_years
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
