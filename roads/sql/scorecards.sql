-- How contractors answer their claims, each in one row, from what the public may see. Takes contractor_id (or null: all who
-- have a contract) and on (date).
-- On-time: what was reported or verified by its deadline among all whose deadline has passed; what is open and overdue
-- stays among all.
WITH held AS (
    SELECT c.id AS contract_id, c.contractor_id, c.value_tenge
    FROM public_contract c
    -- From one to the same, or from the first to the last: a plan for any contractor goes by the index.
    WHERE c.contractor_id BETWEEN coalesce(CAST(:contractor_id AS integer), 0)
        AND coalesce(CAST(:contractor_id AS integer), 2147483647)
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
    WHERE m.contractor_id BETWEEN coalesce(CAST(:contractor_id AS integer), 0)
        AND coalesce(CAST(:contractor_id AS integer), 2147483647)
    GROUP BY m.contractor_id
),
contracted AS (
    SELECT contractor_id, count(*) AS contracts, sum(value_tenge) AS value_tenge FROM held GROUP BY contractor_id
)
SELECT
    o.id, o.bin, o.name, t.contracts, t.value_tenge, coalesce(s.lines, 0) AS lines, coalesce(s.withdrawn, 0) AS withdrawn,
    coalesce(s.verified, 0) AS verified, coalesce(s.says_repaired, 0) AS says_repaired, coalesce(s.owed, 0) AS owed,
    coalesce(s.overdue, 0) AS overdue, coalesce(s.closed_unfixed, 0) AS closed_unfixed,
    coalesce(s.done_by_others, 0) AS done_by_others, coalesce(s.past_due, 0) AS past_due, coalesce(s.on_time, 0) AS on_time,
    coalesce(s.recurrences, 0) AS recurrences
FROM contracted t
JOIN organisation o ON o.id = t.contractor_id
LEFT JOIN answered s ON s.contractor_id = t.contractor_id
ORDER BY o.name COLLATE "kk-x-icu", o.id
