-- How contractors answer their claims, each in one row, from what the public may see. Takes contractor_id (or null: all who
-- have a contract), on (date) and days (int): the window of the exposure.
-- On-time: what was reported or verified by its deadline among all whose deadline has passed; what is open and overdue
-- stays among all. Exposure: kilometres of pavement under its warranty times the years they were.
WITH held AS (
    SELECT c.id AS contract_id, c.contractor_id, c.value_tenge
    FROM public_contract c
    WHERE CAST(:contractor_id AS integer) IS NULL OR c.contractor_id = CAST(:contractor_id AS integer)
),
answered AS (
    SELECT
        m.contractor_id,
        count(*) AS lines,
        count(*) FILTER (WHERE l.state = 'withdrawn') AS withdrawn,
        count(*) FILTER (WHERE l.state = 'verified') AS verified,
        count(*) FILTER (WHERE l.state = 'repaired') AS says_repaired,
        count(*) FILTER (WHERE l.state IN ('issued', 'accepted')) AS owed,
        count(*) FILTER (WHERE l.state IN ('issued', 'accepted') AND l.rectify_by < CAST(:on AS date)) AS overdue,
        count(*) FILTER (WHERE l.state = 'closed_unfixed') AS closed_unfixed,
        count(*) FILTER (WHERE l.state = 'done_by_others') AS done_by_others,
        count(*) FILTER (WHERE l.state <> 'withdrawn' AND l.rectify_by < CAST(:on AS date)) AS past_due,
        count(*) FILTER (
            WHERE l.state IN ('repaired', 'verified') AND l.rectify_by < CAST(:on AS date) AND l.repaired_on <= l.rectify_by
        ) AS on_time,
        count(b.line_id) AS recurrences
    FROM public_claim_line l
    JOIN public_claim m ON m.id = l.claim_id
    LEFT JOIN (SELECT DISTINCT line_id FROM recurrence) AS b ON b.line_id = l.id
    WHERE CAST(:contractor_id AS integer) IS NULL OR m.contractor_id = CAST(:contractor_id AS integer)
    GROUP BY m.contractor_id
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
    JOIN attribution a
        ON a.carriageway_id = w.carriageway_id AND a.contract_id = held.contract_id
        AND a.outcome = 'under_warranty' AND a.replaced_at = 'infinity'
    JOIN public_defect d ON d.id = a.defect_id
    WHERE d.element = 'pavement'
        AND d.covered_on > CAST(:on AS date) - CAST(:days AS integer) AND d.covered_on <= CAST(:on AS date)
    GROUP BY held.contractor_id
),
contracted AS (
    SELECT contractor_id, count(*) AS contracts, sum(value_tenge) AS value_tenge FROM held GROUP BY contractor_id
)
SELECT
    o.id, o.bin, o.name, t.contracts, t.value_tenge, coalesce(s.lines, 0) AS lines, coalesce(s.withdrawn, 0) AS withdrawn,
    coalesce(s.verified, 0) AS verified, coalesce(s.says_repaired, 0) AS says_repaired, coalesce(s.owed, 0) AS owed,
    coalesce(s.overdue, 0) AS overdue, coalesce(s.closed_unfixed, 0) AS closed_unfixed,
    coalesce(s.done_by_others, 0) AS done_by_others, coalesce(s.past_due, 0) AS past_due, coalesce(s.on_time, 0) AS on_time,
    coalesce(s.recurrences, 0) AS recurrences, coalesce(e.km_years, 0) AS km_years,
    coalesce(e.covered_cm, 0) AS covered_cm, coalesce(f.defects, 0) AS defects
FROM contracted t
JOIN organisation o ON o.id = t.contractor_id
LEFT JOIN answered s ON s.contractor_id = t.contractor_id
LEFT JOIN exposure e ON e.contractor_id = t.contractor_id
LEFT JOIN found f ON f.contractor_id = t.contractor_id
ORDER BY o.name COLLATE "kk-x-icu", o.id
