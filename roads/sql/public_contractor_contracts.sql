-- Contracts of a contractor, the latest signed first, with the first and the last end of the warranties that run today.
-- Takes id (organisation), today, skipped and at_most.
SELECT
    c.id, c.number, c.kind_of_works, c.signed_on, c.value_tenge, c.customer, whole.length_cm, term.last_end,
    owed.lines AS owed, owed.overdue
FROM (
    SELECT * FROM public_contract WHERE contractor_id = CAST(:id AS integer)
    ORDER BY signed_on DESC, id DESC OFFSET CAST(:skipped AS integer) LIMIT CAST(:at_most AS integer)
) AS c
CROSS JOIN LATERAL (
    -- include: length_of_contract
) AS whole
CROSS JOIN LATERAL (
    SELECT max(w.ends_on) AS last_end
    FROM warranty w
    WHERE w.contract_id = c.id AND upper_inf(w.recorded) AND w.term_state = 'known'
) AS term
CROSS JOIN LATERAL (
    SELECT count(*) AS lines, count(*) FILTER (WHERE l.rectify_by < CAST(:today AS date)) AS overdue
    FROM public_claim_line l
    WHERE l.contract_id = c.id AND l.state IN ('issued', 'accepted')
) AS owed
ORDER BY c.signed_on DESC, c.id DESC
