-- How much pavement contractors answered for and how many defects were found in it, each contractor in one row. Takes
-- contractor_id (or null: all who have a contract), on (date) and days (int): the window.
-- Exposure: kilometres of pavement under its warranty times the years they were.
WITH held AS (
    SELECT c.id AS contract_id, c.contractor_id
    FROM public_contract c
    -- From one to the same, or from the first to the last: a plan for any contractor goes by the index.
    WHERE c.contractor_id BETWEEN coalesce(CAST(:contractor_id AS integer), 0)
        AND coalesce(CAST(:contractor_id AS integer), 2147483647)
),
answering AS (
    SELECT
        held.contractor_id, upper(l.extent) - lower(l.extent) AS cm, l.period @> CAST(:on AS date) AS is_now,
        l.period * daterange(CAST(:on AS date) - CAST(:days AS integer), CAST(:on AS date), '(]') AS days
    FROM held
    JOIN warranty w ON w.contract_id = held.contract_id AND w.element = 'pavement' AND upper_inf(w.recorded)
    JOIN liability l ON l.carriageway_id = w.carriageway_id AND l.source_id = w.id AND l.kind = 'warranty'
    WHERE l.period && daterange(CAST(:on AS date) - CAST(:days AS integer), CAST(:on AS date), '[]')
),
exposure AS (
    SELECT
        contractor_id,
        sum(cm / 100000.0 * (upper(days) - lower(days)) / 365.25) FILTER (WHERE NOT isempty(days)) AS km_years,
        sum(cm) FILTER (WHERE is_now) AS covered_cm
    FROM answering
    GROUP BY contractor_id
),
found AS (
    SELECT held.contractor_id, count(DISTINCT a.defect_id) AS defects
    FROM held
    CROSS JOIN LATERAL (SELECT DISTINCT carriageway_id FROM warranty WHERE contract_id = held.contract_id) AS w
    -- The answer is for the day of the defect: it need not be looked up for those of other years.
    JOIN attribution a
        ON a.carriageway_id = w.carriageway_id AND a.contract_id = held.contract_id
        AND a.outcome = 'under_warranty' AND a.replaced_at = 'infinity'
        AND a.decided_on > CAST(:on AS date) - CAST(:days AS integer) AND a.decided_on <= CAST(:on AS date)
    JOIN public_defect d ON d.id = a.defect_id AND d.element = 'pavement'
    GROUP BY held.contractor_id
)
SELECT
    t.contractor_id AS id, coalesce(e.km_years, 0) AS km_years, coalesce(e.covered_cm, 0) AS covered_cm,
    coalesce(f.defects, 0) AS defects
FROM (SELECT DISTINCT contractor_id FROM held) AS t
LEFT JOIN exposure e ON e.contractor_id = t.contractor_id
LEFT JOIN found f ON f.contractor_id = t.contractor_id
