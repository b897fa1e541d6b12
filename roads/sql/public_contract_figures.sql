-- One contract with its figures: its length (centimetres of carriageway), the first and the last end of the warranties
-- that run today, its defects by answer and state, the lines of its claims by state, what repairs by others cost, and what
-- was lost because nobody notified the contractor in time. Takes id and today.
SELECT
    c.id, c.number, c.kind_of_works, c.signed_on, c.value_tenge, c.stated_term_months, c.customer_bin, c.customer,
    c.contractor_bin, c.contractor, c.supervisor_bin, c.supervisor, c.designer_bin, c.designer, c.is_monitored,
    whole.length_cm, term.first_end, term.last_end, line.states, line.others, line.others_tenge,
    lost.defects AS lost_defects, lost.tenge AS lost_tenge, found.outcomes
FROM public_contract c
CROSS JOIN LATERAL (
    -- include: length_of_contract
) AS whole
CROSS JOIN LATERAL (
    SELECT min(w.ends_on) AS first_end, max(w.ends_on) AS last_end
    FROM warranty w
    WHERE w.contract_id = c.id AND upper_inf(w.recorded) AND w.term_state = 'known'
        AND w.period @> CAST(:today AS date)
) AS term
CROSS JOIN LATERAL (
    SELECT
        jsonb_object_agg(state, lines) AS states, coalesce(sum(others), 0) AS others, sum(others_tenge) AS others_tenge
    FROM (
        SELECT
            l.state, count(*) AS lines, count(l.others_cost_tenge) AS others, sum(l.others_cost_tenge) AS others_tenge
        FROM public_claim_line l
        WHERE l.contract_id = c.id
        GROUP BY l.state
    ) AS by_state
) AS line
CROSS JOIN LATERAL (
    SELECT count(*) AS defects, sum(k.cost_tenge) AS tenge FROM lost_warranty k WHERE k.contract_id = c.id
) AS lost
CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(outcome, states) AS outcomes
    FROM (
        SELECT outcome, jsonb_object_agg(state, defects) AS states
        FROM (
            -- include: public_contract_defects
        ) AS by_state
        GROUP BY outcome
    ) AS by_outcome
) AS found
WHERE c.id = CAST(:id AS integer)
