-- How a contractor answers its claims, as far as whoever acts may see them. Takes contractor_id, on (date) and days (int):
-- the window of the exposure. On-time: what was reported or verified by its deadline among all whose deadline has passed;
-- what is open and overdue stays among all. Exposure: kilometres of pavement under its warranty times the years they were.
WITH line AS (
    SELECT l.id, l.state, l.rectify_by, l.repaired_on, l.reason
    FROM claim_line l
    JOIN claim m ON m.id = l.claim_id
    WHERE m.contractor_id = CAST(:contractor_id AS integer) AND l.facts IS NOT NULL
),
covered AS (
    SELECT
        c.id AS contract_id,
        daterange(CAST(:on AS date) - CAST(:days AS integer), CAST(:on AS date), '(]') AS days
    FROM contract c
    WHERE c.contractor_id = CAST(:contractor_id AS integer)
),
exposure AS (
    SELECT
        sum((upper(a.extent) - lower(a.extent)) / 100000.0 * (upper(a.days) - lower(a.days)) / 365.25) AS km_years
    FROM (
        SELECT l.extent, l.period * covered.days AS days
        FROM covered
        JOIN warranty w ON w.contract_id = covered.contract_id AND w.element = 'pavement' AND upper_inf(w.recorded)
        JOIN liability l
            ON l.carriageway_id = w.carriageway_id AND l.source_id = w.id AND l.kind = 'warranty'
            AND l.period && covered.days
    ) AS a
),
found AS (
    SELECT count(DISTINCT a.defect_id) AS defects
    FROM covered
    JOIN (SELECT DISTINCT contract_id, carriageway_id FROM warranty) AS w ON w.contract_id = covered.contract_id
    JOIN attribution a
        ON a.carriageway_id = w.carriageway_id AND a.contract_id = covered.contract_id
        AND a.outcome = 'under_warranty' AND a.replaced_at = 'infinity'
    JOIN defect d ON d.id = a.defect_id
    WHERE d.is_confirmed AND d.withdrawn_on IS NULL AND d.merged_into_id IS NULL AND d.element = 'pavement'
        AND covered.days @> d.covered_on
)
SELECT
    count(*) AS lines,
    count(*) FILTER (WHERE state = 'withdrawn') AS withdrawn,
    count(*) FILTER (WHERE state = 'verified') AS verified,
    count(*) FILTER (WHERE state = 'repaired') AS says_repaired,
    count(*) FILTER (WHERE state IN ('issued', 'accepted')) AS owed,
    count(*) FILTER (WHERE state IN ('issued', 'accepted') AND rectify_by < CAST(:on AS date)) AS overdue,
    count(*) FILTER (WHERE state = 'closed_unfixed') AS closed_unfixed,
    count(*) FILTER (WHERE state = 'done_by_others') AS done_by_others,
    count(*) FILTER (WHERE state <> 'withdrawn' AND rectify_by < CAST(:on AS date)) AS past_due,
    count(*) FILTER (
        WHERE state IN ('repaired', 'verified') AND rectify_by < CAST(:on AS date) AND repaired_on <= rectify_by
    ) AS on_time,
    (SELECT count(*) FROM recurrence r WHERE r.line_id IN (SELECT id FROM line)) AS recurrences,
    (SELECT coalesce(km_years, 0) FROM exposure) AS km_years,
    (SELECT defects FROM found) AS defects
FROM line
